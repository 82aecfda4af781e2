/** Whether remembered answers are whole: each opens, and is kept for a while. */
import { SEALED } from "../../store/sealed.ts"
import { type RangeCheck, TABLES, within } from "../check.ts"

type Row = { key: string; bodySealed: Buffer; isTimed: boolean }

export const answers: RangeCheck = {
  name: "answers",
  says: "Each answer that is remembered for an Idempotency-Key opens, and has a time to go.",
  over: "answers",
  async find(db, scope, { keyring }) {
    const { condition, params } = within(scope, TABLES.answers)
    const { rows } = await db.query<Row>(
      `select a.key, a.body_sealed as "bodySealed", a.expires_at > a.created_at as "isTimed"
from answers a where ${condition("a.key")}`,
      params,
    )
    return rows.flatMap(({ bodySealed, isTimed, key: id }) => {
      if (!isTimed) return [{ what: "answer", id, detail: "goes before it came" }]
      const opens = keyring === null || canOpen(() => keyring.unseal(bodySealed, SEALED.answer))
      return opens ? [] : [{ what: "answer", id, detail: "does not open with the master key" }]
    })
  },
}

function canOpen(open: () => unknown): boolean {
  try {
    open()
    return true
  } catch {
    // Why stands in no report: it would only say that a box was changed.
    return false
  }
}
