/** Merchant B, with every credential and every id of A, learns and changes nothing of A's. */
import assert from "node:assert/strict"
import { after, before, test } from "node:test"
import { setTimeout as sleep } from "node:timers/promises"
import type { LightMyRequestResponse } from "fastify"
import type { DialectName } from "../../src/core/index.ts"
import { dialects } from "../../src/dialects/index.ts"
import { startGateway } from "../support/gateway.ts"
import { addMerchant } from "../support/merchant.ts"
import { type Part, type Route, serve } from "./served.ts"

const gateway = await startGateway({ after })
const { core, database } = gateway
const { app, routes } = await serve({ after }, core)

type Headers = Readonly<Record<string, string>>
type Shown = Readonly<Record<string, string>>

/** A merchant with one of everything. */
type Owner = {
  readonly id: string
  readonly shown: Readonly<Record<string, Shown>>
  readonly proofs: Readonly<Record<string, Headers>>
  /** Ids that requests need to be right, by what they are of. */
  readonly things: Readonly<Record<string, string>>
  /** Everything that names something of this merchant, with its kind. */
  readonly names: readonly Name[]
  /** The same as single words, as they would stand in an answer. */
  readonly words: ReadonlySet<string>
}
type Name = { readonly kind: string; readonly column: string; readonly text: string }

const PROOFS: Readonly<Record<DialectName, (shown: Shown) => Promise<Headers>>> = {
  pentagoo: async ({ key, secret }) => ({ oauth: `${key}:${secret}` }),
  tapila: async ({ clientUsername, password, apiKey }) => {
    const { accessToken } = await sent("POST", "/tapila/login", {}, { clientUsername, password })
    return { "x-authorization-token": accessToken, "x-api-key": apiKey! }
  },
  "palomma-pay": async ({ privateKey }) => ({ authorization: privateKey! }),
  "palomma-direct-debit": async ({ apiKey }) => ({ authorization: `Bearer ${apiKey}` }),
  caudal: async ({ apiKey }) => ({ authorization: `Bearer ${apiKey}` }),
}

function inject(method: string, url: string, headers: Headers, body?: unknown) {
  const payload = body === undefined ? {} : { payload: body as object }
  return app.inject({ method: method as "GET", url, headers, ...payload })
}

/** What a request that must be right is answered. */
// biome-ignore lint/suspicious/noExplicitAny: a test reads whatever came and asserts on it.
async function sent(...request: Parameters<typeof inject>): Promise<any> {
  const answer = await inject(...request)
  assert.ok(answer.statusCode < 300, `${request[1]}: ${answer.statusCode} ${answer.body}`)
  return answer.json()
}

let made = 0
const fresh = (prefix: string) => {
  made += 1
  return `${prefix}-${made}`
}

const PERSON = {
  name: "Ana Ruiz",
  documentType: "cc",
  documentNumber: "1020304050",
  email: "ana@example.test",
}

/** A right body of each route that takes one, made of the things of whoever sends it. */
const BODIES: Readonly<Record<string, (things: Owner["things"]) => Record<string, unknown>>> = {
  "POST /pentagoo/api/payment/create": () => ({
    refId: fresh("ORD"),
    description: "2 x cafe",
    amount: "25.50",
  }),
  "POST /tapila/payment": () => ({
    companyCode: "AR-R-0901",
    productId: "1",
    amount: 1500,
    identifierValue: `11${String(++made).padStart(6, "0")}99`,
    paymentMethod: "ACCOUNT",
    externalPaymentId: fresh("pay"),
    externalClientId: "user-77",
  }),
  "POST /palomma-pay/payment-requests": () => ({ amount_cents: 500_000 }),
  "POST /palomma-direct-debit/v1/customers": () => PERSON,
  "POST /palomma-direct-debit/v1/paymentMethods": ({ customer }) => ({
    customerId: customer,
    type: "bankAccount",
    bank: "bancolombia",
    accountType: "savings",
    accountNumber: "1234567899",
  }),
  "POST /palomma-direct-debit/v1/paymentRequests": ({ instrument }) => ({
    paymentMethodId: instrument,
    amount: 45_000,
  }),
  "POST /v1/payments": () => ({ amount: "2550", asset: "COP" }),
  "POST /v1/payments/:id/cancel": () => ({}),
  "POST /v1/payments/:id/simulate": () => ({ outcome: "approved" }),
  "POST /v1/payments/:id/refunds": () => ({ amount: "1" }),
  "POST /v1/payments/:id/refunds/:refund/cancel": () => ({}),
  "POST /v1/endpoints": () => ({ url: "https://tienda.example/webhooks" }),
  "PATCH /v1/endpoints/:id": () => ({ description: "ours" }),
  "POST /v1/endpoints/:id/enable": () => ({}),
  "POST /v1/endpoints/:id/pause": () => ({}),
  "POST /v1/endpoints/:id/resume": () => ({}),
  "POST /v1/endpoints/:id/rotate-secret": () => ({}),
  "POST /v1/endpoints/:id/test": () => ({}),
  "POST /v1/deliveries/:id/replay": () => ({}),
  "POST /v1/endpoints/:id/replay": () => ({ since: "2026-01-01T00:00:00Z" }),
  "POST /v1/customers": () => ({
    ...{ name: PERSON.name, email: PERSON.email },
    ...{ document_type: PERSON.documentType, document_number: PERSON.documentNumber },
  }),
  "POST /v1/instruments": ({ customer }) => ({
    ...{ type: "wallet", customer, phone_number: "3001234599" },
    mandate: { accepted_at: "2026-01-05T14:03:40.000Z" },
  }),
  "POST /v1/instruments/:id/revoke": () => ({}),
  "POST /v1/quotes": () => ({ amount: "2550", asset: "COP" }),
  "POST /v1/operator/top-ups": () => ({
    merchant: other.id,
    asset: "COP",
    amount: "1",
    reference: fresh("bank"),
  }),
}

/** What a query has to have before anything else of it counts. */
const QUERIES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "GET /v1/statement": { asset: "ARS" },
  "GET /pentagoo/api/payment": { refId: "nobody's" },
}

/** Routes that aren't asked in this way, each with its reason. */
const APART: Readonly<Record<string, string>> = {
  "POST /tapila/login":
    "names a login, nothing that is owned; who guesses is slowed down: tapila-access.test.ts",
  "POST /tapila/refresh": "answers everybody the same: tapila-access.test.ts",
  "GET /v1/events/stream": "never ends, and takes no names: caudal-hooks.test.ts",
  "POST /v1/sandbox/clock": "is everybody's, and moves the time of all: caudal-hooks.test.ts",
}

/** What of a row names it. Tables that hold names in other ways have a column here. */
const ALSO = ["reference", "lookup", "place", "fingerprint", "rail_reference"] as const

async function stock(name: string): Promise<Owner> {
  const { id, shown } = await addMerchant(gateway, name)
  for (const asset of ["ARS", "COP"]) {
    const reference = `${name}-first-${asset}`
    await core.wallet.topUp({ merchantId: id, asset, amount: 100_000_000n, reference })
  }
  const proofs: Record<string, Headers> = {}
  for (const dialect of dialects) {
    proofs[dialect.name] = await PROOFS[dialect.name](shown[dialect.name]!)
  }
  const things: Record<string, string> = {}
  const make = (route: string, over: object = {}, headers: Headers = {}) => {
    const [method, url] = route.split(" ") as [string, string]
    const dialect = dialects.find(({ prefix }) => url.startsWith(`${prefix}/`))!
    const filled = url.replace(/:(\w+)/g, (_, parameter: string) => things[parameter]!)
    const body = { ...BODIES[route]!(things), ...over }
    return sent(method, filled, { ...proofs[dialect.name], ...headers }, body)
  }
  await make("POST /v1/endpoints", { url: gateway.receiver.url })
  await make("POST /pentagoo/api/payment/create", { refId: `${name}-order` })
  await make("POST /tapila/payment", { externalPaymentId: `${name}-recharge` })
  await make("POST /palomma-pay/payment-requests", {}, { "idempotency-key": `key-of-${name}` })
  things["customer"] = (await make("POST /palomma-direct-debit/v1/customers")).id
  const account = await make("POST /palomma-direct-debit/v1/paymentMethods")
  things["instrument"] = account.id
  await until(async () => (await core.instruments.find(id, account.id))?.state === "active")
  await make("POST /palomma-direct-debit/v1/paymentRequests")
  things["id"] = (await make("POST /v1/payments", { reference: `${name}-own` })).id
  await make("POST /v1/payments/:id/simulate")
  await make("POST /v1/payments/:id/refunds", { amount: "5" }, { "idempotency-key": "one" })
  await until(async () => (await unrest(id)) === 0)
  const names = await namesOf(id)
  return {
    id,
    shown,
    proofs,
    things,
    names,
    words: new Set(names.flatMap(({ text }) => wordsIn(text))),
  }
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  const giveUpAt = performance.now() + 10_000
  while (!(await isSo())) {
    assert.ok(performance.now() < giveUpAt, "it came to rest")
    await sleep(10)
  }
}

/** What still happens to a merchant's things by itself. */
async function unrest(merchantId: string): Promise<number> {
  const { rows } = await database.query<{ count: string }>(
    `select (select count(*) from deliveries where merchant_id = $1 and state = 'due')
      + (select count(*) from attempts where merchant_id = $1 and state in ('waiting', 'unknown'))
      + (select count(*) from refunds where merchant_id = $1 and state in ('pending', 'sent'))
      as count`,
    [merchantId],
  )
  return Number(rows[0]!.count)
}

/** The tables whose rows belong to a merchant, with their columns; parts of a table left out. */
async function ownedTables(): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const { rows } = await database.query<{ name: string; columns: string }>(
    `select c.relname as name, string_agg(a.attname, ',') as columns
    from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0
    where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p')
      and not c.relispartition group by c.relname`,
  )
  const all = rows.map(({ name, columns }) => [name, new Set(columns.split(","))] as const)
  return new Map(all.filter(([, columns]) => columns.has("merchant_id")))
}

/** Everything that names something of a merchant. */
async function namesOf(merchantId: string): Promise<Name[]> {
  const names: Name[] = [{ kind: "merchants", column: "id", text: merchantId }]
  for (const [table, columns] of await ownedTables()) {
    for (const column of ["id", ...ALSO].filter((each) => columns.has(each))) {
      const { rows } = await database.query<{ text: string | null }>(
        `select ${column}::text as text from ${table} where merchant_id = $1`,
        [merchantId],
      )
      const texts = rows.flatMap(({ text }) => (text === null ? [] : [text]))
      names.push(...texts.map((text) => ({ kind: table, column, text })))
    }
  }
  const { rows } = await database.query<{ text: string }>(
    "select address as text from addresses a join xpubs x on x.id = xpub_id where merchant_id = $1",
    [merchantId],
  )
  names.push(...rows.map(({ text }) => ({ kind: "addresses", column: "address", text })))
  return names.filter(({ text }, at) => names.findIndex((each) => each.text === text) === at)
}

/** Columns that background work moves on without anything having happened. */
const MOVING = ["looks", "look_at", "lease_owner", "fence", "updated_at"]

async function rowsOf(merchantId: string): Promise<ReadonlyMap<string, string>> {
  const all = new Map<string, string>()
  for (const [table, columns] of await ownedTables()) {
    const moving = MOVING.filter((column) => columns.has(column) && table === "attempts")
    const { rows } = await database.query<{ row: string }>(
      `select (to_jsonb(t) - $2::text[])::text as row from ${table} t
      where merchant_id = $1 order by 1`,
      [merchantId, moving],
    )
    all.set(table, rows.map(({ row }) => row).join("\n"))
  }
  return all
}

/** How the native dialect writes ids. */
const PREFIXES: Readonly<Record<string, string>> = {
  payments: "pay",
  refunds: "re",
  attempts: "att",
  customers: "cus",
  instruments: "ins",
  events: "evt",
  endpoints: "ep",
  deliveries: "del",
  merchants: "mer",
  transfers: "tr",
}

/**
 * The forms in which a name can stand in a request. The native dialect reads plain ids everywhere;
 * in its paths ids with a prefix are tried as well.
 */
function formsOf({ kind, text }: Name, { part, route }: Probe): string[] {
  const prefix = PREFIXES[kind]
  const isPlain = route.dialect !== "caudal" || part !== "params" || prefix === undefined
  if (isPlain || !/^[\da-f-]{36}$/.test(text)) return [text]
  return [text, `${prefix}_${text.replaceAll("-", "")}`]
}

/** A name of the same form that nobody has; beside it in every order. */
function neighbourOf(text: string): string {
  const last = text.at(-1)!
  const next = /[0-8a-e]/.test(last) ? String.fromCharCode(last.charCodeAt(0) + 1) : "0"
  return text.slice(0, -1) + (next === last ? "1" : next)
}

/** An answer without what differs each time, and without what was asked for. */
function plain(answer: LightMyRequestResponse, asked: string): string {
  const { "content-type": type, allow } = answer.headers
  const body = answer.body
    .replaceAll(asked, "<asked>")
    .replace(/[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}/g, "<id>")
    .replace(/\b[a-z]{2,3}_[\da-f]{32}\b/g, "<id>")
    .replace(/\b0x[\da-fA-F]{40}\b/g, "<address>")
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+(?:Z|-05:00)/g, "<at>")
    .replace(/whsec_[\w+/=]+/g, "<secret>")
    .replace(/\b(?:ORD|pay|bank)-\d+\b/g, "<fresh>")
    .replace(/\b11\d{6}99\b/g, "<number>")
  return `${answer.statusCode} ${type} ${allow} ${body}`
}

let mine: Owner
let other: Owner
let start: ReadonlyMap<string, string>

before(async () => {
  mine = await stock("Alameda")
  other = await stock("Bolivar")
  start = await rowsOf(mine.id)
})

/** The words of a text that could name something; ids without dashes and prefixes. */
function wordsIn(text: string): string[] {
  return (text.match(/[\w-]+/g) ?? []).map((word) => bareOf(word))
}

function bareOf(word: string): string {
  const [, id = word] = /^[a-z]{2,3}_([\da-f]{32})$/.exec(word) ?? []
  return /^[\da-f-]{36}$/.test(id) ? id.replaceAll("-", "") : id
}

/** Fails where an answer holds a name of `owner`'s, but for what was asked for by that name. */
function assertNothingOf(
  owner: Owner,
  answer: LightMyRequestResponse,
  asked: string,
  where: string,
): void {
  const own = wordsIn(asked)
  for (const word of wordsIn(answer.body)) {
    const isTheirs = owner.words.has(word) && !own.includes(word)
    assert.ok(!isTheirs, `${where} shows ${word} of another: ${answer.body}`)
  }
}

type Probe = { readonly route: Route; readonly part: Part; readonly member: string }

/** The request of B's that is right but for one member. */
function ask({ route, part, member }: Probe, value: string): Promise<LightMyRequestResponse> {
  const { dialect, method, name } = route
  const path = route.url.replace(/:(\w+)(?:\([^)]*\))?/g, (_, parameter: string) =>
    part === "params" && parameter === member
      ? encodeURIComponent(value)
      : (other.things[parameter] ?? core.ids.next()),
  )
  const query = new URLSearchParams(QUERIES[name])
  if (part === "querystring") query.set(member, value)
  const makes = route.members.body.length > 0 || BODIES[name] !== undefined
  const body = makes ? (BODIES[name] ?? missing(name))(other.things) : undefined
  const text = query.size > 0 ? `?${query}` : ""
  const changed = part === "body" ? withMember(body!, member.split("."), value) : body
  return inject(method, path + text, other.proofs[dialect!]!, changed)
}

function missing(name: string): never {
  throw new Error(`${name} has no body in BODIES`)
}

function withMember(body: object, [name = "", ...rest]: string[], value: string): object {
  const inner = (body as Record<string, object>)[name] ?? {}
  return { ...body, [name]: rest.length === 0 ? value : withMember(inner, rest, value) }
}

/** What is tried everywhere: all payments, for each dialect has one, and of all else the first. */
function triedOf({ names }: Owner): Name[] {
  const isFirst = (name: Name) =>
    name === names.find(({ kind, column }) => kind === name.kind && column === name.column)
  return names.filter((name) => name.kind === "payments" || isFirst(name))
}

function probesOf(route: Route): Probe[] {
  return (["params", "querystring", "body"] as const).flatMap((part) =>
    route.members[part].map((member) => ({ route, part, member })),
  )
}

const asked = routes.filter(({ dialect, name }) => dialect !== null && !(name in APART))
let probes = 0

async function assertIsolated(probe: Probe): Promise<void> {
  const { route, part, member } = probe
  const forms = triedOf(mine).flatMap((name) => formsOf(name, probe))
  const nobodys = new Map<string, Promise<string>>()
  /** What a name of this form is answered that nobody has: of a page of a list, at that place. */
  const answerTo = (value: string): Promise<string> => {
    const form = part === "querystring" ? value : value.replace(/[\da-f]/g, "0")
    const never = neighbourOf(value)
    const known = nobodys.get(form) ?? ask(probe, never).then((answer) => plain(answer, never))
    nobodys.set(form, known)
    return known
  }
  const tried = forms.map(async (value) => {
    const where = `${route.name}, ${part} ${member} = ${value}`
    const theirs = await ask(probe, value)
    assert.equal(plain(theirs, value), await answerTo(value), where)
    assertNothingOf(mine, theirs, value, where)
    probes += 1
  })
  await Promise.all(tried)
}

test("what one merchant has, another reads as what never was", async () => {
  for (const route of asked.filter(({ method }) => method === "GET")) {
    for (const probe of probesOf(route)) await assertIsolated(probe)
  }
  assert.ok(probes > 400, `${probes}`)
})

test("no list of one merchant shows a thing of another", async () => {
  for (const { dialect, method, name, url } of asked) {
    if (method !== "GET" || url.includes(":")) continue
    const query = new URLSearchParams({ ...QUERIES[name], ...(dialect === "caudal" && LONG[name]) })
    const answer = await inject(method, `${url}?${query}`, other.proofs[dialect!]!)
    assertNothingOf(mine, answer, "", name)
  }
  const { data } = await sent("GET", "/v1/payments?limit=100", other.proofs["caudal"]!)
  assert.equal(data.length, 5)
})

/** Lists that are read to their end. */
const LONG: Readonly<Record<string, Record<string, string>>> = {
  "GET /v1/payments": { limit: "100" },
  "GET /v1/events": { limit: "100" },
  "GET /v1/deliveries": { limit: "100" },
  "GET /v1/statement": { limit: "100" },
  "GET /v1/customers": { limit: "100" },
  "GET /v1/instruments": { limit: "100" },
  "GET /v1/refunds": { limit: "100" },
}

test("what one merchant has, another can't change, use or build on", async () => {
  for (const route of asked.filter(({ method }) => method !== "GET")) {
    for (const probe of probesOf(route)) await assertIsolated(probe)
  }
})

test("an Idempotency-Key is each merchant's own", async () => {
  const url = "/palomma-pay/payment-requests"
  const headers = { ...other.proofs["palomma-pay"]!, "idempotency-key": "key-of-Alameda" }
  const body = BODIES[`POST ${url}`]!(other.things)
  const first = await sent("POST", url, headers, body)
  assert.ok(!mine.names.some(({ text }) => text === first.id))
  const own = { ...headers, ...mine.proofs["palomma-pay"]! }
  const before = await sent("POST", url, own, body)
  assert.ok(mine.names.some(({ text }) => text === before.id))
})

test("a reference is each merchant's own, also that of a top-up", async () => {
  // Those of payments were tried above: what they make is made as under a name that nobody had.
  const references = triedOf(mine).flatMap(({ column, text }) =>
    column === "reference" ? text : [],
  )
  for (const each of ["Alameda-order", "Alameda-recharge", "Alameda-own"]) {
    assert.ok(references.includes(each), each)
  }
  const topUp = { asset: "COP", amount: 7n, reference: "Alameda-first-COP" }
  const booked = await core.wallet.topUp({ merchantId: other.id, ...topUp })
  assert.ok("repeated" in booked && !booked.repeated)
})

test("no half of a credential does anything beside another merchant's half", async () => {
  const [ours, theirs] = [mine.shown, other.shown]
  const rows: [url: string, headers: Headers][] = [
    [
      "/pentagoo/api/payment/x",
      { oauth: `${ours["pentagoo"]!["key"]}:${theirs["pentagoo"]!["secret"]}` },
    ],
    [
      "/pentagoo/api/payment/x",
      { oauth: `${theirs["pentagoo"]!["key"]}:${ours["pentagoo"]!["secret"]}` },
    ],
    ["/tapila/recharges", { ...other.proofs["tapila"]!, "x-api-key": ours["tapila"]!["apiKey"]! }],
    ["/tapila/recharges", { ...mine.proofs["tapila"]!, "x-api-key": theirs["tapila"]!["apiKey"]! }],
  ]
  for (const [url, headers] of rows) {
    const { statusCode } = await inject("GET", url, headers)
    assert.ok([401, 403].includes(statusCode), `${url} ${JSON.stringify(headers)}`)
  }
  const { clientUsername, password } = theirs["tapila"]!
  const login = { clientUsername, password }
  const key = { "x-api-key": ours["tapila"]!["apiKey"]! }
  assert.equal((await inject("POST", "/tapila/login", key, login)).statusCode, 403)
})

test("a credential opens its own dialect and no other, nor an operator's door", async () => {
  // Each of them in each place where any dialect looks for one.
  const texts = Object.values(other.shown).flatMap((shown) => Object.values(shown))
  for (const { name } of dialects) {
    const own = Object.values(other.shown[name]!)
    const route = asked.find(
      (each) => each.dialect === name && each.method === "GET" && !each.open,
    )!
    const url = route.url.replace(/:(\w+)(?:\([^)]*\))?/g, "x")
    for (const text of texts.filter((each) => !own.includes(each))) {
      const tries: Headers[] = [
        { authorization: text },
        { authorization: `Bearer ${text}` },
        { oauth: text },
        { oauth: `${text}:${text}` },
        { "x-authorization-token": text, "x-api-key": text },
      ]
      const wanted = tries.filter((each) =>
        Object.keys(each).some((header) => header in other.proofs[name]!),
      )
      assert.ok(wanted.length > 0)
      for (const headers of wanted) {
        const { statusCode } = await inject("GET", url, headers)
        assert.ok([401, 403, 429].includes(statusCode), `${route.name}: ${statusCode}`)
      }
    }
  }
  for (const route of asked.filter(({ url }) => url.startsWith("/v1/operator/"))) {
    const answer = await ask({ route, part: "params", member: "id" }, mine.id)
    assert.equal(answer.statusCode, 403, route.name)
  }
})

test("after all of it everything of the first merchant is as it was", async () => {
  const now = await rowsOf(mine.id)
  assert.deepEqual([...now.keys()], [...start.keys()])
  for (const [table, rows] of now) assert.equal(rows, start.get(table), table)
  assert.ok([...start.values()].filter((rows) => rows !== "").length > 8)
  assert.deepEqual(await core.books.verify(), [])
})

test("every route is asked, or has a reason why not, and none of these is gone", () => {
  const names = new Set(routes.map(({ name }) => name))
  for (const name of [...Object.keys(BODIES), ...Object.keys(QUERIES), ...Object.keys(APART)]) {
    assert.ok(names.has(name), name)
  }
  const silent = asked.filter((route) => probesOf(route).length === 0).map(({ name }) => name)
  assert.deepEqual(
    silent.filter((name) => !name.startsWith("GET ")),
    ["POST /tapila/wallet/balance"],
  )
})
