/**
 * The state one batch works on: the rows that were loaded, and what the deciders changed so far.
 *
 * A decider reads and writes only this. What a refused or failed command wrote is taken back, and a
 * row that nobody asked for in `needs` stops the fold with `Missing`, so that it is loaded and the
 * whole batch is folded again.
 */
import { type Actor, contentOf, type Entry } from "./audit/entry.ts"
import type { Customer, Instrument } from "./customers/customer.ts"
import {
  type Account,
  type AccountKey,
  accountId,
  accountsBeside,
  floorOf,
  type Transfer,
} from "./ledger/account.ts"
import type { Merchant, Terms } from "./merchants/merchant.ts"
import type { Attempt, Refund } from "./payments/attempt.ts"
import type { DialectName, Payment } from "./payments/payment.ts"
import { assert } from "./refusal.ts"
import type { AnswerRow, SightingRow, TallyRow } from "./store/schema.ts"
import type { Delivery, Endpoint, Event } from "./webhooks/event.ts"
import type { Address, Xpub } from "./xpubs/xpub.ts"

/** Rows that commands will read, by the keys known before anything is loaded. */
export type Needs = {
  readonly merchants?: readonly string[]
  readonly payments?: readonly string[]
  readonly references?: readonly Reference[]
  /** Attempts by payment: all of a payment's attempts come together. */
  readonly attemptsOf?: readonly string[]
  readonly refundsOf?: readonly string[]
  readonly customers?: readonly string[]
  readonly instruments?: readonly string[]
  /** Instruments that the command may change, or that must stay as they are: they are locked. */
  readonly instrumentsToChange?: readonly string[]
  readonly sightings?: readonly { readonly rail: string; readonly place: string }[]
  /** Attempts whose frozen sightings may be freed, and booked ones be found in another block. */
  readonly frozenOf?: readonly string[]
  readonly transfers?: readonly { readonly merchantId: string; readonly reference: string }[]
  readonly answers?: readonly string[]
  readonly tallies?: readonly string[]
  readonly accounts?: readonly AccountKey[]
  readonly xpubs?: readonly string[]
}

/** A merchant's own id for a payment in one dialect. */
export type Reference = {
  readonly merchantId: string
  readonly dialect: DialectName
  readonly reference: string
}

/** A decider reached for rows that were not loaded. */
export class Missing extends Error {
  override name = "Missing"
  readonly needs: Needs
  constructor(needs: Needs) {
    super(`not loaded: ${JSON.stringify(needs)}`)
    this.needs = needs
  }
}

type Undo = () => void

/** The rows of one table in a batch. */
export class Shelf<T> {
  readonly inserted = new Map<string, T>()
  readonly updated = new Map<string, T>()
  private readonly loaded = new Map<string, T | null>()
  private readonly missing: (key: string) => Needs
  private readonly journal: Undo[]

  constructor(journal: Undo[], missing: (key: string) => Needs) {
    this.journal = journal
    this.missing = missing
  }

  /** Puts a row as the database has it; null says that it has none. */
  load(key: string, row: T | null): void {
    this.loaded.set(key, row)
  }

  /**
   * The row as it is now, or null when there is none. Throws `Missing` when nobody asked for it.
   */
  get(key: string): T | null {
    const row = this.inserted.get(key) ?? this.updated.get(key) ?? this.loaded.get(key)
    if (row === undefined) throw new Missing(this.missing(key))
    return row
  }

  /** Adds a row that is not in the database yet. */
  insert(key: string, row: T): void {
    assert(!this.inserted.has(key), `inserted twice: ${key}`)
    this.inserted.set(key, row)
    this.journal.push(() => this.inserted.delete(key))
  }

  /** Changes a row that was loaded or inserted in this batch; it is written once, as it is last. */
  put(key: string, row: T): void {
    const shelf = this.inserted.has(key) ? this.inserted : this.updated
    const before = shelf.get(key)
    shelf.set(key, row)
    this.journal.push(() => (before === undefined ? shelf.delete(key) : shelf.set(key, before)))
  }
}

/** An event with the rows as they were when it happened: what its callbacks are made of. */
export type Told = {
  readonly event: Event
  readonly payment: Payment | null
  readonly attempt: Attempt | null
  readonly instrument: Instrument | null
  readonly refund: Refund | null
}

export class Draft {
  readonly now: Date
  readonly nextId: () => string
  private readonly journal: Undo[] = []

  readonly merchants = this.shelf<Merchant>((id) => ({ merchants: [id] }))
  readonly terms = this.shelf<Terms>((key) => ({ merchants: [key.slice(0, key.indexOf("|"))] }))
  readonly endpoints = this.shelf<readonly Endpoint[]>((id) => ({ merchants: [id] }))
  readonly payments = this.shelf<Payment>((id) => ({ payments: [id] }))
  readonly references = this.shelf<string>((key) => ({ references: [parseReferenceKey(key)] }))
  readonly attempts = this.shelf<Attempt>((id) => ({ attemptsOf: [id] }))
  readonly attemptIds = this.shelf<readonly string[]>((id) => ({ attemptsOf: [id] }))
  readonly refunds = this.shelf<Refund>((id) => ({ refundsOf: [id] }))
  readonly customers = this.shelf<Customer>((id) => ({ customers: [id] }))
  readonly instruments = this.shelf<Instrument>((id) => ({ instruments: [id] }))
  readonly sightings = this.shelf<SightingRow>((key) => ({ sightings: [parseSightingKey(key)] }))
  readonly frozenOf = this.shelf<readonly string[]>((id) => ({ frozenOf: [id] }))
  readonly transferReferences = this.shelf<Transfer>((key) => ({
    transfers: [parseTransferKey(key)],
  }))
  readonly transfers = this.shelf<Transfer>(() => ({}))
  readonly events = this.shelf<Told>(() => ({}))
  readonly deliveries = this.shelf<Delivery>(() => ({}))
  readonly answers = this.shelf<AnswerRow>((key) => ({ answers: [key] }))
  readonly tallies = this.shelf<TallyRow>((key) => ({ tallies: [key] }))
  readonly accounts = this.shelf<Account>(() => ({}))
  readonly xpubs = this.shelf<Xpub>((id) => ({ xpubs: [id] }))
  readonly addresses = this.shelf<Address>(() => ({}))
  /** Entries of the audit log, as they are to be appended. */
  readonly audits = this.shelf<string>(() => ({}))

  constructor(now: Date, nextId: () => string) {
    this.now = now
    this.nextId = nextId
  }

  private shelf<T>(missing: (key: string) => Needs): Shelf<T> {
    return new Shelf<T>(this.journal, missing)
  }

  /** A point to which `undoTo` can take everything back. */
  mark(): number {
    return this.journal.length
  }

  /** Takes back all that was written since `mark`. */
  undoTo(mark: number): void {
    while (this.journal.length > mark) this.journal.pop()!()
  }

  /** The account as it is now; one that does not exist yet has a balance of zero. */
  account(key: AccountKey): Account {
    const id = accountId(key)
    let row: Account | null
    try {
      row = this.accounts.get(id)
    } catch (error) {
      // Where one was not foreseen, others of the same owner may follow: few folds are to find all.
      if (error instanceof Missing) throw new Missing({ accounts: accountsBeside(key) })
      throw error
    }
    if (row) return row
    return { ...key, id, balance: 0n, floor: floorOf(key.kind), createdAt: this.now }
  }

  /** Moves money. A move that would break a floor is a bug: deciders look at the balance first. */
  move(
    from: AccountKey,
    to: AccountKey,
    amount: bigint,
    about: { kind: string; payment?: Payment; merchantId?: string; reference?: string },
  ): void {
    if (amount === 0n) return
    assert(amount > 0n, `a transfer of ${amount}`)
    assert(from.asset === to.asset, `a transfer from ${from.asset} to ${to.asset}`)
    const debit = this.account(from)
    const credit = this.account(to)
    const left = debit.balance - amount
    assert(
      debit.floor === null || left >= debit.floor,
      `${from.kind} of ${debit.id} below its floor`,
    )
    this.putAccount({ ...debit, balance: left })
    this.putAccount({ ...credit, balance: credit.balance + amount })
    const transfer: Transfer = {
      id: this.nextId(),
      debitId: debit.id,
      creditId: credit.id,
      amount,
      kind: about.kind,
      merchantId: about.payment?.merchantId ?? about.merchantId ?? null,
      paymentId: about.payment?.id ?? null,
      reference: about.reference ?? null,
      createdAt: this.now,
    }
    this.transfers.insert(transfer.id, transfer)
  }

  private putAccount(account: Account): void {
    if (this.accounts.get(account.id) === null && !this.accounts.inserted.has(account.id)) {
      this.accounts.insert(account.id, account)
    } else {
      this.accounts.put(account.id, account)
    }
  }

  /** Writes down what an operator did. */
  audit(entry: Entry, by: Actor): void {
    this.audits.insert(this.nextId(), contentOf(entry, by, this.now))
  }

  /** Writes an event about a row whose `version` was raised for it. */
  tell(
    subject: { kind: Event["subject"]; id: string; seq: number },
    merchantId: string,
    dialect: DialectName,
    type: string,
    about: Partial<Omit<Told, "event">> & { data?: Event["data"] },
  ): void {
    const event: Event = {
      id: this.nextId(),
      subject: subject.kind,
      subjectId: subject.id,
      seq: subject.seq,
      merchantId,
      dialect,
      type,
      data: about.data ?? {},
      createdAt: this.now,
    }
    this.events.insert(`${event.subjectId}|${event.seq}`, {
      event,
      payment: about.payment ?? null,
      attempt: about.attempt ?? null,
      instrument: about.instrument ?? null,
      refund: about.refund ?? null,
    })
  }
}

/** The key under which a natural reference is kept while a batch is folded. */
export function referenceKey(of: Reference): string {
  return `${of.merchantId}|${of.dialect}|${of.reference}`
}

function parseReferenceKey(key: string): Reference {
  const [merchantId, dialect, ...rest] = key.split("|")
  return { merchantId: merchantId!, dialect: dialect as DialectName, reference: rest.join("|") }
}

/** The key of a sighting: its rail and its place there. */
export function sightingKey(of: { rail: string; place: string }): string {
  return `${of.rail}|${of.place}`
}

function parseSightingKey(key: string): { rail: string; place: string } {
  const at = key.indexOf("|")
  return { rail: key.slice(0, at), place: key.slice(at + 1) }
}

/** The key of a transfer that a merchant's reference names. */
export function transferKey(of: { merchantId: string; reference: string }): string {
  return `${of.merchantId}|${of.reference}`
}

function parseTransferKey(key: string): { merchantId: string; reference: string } {
  const at = key.indexOf("|")
  return { merchantId: key.slice(0, at), reference: key.slice(at + 1) }
}

/** The key of a merchant's terms for one dialect. */
export function termsKey(merchantId: string, dialect: DialectName): string {
  return `${merchantId}|${dialect}`
}
