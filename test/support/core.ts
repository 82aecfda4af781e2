/** A core without http or dialects: for tests of the engine, the books and the loops. */
import type { Ids } from "../../src/clock.ts"
import { makeIds, type TestClock, testClock } from "../../src/clock.ts"
import type { Actor } from "../../src/core/audit/entry.ts"
import { type Core, openCore } from "../../src/core/core.ts"
import type { CreatePayment } from "../../src/core/decide/create-payment.ts"
import type { DialectVoice, Rail } from "../../src/core/index.ts"
import type { Sent } from "../../src/core/loops/deliver.ts"
import { makePasswords } from "../../src/core/password.ts"
import { type Keyring, masterKey, openKeyring } from "../../src/core/seal.ts"
import type { Database } from "../../src/db/database.ts"

/** What a test rail was asked, and what it is to say. */
export type TestRail = Rail & {
  /** Attempt ids in the order they were begun. */
  readonly begun: string[]
  answer: Rail["begin"]
  look: Rail["observe"]
}

/** A rail that does as the test says; it settles at once unless told otherwise. */
export function testRail(over: Partial<Rail> = {}): TestRail {
  const rail: TestRail = {
    name: "test",
    displayName: "Test rail",
    methods: ["bank", "wallet", "crypto", "recharge"],
    custodian: "gateway",
    beginIsIdempotent: false,
    absenceIsProof: true,
    beginTimeoutMs: 10_000,
    lookDelayMs: () => 2_000,
    begun: [],
    answer: async () => ({ kind: "settled" }),
    look: async () => ({ sightings: [], cursor: null }),
    begin(order) {
      rail.begun.push(order.attemptId)
      return rail.answer(order)
    },
    observe: (open, cursor) => rail.look(open, cursor),
    ...over,
  }
  return rail
}

/** Tells everything, as little as possible. */
export const testVoice: DialectVoice = {
  name: "caudal",
  deliveryTimeoutMs: 1_000,
  callback: ({ event }) => ({
    headers: {},
    body: JSON.stringify({ id: event.id, type: event.type, seq: event.seq }),
  }),
}

export type TestCore = {
  readonly core: Core
  readonly rail: TestRail
  readonly ids: Ids
  readonly clock: ReturnType<typeof testClock>
  readonly merchantId: string
  readonly sent: { url: string; headers: Readonly<Record<string, string>>; body: string }[]
  /** How the next sends end. */
  respond: () => Promise<Sent>
  readonly faults: unknown[]
  /** A create with everything filled in. */
  payment(over?: Partial<CreatePayment>): CreatePayment
}

/** Opens a core on a database, with one merchant. Its clock stands still; loops don't run. */
export async function testCore(
  database: Database,
  over: {
    rail?: TestRail
    rails?: readonly Rail[]
    clock?: TestClock
    name?: string
    keyring?: Keyring
    mode?: "sandbox" | "live"
    by?: Actor
  } = {},
): Promise<TestCore> {
  const clock = over.clock ?? testClock()
  // Ids need real time: two cores on one database must not make the same.
  const ids = makeIds({ ...clock, now: () => new Date(performance.timeOrigin + performance.now()) })
  const rail = over.rail ?? testRail()
  const faults: unknown[] = []
  const test: TestCore = {
    rail,
    ids,
    clock,
    sent: [],
    respond: async () => ({ kind: "answered", status: 200, body: "" }),
    faults,
    merchantId: "",
    core: undefined as never,
    payment: (more = {}) => ({
      id: ids.next(),
      merchantId: test.merchantId,
      dialect: "caudal",
      kind: "charge",
      reference: null,
      amount: 10_000n,
      asset: "COP",
      description: null,
      purpose: {},
      customerId: null,
      instrumentId: null,
      expiresAt: null,
      attempt: null,
      repeat: "answer",
      ...more,
    }),
  }
  const core = openCore({
    mode: over.mode ?? "sandbox",
    publicUrl: "http://127.0.0.1:1",
    database,
    clock,
    ids,
    keyring: over.keyring ?? openKeyring(ids, { current: masterKey(Buffer.alloc(32, 7)) }),
    passwords: makePasswords(ids),
    rails: over.rails ?? [rail],
    defaultRails: over.rails?.map(({ name }) => name) ?? ["test"],
    voices: [testVoice],
    send: async (request) => {
      test.sent.push(request)
      return test.respond()
    },
    checkAddress: async () => null,
    ...(over.by && { by: over.by }),
    metrics: { count: () => {}, gauge: () => {}, observe: () => {} },
    log: {
      info: () => {},
      warn: () => {},
      error: (about) => void faults.push(about),
    },
  })
  const name = over.name ?? "Tester"
  const merchant = (await core.merchants.findByName(name)) ?? (await core.merchants.add({ name }))
  if ((await core.merchants.terms(merchant.id, "caudal")) === null) {
    await core.merchants.agree(merchant.id, "caudal")
  }
  // A chain is offered once it was read.
  if (core.watches().length > 0) await core.pass()
  return Object.assign(test, { core, merchantId: merchant.id })
}
