/** A provider that speaks Tapila's API, with books of its own, and the rail that is its client. */
import { type Ids, makeIds, type TestClock, testClock } from "../../src/clock.ts"
import type { BeginAnswer, Fact, Order } from "../../src/core/index.ts"
import { makeTapila, readSettings, type TapilaRail } from "../../src/rails/tapila/index.ts"
import type { Cleanup } from "./database.ts"
import { type Asked, type FakeProvider, memoryLog, type Reply, startProvider } from "./provider.ts"

/** What must not show up in any line of log, error or state of health. */
export const SECRETS = {
  password: "hush-password",
  apiKey: "hush-key",
  webhookKey: "hush-webhook-key",
  token: "hush-token",
  identifier: "1155550199",
}

type Answering = (asked: Asked) => Reply | Promise<Reply>

export type TapilaProvider = FakeProvider & {
  /** How each endpoint answers; a test puts its own in place. */
  on: Record<"login" | "payment" | "look" | "company" | "list" | "tools", Answering>
  /** The operations that it took, by externalPaymentId. */
  readonly books: Map<string, { status: string; body: Record<string, unknown> }>
  /** How often an endpoint was asked. */
  count(path: RegExp): number
}

/** A JWT with this `exp` in seconds since 1970, whose signature is the secret. */
export function token(exp: number, serial = 0): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url")
  return `${part({ alg: "HS256" })}.${part({ exp, serial })}.${SECRETS.token}`
}

/** An error in the API's own shape. */
export function failure(status: number, code: string): Reply {
  return { status, json: { code, message: `Failed: ${code}`, tx: "1", mainTx: "1" } }
}

/** An operation as the provider shows it. */
export function operationOf(asked: Asked["body"], status: string | undefined) {
  const { companyCode, amount, externalPaymentId, externalClientId } = asked
  return {
    operationId: `op-${externalPaymentId}`,
    ...(status === undefined ? {} : { status }),
    companyCode,
    companyName: "DEMO MOVIL",
    amount,
    externalPaymentId,
    externalClientId,
    additionalData: null,
  }
}

/** What no API answers, but what stands before one may. */
export const HTML: Reply = { status: 200, text: "<html>Welcome</html>" }

/** A begin's certain no. */
export const rejected = (reason: string) => ({ kind: "rejected", reason })
export const UNAVAILABLE = rejected("operator_unavailable")

/** What the provider answers to a payment. */
export type Paying = (body: Record<string, unknown>) => Reply

/** Answers a payment so; `look` is what its look-up says from then on, and null nothing. */
export function paying(provider: TapilaProvider, reply: Paying, look: string | null): void {
  provider.on.payment = ({ body }) => {
    if (look !== null) provider.books.set(body.externalPaymentId, { status: look, body })
    return reply(body)
  }
}

async function startTapilaProvider(context: Cleanup, clock: TestClock): Promise<TapilaProvider> {
  const books: TapilaProvider["books"] = new Map()
  let logins = 0
  const on: TapilaProvider["on"] = {
    login: () => {
      logins += 1
      const accessToken = token(clock.now().getTime() / 1_000 + 14_400, logins)
      return { json: { accessToken, refreshToken: "r" } }
    },
    payment: ({ body }) => {
      if (books.has(body.externalPaymentId)) return failure(409, "XPA04626")
      books.set(body.externalPaymentId, { status: "confirmed", body })
      return { json: operationOf(body, undefined) }
    },
    look: ({ path }) => {
      const id = path.split("/").at(-1)!.split("?")[0]!
      const known = books.get(id)
      if (!known) return failure(404, "XPA04340")
      return { json: { operation: operationOf(known.body, known.status) } }
    },
    company: () => ({ json: { identifierName: "IDC" } }),
    list: () => ({ json: { recharges: [], links: [] } }),
    tools: () => ({ json: { balances: [] } }),
  }
  const fake = await startProvider(context, (asked) => {
    const { method } = asked
    // Services on hosts of their own are folders of this one.
    const path = asked.path.replace(/^\/on-[a-z]+(?=\/)/, "")
    if (path === "/login") return on.login(asked)
    if (path === "/payment") return on.payment(asked)
    if (path.startsWith("/operation/")) return on.look(asked)
    if (path.startsWith("/recharges")) return on.list(asked)
    if (path === "/wallet/balance") return on.tools(asked)
    if (method === "GET") return on.company(asked)
    return failure(404, "XCX04304")
  })
  const count = (path: RegExp) => fake.asked.filter((asked) => path.test(asked.path)).length
  return Object.assign(fake, { on, books, count })
}

export type TapilaWorld = {
  readonly provider: TapilaProvider
  readonly rail: TapilaRail
  readonly clock: TestClock
  readonly log: ReturnType<typeof memoryLog>
  readonly ids: Ids
  /** The connection's settings, as they stand in a file. */
  readonly connection: object
  /** Another rail on the same clock: what a start with these connections would make. */
  railWith(connections: Readonly<Record<string, object>>): TapilaRail
  order(over?: Partial<Order>): Order
  /** What a begin answers; `unknown` where it rejects. */
  begin(order: Order): Promise<BeginAnswer | "unknown">
  /** What looking finds. */
  look(...orders: Order[]): Promise<Fact[]>
}

/** Starts a provider and makes the rail; `over` are members of the connection's settings. */
export async function tapilaWorld(
  context: Cleanup,
  over: object | ((url: string) => object) = {},
): Promise<TapilaWorld> {
  const clock = testClock()
  const provider = await startTapilaProvider(context, clock)
  const { password, apiKey, webhookKey } = SECRETS
  const connection = {
    baseUrl: provider.url,
    clientUsername: "acme",
    password,
    apiKey,
    webhookKey,
    countries: ["AR"],
    ...(typeof over === "function" ? over(provider.url) : over),
  }
  const log = memoryLog()
  const railWith: TapilaWorld["railWith"] = (connections) => {
    const made = makeTapila({ clock, log, settings: readSettings({ connections }, "sandbox") })
    context.after(() => made.close())
    return made
  }
  const rail = railWith({ first: connection })
  const ids = makeIds(clock)
  const sold = { companyCode: "AR-R-0901", productId: "1", identifier: SECRETS.identifier }
  const order = ({ target = sold, ...more }: Partial<Order> = {}): Order => ({
    attemptId: ids.next(),
    paymentId: ids.next(),
    merchantId: ids.next(),
    kind: "recharge",
    method: "recharge",
    amount: 150_010n,
    asset: "ARS",
    // As the core writes it down when the attempt is made.
    target: { farSide: rail.farSideOf(target), ...target },
    instructions: null,
    received: {},
    seen: {},
    railReference: null,
    begunAt: clock.now(),
    createdAt: clock.now(),
    ...more,
  })
  return {
    provider,
    rail,
    clock,
    log,
    ids,
    connection,
    railWith,
    order,
    begin: (asked) => rail.begin(asked).catch(() => "unknown" as const),
    look: async (...orders) => {
      return (await rail.observe(orders, null)).sightings.map(({ fact }) => fact)
    },
  }
}
