/** Runs one decider over rows in memory, and says in lines what it answered and wrote. */
import assert from "node:assert/strict"
import type { Customer, Instrument } from "../../src/core/customers/customer.ts"
import type { Decider } from "../../src/core/decide/decider.ts"
import {
  Draft,
  Missing,
  type Needs,
  referenceKey,
  type Shelf,
  sightingKey,
  type Told,
  termsKey,
  transferKey,
} from "../../src/core/draft.ts"
import { together } from "../../src/core/fold.ts"
import {
  type AccountKey,
  accountId,
  floorOf,
  type Transfer,
} from "../../src/core/ledger/account.ts"
import type { Terms } from "../../src/core/merchants/merchant.ts"
import type { Attempt, Refund } from "../../src/core/payments/attempt.ts"
import type { Payment } from "../../src/core/payments/payment.ts"
import { isRefusal } from "../../src/core/refusal.ts"
import type { SightingRow, TallyRow } from "../../src/core/store/schema.ts"
import type { Xpub } from "../../src/core/xpubs/xpub.ts"
import { BEFORE, merchant, NOW } from "./rows.ts"

/** All rows that there are; of the accounts their balances, such as `"m available COP": 70n`. */
export type World = {
  readonly terms?: readonly Terms[]
  readonly payments?: readonly Payment[]
  readonly attempts?: readonly Attempt[]
  readonly refunds?: readonly Refund[]
  readonly customers?: readonly Customer[]
  readonly instruments?: readonly Instrument[]
  readonly sightings?: readonly SightingRow[]
  readonly transfers?: readonly Transfer[]
  readonly tallies?: readonly TallyRow[]
  readonly xpubs?: readonly Xpub[]
  readonly balances?: Readonly<Record<string, bigint>>
}

/** The rows that there are, the command, and the lines that it must come to. */
export type Row<Command> = readonly [world: World, command: Command, lines: string]

/** Fails unless the decider comes to the lines of this row; how far they stand in doesn't count. */
export function check<Command extends { readonly merchantId: string }>(
  decider: Decider<Command, unknown>,
  [world, command, lines]: Row<Command>,
): void {
  assert.equal(decided(decider, world, command), lines.trim().replace(/^ +/gm, ""))
}

/** A command that needs more of them reaches for what it never names. */
const FOLDS_MAX = 5

/**
 * What `decide` answers and writes over the rows that `needs` asks for, in lines. What it reached
 * for beyond that is loaded for another fold, as the engine does it, and is a line of its own.
 */
function decided<Command extends { readonly merchantId: string }>(
  { needs, decide }: Decider<Command, unknown>,
  world: World,
  command: Command,
): string {
  let known = together([needs(command), { merchants: [command.merchantId] }])
  const again: string[] = []
  for (let folds = 0; folds < FOLDS_MAX; folds += 1) {
    let ids = 0
    const draft = new Draft(NOW, () => `id${++ids}`)
    const names = fill(draft, known, world)
    try {
      const answer = decide(draft, command)
      const lines = isRefusal(answer)
        ? [`refused ${answer.refused}: ${answer.message}`]
        : [`answered ${answerOf(draft, answer)}`, ...writtenIn(draft, world, names)]
      return [...again, ...lines].join("\n")
    } catch (error) {
      if (!(error instanceof Missing)) throw error
      again.push(`not foreseen: ${reachedFor(error.needs)}`)
      known = together([known, error.needs])
    }
  }
  throw new Error(again.join("\n"))
}

/** What was not loaded: of accounts, whose they are, for all of one owner come together. */
function reachedFor(needs: Needs): string {
  const [first] = needs.accounts ?? []
  return first ? `accounts of ${first.merchantId ?? first.rail} in ${first.asset}` : said(needs)
}

/** The words of an account in these lines. */
function accountName({ custodian, merchantId, rail, kind, asset }: AccountKey): string {
  return `${custodian === "self" ? "self " : ""}${merchantId ?? rail} ${kind} ${asset}`
}

function keyOf(name: string): AccountKey {
  const words = name.split(" ")
  const custodian = words[0] === "self" ? "self" : "gateway"
  const [owner, kind, asset] = custodian === "self" ? words.slice(1) : words
  const isRail = kind === "clearing" || kind === "outside"
  return {
    custodian,
    merchantId: isRail ? null : owner!,
    rail: isRail ? owner! : null,
    kind: kind as AccountKey["kind"],
    asset: asset!,
  }
}

/** Loads what is asked for, as the store does; answers the names of the accounts by their ids. */
function fill(draft: Draft, needs: Needs, world: World): ReadonlyMap<string, string> {
  for (const id of needs.merchants ?? []) {
    draft.merchants.load(id, id === merchant.id ? merchant : null)
    draft.terms.load(termsKey(id, "caudal"), world.terms?.[0] ?? null)
  }
  put(draft.payments, needs.payments, world.payments, (row) => row.id)
  for (const reference of needs.references ?? []) {
    const found = world.payments?.find((row) => row.reference === reference.reference) ?? null
    draft.references.load(referenceKey(reference), found?.id ?? null)
    if (found) draft.payments.load(found.id, found)
  }
  for (const id of needs.attemptsOf ?? []) {
    const rows = world.attempts?.filter((row) => row.paymentId === id) ?? []
    for (const row of rows) draft.attempts.load(row.id, row)
    draft.attemptIds.load(
      id,
      rows.map((row) => row.id),
    )
  }
  for (const id of needs.refundsOf ?? []) {
    for (const row of world.refunds ?? []) if (row.paymentId === id) draft.refunds.load(row.id, row)
  }
  put(draft.customers, needs.customers, world.customers, (row) => row.id)
  const instruments = [...(needs.instruments ?? []), ...(needs.instrumentsToChange ?? [])]
  put(draft.instruments, instruments, world.instruments, (row) => row.id)
  put(draft.sightings, needs.sightings?.map(sightingKey), world.sightings, sightingKey)
  for (const id of needs.frozenOf ?? []) {
    const own = world.sightings?.filter((row) => row.attemptId === id) ?? []
    // As the database finds them: see load-sightings.ts.
    const rows = own.filter(
      (row) =>
        row.frozen ||
        (row.booked > 0n &&
          own.some(
            (other) =>
              other.reference === row.reference &&
              other.blockHash !== row.blockHash &&
              other.state === "final" &&
              other.booked === 0n,
          )),
    )
    for (const row of rows) draft.sightings.load(sightingKey(row), row)
    draft.frozenOf.load(id, rows.map(sightingKey))
  }
  put(draft.transferReferences, needs.transfers?.map(transferKey), world.transfers, (row) =>
    transferKey(row as typeof row & { merchantId: string; reference: string }),
  )
  put(draft.tallies, needs.tallies, world.tallies, (row) => row.key)
  put(draft.xpubs, needs.xpubs, world.xpubs, (row) => row.id)
  return fillAccounts(draft, needs.accounts ?? [], world.balances ?? {})
}

function fillAccounts(
  draft: Draft,
  wanted: readonly AccountKey[],
  balances: Readonly<Record<string, bigint>>,
): ReadonlyMap<string, string> {
  for (const key of wanted) draft.accounts.load(accountId(key), null)
  const asked = new Set(wanted.map(accountId))
  for (const [name, balance] of Object.entries(balances)) {
    const key = keyOf(name)
    const id = accountId(key)
    const row = { ...key, id, balance, floor: floorOf(key.kind), createdAt: BEFORE }
    if (asked.has(id)) draft.accounts.load(id, row)
  }
  return new Map(wanted.map((key) => [accountId(key), accountName(key)]))
}

function put<T>(
  shelf: Shelf<T>,
  keys: readonly string[] | undefined,
  rows: readonly T[] | undefined,
  keyOf: (row: T) => string,
): void {
  for (const key of keys ?? []) shelf.load(key, rows?.find((row) => keyOf(row) === key) ?? null)
}

/** Each row that was written, table by table, in the order in which it was. */
function writtenIn(draft: Draft, world: World, names: ReadonlyMap<string, string>): string[] {
  const rows = <T>(table: string, shelf: Shelf<T>, before: readonly T[] | undefined) => {
    return [
      ...[...shelf.updated].map(([key, row]) => {
        const old = before?.find((each) => rowKey(each as RowKey) === key)
        return `${table} ${key}: ${changes(old ?? {}, row as object)}`
      }),
      ...[...shelf.inserted].map(([key, row]) => `new ${table} ${key} ${said(row)}`),
    ]
  }
  return [
    ...rows("payment", draft.payments, world.payments),
    ...[...draft.references.inserted].map(([key, id]) => `reference ${key} is ${id}`),
    ...rows("attempt", draft.attempts, world.attempts),
    ...[...draft.attemptIds.updated, ...draft.attemptIds.inserted].map(
      ([id, ids]) => `attempts of ${id}: ${ids.join(" ")}`,
    ),
    ...rows("refund", draft.refunds, world.refunds),
    ...rows("customer", draft.customers, world.customers),
    ...rows("instrument", draft.instruments, world.instruments),
    ...rows("sighting", draft.sightings, world.sightings),
    ...[...draft.frozenOf.updated].map(([id, keys]) => `frozen of ${id}: ${said(keys)}`),
    ...rows("tally", draft.tallies, world.tallies),
    ...rows("xpub", draft.xpubs, world.xpubs),
    ...rows("address", draft.addresses, undefined),
    ...[...draft.transfers.inserted.values()].map((row) => moved(row, names)),
    ...[...draft.transferReferences.inserted].map(([key, { id }]) => `transfer ${key} is ${id}`),
    ...[...draft.events.inserted.values()].map(told),
    ...[...draft.audits.inserted.values()].map((text) => `audit ${text}`),
  ]
}

type RowKey = { id?: string; key?: string; rail?: string; place?: string }

/** Rows have an id or a key, but for a sighting, which has a place. */
function rowKey({ id, key, rail, place }: RowKey): string {
  return id ?? key ?? sightingKey({ rail: rail!, place: place! })
}

function changes(before: object, after: object): string {
  const old = new Map(Object.entries(before))
  const next = new Map(Object.entries(after))
  const differing = [...new Set([...old.keys(), ...next.keys()])].filter(
    (name) => said(old.get(name)) !== said(next.get(name)),
  )
  const change = (name: string) => `${name} ${said(old.get(name))} → ${said(next.get(name))}`
  const isTouch = (name: string) => name === "updatedAt" && said(next.get(name)) === "now"
  return differing.map((name) => (isTouch(name) ? "touched" : change(name))).join(", ")
}

function moved(row: Transfer, names: ReadonlyMap<string, string>): string {
  const [from, to] = [names.get(row.debitId), names.get(row.creditId)]
  const about = [row.merchantId, row.paymentId, row.reference].filter((each) => each !== null)
  return `moved ${row.amount} from ${from} to ${to}: ${row.kind} (${about.join(" ")})`
}

/** An event with the state of each row that its callbacks are made of. */
function told({ event, payment, attempt, instrument, refund }: Told): string {
  const about = { payment, attempt, instrument, refund }
  const shown = Object.entries(about).flatMap(([kind, row]) => {
    return row === null ? [] : [`${kind} ${row.id} ${row.state}`]
  })
  const { subject, subjectId, seq, merchantId, dialect, type, data } = event
  const name = `${type} (${subject} ${subjectId} #${seq} ${merchantId} ${dialect})`
  return `told ${name}: ${shown.join(", ")}, ${said(data)}`
}

/** An answer's rows are named, and marked where they aren't what was written last. */
function answerOf(draft: Draft, answer: unknown): string {
  const current: readonly unknown[] = [
    draft.payments,
    draft.attempts,
    draft.refunds,
    draft.instruments,
    draft.customers,
  ].flatMap(({ inserted, updated }: Shelf<unknown>) => [...inserted.values(), ...updated.values()])
  const name = (value: unknown): string => {
    const row = value as { id?: string; state?: string } | null
    if (typeof row !== "object" || row?.id === undefined) return said(value)
    const isWritten = current.some((each) => (each as { id?: string }).id === row.id)
    const isStale = isWritten && !current.some((each) => said(each) === said(value))
    return `${row.id}${row.state ? ` ${row.state}` : ""}${isStale ? " (not as written)" : ""}`
  }
  const isPlain = typeof answer === "object" && answer !== null && !("id" in answer)
  if (!isPlain) return name(answer)
  return Object.entries(answer)
    .map(([key, value]) => `${key}: ${name(value)}`)
    .join(", ")
}

/** A value in few characters: instants count from now, in hours. */
function said(value: unknown): string {
  if (value instanceof Date) {
    const away = (value.getTime() - NOW.getTime()) / 3_600_000
    return away === 0 ? "now" : `now${away > 0 ? "+" : ""}${away}h`
  }
  if (typeof value === "bigint" || typeof value === "number") return String(value)
  if (typeof value === "string") return value
  if (Buffer.isBuffer(value)) return `<${value}>`
  if (Array.isArray(value)) return `[${value.map(said).join(", ")}]`
  if (typeof value !== "object" || value === null) return String(value)
  const members = Object.entries(value).map(([name, each]) => `${name}: ${said(each)}`)
  return `{${members.join(", ")}}`
}
