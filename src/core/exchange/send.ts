/**
 * Sends orders that are due to a bank, each in one file and never in a second.
 *
 * That an order is begun, and in which file it stands, is committed before the file is written;
 * which part is the file, before it is handed over; and a part can be handed over once. Whatever
 * stops in between goes on from what was committed last.
 */
import { orderOf } from "../payments/prepare.ts"
import { assert, type Reason } from "../refusal.ts"
import type { FileKind, FileOrder, GroupToWrite } from "./exchange.ts"
import { LeaseLost } from "./lease.ts"
import * as orders from "./store/orders.ts"
import * as store from "./store/send.ts"
import { AT_ONCE, faultIn, type Telling, tellAll, type Work } from "./submit.ts"

/** Orders begun by one statement: it locks them, and somebody may want to cancel one. */
const GATHER_MAX = 2_000
/** Orders opened between two rests: a few milliseconds of unsealing. */
const PAGE = 250
const KINDS = ["debits", "credits"] as const satisfies readonly FileKind[]
/** How often is said again that orders wait for an account that isn't there. */
const WARN_EVERY_MS = 3_600_000

/** When that was said last; lives as long as the pass. */
export type Warned = { atMs: number }

/** Finishes files that were begun, and sends what is due; answers how many files there were. */
export async function sendDue(work: Work, warned: Warned): Promise<number> {
  const { parts, rail } = work
  const begun = await store.unfinished(parts.database, rail.name)
  for (const file of begun) await handOver(work, file)
  await declineRevoked(work)
  let made = 0
  for (const kind of KINDS) {
    for (;;) {
      const file = await gather(work, kind, warned)
      if (file === null) break
      await handOver(work, file)
      made += 1
    }
  }
  // A bank's cut-off comes before anybody is told.
  const sent = await store.unfinished(parts.database, rail.name)
  for (const file of sent) await tellSent(work, file)
  return begun.length + made
}

/** Begins orders that are due and puts them into a new file; null when there are none. */
async function gather(work: Work, kind: FileKind, warned: Warned): Promise<store.OutFile | null> {
  const { parts, rail, exchange, held } = work
  const placed = await place(work, kind, warned)
  if (placed.length === 0) return null
  const createdAt = parts.clock.now()
  const id = parts.ids.next()
  const day = createdAt.toISOString().slice(0, 10).replaceAll("-", "")
  const name = `${kind}-${day}-${id}.xml`
  const file = { id, rail: rail.name, kind, name, part: partOf(work, id), createdAt }
  let count = 0
  while (count < exchange.ordersMax) {
    await held.keep()
    const most = Math.min(GATHER_MAX, exchange.ordersMax - count)
    const now = parts.clock.now()
    const more = await held.write((tx) => store.gather(tx, file, placed, now, most))
    count += more
    if (more < most) break
  }
  return count === 0 ? null : { ...file, state: "writing" }
}

/** Groups what is due by account of ours and day; what has no account stays waiting. */
async function place(work: Work, kind: FileKind, warned: Warned): Promise<store.Placed[]> {
  const { parts, rail, exchange } = work
  const now = parts.clock.now()
  const due = await store.dueOf(parts.database, rail.name, kind, now)
  const ids = new Map<string, string>()
  const whys = new Set<string>()
  let left = 0
  const placed = due.flatMap(({ account, asset, orders: count }): store.Placed[] => {
    const slot = exchange.slotOf({ account, asset }, now)
    if (typeof slot === "string") {
      whys.add(slot)
      left += count
      return []
    }
    const group = `${slot.account} ${asset} ${slot.day}`
    const groupId = ids.get(group) ?? parts.ids.next()
    ids.set(group, groupId)
    return [{ chosen: account, asset, groupId, slot }]
  })
  parts.metrics.gauge("exchange_orders_without_account", left, { rail: rail.name, kind })
  if (left > 0 && now.getTime() - warned.atMs >= WARN_EVERY_MS) {
    warned.atMs = now.getTime()
    const about = { rail: rail.name, kind, orders: left, why: [...whys] }
    parts.log.warn(about, "orders wait for an account to go over")
  }
  return placed
}

/** Charges whose payer took back the consent before they left. */
async function declineRevoked(work: Work): Promise<void> {
  const { parts, rail } = work
  for (;;) {
    const now = parts.clock.now()
    const revoked = await store.revokedDue(parts.database, rail.name, now, AT_ONCE)
    if (revoked.length === 0) return
    await tellDeclined(work, revoked, "revoked", () => "mandate_revoked")
  }
}

/** Writes a file's part and hands it over, from wherever that was left. */
async function handOver(work: Work, file: store.OutFile): Promise<void> {
  const { parts, exchange, held } = work
  let ready = file
  if (file.state === "writing") {
    await leaveOutFlawed(work, file)
    const written = await writePart(work, file)
    if (written === null) return
    ready = written
  }
  if (ready.state !== "ready") return
  // In a folder that isn't the one, a part that isn't there would be taken for one that left.
  await work.checkFolder()
  await exchange.send(ready.part, ready.name)
  await held.write((tx) => store.setSent(tx, ready.id))
  parts.log.info({ fileId: ready.id, name: ready.name }, "a file was handed over to the bank")
}

/** The name of a part: a node that lost its lease and goes on writing has another. */
function partOf({ held }: Work, fileId: string): string {
  return `${fileId}-${held.fence}.part`
}

/** Answers the file when its part is whole; null when there was nothing to write. */
async function writePart(work: Work, file: store.OutFile): Promise<store.OutFile | null> {
  const { parts, exchange, held } = work
  const part = partOf(work, file.id)
  if (part !== file.part) {
    await held.write((tx) => store.setPart(tx, file.id, part))
    await exchange.discard(file.part)
  }
  const groups = await orders.groupsOf(parts.database, file.id)
  if (groups.length === 0) {
    await held.write((tx) => store.setTold(tx, file.id, parts.clock.now(), "none"))
    return null
  }
  await work.checkFolder()
  const { id, kind, createdAt } = file
  const toWrite = groups.map(
    (group): GroupToWrite => ({ ...group, orders: () => read(work, group.id) }),
  )
  const written = await exchange.write({ id, kind, createdAt, groups: toWrite }, part)
  const mine = { ...file, part }
  try {
    const isReady = await held.write((tx) => store.setReady(tx, mine, written))
    assert(isReady, `file ${id} is no longer the one that was written`)
  } catch (error) {
    // Whoever works with the folder now writes a part of its own.
    if (error instanceof LeaseLost) await exchange.discard(part)
    throw error
  }
  return { ...mine, state: "ready" }
}

/** The orders of a group, from the first. */
async function* read(work: Work, groupId: string): AsyncGenerator<FileOrder> {
  for (let after = orders.FIRST; ; ) {
    await work.held.keep()
    const page = await orders.ordersOf(work.parts.database, "group", groupId, after, PAGE)
    for (const row of page)
      yield { ...orderOf(row, work.parts.keyring), remittance: row.remittance }
    if (page.length < PAGE) return
    after = page.at(-1)!.id
  }
}

type Flaw = { readonly reason: Reason; readonly why: string }

/** Declines what can't be written, before anything of the file is. */
async function leaveOutFlawed(work: Work, { id: fileId }: store.OutFile): Promise<void> {
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
      const left = page.filter(({ id }) => flaws.has(id))
      await tellDeclined(work, left, "flaw", ({ id }) => flaws.get(id)!.reason)
      parts.metrics.count("exchange_flawed", { rail: work.rail.name }, left.length)
    }
    if (page.length < PAGE) return
    after = page.at(-1)!.id
  }
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

async function tellDeclined(
  work: Work,
  attempts: readonly orders.OwnedAttempt[],
  place: string,
  reasonOf: (attempt: orders.OwnedAttempt) => Reason,
): Promise<void> {
  const at = work.parts.clock.now()
  const tellings = attempts.map(
    (attempt): Telling => ({
      attempt,
      fact: { kind: "declined", reason: reasonOf(attempt) },
      place: `${place}:${attempt.id}`,
      at,
    }),
  )
  const fault = faultIn(await tellAll(work, tellings))
  if (fault !== null) throw fault
}

/** Tells the payments of a file that was handed over. */
async function tellSent(work: Work, file: store.OutFile): Promise<void> {
  const { parts, held } = work
  if (file.state !== "sent") return
  for (let after = orders.FIRST; ; ) {
    const page = await orders.toldOf(parts.database, file.id, after, AT_ONCE)
    const at = parts.clock.now()
    const waiting = page.filter(({ waits }) => waits)
    const tellings = waiting.map(
      (attempt): Telling => ({ attempt, fact: { kind: "sent" }, place: null, at }),
    )
    const fault = faultIn(await tellAll(work, tellings))
    if (fault !== null) throw fault
    if (page.length < AT_ONCE) break
    after = page.at(-1)!.id
  }
  await held.write((tx) => store.setTold(tx, file.id, parts.clock.now(), "sent"))
}
