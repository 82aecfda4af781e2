/** What one may ask of the core and tell it, by subject; payments' own verbs are in `pay.ts`. */
import type { Actor, Entry } from "./audit/entry.ts"
import { type InTurn, makeAuditLog } from "./audit/log.ts"
import { importCatalogue, type ReplaceOptions, replaceCatalogue } from "./catalogue/change.ts"
import type { Company } from "./catalogue/company.ts"
import type { ImportOptions } from "./catalogue/import.ts"
import { findCompany, listCompanies } from "./catalogue/store.ts"
import type { Consent, Customer, Instrument, Revoker } from "./customers/customer.ts"
import { makeReaders } from "./customers/reader.ts"
import { makeCustomerSearch } from "./customers/search.ts"
import * as customers from "./customers/store.ts"
import { makeStored, type NewCustomer, type NewInstrument } from "./customers/stored.ts"
import { createCustomer } from "./decide/create-customer.ts"
import { createInstrument, type InstrumentCreated } from "./decide/create-instrument.ts"
import { type ReportInstrument, reportInstrument } from "./decide/report-instrument.ts"
import { revokeInstrument } from "./decide/revoke-instrument.ts"
import { type TopUp, topUp } from "./decide/top-up.ts"
import type { Engine } from "./engine.ts"
import type { Bound, Once } from "./fold.ts"
import * as ledger from "./ledger/store.ts"
import { configureMerchant } from "./merchants/configure.ts"
import { type EndpointVerbParts, makeEndpointVerbs } from "./merchants/endpoint-verbs.ts"
import { makeGate } from "./merchants/gate.ts"
import * as keys from "./merchants/keys.ts"
import { makeLastUsed } from "./merchants/last-used.ts"
import * as onboard from "./merchants/onboard.ts"
import * as operators from "./merchants/operators.ts"
import type { Secret } from "./merchants/secret.ts"
import { listCredentials } from "./merchants/store/credentials.ts"
import { listOperatorKeys } from "./merchants/store/operators.ts"
import * as merchants from "./merchants/store.ts"
import { changeTerms, type NewTerms } from "./merchants/terms.ts"
import type { PageRequest } from "./page.ts"
import type { Attempt } from "./payments/attempt.ts"
import type { Pay } from "./payments/pay.ts"
import { isOverdue, type Payment, type Purpose } from "./payments/payment.ts"
import { orderOf } from "./payments/prepare.ts"
import type { Reader } from "./payments/reader.ts"
import type { makeSearch } from "./payments/search.ts"
import { findRefund, listRefunds, type RefundFilter } from "./payments/store/refunds.ts"
import * as payments from "./payments/store.ts"
import { storyFor } from "./payments/story.ts"
import type { Rail } from "./rail.ts"
import { isRefusal, type Refusal, refuse } from "./refusal.ts"
import { viewsOf } from "./sightings/view.ts"
import { findAnswer } from "./store/answers.ts"
import { openConsent, openPurpose, sealConsent, sealPurpose } from "./store/sealed.ts"
import { verifyBooks, verifyWhole, type WholeOptions } from "./verify/whole.ts"
import { type EventVerbParts, makeEventVerbs } from "./webhooks/verbs.ts"

export type VerbParts = EventVerbParts &
  EndpointVerbParts & {
    readonly engine: Engine
    readonly pay: Pay
    readonly reader: Reader
    readonly rails: ReadonlyMap<string, Rail>
    /** Made once a node: whoever asks waits in the same turns. */
    readonly search: ReturnType<typeof makeSearch>
    /** The same of walks along the audit log's chain. */
    readonly walkInTurn: InTurn
  }

/** Makes them for one node. */
export function makeVerbs(parts: VerbParts) {
  const { database, clock, keyring, engine, pay } = parts
  const audit = makeAuditLog(parts, parts.walkInTurn)
  const gate = makeGate({ database, clock })
  const lastUsed = makeLastUsed({ database, clock })
  const readers = makeReaders(database, keyring)
  const stored = makeStored(parts)

  return {
    payments: {
      /** A merchant's payment, ended first if its time ran out. */
      async find(merchantId: string, id: string): Promise<Payment | null> {
        const payment = await parts.reader.find(id)
        return payment?.merchantId === merchantId ? upToDate(payment) : null
      },
      /** A payment by its link alone: for the payer's pages. */
      async findByLink(id: string): Promise<Payment | null> {
        return upToDate(await parts.reader.find(id))
      },
      async findByReference(
        merchantId: string,
        dialect: Payment["dialect"],
        reference: string,
      ): Promise<Payment | null> {
        return upToDate(await parts.reader.findByReference({ merchantId, dialect, reference }))
      },
      list: (filter: payments.PaymentFilter, page: PageRequest) =>
        payments.listPayments(database, filter, page),
      search: parts.search,
      /** What is known of a merchant's payment, by its id or that of an attempt or refund of it. */
      storyFor: (merchantId: string, id: string) =>
        storyFor({ db: database, keyring, rails: parts.rails }, merchantId, id),
      /** Since when each is in its state; what is pending has none. */
      statesSince: (asked: readonly Payment[]) => payments.statesSince(database, asked),
      /** Hides the personal part of what a dialect keeps beside a payment. */
      sealPurpose: (open: Purpose, personal: Readonly<Record<string, unknown>>) =>
        sealPurpose(open, personal, keyring),
      /** All that a dialect kept, the personal part included. */
      openPurpose: (payment: Payment) => openPurpose(payment.purpose, keyring),
      attempts: (paymentId: string) => parts.reader.attempts(paymentId),
      /** What is to be charged by an attempt: for its own payer's eyes, masked. */
      target: (attempt: Attempt) => orderOf(attempt, keyring).target,
      refunds: (paymentId: string) => payments.refundsOf(database, paymentId),
      transfers: (paymentId: string) => ledger.transfersOf(database, paymentId),
      /** What was seen for a payment on chains, oldest first. */
      sightings: async (paymentId: string) =>
        viewsOf(await payments.sightingsOf(database, paymentId), parts.rails),
    },
    customers: {
      create: (spec: NewCustomer) => engine.submit(createCustomer, stored.customer(spec)),
      createOnce: (spec: NewCustomer, once: Once<Customer>) =>
        engine.submitOnce(createCustomer, stored.customer(spec), once),
      find: readers.customers.find,
      /** Whoever it belongs to: for operators, who may see all. */
      findAny: readers.customers.any,
      findMany: readers.customers.findMany,
      list: (merchantId: string, dialect: Payment["dialect"], page: PageRequest) =>
        customers.listCustomers(database, keyring, { merchantId, dialect }, page),
      /** Customers of every dialect, also by what they are known by. */
      search: makeCustomerSearch(database, keyring),
    },
    instruments: {
      create: (spec: NewInstrument) => engine.submit(createInstrument, stored.instrument(spec)),
      createOnce: (spec: NewInstrument, once: Once<InstrumentCreated>) =>
        engine.submitOnce(createInstrument, stored.instrument(spec), once),
      /** Its owner agrees on our page; refused when that was answered before. */
      agree: (instrument: Instrument, consent: Consent) =>
        answered(instrument, {
          state: "active",
          consentSealed: sealConsent(consent, keyring),
        }),
      /** Its owner says no on our page. */
      decline: (instrument: Instrument) =>
        answered(instrument, { state: "error", reason: "mandate_revoked" }),
      /** Ends the consent: after this answer no new charge is accepted. `actor` is written down. */
      revoke: async (merchantId: string, id: string, by: Revoker, actor: Actor | null = parts.by) =>
        revoke(await readers.instruments.find(merchantId, id), by, actor),
      /** Its owner ends it on our page, whose link is the permission. */
      revokeByLink: async (id: string) => revoke(await readers.instruments.any(id), "payer", null),
      /** The proof that its owner agreed; null when none was kept. */
      consent: (instrument: Instrument) => openConsent(instrument, keyring),
      find: readers.instruments.find,
      findByLink: readers.instruments.any,
      findMany: readers.instruments.findMany,
      list: (filter: customers.InstrumentFilter, page: PageRequest) =>
        customers.listInstruments(database, keyring, filter, page),
    },
    refunds: {
      list: (filter: RefundFilter, page: PageRequest) => listRefunds(database, filter, page),
      /** A merchant's refund, or for null anybody's. */
      find: (merchantId: string | null, id: string) => findRefund(database, merchantId, id),
    },
    answers: {
      /** What a request was answered under its Idempotency-Key; null when it wasn't. */
      find: (bound: Bound) => findAnswer(database, keyring, bound, clock.now()),
    },
    wallet: {
      /** Books money that came in; `by` is written down with it, in the same commit. */
      async topUp(command: TopUp, by: Actor | null = parts.by) {
        const { amount, asset, merchantId } = command
        const booked = await engine.submit(topUp, { ...command, by })
        const change = { [asset]: { old: null, new: amount.toString() } }
        const about = { action: "wallet.top-up", merchantId, subject: null, change } as const
        if (by && isRefusal(booked)) await noteRefused(about, booked, by)
        return booked
      },
    },
    books: {
      accounts: (merchantId: string) => ledger.accountsOf(database, merchantId),
      /** What a rail has moved, and what it still owes. */
      accountsOfRail: (rail: string) => ledger.accountsOfRail(database, rail),
      /** What is wrong, at most 20 rows; nothing says that the books are right. */
      verify: () => verifyBooks(database, { keyring }),
      /** The same, saying how it goes on and how much was read. */
      verifyWhole: (progress: WholeOptions["progress"]) =>
        verifyWhole(database, { keyring, ...(progress && { progress }) }),
    },
    events: makeEventVerbs(parts),
    audit,
    catalogue: {
      find: (code: string) => findCompany(database, code),
      list: (country: string | null) => listCompanies(database, country),
      /** Puts companies in the place of all, or of some countries'; answers what changes. */
      replace: (companies: readonly Company[], options?: ReplaceOptions) =>
        replaceCatalogue(database, companies, { audit: parts, ...options }),
      /** The same with what a rail's provider lists, unless that can't be believed. */
      import: (listed: readonly Company[], options: ImportOptions) =>
        importCatalogue(database, listed, { audit: parts, ...options }),
    },
    operators: {
      /** Finds whose key it is; remembered for less than a second. */
      authenticate: gate.findOperator,
      /** An operator proved itself with this key: noted for lists, now and then. */
      used: lastUsed.operatorKey,
      add: (...args: Tail<typeof operators.addOperatorKey>) =>
        operators.addOperatorKey(parts, ...args),
      list: () => listOperatorKeys(database),
      /** Puts a new key in the place of one: see `rollOperatorKey`. */
      roll: (...args: Tail<typeof operators.rollOperatorKey>) =>
        operators.rollOperatorKey(parts, ...args),
      /** Ends a key: whether it was in use, or null when there is none. */
      revoke: (id: string) => operators.revokeOperatorKey(parts, id),
    },
    merchants: {
      /** Finds who holds a credential; remembered for less than a second. */
      authenticate: gate.find,
      find: (id: string) => merchants.findMerchant(database, id),
      findByName: (name: string) => merchants.findMerchantByName(database, name),
      list: () => merchants.listMerchants(database),
      add: (spec: onboard.NewMerchant) => onboard.addMerchant(parts, spec),
      style: (...args: Tail<typeof onboard.styleMerchant>) => onboard.styleMerchant(parts, ...args),
      /** Changes its name, its time zone, how long it takes late money: see `configureMerchant`. */
      configure: (...args: Tail<typeof configureMerchant>) => configureMerchant(parts, ...args),
      findLogo: (hash: string) => merchants.findLogo(database, hash),
      terms: (merchantId: string, dialect: Payment["dialect"]) =>
        merchants.findTerms(database, merchantId, dialect),
      agree: (...args: Tail<typeof onboard.agreeTerms>) => onboard.agreeTerms(parts, ...args),
      /** Changes them; null when the merchant doesn't use the dialect. */
      changeTerms: (merchantId: string, dialect: Payment["dialect"], change: NewTerms) =>
        changeTerms(parts, merchantId, dialect, change),
      signingKey: (merchantId: string, dialect: Payment["dialect"]) =>
        onboard.signingKeyOf(parts, merchantId, dialect),
      addCredential: (merchantId: string, dialect: Payment["dialect"], secret: Secret) =>
        keys.addCredential(parts, merchantId, dialect, secret),
      addCredentials: (...args: Tail<typeof keys.addCredentials>) =>
        keys.addCredentials(parts, ...args),
      /** Stores what a dialect issued, all of it or nothing: see `issueKeys`. */
      issueKeys: (...args: Tail<typeof keys.issueKeys>) => keys.issueKeys(parts, ...args),
      /** Puts what a dialect issued in the place of what it issued before: see `rollKeys`. */
      rollKeys: (...args: Tail<typeof keys.rollKeys>) => keys.rollKeys(parts, ...args),
      credentials: (merchantId: string) => listCredentials(database, merchantId),
      revoke: (merchantId: string, id: string) => keys.revokeCredential(parts, merchantId, id),
      /** Ends all that was made together: whether any was in use, or null when there is none. */
      revokeIssue: (merchantId: string, issueId: string) =>
        keys.revokeIssue(parts, merchantId, issueId),
      /** A merchant proved itself with this credential: noted for lists, now and then. */
      used: lastUsed.credential,
      ...makeEndpointVerbs(parts),
    },
  }

  async function upToDate(payment: Payment | null): Promise<Payment | null> {
    if (payment?.state !== "pending" || !isOverdue(payment, clock.now())) return payment
    const { id: paymentId, merchantId } = payment
    const ended = await pay.end({ paymentId, merchantId, how: { kind: "expire" } })
    return isRefusal(ended) ? payment : ended
  }

  function answered(
    { id: instrumentId, customerId, merchantId }: Instrument,
    outcome: ReportInstrument["outcome"],
  ) {
    const command = { instrumentId, customerId, merchantId, fence: null, outcome }
    return engine.submit(reportInstrument, command)
  }

  async function revoke(
    found: Instrument | null,
    by: Revoker,
    actor: Actor | null,
  ): Promise<Instrument | Refusal> {
    if (found === null) return refuse("instrument_not_found", "there is no such payment method")
    const { id: instrumentId, customerId, merchantId } = found
    const command = { instrumentId, customerId, merchantId, by, actor }
    const revoked = await engine.submit(revokeInstrument, command)
    const about = { action: "mandate.revoke", merchantId, subject: instrumentId } as const
    if (actor && isRefusal(revoked)) await noteRefused({ ...about, change: {} }, revoked, actor)
    return revoked
  }

  /** A refusal takes back what its command wrote: what was tried is noted behind it. */
  function noteRefused(about: Omit<Entry, "outcome">, { refused }: Refusal, by: Actor) {
    const change = { ...about.change, refused: { old: null, new: refused } }
    return audit.note({ ...about, outcome: "refused", change }, by)
  }
}

type Tail<F> = F extends (first: never, ...rest: infer Rest) => unknown ? Rest : never
