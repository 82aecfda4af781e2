/** The check of deliveries and each dialect's own callback agree about who is owed a message. */
import assert from "node:assert/strict"
import { globSync, readFileSync } from "node:fs"
import { after, test } from "node:test"
import { INSTRUMENT_STATES } from "../../src/core/customers/customer.ts"
import { DIALECT_NAMES, type Notice, type Payment } from "../../src/core/index.ts"
import type { RefundState } from "../../src/core/payments/attempt.ts"
import { TRANSITIONS } from "../../src/core/payments/payment.ts"
import { owedBy } from "../../src/core/verify/store/owed.ts"
import { dialects } from "../../src/dialects/index.ts"
import * as debit from "../../src/dialects/palomma-direct-debit/examples/rows.ts"
import * as pentagoo from "../../src/dialects/pentagoo/examples/rows.ts"
import * as tapila from "../../src/dialects/tapila/examples/rows.ts"
import { testDatabase } from "../support/database.ts"

const { database } = await testDatabase({ after })

const STATES = Object.keys(TRANSITIONS) as Payment["state"][]
const REFUND_STATES = ["pending", "sent", "confirmed", "failed"] satisfies RefundState[]
/** The kinds of event that are made of a state, by what stands before it. */
const OF_STATES: ReadonlyMap<string, readonly string[]> = new Map<string, readonly string[]>([
  ["payment.", STATES],
  ["payment.refund_", REFUND_STATES],
  ["instrument.", INSTRUMENT_STATES],
])
const TYPES = writtenTypes()

/** Every kind of event that a decision writes, as it stands in the sources. */
function writtenTypes(): readonly string[] {
  const sources = globSync("src/core/decide/*.ts", { exclude: ["**/*.test.ts"] })
  const text = sources.map((path) => readFileSync(path, "utf8").replace(/\/\*\*[\s\S]*?\*\//g, ""))
  const words = text.join("\n").matchAll(/["`]((?:payment|instrument)\.\w*)(?:\$\{[\w.]+\})?["`]/g)
  const types = [...words].flatMap(([whole, stem]) => {
    if (!whole.includes("$")) return [stem!]
    const states = OF_STATES.get(stem!)
    assert.ok(states, `${whole}: a kind of event made of which states?`)
    return states.map((state) => stem! + state)
  })
  return [...new Set(types)]
}

/** Payments that differ in what a callback may look at. */
const PAYMENTS: readonly Payment[] = [false, true].flatMap((deferred) =>
  [false, true].flatMap((notifyAlways) =>
    [debit.instrument.id, null].map((instrumentId) => ({
      ...tapila.payment({ deferred }),
      purpose: { ...tapila.purpose, notifyAlways },
      customerId: instrumentId && debit.customer.id,
      instrumentId,
    })),
  ),
)

/** What a callback is given of an event; its state is what the event says. */
function noticeOf(dialect: Notice["event"]["dialect"], type: string, of: Payment): Notice {
  const isPayment = type.startsWith("payment.")
  const state = STATES.find((each) => type === `payment.${each}`) ?? "approved"
  const payment = { ...of, dialect, state, asset: dialect === "tapila" ? "ARS" : "COP" }
  const isStored = !isPayment || of.instrumentId !== null
  return {
    ...debit.notice,
    event: { ...debit.notice.event, dialect, type, subject: isPayment ? "payment" : "instrument" },
    payment: isPayment ? payment : null,
    attempt: pentagoo.attempt,
    customer: isStored ? debit.customer : null,
    instrument: isStored ? { ...debit.instrument, state: "active", lookAt: null } : null,
  }
}

test("the kinds of event are found in the sources", () => {
  // One of each form: a word, a word that no state is, and one that is made of a state.
  for (const type of ["payment.approved", "payment.unapplied_returned", "payment.refund_failed"]) {
    assert.ok(TYPES.includes(type), type)
  }
  for (const state of STATES) {
    assert.ok(TYPES.includes(`payment.${state}`), state)
  }
})

for (const { name, callback } of dialects) {
  test(`${name}: what its callback tells is what the check of deliveries asks for`, async () => {
    const notices = DIALECT_NAMES.flatMap((dialect) =>
      TYPES.flatMap((type) => PAYMENTS.map((payment) => noticeOf(dialect, type, payment))),
    )
    // A vendor's endpoint is only ever asked about what came in by its own dialect.
    const told = notices.map((notice) => {
      const listens = name === "caudal" || notice.event.dialect === name
      return listens && callback(notice) !== null
    })
    const rows = notices.map(({ event: { dialect, subject, type }, payment }) => ({
      ...{ dialect, subject, type, deferred: payment?.deferred, purpose: payment?.purpose },
      ...{ customer_id: payment?.customerId, instrument_id: payment?.instrumentId },
    }))
    const { rows: asked } = await database.query<{ owed: boolean | null }>(
      `select (${owedBy(name)}) as owed
from jsonb_array_elements($1::jsonb) with ordinality as row (one, at)
cross join lateral jsonb_to_record(one) as e (dialect text, subject text, type text)
cross join lateral jsonb_to_record(one) as p (deferred bool, purpose jsonb, customer_id uuid,
  instrument_id uuid) order by at`,
      [JSON.stringify(rows)],
    )
    const differ = notices.filter((_, at) => told[at] !== (asked[at]!.owed ?? false))
    assert.deepEqual(
      differ.map(({ event, payment }) => [event.dialect, event.type, payment?.deferred]),
      [],
    )
    assert.ok(told.includes(true))
  })
}
