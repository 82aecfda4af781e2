/** Orders that don't leave: what can't be written, and what its payer no longer agrees to. */
import { orderOf } from "../payments/prepare.ts"
import type { Reason } from "../refusal.ts"
import type { FileOrder } from "./exchange.ts"
import * as orders from "./store/orders.ts"
import * as store from "./store/send.ts"
import { AT_ONCE, faultIn, type Telling, tellAll, type Work } from "./submit.ts"

/** Orders opened between two rests: a few milliseconds of unsealing. */
export const PAGE = 250

/** Declines charges whose payer took back the consent before they left. Throws the first fault. */
export async function declineRevoked(work: Work): Promise<void> {
  const { parts, rail } = work
  for (;;) {
    const now = parts.clock.now()
    const revoked = await store.revokedDue(parts.database, rail.name, now, AT_ONCE)
    if (revoked.length === 0) return
    const fault = await tellDeclined(work, revoked, "revoked", () => "mandate_revoked")
    if (fault !== null) throw fault
  }
}

type Flaw = { readonly reason: Reason; readonly why: string }

/** Leaves out what can't be written, before anything of the file is; it is declined later. */
export async function leaveOutFlawed(work: Work, { id: fileId }: store.OutFile): Promise<void> {
  const { parts, held } = work
  for (let after = orders.FIRST; ; ) {
    await held.keep()
    const page = await orders.ordersOf(parts.database, "file", fileId, after, PAGE)
    const flaws = new Map(
      page.flatMap((row) => {
        if (row.state !== "unknown") return []
        const flaw = flawOf(work, row)
        return flaw ? [[row.id, flaw] as const] : []
      }),
    )
    if (flaws.size > 0) {
      const flawed = [...flaws].map(([attemptId, { why }]) => ({ attemptId, why }))
      await held.write((tx) => orders.leaveOut(tx, flawed))
      parts.metrics.count("exchange_flawed", { rail: work.rail.name }, flawed.length)
    }
    if (page.length < PAGE) return
    after = page.at(-1)!.id
  }
}

/**
 * Declines what was left out of a file, and wasn't declined before. Throws the first fault, once
 * all that can be told is.
 */
export async function declineLeftOut(work: Work, { id: fileId }: store.OutFile): Promise<void> {
  let fault: unknown = null
  for (let after = orders.FIRST; ; ) {
    await work.held.keep()
    const page = await orders.ordersOf(work.parts.database, "left out", fileId, after, PAGE)
    const unknown = page.filter(({ state }) => state === "unknown")
    const reasons = new Map(unknown.map((row) => [row.id, flawOf(work, row)?.reason ?? "other"]))
    fault = (await tellDeclined(work, unknown, "flaw", ({ id }) => reasons.get(id)!)) ?? fault
    if (page.length < PAGE) break
    after = page.at(-1)!.id
  }
  if (fault !== null) throw fault
}

/** Why an order can't stand in a file. One that was left out stays so, whatever we think now. */
function flawOf({ parts, exchange }: Work, row: orders.OrderRow): Flaw | null {
  const flaw = row.revoked
    ? ({ reason: "mandate_revoked", why: "the consent to it was taken back" } as const)
    : openFlaw()
  return flaw ?? (row.flaw === null ? null : { reason: "other", why: row.flaw })

  function openFlaw(): Flaw | null {
    let order: FileOrder
    try {
      order = { ...orderOf(row, parts.keyring), remittance: row.remittance }
    } catch (error) {
      parts.log.error({ err: error, attemptId: row.id }, "an order can't be read")
      return { reason: "other", why: "what is stored of its account can't be opened" }
    }
    return exchange.flawOf(order)
  }
}

/** Tells of all of them; answers the first fault, or null. */
async function tellDeclined(
  work: Work,
  attempts: readonly orders.OwnedAttempt[],
  place: string,
  reasonOf: (attempt: orders.OwnedAttempt) => Reason,
): Promise<unknown> {
  const at = work.parts.clock.now()
  const tellings = attempts.map(
    (attempt): Telling => ({
      attempt,
      fact: { kind: "declined", reason: reasonOf(attempt) },
      place: `${place}:${attempt.id}`,
      at,
    }),
  )
  return faultIn(await tellAll(work, tellings))
}
