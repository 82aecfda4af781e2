/**
 * Sends orders that are due to a bank, each in one file and never in a second.
 *
 * That an order is begun, and in which file it stands, is committed before the file is written;
 * which part is the file, before it is handed over; and a part can be handed over once. Whatever
 * stops in between goes on from what was committed last.
 */
import { orderOf } from "../payments/prepare.ts"
import { assert } from "../refusal.ts"
import { declineLeftOut, declineRevoked, leaveOutFlawed, PAGE } from "./decline.ts"
import { type FileKind, type FileOrder, FolderLost, type GroupToWrite } from "./exchange.ts"
import { LeaseLost } from "./lease.ts"
import * as orders from "./store/orders.ts"
import * as store from "./store/send.ts"
import { AT_ONCE, faultIn, type Telling, tellAll, type Work } from "./submit.ts"

/** Orders begun by one statement: it locks them, and somebody may want to cancel one. */
const GATHER_MAX = 2_000
const KINDS = ["debits", "credits"] as const satisfies readonly FileKind[]
/** How often is said again that orders wait for an account that isn't there. */
const WARN_EVERY_MS = 3_600_000

/** When that was said last; lives as long as the pass. */
export type Warned = { atMs: number }

/** Finishes files that were begun, and sends what is due; answers how many files there were. */
export async function sendDue(work: Work, warned: Warned): Promise<number> {
  const { parts, rail } = work
  const faults: unknown[] = []
  const begun = await store.unfinished(parts.database, rail.name)
  for (const file of begun) await guarded(work, faults, () => handOver(work, file))
  await guarded(work, faults, () => declineRevoked(work))
  let made = 0
  for (const kind of KINDS) {
    await guarded(work, faults, async () => {
      for (;;) {
        const file = await gather(work, kind, warned)
        if (file === null) break
        made += 1
        await handOver(work, file)
      }
    })
  }
  // A bank's cut-off comes before anybody is told.
  const sent = await store.unfinished(parts.database, rail.name)
  for (const file of sent) await guarded(work, faults, () => tellSent(work, file))
  if (faults.length > 0) throw faults[0]
  return begun.length + made
}

/** One file or payment that can't be dealt with now must not keep back those of others. */
async function guarded(work: Work, faults: unknown[], deal: () => Promise<void>): Promise<void> {
  try {
    await deal()
  } catch (error) {
    if (error instanceof LeaseLost || error instanceof FolderLost) throw error
    // The first is thrown in the end, and logged by who hears it.
    if (faults.length > 0) work.parts.log.error({ err: error }, "orders were not dealt with")
    faults.push(error)
  }
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
    await declineLeftOut(work, file)
    await held.write((tx) => store.setTold(tx, file.id, parts.clock.now(), "none"))
    return null
  }
  await work.checkFolder()
  const { id, kind, createdAt } = file
  const toWrite = (await redate(work, groups)).map(
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

/** A file that was kept back leaves for a day that a bank still takes. */
async function redate(
  { parts, exchange, held }: Work,
  groups: readonly orders.Group[],
): Promise<orders.Group[]> {
  const now = parts.clock.now()
  const dated = groups.map((group) => {
    const slot = exchange.slotOf(group, now)
    return typeof slot === "string" || slot.day <= group.day ? group : { ...group, day: slot.day }
  })
  const late = dated.filter((group, at) => group !== groups[at])
  if (late.length > 0) await held.write((tx) => store.setDays(tx, late))
  return dated
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

/** Tells the payments of a file that was handed over. */
async function tellSent(work: Work, file: store.OutFile): Promise<void> {
  const { parts, held } = work
  if (file.state !== "sent") return
  let fault: unknown = null
  for (let after = orders.FIRST; ; ) {
    const page = await orders.toldOf(parts.database, file.id, after, AT_ONCE)
    const at = parts.clock.now()
    const waiting = page.filter(({ waits }) => waits)
    const tellings = waiting.map(
      (attempt): Telling => ({ attempt, fact: { kind: "sent" }, place: null, at }),
    )
    fault = faultIn(await tellAll(work, tellings)) ?? fault
    if (page.length < AT_ONCE) break
    after = page.at(-1)!.id
  }
  await declineLeftOut(work, file)
  // It is told anew, and those who know already are left alone.
  if (fault !== null) throw fault
  await held.write((tx) => store.setTold(tx, file.id, parts.clock.now(), "sent"))
}
