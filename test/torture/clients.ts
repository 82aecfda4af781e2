/** The clients: they send what a step says, and remember every word that they were told. */
import type { InjectOptions } from "fastify"
import type { Simulator } from "../../src/rails/simulator/index.ts"
import type { Base, MerchantBase } from "./base.ts"
import { type Node, PUBLIC_URL } from "./node.ts"
import { type Page, pay } from "./payers.ts"
import { chosen } from "./random.ts"
import { type Create, isByChain, type Pay, type Step } from "./workload.ts"

/** An answer that reached its client. */
export type Told = {
  readonly step: Step
  /** How many answers had come when this was asked, and when it came: what was before what. */
  readonly askedAfter: number
  readonly cameAs: number
  readonly status: number
  // biome-ignore lint/suspicious/noExplicitAny: five APIs, and the checks name what they read.
  readonly body: any
}

type Request = {
  readonly method: "GET" | "POST"
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: object
}

/** Which of a create's answers hold its payment's id, and how the native dialect knows it. */
const IDS: Readonly<Record<Create["way"], string>> = {
  pentagoo: "paymentId",
  "palomma-pay": "id",
  "palomma-direct-debit": "id",
  tapila: "operationId",
  caudal: "id",
  "caudal charge": "id",
}

/** Whom refunds over a chain are for. */
const REFUNDED = `0x${"a".repeat(40)}`
/** A token is good for four hours; a client gets itself another in time. */
const TOKEN_MS = 3 * 3_600_000

export class Clients {
  readonly told: Told[] = []
  /** The payment that each create was answered with, by its step. */
  readonly ids = new Map<number, string>()
  readonly #base: Base
  readonly #simulator: Simulator
  readonly #tokens = new Map<string, { readonly token: string; readonly untilMs: number }>()

  constructor(base: Base, simulator: Simulator) {
    this.#base = base
    this.#simulator = simulator
  }

  merchantOf({ merchant }: Create): MerchantBase {
    return this.#base.merchants[merchant]!
  }

  /** Does a step at a node, within its life. Null when its client can't know what to ask for. */
  async send(
    node: Node,
    step: Step,
    steps: ReadonlyMap<number, Step>,
    nowMs: number,
  ): Promise<string | null> {
    if (step.do === "pay") return this.#pay(node, step, steps)
    if (step.do === "notice") return this.#notice(node, step)
    const request = await this.#requestOf(node, step, steps, nowMs)
    if (request === null) return null
    const { body, headers, method, path } = request
    const told = await this.#ask(node, step, {
      method,
      url: path,
      headers: body === undefined ? headers : { ...headers, "content-type": "application/json" },
      ...(body !== undefined && { payload: JSON.stringify(body) }),
    })
    this.#learn(told, steps)
    const state = told.body?.state ?? told.body?.status ?? told.body?.code ?? ""
    return `${told.status} ${typeof state === "object" ? "" : state}`.trim()
  }

  async #ask(node: Node, step: Step, request: InjectOptions): Promise<Told> {
    const askedAfter = this.told.length
    const answer = await node.ask(request)
    const told: Told = {
      ...{ step, askedAfter, cameAs: this.told.length },
      status: answer.statusCode,
      body: read(answer.body),
    }
    this.told.push(told)
    return told
  }

  async #pay(node: Node, step: Pay, steps: ReadonlyMap<number, Step>): Promise<string | null> {
    const subject = createOf(step, steps)
    const id = subject && this.ids.get(subject.at)
    if (!id) return null
    const host = new URL(PUBLIC_URL).host
    const ask = async (url: string, form?: Readonly<Record<string, string>>): Promise<Page> => {
      const { body, status } = await this.#ask(node, step, {
        method: form ? "POST" : "GET",
        url,
        headers: { host, ...(form && { "content-type": "application/x-www-form-urlencoded" }) },
        ...(form && { payload: new URLSearchParams(form).toString() }),
      })
      return { status, body: String(body) }
    }
    const { status } = await pay(ask, plainId(id), step)
    return `${status}`
  }

  /** Where the bank has no order yet there is nothing to tell. */
  async #notice(node: Node, step: Extract<Step, { do: "notice" }>): Promise<string | null> {
    const orders = this.#simulator.books.all()
    const order = orders[Math.floor(chosen(step.at, "order of a notice") * orders.length)]
    if (!order) return null
    const { body, connection, headers } = this.#simulator.bank!.notice(order as never)
    const request = {
      ...{ method: "POST" as const, headers, payload: body },
      url: `/rails/simulator/notify/${connection}`,
    }
    const all = Array.from({ length: step.times }, () => this.#ask(node, step, request))
    return (await Promise.all(all)).map(({ status }) => status).join(" ")
  }

  #learn({ step, status, body }: Told, steps: ReadonlyMap<number, Step>): void {
    if (step.do !== "create" && step.do !== "repeat") return
    const create = createOf(step, steps)!
    if (status < 200 || status > 299 || (step.do === "repeat" && !step.same)) return
    if (!this.ids.has(create.at)) this.ids.set(create.at, body[IDS[create.way]])
  }

  async #requestOf(
    node: Node,
    step: Step,
    steps: ReadonlyMap<number, Step>,
    nowMs: number,
  ): Promise<Request | null> {
    const subject = createOf(step, steps)
    // What it is about was left out.
    if (subject === null) return null
    if (step.do === "create") return this.#create(node, step, step.amount, nowMs)
    if (step.do === "repeat") {
      const amount = step.same ? subject.amount : subject.amount + 100
      return this.#create(node, subject, amount, nowMs)
    }
    const id = this.ids.get(subject.at)
    if (id === undefined) return null
    const mine = this.merchantOf(subject)
    const merchant =
      step.do === "read" && step.stranger
        ? this.#base.merchants.find((each) => each !== mine)!
        : mine
    const headers = { authorization: `Bearer ${merchant.shown.caudal["apiKey"]}` }
    const path = `/v1/payments/${id}`
    if (step.do === "read") return { method: "GET", path, headers }
    if (step.do === "cancel") return { method: "POST", path: `${path}/cancel`, headers, body: {} }
    if (step.do === "simulate") {
      const body = { outcome: step.outcome }
      return { method: "POST", path: `${path}/simulate`, headers, body }
    }
    const refund = step.do === "refund again" ? steps.get(step.of)! : step
    return refund.do === "refund" ? refundOf(refund, subject, path, headers) : null
  }

  async #create(node: Node, create: Create, amount: number, nowMs: number): Promise<Request> {
    const { shown } = this.merchantOf(create)
    const key: Record<string, string> = create.keyed ? { "idempotency-key": markOf(create) } : {}
    const bearer = (dialect: "caudal" | "palomma-direct-debit") => ({
      authorization: `Bearer ${shown[dialect]["apiKey"]}`,
      ...key,
    })
    const description = markOf(create)
    switch (create.way) {
      case "pentagoo": {
        const { key: name, secret } = shown.pentagoo
        const text = `${Math.trunc(amount / 100)}.${String(amount % 100).padStart(2, "0")}`
        const body = { refId: description, description, amount: text }
        const headers = { oauth: `${name}:${secret}` }
        return { method: "POST", path: "/pentagoo/api/payment/create", headers, body }
      }
      case "palomma-pay": {
        const headers = { authorization: shown["palomma-pay"]["privateKey"]!, ...key }
        const ttl = create.ttl === null ? {} : { ttl: create.ttl }
        const body = { amount_cents: amount * 10, description, ...ttl }
        return { method: "POST", path: "/palomma-pay/payment-requests", headers, body }
      }
      case "palomma-direct-debit": {
        const paymentMethodId = this.#accountOf(create)
        const body = { paymentMethodId, amount: Math.trunc(amount / 10) }
        const path = "/palomma-direct-debit/v1/paymentRequests"
        return { method: "POST", path, headers: bearer("palomma-direct-debit"), body }
      }
      case "tapila": {
        const body = {
          companyCode: "AR-R-0901",
          productId: "1",
          amount: amount / 100,
          identifierValue: `115${String(create.at).padStart(5, "0")}${create.ending}`,
          paymentMethod: "ACCOUNT",
          externalPaymentId: description,
          externalClientId: "user-77",
        }
        const token = await this.#token(node, create, nowMs)
        const headers = { "x-authorization-token": token, "x-api-key": shown.tapila["apiKey"]! }
        return { method: "POST", path: "/tapila/payment", headers, body }
      }
      case "caudal": {
        const ttl = create.ttl === null ? {} : { ttl_seconds: create.ttl }
        const reference = create.keyed ? {} : { reference: description }
        const method = isByChain(create) ? { method: "crypto" } : {}
        const body = { amount: `${amount}`, asset: "COP", description, ...reference, ...ttl }
        const headers = bearer("caudal")
        return { method: "POST", path: "/v1/payments", headers, body: { ...body, ...method } }
      }
      default: {
        const instrument = this.#accountOf(create)
        const reference = create.keyed ? {} : { reference: description }
        const body = { amount: `${amount}`, asset: "COP", description, ...reference, instrument }
        return { method: "POST", path: "/v1/payments", headers: bearer("caudal"), body }
      }
    }
  }

  #accountOf(create: Create): string {
    const { accounts } = this.merchantOf(create)
    return (accounts[create.ending] ?? accounts["50"])!
  }

  async #token(node: Node, create: Create, nowMs: number): Promise<string> {
    const { name, shown } = this.merchantOf(create)
    const known = this.#tokens.get(name)
    if (known && nowMs < known.untilMs) return known.token
    const { clientUsername, password } = shown.tapila
    const login = await node.ask({
      method: "POST",
      url: "/tapila/login",
      headers: { "content-type": "application/json" },
      payload: JSON.stringify({ clientUsername, password }),
    })
    const token: string = read(login.body)?.accessToken ?? "none"
    if (login.statusCode === 200) this.#tokens.set(name, { token, untilMs: nowMs + TOKEN_MS })
    return token
  }
}

/** The create that a step is about, directly or by what it repeats; null without one. */
export function createOf(step: Step, steps: ReadonlyMap<number, Step>): Create | null {
  if (step.do === "create") return step
  const about = "of" in step ? steps.get(step.of) : undefined
  return about ? createOf(about, steps) : null
}

function refundOf(
  step: Extract<Step, { do: "refund" }>,
  subject: Create,
  path: string,
  headers: Readonly<Record<string, string>>,
): Request {
  const scale = subject.way === "palomma-pay" ? 10 : 1
  const amount = Math.trunc((subject.amount * scale * step.part) / 100)
  const key: Record<string, string> = step.keyed ? { "idempotency-key": `refund-${step.at}` } : {}
  // Only where its merchant signs it is anybody asked for whom it is.
  const body = { amount: String(amount), to: REFUNDED }
  return { method: "POST", path: `${path}/refunds`, headers: { ...headers, ...key }, body }
}

/** A word by which a create's payments are found, however many were made of it. */
export function markOf({ at }: Create): string {
  return `order-${at}`
}

/** `pay_0198…` as the database and the links have it; other ids as they are. */
export function plainId(id: string): string {
  const hex = id.slice(id.indexOf("_") + 1)
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5")
}

/** JSON where it is some. */
// biome-ignore lint/suspicious/noExplicitAny: see Told.
function read(text: string): any {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
