/** Builds the core of one node: the engine, the verbs over it, the questions one may ask, the loops. */
import type { Clock, Ids } from "../clock.ts"
import { classify, type Database } from "../db/database.ts"
import type { Company } from "./catalogue/company.ts"
import { findCompany, listCompanies, replaceCatalogue } from "./catalogue/store.ts"
import * as customers from "./customers/store.ts"
import { type CreateCustomer, createCustomer } from "./decide/create-customer.ts"
import { type CreateInstrument, createInstrument } from "./decide/create-instrument.ts"
import { type ReportInstrument, reportInstrument } from "./decide/report-instrument.ts"
import { type TopUp, topUp } from "./decide/top-up.ts"
import type { DialectVoice } from "./dialect.ts"
import type { Draft } from "./draft.ts"
import { makeEngine } from "./engine.ts"
import type { Once } from "./fold.ts"
import * as ledger from "./ledger/store.ts"
import { makeBeginner } from "./loops/begin.ts"
import { makeCourier, type Send } from "./loops/deliver.ts"
import { makePasses, startLoops } from "./loops/loops.ts"
import { makeGate } from "./merchants/gate.ts"
import { type Merchant, railFor } from "./merchants/merchant.ts"
import * as onboard from "./merchants/onboard.ts"
import * as merchants from "./merchants/store.ts"
import type { PageRequest } from "./page.ts"
import type { Passwords } from "./password.ts"
import type { Method } from "./payments/attempt.ts"
import { makePay } from "./payments/pay.ts"
import type { Payment } from "./payments/payment.ts"
import { makeSettled } from "./payments/settled.ts"
import * as payments from "./payments/store.ts"
import type { Rail } from "./rail.ts"
import type { Keyring } from "./seal.ts"
import { SEALED } from "./store/load.ts"
import { makeAnnounce, type Rendered } from "./webhooks/announce.ts"
import type { Endpoint } from "./webhooks/event.ts"
import * as webhooks from "./webhooks/store.ts"

/** A place for figures; http gives the one behind /metrics. */
export type Metrics = {
  count(name: string, labels?: Record<string, string>, by?: number): void
  gauge(name: string, value: number, labels?: Record<string, string>): void
  observe(name: string, seconds: number, labels?: Record<string, string>): void
}

/** A place for lines of log; pino's methods fit. */
export type Log = {
  info(about: object, text: string): void
  warn(about: object, text: string): void
  error(about: object, text: string): void
}

export type CoreParts = {
  readonly mode: "sandbox" | "live"
  /** Where payers and clients reach us, without a slash at the end. */
  readonly publicUrl: string
  readonly database: Database
  readonly clock: Clock
  readonly ids: Ids
  readonly keyring: Keyring
  readonly passwords: Passwords
  readonly rails: readonly Rail[]
  readonly defaultRail: string | null
  readonly voices: readonly DialectVoice[]
  readonly send: Send
  /** Why a webhook address can't be used, as a sentence; null when it can. */
  readonly checkAddress: (url: string) => Promise<string | null>
  readonly metrics: Metrics
  readonly log: Log
}

export type Core = ReturnType<typeof openCore>

/** Opens the core on a migrated database. Nothing runs by itself before `start`. */
export function openCore(parts: CoreParts) {
  const { database, clock, ids, keyring, log, metrics } = parts
  const node = ids.next()
  const rails = new Map(parts.rails.map((rail) => [rail.name, rail]))
  const voices = new Map(parts.voices.map((voice) => [voice.name, voice]))
  const settled = makeSettled({ database, clock })
  const rendered = new Map<string, Rendered>()

  const courier = makeCourier({
    ...parts,
    node,
    voices,
    submit: (...args) => engine.submit(...args),
  })
  const beginner = makeBeginner({
    ...parts,
    node,
    rails,
    submit: (...args) => engine.submit(...args),
  })

  function committed(draft: Draft): void {
    settled.committed(draft)
    beginner.committed(draft)
    courier.committed(draft, rendered)
  }

  const engine = makeEngine({
    writer: database.writer(),
    database,
    clock,
    ids,
    keyring,
    announce: makeAnnounce(
      {
        keyring,
        node,
        voice: (dialect) => voices.get(dialect)!,
        railName: (rail) => rails.get(rail)?.displayName ?? rail,
        takes: courier.takes,
        leaseMs: courier.leaseMs,
      },
      rendered,
    ),
    committed,
    onFault: (error, about) => {
      metrics.count("engine_faults")
      log.error({ err: error }, about)
    },
    onBatch: (size, elapsedMs) => {
      metrics.count("engine_commands", {}, size)
      metrics.observe("engine_batch", elapsedMs / 1_000)
    },
  })
  const loopParts = { ...parts, node, rails, engine, beginner, courier }
  const passes = makePasses(loopParts)
  const pay = makePay({
    engine,
    database,
    clock,
    ids,
    keyring,
    rails,
    defaultRail: parts.defaultRail,
    node,
    settled,
  })
  const onboarding = { database, clock, ids, keyring, passwords: parts.passwords }
  const gate = makeGate({ database, clock })
  let demoMerchantId: string | null = null

  return {
    mode: parts.mode,
    publicUrl: parts.publicUrl,
    node,
    clock,
    ids,
    passwords: parts.passwords,
    metrics,
    log,
    rails,
    checkAddress: parts.checkAddress,
    /** The rail that a merchant's payments of this method take; null when it offers none. */
    railFor(merchant: Merchant, method: Method): string | null {
      const name = railFor(merchant, method, parts.defaultRail)
      return name !== null && rails.get(name)?.methods.includes(method) ? name : null
    },
    /**
     * Who a request without credentials stands for: the demo merchant of a sandbox that only its own
     * machine can reach. Null everywhere else.
     */
    async openCaller(dialect: Payment["dialect"]): Promise<merchants.Found | null> {
      if (demoMerchantId === null) return null
      const merchant = await merchants.findMerchant(database, demoMerchantId)
      const terms = await merchants.findTerms(database, demoMerchantId, dialect)
      const credentials = await merchants.listCredentials(database, demoMerchantId)
      const credential = credentials.find((each) => each.dialect === dialect)
      return merchant && terms && credential ? { credential, merchant, terms } : null
    },
    /** Names the merchant that `openCaller` answers with. */
    openTo(merchantId: string): void {
      demoMerchantId = merchantId
    },

    /** For commands that have no verb of their own. */
    engine,
    /** Create, open, end, refund, simulate, wait: see `makePay`. */
    pay,
    payments: {
      /** A merchant's payment, ended first if its time ran out. */
      async find(merchantId: string, id: string): Promise<Payment | null> {
        return upToDate(await payments.findPayment(database, merchantId, id))
      },
      /** A payment by its link alone: for the payer's pages. */
      async findByLink(id: string): Promise<Payment | null> {
        return upToDate(await payments.findAnyPayment(database, id))
      },
      async findByReference(
        merchantId: string,
        dialect: Payment["dialect"],
        reference: string,
      ): Promise<Payment | null> {
        return upToDate(await payments.findByReference(database, merchantId, dialect, reference))
      },
      list: (filter: payments.PaymentFilter, page: PageRequest) =>
        payments.listPayments(database, filter, page),
      attempts: (paymentId: string) => payments.attemptsOf(database, paymentId),
      refunds: (paymentId: string) => payments.refundsOf(database, paymentId),
      transfers: (paymentId: string) => ledger.transfersOf(database, paymentId),
    },
    customers: {
      create: (command: Omit<CreateCustomer, "id" | "personSealed">) =>
        engine.submit(createCustomer, sealPerson(command)),
      createOnce: (
        command: Omit<CreateCustomer, "id" | "personSealed">,
        once: Once<import("./customers/customer.ts").Customer>,
      ) => engine.submitOnce(createCustomer, sealPerson(command), once),
      find: (merchantId: string, id: string) =>
        customers.findCustomer(database, keyring, merchantId, id),
      findMany: (merchantId: string, wanted: readonly string[]) =>
        customers.findCustomers(database, keyring, merchantId, wanted),
      list: (merchantId: string, dialect: Payment["dialect"], page: PageRequest) =>
        customers.listCustomers(database, keyring, merchantId, dialect, page),
    },
    instruments: {
      create: (command: Omit<CreateInstrument, "id" | "detailsSealed">) =>
        engine.submit(createInstrument, sealDetails(command)),
      createOnce: (
        command: Omit<CreateInstrument, "id" | "detailsSealed">,
        once: Once<import("./decide/create-instrument.ts").InstrumentCreated>,
      ) => engine.submitOnce(createInstrument, sealDetails(command), once),
      /** Writes what an instrument's owner decided on its consent page. */
      report: (command: ReportInstrument) => engine.submit(reportInstrument, command),
      find: (merchantId: string, id: string) =>
        customers.findInstrument(database, keyring, merchantId, id),
      findByLink: (id: string) => customers.findAnyInstrument(database, keyring, id),
      findMany: (merchantId: string, wanted: readonly string[]) =>
        customers.findInstruments(database, keyring, merchantId, wanted),
      list: (filter: customers.InstrumentFilter, page: PageRequest) =>
        customers.listInstruments(database, keyring, filter, page),
    },
    wallet: { topUp: (command: TopUp) => engine.submit(topUp, command) },
    books: {
      accounts: (merchantId: string) => ledger.accountsOf(database, merchantId),
      transfers: (merchantId: string, page: PageRequest) =>
        ledger.listTransfers(database, merchantId, page),
      verify: () => ledger.verifyBooks(database),
    },
    events: {
      list: (filter: { merchantId: string; subjectId?: string }, page: PageRequest) =>
        webhooks.listEvents(database, filter, page),
      deliveries: (merchantId: string, page: PageRequest) =>
        webhooks.listDeliveries(database, merchantId, page),
    },
    catalogue: {
      find: (code: string) => findCompany(database, code),
      list: (country: string | null) => listCompanies(database, country),
      replace: (companies: readonly Company[]) => replaceCatalogue(database, companies),
    },
    merchants: {
      /** Finds who holds a credential; remembered for less than a second. */
      authenticate: gate.find,
      find: (id: string) => merchants.findMerchant(database, id),
      findByName: (name: string) => merchants.findMerchantByName(database, name),
      list: () => merchants.listMerchants(database),
      add: (spec: onboard.NewMerchant) => onboard.addMerchant(onboarding, spec),
      terms: (merchantId: string, dialect: Payment["dialect"]) =>
        merchants.findTerms(database, merchantId, dialect),
      agree: (...args: Tail<typeof onboard.agreeTerms>) => onboard.agreeTerms(onboarding, ...args),
      signingKey: (merchantId: string, dialect: Payment["dialect"]) =>
        onboard.signingKeyOf(onboarding, merchantId, dialect),
      addCredential: (merchantId: string, dialect: Payment["dialect"], secret: onboard.Secret) =>
        onboard.addCredential(onboarding, merchantId, dialect, secret),
      addCredentials: (...args: Tail<typeof onboard.addCredentials>) =>
        onboard.addCredentials(onboarding, ...args),
      credentials: (merchantId: string) => merchants.listCredentials(database, merchantId),
      revoke: (merchantId: string, id: string) =>
        merchants.revokeCredential(database, merchantId, id, clock.now()),
      addEndpoint: (spec: onboard.NewEndpoint) => onboard.addEndpoint(onboarding, spec),
      endpoints: (merchantId: string) => merchants.listEndpoints(database, merchantId),
      /** The Standard Webhooks secret of an endpoint, in the clear. */
      endpointSecret: (endpoint: Endpoint): string =>
        keyring.unseal(endpoint.secretSealed, SEALED.endpointSecret).toString(),
      findEndpoint: (merchantId: string, id: string) =>
        merchants.findEndpoint(database, merchantId, id),
      disableEndpoint: (
        merchantId: string,
        id: string,
        disabled: { readonly at: Date; readonly reason: string } | null,
      ) => merchants.setEndpointDisabled(database, merchantId, id, disabled),
    },
    /** Keys of this installation for one purpose, such as a dialect's tokens; the current one first. */
    deriveKeys: (purpose: string) => keyring.derive(purpose),
    /** Whether an error says that the database is away, and not that we did something wrong. */
    isOutage(error: unknown): boolean {
      const fault = classify(error)
      return fault === "connection" || fault === "readonly" || fault === "disk"
    },
    /** Runs each loop's work once and waits for what it set off: for tests, which have no loops. */
    async pass(): Promise<void> {
      for (const { run } of passes) await run()
      await beginner.idle()
      await courier.idle()
    },
    /** Starts the loops; the function it answers stops them, the engine last. */
    start() {
      const stopLoops = startLoops(loopParts, passes)
      return async () => {
        await stopLoops()
        await engine.stop()
      }
    },
  }

  async function upToDate(payment: Payment | null): Promise<Payment | null> {
    if (!payment || !isOverduePending(payment, clock.now())) return payment
    const { id: paymentId, merchantId } = payment
    const ended = await pay.end({ paymentId, merchantId, how: { kind: "expire" } })
    return "refused" in ended ? payment : ended
  }

  function sealPerson(command: Omit<CreateCustomer, "id" | "personSealed">): CreateCustomer {
    const personSealed = keyring.seal(JSON.stringify(command.person), SEALED.person)
    return { ...command, id: ids.next(), personSealed }
  }

  function sealDetails(command: Omit<CreateInstrument, "id" | "detailsSealed">): CreateInstrument {
    const detailsSealed = keyring.seal(JSON.stringify(command.details), SEALED.details)
    return { ...command, id: ids.next(), detailsSealed }
  }
}

type Tail<F> = F extends (first: never, ...rest: infer Rest) => unknown ? Rest : never

function isOverduePending(payment: Payment, now: Date): boolean {
  return payment.state === "pending" && payment.expiresAt !== null && payment.expiresAt <= now
}
