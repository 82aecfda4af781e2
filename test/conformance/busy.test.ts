/** What more is asked for than can be done is refused, by each dialect in its own words. */
import assert from "node:assert/strict"
import { after, test } from "node:test"
import { setTimeout as sleep } from "node:timers/promises"
import { hostClock } from "../../src/clock.ts"
import { createPayment } from "../../src/core/decide/create-payment.ts"
import { type DialectName, Unavailable } from "../../src/core/index.ts"
import { QUEUE_MAX, WAIT_MAX_MS } from "../../src/core/queue.ts"
import { ask, startGateway } from "../support/gateway.ts"

const host = hostClock()
let aheadMs = 0
/** Runs, and can be moved on: only waits see that, no instant does. */
const clock = { now: host.now, elapsedMs: () => host.elapsedMs() + aheadMs }
const gateway = await startGateway({ after }, {}, { clock, nodes: 1 })
const { core, credentials, database } = gateway
const { caudal, palommaDirectDebit, palommaPay, pentagoo, tapila } = credentials
const merchant = (await core.merchants.findByName("Demo"))!

const { clientUsername, password } = tapila
const login = { body: { clientUsername, password } }
const { accessToken } = (await ask("POST", `${gateway.url}/tapila/login`, login)).body
const bearer = (key: string | undefined) => ({ authorization: `Bearer ${key}` })

type Row = {
  readonly path: string
  readonly proof: Readonly<Record<string, string>>
  readonly body: (n: number) => object
  /** What the answer has beside a message that says to try again. */
  readonly says: Readonly<Record<string, unknown>>
  readonly message: string
}

const ROWS: Readonly<Record<DialectName, Row>> = {
  pentagoo: {
    path: "/pentagoo/api/payment/create",
    proof: { oauth: `${pentagoo["key"]}:${pentagoo["secret"]}` },
    body: (n) => ({ refId: `busy-${n}`, description: "2 x cafe", amount: "25.50" }),
    says: { code: "503" },
    message: "message",
  },
  tapila: {
    path: "/tapila/payment",
    proof: { "x-authorization-token": accessToken, "x-api-key": tapila["apiKey"]! },
    body: (n) => ({
      companyCode: "AR-R-0901",
      productId: "1",
      amount: 1500,
      identifierValue: `11${String(n).padStart(6, "0")}99`,
      paymentMethod: "ACCOUNT",
      externalPaymentId: `busy-${n}`,
      externalClientId: "user-77",
    }),
    says: { code: "XCX05030" },
    message: "message",
  },
  "palomma-pay": {
    path: "/palomma-pay/payment-requests",
    proof: { authorization: palommaPay["privateKey"]! },
    body: (n) => ({ amount_cents: 500_000, description: `Pedido ${n}` }),
    says: {},
    message: "message",
  },
  "palomma-direct-debit": {
    path: "/palomma-direct-debit/v1/customers",
    proof: bearer(palommaDirectDebit["apiKey"]),
    body: (n) => ({
      name: "Ana Ruiz",
      documentType: "cc",
      documentNumber: String(10_000_000 + n),
      email: "ana@example.test",
    }),
    says: {},
    message: "message",
  },
  caudal: {
    path: "/v1/payments",
    proof: bearer(caudal["apiKey"]),
    body: (n) => ({ amount: "2550", asset: "COP", reference: `busy-${n}`, method: "bank" }),
    says: { code: "unavailable", status: 503 },
    message: "detail",
  },
}
const DIALECTS = Object.keys(ROWS) as DialectName[]

let made = 0
function create(name: DialectName) {
  const { body, path, proof } = ROWS[name]
  made += 1
  return ask("POST", gateway.url + path, { headers: { ...proof }, body: body(made) })
}
type Answer = Awaited<ReturnType<typeof create>>

/** Lets nobody write what creates write: what the engine is at ends only after the release. */
async function holdWriter(): Promise<() => Promise<void>> {
  const held = Promise.withResolvers<void>()
  const released = Promise.withResolvers<void>()
  const holding = database.transaction(async (transaction) => {
    await transaction.query("lock table payments, customers, events in share mode")
    held.resolve()
    await released.promise
  })
  await held.promise
  return async () => {
    released.resolve()
    await holding
  }
}

/** Holds the writer with one create in its hands, and answers that create, too. */
async function holdWithOne() {
  const release = await holdWriter()
  const first = create("pentagoo")
  await until(async () => (await countHeld()) > 0)
  return { first, release }
}

/** How many sessions wait for a lock. */
async function countHeld(): Promise<number> {
  const { rows } = await database.query<{ held: number }>(
    `select count(*)::int as held from pg_stat_activity
  where datname = current_database() and wait_event_type = 'Lock'`,
  )
  return rows[0]!.held
}

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await sleep(1)
}

function assertRefused(name: DialectName, { body, headers, status }: Answer): void {
  const { message, says } = ROWS[name]
  assert.equal(status, 503, `${name}: ${JSON.stringify(body)}`)
  assert.match(headers.get("retry-after") ?? "", /^[1-9]\d*$/)
  assert.match(body[message], /unavailable|try again/i)
  for (const [member, value] of Object.entries(says)) assert.equal(body[member], value, name)
}

/** Everything that was created so far. */
async function count(): Promise<number> {
  const { rows } = await database.query<{ all: number }>(
    "select ((select count(*) from payments) + (select count(*) from customers))::int as all",
  )
  return rows[0]!.all
}

test("who waits too long is refused in each dialect's shape, and nothing was done", async () => {
  const before = await count()
  const { first, release } = await holdWithOne()
  const waiting = DIALECTS.map(create)
  await until(() => core.engine.queued() >= DIALECTS.length)
  aheadMs += WAIT_MAX_MS + 1
  const last = create("pentagoo")
  for (const [at, answer] of (await Promise.all(waiting)).entries()) {
    assertRefused(DIALECTS[at]!, answer)
  }
  await release()
  assert.deepEqual([(await first).status, (await last).status], [200, 200])
  assert.equal(await count(), before + 2)
})

test("who comes when too many wait is refused at once, and taken once they are gone", async () => {
  const before = await count()
  const { first, release } = await holdWithOne()
  const fill = () => core.engine.submit(createPayment, filler())
  const full = Promise.allSettled(Array.from({ length: QUEUE_MAX }, fill))
  for (const name of DIALECTS) assertRefused(name, await create(name))
  aheadMs += WAIT_MAX_MS + 1
  const after = DIALECTS.map(create)
  const refused = (await full).filter((each) => each.status === "rejected")
  assert.equal(refused.length, QUEUE_MAX)
  assert.ok(refused.every(({ reason }) => reason instanceof Unavailable))
  await release()
  for (const { body, status } of [await first, ...(await Promise.all(after))]) {
    assert.ok(status === 200 || status === 201, `${status} ${JSON.stringify(body)}`)
  }
  assert.equal(await count(), before + 1 + DIALECTS.length)
})

function filler() {
  return {
    id: core.ids.next(),
    merchantId: merchant.id,
    dialect: "caudal" as const,
    kind: "charge" as const,
    reference: null,
    amount: 100n,
    asset: "COP",
    description: null,
    purpose: {},
    customerId: null,
    instrumentId: null,
    expiresAt: null,
    attempt: null,
    repeat: "answer" as const,
  }
}
