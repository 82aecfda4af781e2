/**
 * Lives of payments as their clients see them: steps that ask and are answered. Whoever has no
 * answer asks again, so each step may be asked again at any time, and its answer stays the same.
 */
import assert from "node:assert/strict"
import type { Core } from "../../src/core/core.ts"
import {
  isFinal,
  isRefusal,
  type Merchant,
  type NewPayment,
  type Once,
  type Payment,
  type Refusal,
  type StoredAnswer,
  type Way,
} from "../../src/core/index.ts"

/** Who asks: a merchant's client, and its payers. */
export type Client = {
  readonly core: Core
  readonly merchant: Merchant
  /** Lets time pass. */
  wait(ms: number): void
}

/** One thing that is asked for; it answers what may never change from then on. */
export type Step = { readonly name: string; ask(client: Client): Promise<string> }

/** How an endpoint behaves: it takes all, refuses each first try, or is gone. */
export const RECEIVERS = ["takes all", "refuses first", "gone"] as const
export type ReceiverKind = (typeof RECEIVERS)[number]

export type Life = {
  readonly name: string
  readonly receivers: readonly ReceiverKind[]
  /** How many payments it makes, however often it is asked for them. */
  readonly payments: number
  readonly steps: readonly Step[]
}

const SECOND_MS = 1_000
const HOUR_MS = 3_600_000
/** Longer than any order of the simulator takes. */
const SLOWEST_MS = 16 * SECOND_MS
/** A bank is looked at twice at most, and asked once more where it was never asked. */
const ROUNDS_MAX = 10
/** Longer than a receiver that refused waits to be tried again. */
const RETRY_MS = 10 * SECOND_MS

/** An account whose last digits choose what comes of it. */
const bank = (digits: string): Way => ({
  method: "bank",
  target: { bank: "bancolombia", accountType: "savings", accountNumber: `12345678${digits}` },
})
const CRYPTO: Way = { method: "crypto", target: {} }

/** A new payment under its client's own reference, filled in. */
function spec({ merchant }: Client, reference: string, over: Partial<NewPayment> = {}): NewPayment {
  return {
    merchant,
    dialect: "caudal",
    kind: "charge",
    reference,
    amount: 10_000n,
    asset: "COP",
    description: null,
    purpose: {},
    customerId: null,
    instrumentId: null,
    expiresAt: null,
    way: null,
    repeat: "answer",
    ...over,
  }
}

function granted<Answer extends object>(answer: Answer | Refusal): Answer {
  assert.ok(!isRefusal(answer), isRefusal(answer) ? answer.message : "")
  return answer
}

/** Asks for it under an Idempotency-Key; what was made is told by its id. */
function onceUnder<Made extends object>(
  { merchant }: Client,
  key: string,
  idOf: (made: Made) => string,
): Once<Made> {
  return {
    key: `${merchant.id}:${key}`,
    fingerprint: key,
    render(answer): StoredAnswer {
      const made = granted(answer as Made | Refusal)
      return { status: 201, body: idOf(made) }
    },
  }
}

async function find({ core, merchant }: Client, reference: string): Promise<Payment> {
  const payment = await core.payments.findByReference(merchant.id, "caudal", reference)
  assert.ok(payment, `there is no ${reference}`)
  return payment
}

/** Creates a payment under a reference. */
function create(
  reference: string,
  over: (client: Client) => Partial<NewPayment> = () => ({}),
): Step {
  return {
    name: `create ${reference}`,
    async ask(client) {
      const made = await client.core.pay.create(spec(client, reference, over(client)))
      return granted(made).payment.id
    },
  }
}

/** Lets time pass, and the loops do what is due. */
function rest(name: string, ms = 0): Step {
  return {
    name,
    async ask({ core, wait }) {
      if (ms > 0) wait(ms)
      await core.pass()
      return "done"
    },
  }
}

/** Waits until a payment is paid: one whose bank was never asked leaves its payer another try. */
function settled(reference: string, way: Way): Step {
  return {
    name: `settle ${reference}`,
    async ask(client) {
      const { core, merchant, wait } = client
      let payment = await find(client, reference)
      for (let round = 0; !isFinal(payment.state); round += 1) {
        assert.ok(round < ROUNDS_MAX, `${reference} is ${payment.state} after ${round} rounds`)
        if (payment.openAttemptId === null) granted(await core.pay.open(merchant, payment, way))
        await core.pass()
        payment = await find(client, reference)
        if (!isFinal(payment.state)) wait(SLOWEST_MS)
      }
      assert.match(payment.state, /^(?:approved|returned)$/)
      return payment.id
    },
  }
}

/** The payer pays in the simulated world. */
function paid(reference: string): Step {
  return {
    name: `pay ${reference}`,
    async ask(client) {
      const before = await find(client, reference)
      if (before.state === "approved") return before.id
      const done = await client.core.pay.simulate(client.merchant, before, "approved", null)
      assert.equal(granted(done).state, "approved")
      return before.id
    },
  }
}

function refund(reference: string, key: string, amount: bigint): Step {
  return {
    name: `refund ${key}`,
    async ask(client) {
      const payment = await find(client, reference)
      const once = onceUnder<{ refund: { id: string } }>(client, key, (made) => made.refund.id)
      const answer = await client.core.pay.refund(payment, amount, once)
      assert.ok("body" in answer)
      return answer.body
    },
  }
}

/** Sells a recharge of a number, and promises a webhook where its operator takes long. */
function recharge(digits: string): Step {
  return {
    name: `recharge ${digits}`,
    async ask(client) {
      const { core } = client
      const target = { companyCode: "AR-R-1", productId: "1", identifier: `11000000${digits}` }
      const way: Way = { method: "recharge", target }
      const sale = { kind: "recharge", asset: "ARS", way, commission: 300n } as const
      const { payment } = granted(await core.pay.create(spec(client, `sale ${digits}`, sale)))
      await core.pass()
      granted(await core.pay.settledOrDeferred(payment, 0))
      return payment.id
    },
  }
}

const topUp: Step = {
  name: "top up",
  async ask({ core, merchant }) {
    const spec = { merchantId: merchant.id, asset: "ARS", amount: 100_000n, reference: "cash" }
    const done = await core.wallet.topUp(spec)
    assert.ok(!isRefusal(done))
    return "booked"
  },
}

const PERSON = {
  name: "Ana Pérez",
  documentType: "cc",
  documentNumber: "1020304050",
  email: "ana@tienda.example",
}

const customer: Step = {
  name: "store a customer",
  async ask(client) {
    const once = onceUnder<{ id: string }>(client, "customer", ({ id }) => id)
    const spec = { merchantId: client.merchant.id, dialect: "caudal", person: PERSON } as const
    return (await client.core.customers.createOnce(spec, once)).body
  },
}

const instrument: Step = {
  name: "store an account",
  async ask(client) {
    const once = onceUnder<{ instrument: { id: string } }>(
      client,
      "account",
      (made) => made.instrument.id,
    )
    const { target } = bank("99")
    const { email: _, ...person } = PERSON
    const consent = { person, channel: "merchant", givenBy: null, reference: null } as const
    const account = {
      merchantId: client.merchant.id,
      dialect: "caudal",
      customerId: await customer.ask(client),
      rail: "simulator",
      type: "bankAccount",
      details: target,
      masked: {},
      consent: { at: null, proof: consent },
    } as const
    return (await client.core.instruments.createOnce(account, once)).body
  },
}

/** Charges the stored account. */
function debit(key: string, digits: string): Step {
  return {
    name: `debit ${key}`,
    async ask(client) {
      const once = onceUnder<{ payment: Payment }>(client, key, ({ payment }) => payment.id)
      const instrumentId = await instrument.ask(client)
      const customerId = await customer.ask(client)
      const charge = { customerId, instrumentId, way: bank(digits) }
      return (await client.core.pay.createOnce(spec(client, key, charge), once)).body
    },
  }
}

const revoke: Step = {
  name: "revoke the consent",
  async ask(client) {
    const { core, merchant } = client
    const id = await instrument.ask(client)
    const revoked = await core.instruments.revoke(merchant.id, id, "merchant")
    assert.equal(granted(revoked).state, "revoked")
    return id
  },
}

const inAnHour = ({ core }: Client) => ({
  expiresAt: new Date(core.clock.now().getTime() + HOUR_MS),
})

/** What is lived, each of it anew for each of its gates. */
export const LIVES: readonly Life[] = [
  {
    name: "create",
    receivers: ["takes all"],
    payments: 4,
    steps: [
      create("plain"),
      create("crypto", () => ({ way: CRYPTO })),
      {
        name: "create under a key",
        async ask(client) {
          const once = onceUnder<{ payment: Payment }>(client, "key", ({ payment }) => payment.id)
          const keyed = spec(client, "", { reference: null })
          return (await client.core.pay.createOnce(keyed, once)).body
        },
      },
      create("at a bank", () => ({ way: bank("99") })),
      create("plain"),
      rest("rest"),
    ],
  },
  {
    name: "settle",
    receivers: ["takes all"],
    payments: 5,
    steps: [
      create("at once", () => ({ way: bank("99") })),
      settled("at once", bank("99")),
      create("slow", () => ({ way: bank("04") })),
      settled("slow", bank("04")),
      create("silent", () => ({ way: bank("05") })),
      settled("silent", bank("05")),
      create("returned", () => ({ way: bank("08") })),
      settled("returned", bank("08")),
      rest("the bank takes it back", SLOWEST_MS),
      create("by transfer", () => ({ way: CRYPTO })),
      paid("by transfer"),
      rest("rest"),
    ],
  },
  {
    name: "refund",
    receivers: ["takes all"],
    payments: 2,
    steps: [
      create("paid", () => ({ way: bank("99") })),
      settled("paid", bank("99")),
      refund("paid", "a part", 4_000n),
      rest("the part is sent"),
      refund("paid", "more", 5_000n),
      create("silent", () => ({ way: bank("05") })),
      settled("silent", bank("05")),
      refund("silent", "in silence", 9_000n),
      rest("begin"),
      rest("the bank is looked at", SLOWEST_MS),
    ],
  },
  {
    name: "expire",
    receivers: ["takes all"],
    payments: 4,
    steps: [
      create("unpaid", inAnHour),
      create("late", (client) => ({ ...inAnHour(client), way: CRYPTO })),
      create("read", inAnHour),
      create("given up", inAnHour),
      {
        name: "cancel",
        async ask(client) {
          const { id: paymentId, merchantId } = await find(client, "given up")
          const how = { kind: "cancel", by: "merchant" } as const
          const ended = await client.core.pay.end({ paymentId, merchantId, how })
          return granted(ended).state
        },
      },
      {
        name: "read after its time",
        async ask(client) {
          client.wait(HOUR_MS)
          return (await find(client, "read")).state
        },
      },
      rest("time is over"),
      paid("late"),
      rest("rest"),
    ],
  },
  {
    name: "recharge",
    receivers: ["takes all"],
    payments: 4,
    steps: [
      topUp,
      recharge("99"),
      recharge("01"),
      recharge("05"),
      recharge("06"),
      rest("operators are slow", SLOWEST_MS),
    ],
  },
  {
    name: "debit",
    receivers: ["takes all"],
    payments: 2,
    steps: [
      customer,
      instrument,
      rest("the bank verifies"),
      debit("first", "99"),
      debit("silent", "05"),
      rest("begin"),
      rest("the bank is looked at", SLOWEST_MS),
      revoke,
      rest("rest"),
    ],
  },
  {
    name: "deliver",
    receivers: ["takes all", "refuses first", "gone"],
    payments: 3,
    steps: [
      create("first"),
      rest("tell"),
      create("second", () => ({ way: bank("99") })),
      rest("tell again"),
      rest("try again", RETRY_MS),
      create("third"),
      rest("rest", RETRY_MS),
    ],
  },
]

/** The life of this name. */
export function lifeOf(name: string): Life {
  const life = LIVES.find((each) => each.name === name)
  assert.ok(life, `there is no life ${name}`)
  return life
}
