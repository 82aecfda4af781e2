/** What every dialect must make of bad requests. A new one needs a row in each of the tables. */
import assert from "node:assert/strict"
import { after, test } from "node:test"
import { setTimeout as sleep } from "node:timers/promises"
import { z } from "zod"
import type { DialectName } from "../../src/core/index.ts"
import type { ProblemCode } from "../../src/dialects/dialect.ts"
import { type Dialect, dialects } from "../../src/dialects/index.ts"
import { ask, startGateway } from "../support/gateway.ts"
import { addMerchant } from "../support/merchant.ts"
import { registeredBy } from "../support/routes.ts"

const gateway = await startGateway({ after })
const { core } = gateway
const other = await addMerchant(gateway, "Other")
const uuid = z.guid()

/** The one shape of each dialect's errors, to the last member. */
const SHAPES: Readonly<Record<DialectName, z.ZodType>> = {
  pentagoo: z.strictObject({ code: z.string().regex(/^[45]\d\d$/), message: z.string().min(1) }),
  tapila: z.strictObject({
    code: z.string().regex(/^[A-Z]{2,3}\d{5}$/),
    message: z.string().min(1),
    tx: uuid,
    mainTx: uuid,
  }),
  "palomma-pay": z.strictObject({ message: z.string().min(1) }),
  "palomma-direct-debit": z.strictObject({ message: z.string().min(1) }),
  caudal: z.strictObject({
    type: z.string().startsWith("urn:caudal:problem:"),
    title: z.string().min(1),
    status: z.int(),
    detail: z.string().min(1),
    code: z.string().regex(/^[a-z_]+$/),
    field: z.string().optional(),
    errors: z.array(z.string()).min(2).optional(),
    docs_url: z.url(),
    request_id: z.string().min(1),
  }),
}

type Headers = Record<string, string>
type Shown = Readonly<Record<string, string>>

/** How a client of each dialect proves itself. */
const PROOFS: Readonly<Record<DialectName, (shown: Shown) => Headers | Promise<Headers>>> = {
  pentagoo: ({ key, secret }) => ({ oauth: `${key}:${secret}` }),
  tapila: async ({ clientUsername, password, apiKey }) => {
    const url = `${gateway.url}/tapila/login`
    const { body } = await ask("POST", url, { body: { clientUsername, password } })
    return { "x-authorization-token": body.accessToken, "x-api-key": apiKey! }
  },
  "palomma-pay": ({ privateKey }) => ({ authorization: privateKey! }),
  "palomma-direct-debit": ({ apiKey }) => ({ authorization: `Bearer ${apiKey}` }),
  caudal: ({ apiKey }) => ({ authorization: `Bearer ${apiKey}` }),
}

/** Headers that a sandbox on its own machine does without, as one vendor's page prints its call. */
const OPTIONAL_PROOFS: Partial<Record<DialectName, string>> = { "palomma-pay": "authorization" }

const proofs = {} as Record<DialectName, Headers>
const otherProofs = {} as Record<DialectName, Headers>
for (const { name } of dialects) {
  const shown = gateway.sandbox.find(({ dialect }) => dialect === name)!.credentials
  proofs[name] = await PROOFS[name](shown)
  otherProofs[name] = await PROOFS[name](other.shown[name]!)
}

let made = 0
function next(): number {
  made += 1
  return made
}
const fresh = (prefix: string) => `${prefix}-${next()}`

async function post(name: DialectName, path: string, body: object, headers: Headers = {}) {
  const prefix = dialects.find((each) => each.name === name)!.prefix
  return ask("POST", gateway.url + prefix + path, {
    headers: { ...proofs[name], ...headers },
    body,
  })
}

const person = {
  name: "Ana Ruiz",
  documentType: "cc",
  documentNumber: "1020304050",
  email: "ana@example.test",
}
const { body: customer } = await post("palomma-direct-debit", "/v1/customers", person)
const account = {
  customerId: customer.id,
  type: "bankAccount",
  bank: "bancolombia",
  accountType: "savings",
  accountNumber: "1234567899",
}
const { body: method } = await post("palomma-direct-debit", "/v1/paymentMethods", account)
const merchant = (await core.merchants.findByName("Demo"))!
while ((await core.instruments.find(merchant.id, method.id))?.state !== "active") await sleep(10)

/** A body that is right, for each route that takes one; a new one each time. */
const BODIES: Readonly<Record<string, () => Record<string, unknown>>> = {
  "POST /pentagoo/api/payment/create": () => ({
    refId: fresh("ORD"),
    description: "2 x cafe",
    amount: "25.50",
  }),
  "POST /tapila/login": () => ({ clientUsername: fresh("nobody"), password: "not the password" }),
  "POST /tapila/payment": () => ({
    companyCode: "AR-R-0901",
    productId: "1",
    amount: 1500,
    identifierValue: `11${String(next()).padStart(6, "0")}99`,
    paymentMethod: "ACCOUNT",
    externalPaymentId: fresh("pay"),
    externalClientId: "user-77",
  }),
  "POST /palomma-pay/payment-requests": () => ({
    amount_cents: 500_000,
    description: "Pedido 1009",
    redirect_url: "https://tienda.example",
  }),
  "POST /palomma-direct-debit/v1/customers": () => person,
  "POST /palomma-direct-debit/v1/paymentMethods": () => account,
  "POST /palomma-direct-debit/v1/paymentRequests": () => ({
    paymentMethodId: method.id,
    amount: 45_000,
  }),
  "POST /v1/payments": () => ({
    amount: "2550",
    asset: "COP",
    reference: fresh("order"),
    description: "2 x cafe",
    method: "bank",
    customer: customer.id,
    ttl_seconds: 600,
    redirect_url: "https://tienda.example",
  }),
  "POST /v1/payments/:id/cancel": () => ({}),
  "POST /v1/payments/:id/simulate": () => ({ outcome: "approved" }),
  "POST /v1/payments/:id/refunds": () => ({ amount: "1" }),
  "POST /v1/payments/:id/refunds/:refund/cancel": () => ({}),
  "POST /v1/customers": () => ({ name: "Ana Ruiz", email: "ana@example.test" }),
  "POST /v1/instruments": () => ({
    type: "bank_account",
    customer: customer.id,
    bank: "bancolombia",
    account_type: "savings",
    account_number: "1234567899",
    mandate: { accepted_at: "2026-01-05T14:03:40.000Z", channel: "web form" },
  }),
  "POST /v1/instruments/:id/revoke": () => ({}),
  "POST /v1/quotes": () => ({ amount: "4500000", asset: "COP" }),
  "POST /v1/endpoints": () => ({ url: "https://tienda.example/webhooks" }),
  "PATCH /v1/endpoints/:id": () => ({ description: "ours" }),
  "POST /v1/endpoints/:id/enable": () => ({}),
  "POST /v1/endpoints/:id/pause": () => ({}),
  "POST /v1/endpoints/:id/resume": () => ({}),
  "POST /v1/endpoints/:id/rotate-secret": () => ({}),
  "POST /v1/endpoints/:id/test": () => ({}),
  "POST /v1/endpoints/:id/replay": () => ({ since: "2026-01-01T00:00:00Z" }),
  "POST /v1/deliveries/:id/replay": () => ({}),
  "POST /v1/sandbox/clock": () => ({ advance_seconds: 1 }),
  "POST /v1/operator/top-ups": () => ({
    merchant: merchant.id,
    asset: "COP",
    amount: "150000",
    reference: fresh("bank"),
  }),
}

/** Where money stands, and amounts that nobody can mean, each as JSON text. */
const NUMBERS = ["9007199254740993", "-1", "1.005", "1e400", "-0", "0", '""', '"NaN"', "true"]
const TEXTS = ['"90071992547409930000"', '"-1"', '"1.005"', '"1e3"', '"0"', '"1,5"', "25.5", "1"]
const AMOUNTS: Readonly<Record<string, { field: string; values: readonly string[] }>> = {
  "POST /pentagoo/api/payment/create": { field: "amount", values: TEXTS },
  "POST /tapila/payment": { field: "amount", values: [...NUMBERS, '"1500"'] },
  "POST /palomma-pay/payment-requests": { field: "amount_cents", values: [...NUMBERS, '"5000"'] },
  "POST /palomma-direct-debit/v1/paymentRequests": {
    field: "amount",
    values: [...NUMBERS, '"123"', "0.5"],
  },
  "POST /v1/payments": { field: "amount", values: TEXTS },
  "POST /v1/payments/:id/refunds": {
    field: "amount",
    values: [...TEXTS.slice(1), `"${"9".repeat(79)}"`],
  },
  "POST /v1/quotes": { field: "amount", values: TEXTS },
  "POST /v1/operator/top-ups": { field: "amount", values: TEXTS },
}

const { body: crypto } = await post("pentagoo", "/api/payment/create", {
  ...BODIES["POST /pentagoo/api/payment/create"]!(),
})
const { body: link } = await post("palomma-pay", "/payment-requests", {
  ...BODIES["POST /palomma-pay/payment-requests"]!(),
})
const { body: debit } = await post("palomma-direct-debit", "/v1/paymentRequests", {
  ...BODIES["POST /palomma-direct-debit/v1/paymentRequests"]!(),
})
const { body: sold } = await post("tapila", "/payment", BODIES["POST /tapila/payment"]!())
const { body: bought } = await post("caudal", "/payments", BODIES["POST /v1/payments"]!())
await post("caudal", `/payments/${bought.id}/simulate`, { outcome: "approved" })
const { body: refund } = await post("caudal", `/payments/${bought.id}/refunds`, { amount: "1" })
const [endpoint] = (await core.merchants.endpoints(merchant.id)).slice(-1)
const about = { merchantId: merchant.id }
const [told] = (await core.events.deliveries(about, { limit: 1, before: null })).items

/** Something of the demo merchant for each parameter of a path; null where all share it. */
const OWNED: Readonly<Record<string, string | null>> = {
  "pentagoo paymentId": crypto.paymentId,
  "tapila operationId": sold.operationId,
  "tapila companyCode": null,
  "palomma-pay id": link.id,
  "palomma-direct-debit customerId": customer.id,
  "palomma-direct-debit paymentMethodId": method.id,
  "palomma-direct-debit paymentRequestId": debit.id,
  "caudal payments id": link.id,
  // Any id: no payment here was given back.
  "caudal payments refund": link.id,
  "caudal refunds id": refund.id,
  "caudal customers id": customer.id,
  "caudal instruments id": method.id,
  "caudal endpoints id": endpoint!.id,
  "caudal events id": told!.eventId,
  "caudal deliveries id": told!.id,
  // Operators see every merchant.
  "caudal operator id": null,
}

type Route = {
  readonly dialect: Dialect
  readonly name: string
  readonly method: string
  readonly url: string
  readonly open: boolean
  /** Whether it looks at a body. */
  readonly takesBody: boolean
}

/** The routes of a dialect, by having it register them with nobody. */
function routesOf(dialect: Dialect): Route[] {
  return registeredBy(dialect, core).map(({ method, url, open, schema }) => {
    const name = `${method} ${url}`
    return { dialect, name, method, url, open, takesBody: schema.body !== undefined }
  })
}

const routes = dialects.flatMap(routesOf)

/** The path of a route, filled with `id` or else with what the demo merchant owns. */
function pathOf(route: Route, id?: string): string {
  return route.url.replace(/:(\w+)(?:\([^)]*\))?/, (_, parameter: string) => {
    const owned = ownedBy(route, parameter)
    return id ?? owned ?? "AR-R-0901"
  })
}

function ownedBy({ dialect, url }: Route, parameter: string): string | null {
  const group = dialect.name === "caudal" ? `${url.split("/")[2]} ` : ""
  const key = `${dialect.name} ${group}${parameter}`
  assert.ok(key in OWNED, `"${key}" has no row in OWNED`)
  return OWNED[key]!
}

type Call = { id?: string; headers?: Headers; body?: unknown; proof?: Headers }

function call(route: Route, { id, headers = {}, body, proof }: Call = {}) {
  return ask(route.method, gateway.url + pathOf(route, id), {
    headers: { ...(proof ?? proofFor(route)), ...headers },
    ...(body === undefined ? {} : { body }),
  })
}

/** Operators have keys of their own: see `caudal-wallet.test.ts`. */
function proofFor({ dialect, url }: Route): Headers {
  if (!url.startsWith("/v1/operator/")) return proofs[dialect.name]
  return { authorization: `Bearer ${gateway.credentials.caudal["operatorKey"]}` }
}

type Answer = Awaited<ReturnType<typeof ask>>

/** An answer of the dialect's own making: its shape, its media type, nothing of the server's. */
function assertOwnShape({ name }: Dialect, answer: Answer, what: string): void {
  const said = `${what}: ${answer.status} ${JSON.stringify(answer.body).slice(0, 300)}`
  assert.ok(answer.status >= 400 && answer.status < 500, said)
  assert.ok(SHAPES[name].safeParse(answer.body).success, said)
  const media = name === "caudal" ? "application/problem+json" : "application/json"
  assert.equal(answer.headers.get("content-type"), `${media}; charset=utf-8`, said)
  assert.equal(answer.headers.get("caudal-mode"), "sandbox", said)
}

function assertProblem(dialect: Dialect, answer: Answer, code: ProblemCode, what: string): void {
  assertOwnShape(dialect, answer, what)
  const expected = dialect.problem({ code, message: "no" }, "r", "http://h.example").status
  assert.equal(answer.status, expected, `${what}: ${JSON.stringify(answer.body)}`)
}

const COUNTED = [
  "payments",
  "attempts",
  "refunds",
  "customers",
  "instruments",
  "endpoints",
  "events",
]

async function counts(): Promise<Record<string, number>> {
  const all: Record<string, number> = {}
  for (const table of COUNTED) {
    const { rows } = await gateway.database.query<{ count: string }>(
      `select count(*) as count from ${table}`,
    )
    all[table] = Number(rows[0]!.count)
  }
  return all
}

// What was set up comes to rest first: nothing below may add a row.
await core.pay.settled((await core.payments.find(merchant.id, debit.id))!, 10_000)
await sleep(50)
const before = await counts()

const deep = `${'{"a":'.repeat(20_000)}1${"}".repeat(20_000)}`
/** Bodies that no route can take, and what each of them is. */
const BODIES_REFUSED: [what: string, body: string, code: ProblemCode | null][] = [
  ["cut short", '{"a":', "body_malformed"],
  ["text behind the end", "{} {}", "body_malformed"],
  ["single quotes", "{'a':1}", "body_malformed"],
  ["a lone word", "yes", "body_malformed"],
  ["an array", "[]", null],
  ["an array of a body", '[{"a":1}]', null],
  ["a number", "1", null],
  ["a text", '"a"', null],
  ["NUL in a member", '{"a":"\\u0000"}', null],
  ["NUL in a name", '{"\\u0000":1}', null],
  ["half a character", '{"a":"\\ud800"}', null],
  ["the other half, deep down", '{"a":[{"b":"x\\udc00"}]}', null],
  ["__proto__", '{"__proto__":{"polluted":true}}', null],
  ["constructor.prototype", '{"constructor":{"prototype":{"polluted":true}}}', null],
  ["nothing but depth", deep, null],
]

for (const dialect of dialects) {
  const own = routesOf(dialect)
  const withBody = own.filter(({ takesBody }) => takesBody)

  test(`${dialect.name}: a body that is none is refused`, async () => {
    assert.ok(withBody.length > 0)
    for (const route of withBody) {
      for (const [what, body, code] of BODIES_REFUSED) {
        const answer = await call(route, { body })
        const where = `${route.name} with ${what}`
        assertOwnShape(dialect, answer, where)
        if (code) assertProblem(dialect, answer, code, where)
        else assert.equal(answer.status, 400, where)
      }
    }
    assert.equal(({} as Record<string, unknown>)["polluted"], undefined)
  })

  test(`${dialect.name}: a body of another type, or of a megabyte, is not read`, async () => {
    for (const route of withBody) {
      const body = JSON.stringify(BODIES[route.name]?.() ?? assert.fail(`no body: ${route.name}`))
      for (const type of ["text/plain", "application/x-www-form-urlencoded", "application/xml"]) {
        const answer = await call(route, { body, headers: { "content-type": type } })
        assertProblem(dialect, answer, "media_type_unsupported", `${route.name} as ${type}`)
      }
      const large = await call(route, { body: { a: "x".repeat(1_048_576) } })
      assertProblem(dialect, large, "body_too_large", route.name)
    }
  })

  test(`${dialect.name}: a body without its members is refused by their names`, async () => {
    for (const route of withBody.filter(({ name }) => Object.keys(BODIES[name]!()).length > 0)) {
      if (route.name.endsWith("/refunds")) continue
      assertProblem(dialect, await call(route, { body: {} }), "body_invalid", route.name)
      const json = { "content-type": "application/json" }
      const empty = await call(route, { headers: json })
      assertOwnShape(dialect, empty, `${route.name} with nothing`)
      assert.equal(empty.status, 400, route.name)
    }
  })

  test(`${dialect.name}: no member takes what isn't text or a number`, async () => {
    for (const route of withBody) {
      const body = BODIES[route.name]!()
      for (const member of Object.keys(body)) {
        for (const value of ['"a\\u0000b"', '"\\udfff"', "{}", "[]", '{"__proto__":1}', '["a"]']) {
          const text = JSON.stringify({ ...body, [member]: "?" }).replace('"?"', value)
          const answer = await call(route, { body: text })
          const where = `${route.name} with ${member} ${value}`
          assertOwnShape(dialect, answer, where)
          assert.equal(answer.status, 400, where)
        }
      }
    }
  })

  test(`${dialect.name}: an amount that nobody can mean is refused`, async () => {
    const priced = withBody.filter(({ name }) => AMOUNTS[name])
    assert.ok(priced.length > 0)
    for (const route of priced) {
      const { field, values } = AMOUNTS[route.name]!
      for (const value of values) {
        const text = JSON.stringify({ ...BODIES[route.name]!(), [field]: "?" }).replace(
          '"?"',
          value,
        )
        const answer = await call(route, { body: text })
        assertOwnShape(dialect, answer, `${route.name} with ${field} ${value}`)
        assert.ok([400, 422].includes(answer.status), `${route.name} with ${field} ${value}`)
      }
    }
  })

  test(`${dialect.name}: a path that isn't there is not found`, async () => {
    const headers = proofs[dialect.name]
    for (const path of ["/nothing", "", "/", "//", "/a/b/c/d/e", "/%7e", "/.env"]) {
      for (const method of ["GET", "POST", "DELETE"]) {
        const answer = await ask(method, gateway.url + dialect.prefix + path, { headers })
        assertProblem(dialect, answer, "route_not_found", `${method} ${dialect.prefix}${path}`)
      }
    }
  })

  test(`${dialect.name}: another method is told which there are`, async () => {
    for (const [url, same] of Map.groupBy(own, (route) => route.url)) {
      const methods = same.map(({ method }) => method)
      for (const method of ["GET", "POST", "PUT", "PATCH", "DELETE"]) {
        if (methods.includes(method)) continue
        const answer = await call({ ...same[0]!, method })
        assertProblem(dialect, answer, "method_not_allowed", `${method} ${url}`)
        const allowed = answer.headers.get("allow")?.split(", ") ?? []
        assert.deepEqual(allowed.filter((each) => each !== "HEAD").sort(), methods.sort(), url)
      }
    }
  })

  test(`${dialect.name}: whoever doesn't prove who he is learns nothing`, async () => {
    const proof = proofs[dialect.name]
    const closed = own.filter(({ open }) => !open)
    for (const route of closed) {
      for (const [header, value] of Object.entries(proof)) {
        const { [header]: _, ...without } = proof
        const half = value.slice(0, -1)
        const wrong = ["x", half, `${value}x`, value.toUpperCase(), "é", "x".repeat(5_000)]
        const tries: Headers[] = wrong.map((each) => ({ ...without, [header]: encode(each) }))
        if (OPTIONAL_PROOFS[dialect.name] !== header) tries.push(without)
        for (const each of tries) {
          const body = route.takesBody ? BODIES[route.name]!() : undefined
          const answer = await call(route, { proof: each, body })
          const where = `${route.name} with ${header} ${each[header]?.slice(0, 40)}`
          assertOwnShape(dialect, answer, where)
          assert.ok([401, 403].includes(answer.status), `${where}: ${answer.status}`)
        }
      }
    }
  })

  test(`${dialect.name}: an id that can be none is as unknown as any other`, async () => {
    const ids = ["1", "null", "__proto__", "constructor", "%00", "%zz", "%F0%9F%92%A7", "..%2f.."]
    const long = ["x".repeat(190), "x".repeat(300), "0".repeat(32), "' or 1=1 --"]
    for (const route of own.filter(({ url }) => url.includes(":"))) {
      for (const id of [...ids, ...long]) {
        const body = route.takesBody ? BODIES[route.name]!() : undefined
        const answer = await call(route, { id: id.replaceAll(" ", "%20"), body })
        assertOwnShape(dialect, answer, `${route.name} for ${id.slice(0, 40)}`)
      }
    }
  })

  test(`${dialect.name}: what belongs to somebody else does not exist`, async () => {
    const proof = otherProofs[dialect.name]
    for (const route of own.filter(({ url }) => url.includes(":"))) {
      const parameter = /:(\w+)/.exec(route.url)![1]!
      if (ownedBy(route, parameter) === null) continue
      const body = route.takesBody ? BODIES[route.name]!() : undefined
      const theirs = await call(route, { proof, body })
      assertOwnShape(dialect, theirs, route.name)
      assert.equal(theirs.status, 404, route.name)
      // The answer doesn't tell it from one that never was.
      const never = await call(route, { id: core.ids.next(), proof, body })
      assert.deepEqual(plain(never.body), plain(theirs.body), route.name)
    }
  })
}

/** Headers can hold bytes only. */
function encode(text: string): string {
  return Buffer.from(text, "utf8").toString("latin1")
}

/** An answer without what differs each time. */
function plain(body: Record<string, unknown>): Record<string, unknown> {
  const { tx, mainTx, request_id, ...rest } = body
  return rest
}

test("credentials that were revoked are refused within a second, in every dialect", async () => {
  const gone = await addMerchant(gateway, "Gone")
  const tried = await Promise.all(
    dialects.map(async (dialect) => {
      const proof = await PROOFS[dialect.name](gone.shown[dialect.name]!)
      const route = routesOf(dialect).find(({ method, open }) => method === "GET" && !open)!
      const good = await call(route, { proof })
      assert.ok(![401, 403].includes(good.status), `${route.name}: ${good.status}`)
      return { route, proof }
    }),
  )
  for (const { id } of await core.merchants.credentials(gone.id)) {
    assert.equal(await core.merchants.revoke(gone.id, id), true)
  }
  await sleep(1_000)
  for (const { route, proof } of tried) {
    const refused = await call(route, { proof })
    assertProblem(route.dialect, refused, "unauthorized", route.name)
  }
})

test("of all that nothing was half created", async () => {
  assert.deepEqual(await counts(), before)
  assert.deepEqual(await core.books.verify(), [])
})

test("every route that takes a body has one here, and every amount its bad neighbours", () => {
  const names = new Set(routes.filter(({ takesBody }) => takesBody).map(({ name }) => name))
  assert.deepEqual(Object.keys(BODIES).sort(), [...names].sort())
  for (const name of Object.keys(AMOUNTS)) assert.ok(names.has(name), name)
})

const FIFTY = 50

/** Calls that make one thing however often they come at once, and what they are answered. */
const ONCE: Readonly<
  Record<DialectName, { path: () => Promise<string>; key: boolean; statuses: [number, number][] }>
> = {
  pentagoo: { path: async () => "/api/payment/create", key: false, statuses: [[200, FIFTY]] },
  tapila: {
    path: async () => "/payment",
    key: false,
    statuses: [
      [200, 1],
      [409, FIFTY - 1],
    ],
  },
  "palomma-pay": { path: async () => "/payment-requests", key: true, statuses: [[200, FIFTY]] },
  "palomma-direct-debit": {
    path: async () => "/v1/paymentRequests",
    key: true,
    statuses: [[201, FIFTY]],
  },
  caudal: {
    path: async () => {
      const made = await post("palomma-pay", "/payment-requests", {
        ...BODIES["POST /palomma-pay/payment-requests"]!(),
      })
      await post("caudal", `/payments/${made.body.id}/simulate`, { outcome: "approved" })
      return `/payments/${made.body.id}/refunds`
    },
    key: true,
    statuses: [[201, FIFTY]],
  },
}

for (const { name, prefix } of dialects) {
  test(`${name}: ${FIFTY} at once make one, and are all told of that one`, async () => {
    const { path, key, statuses } = ONCE[name]
    const where = await path()
    const route = `POST ${prefix}${where.replace(/[0-9a-f-]{36}/, ":id")}`
    const body = BODIES[route]!()
    const headers: Headers = key ? { "idempotency-key": fresh("key") } : {}
    const start = await counts()
    const answers = await Promise.all(
      Array.from({ length: FIFTY }, () => post(name, where, body, headers)),
    )
    const counted = Map.groupBy(answers, ({ status }) => status)
    const seen = [...counted].map(([status, all]) => [status, all.length])
    assert.deepEqual(seen.sort(), statuses, JSON.stringify(answers[0]!.body))
    for (const same of counted.values()) {
      for (const each of same) assert.deepEqual(plain(each.body), plain(same[0]!.body))
    }
    const end = await counts()
    const table = name === "caudal" ? "refunds" : "payments"
    assert.equal(end[table]! - start[table]!, 1)
    if (!key) return
    // The same key with another body is another request.
    const changed = { ...body, ...(name === "caudal" ? { amount: "2" } : { description: "else" }) }
    if (name === "palomma-direct-debit") Object.assign(changed, { amount: 45_001 })
    assert.equal((await post(name, where, changed, headers)).status, 422)
  })
}
