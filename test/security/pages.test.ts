/** What browsers are allowed, asked and told by every answer, and whose forms are believed. */
import assert from "node:assert/strict"
import { createHash } from "node:crypto"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { after, before, test } from "node:test"
import type { InjectOptions, LightMyRequestResponse } from "fastify"
import { startGateway } from "../support/gateway.ts"
import { png } from "../support/pictures.ts"
import { type Served, serve } from "./served.ts"

/** Where browsers find it: at a proxy with TLS. */
const OWN = "https://pay.example.test"
const gateway = await startGateway({ after }, { CAUDAL_PUBLIC_URL: OWN })
const { core, database, credentials } = gateway
const { app, routes }: Served = await serve({ after }, core, { httpsOnly: true })

const SCRIPT = "<script>alert(1)</script>"
const MARKUP = `"'>${SCRIPT}`
const NOBODY = "01a1f93c-a1f7-4087-826d-012a03a88b87"
const EVIL = "evil.example"
const HTML = "text/html; charset=utf-8"
const FORM = "application/x-www-form-urlencoded"
const PAYER = {
  name: "Ana Ruiz",
  documentType: "cc",
  documentNumber: "1020304050",
  email: "ana@example.test",
}

/** Things with a page, named by whoever would like to write on it. */
const made = { link: "", over: "", consent: "", attempt: "", logo: "" }

before(async () => {
  const merchant = (await core.merchants.findByName("Demo"))!
  const styled = await core.merchants.style(merchant.id, { logo: png(60, 20), colour: "#1d4ed8" })
  assert.ok(!("wrong" in styled))
  made.logo = (await core.merchants.find(merchant.id))!.settings.logo!.hash
  made.link = await newLink()
  made.over = await newLink()
  await core.pay.end({
    paymentId: made.over,
    merchantId: merchant.id,
    how: { kind: "cancel", by: "merchant" },
  })
  const atBank = await newLink()
  await post(`/pay/${atBank}`, {
    ...PAYER,
    ...{ method: "bank", bank: "bancolombia", accountType: "savings", accountNumber: "1234567809" },
    ...{ do: "pay", version: "1" },
  })
  made.attempt = (await core.payments.findByLink(atBank))!.openAttemptId!
  assert.ok(made.attempt)
  made.consent = await newConsent()
})

async function newLink(): Promise<string> {
  const answer = await app.inject({
    method: "POST",
    url: "/palomma-pay/payment-requests",
    headers: { authorization: credentials.palommaPay["privateKey"]! },
    payload: {
      amount_cents: 500_000,
      description: MARKUP,
      merchant_display_name: MARKUP,
      merchant_support_info: MARKUP,
      redirect_url: `https://tienda.example/x?a=${MARKUP}`,
      user_information: { first_name: MARKUP, email: "a@x.test" },
    },
  })
  assert.equal(answer.statusCode, 200, answer.body)
  return answer.json().id
}

async function newConsent(): Promise<string> {
  const headers = { authorization: `Bearer ${credentials.palommaDirectDebit["apiKey"]}` }
  const make = async (path: string, payload: object): Promise<string> => {
    const url = `/palomma-direct-debit/v1${path}`
    const answer = await app.inject({ method: "POST", url, headers, payload })
    assert.equal(answer.statusCode, 201, answer.body)
    return answer.json().id
  }
  const customerId = await make("/customers", { ...PAYER, name: `Ana ${SCRIPT}` })
  const account = { accountType: "savings", accountNumber: "55443322187" }
  return make("/paymentMethods", { customerId, type: "bancolombiaInstant", ...account })
}

function get(url: string, headers: InjectOptions["headers"] = {}) {
  return app.inject({ method: "GET", url, headers })
}

/** Sends a form; without `headers` as a browser sends one of our own pages. */
function post(
  url: string,
  form: Record<string, string>,
  headers: Record<string, string> = { "sec-fetch-site": "same-origin" },
) {
  const payload = new URLSearchParams(form).toString()
  return app.inject({
    method: "POST",
    url,
    headers: { "content-type": FORM, ...headers },
    payload,
  })
}

type Reading = readonly (readonly [path: string, status: number])[]

/** Addresses of each page that is read, as it is found and as it isn't. */
const READ: Readonly<Record<string, () => Reading>> = {
  "GET /pay": () => [
    [`/pay?transaccion=${made.link}`, 200],
    ["/pay", 404],
    [`/pay/?transaccion=${made.link}`, 200],
    [`/pay/?transaccion=${encodeURIComponent(MARKUP)}`, 404],
  ],
  "GET /pay/:id": () => [
    [`/pay/${made.link}`, 200],
    [`/pay/${made.link}?lang=en`, 200],
    [`/pay/${made.over}`, 200],
    [`/pay/${NOBODY}`, 404],
    [`/pay/${encodeURIComponent(MARKUP)}`, 404],
    [`/pay/${"x".repeat(300)}`, 414],
    ["/pay/%E0%A4%A", 400],
  ],
  "GET /pay/consent/:id": () => [
    [`/pay/consent/${made.consent}`, 200],
    [`/pay/consent/${made.consent}?step=withdraw`, 200],
    [`/pay/consent/${NOBODY}`, 404],
  ],
  "GET /pay/bank/:attemptId": () => [
    [`/pay/bank/${made.attempt}`, 200],
    [`/pay/bank/${NOBODY}`, 404],
  ],
  "GET /pay/page.js": () => [["/pay/page.js?v=1", 200]],
  "GET /pay/logo/:hash": () => [
    [`/pay/logo/${made.logo}`, 200],
    [`/pay/logo/${"0".repeat(64)}`, 404],
  ],
  // Of a right pass see test/console/set-up.test.ts: our own pages may frame that one.
  "GET /pay/preview": () => [
    ["/pay/preview", 404],
    [`/pay/preview?look=${encodeURIComponent(MARKUP)}`, 404],
  ],
  "GET /pay/:id/changes": () => [
    [`/pay/${made.over}/changes?version=0`, 200],
    [`/pay/${made.over}/changes?version=99`, 204],
    [`/pay/${made.over}/changes?version=${encodeURIComponent(MARKUP)}`, 400],
    [`/pay/${NOBODY}/changes?version=0`, 404],
  ],
}

type Writing = {
  /** A form that changes something, on something new; and what it changed, to be looked up. */
  readonly right: () => Promise<{ readonly path: string; readonly form: Record<string, string> }>
  /** Every field that its page has. */
  readonly fields: readonly string[]
}

/** Each page that is written to. The bank's is the last: its rail finds the answer later. */
const WRITTEN: Readonly<Record<string, Writing>> = {
  "POST /pay/:id": {
    right: async () => ({ path: `/pay/${await newLink()}`, form: { do: "cancel", version: "1" } }),
    fields: [
      ...["do", "version", "method", "name", "holder", "documentType", "documentNumber", "email"],
      ...["businessName", "nit", "bank", "accountType", "accountNumber", "phone", "coin", "lang"],
    ],
  },
  "POST /pay/consent/:id": {
    right: async () => {
      const form = { do: "decline", version: "1" }
      return { path: `/pay/consent/${await newConsent()}`, form }
    },
    fields: ["do", "version", "words"],
  },
  "POST /pay/bank/:attemptId": {
    right: async () => ({
      path: `/pay/bank/${made.attempt}`,
      form: { do: "decline", notice: "none" },
    }),
    fields: ["do", "notice"],
  },
}

/** All that a page could change. What background work touches by itself isn't looked at. */
async function state(): Promise<string> {
  const { rows } = await database.query<{ text: string }>(`
    select string_agg(text, ' ' order by text) as text from (
      select id || state || version as text from payments
      union all select id || state || version from instruments
      union all select id || state from attempts
      union all select id || state from refunds
      union all select 'events ' || count(*) from events) every`)
  const names = readdirSync(gateway.dataDir).filter((name) => name.startsWith("simulator-books"))
  assert.ok(names.length > 0)
  const books = names.map((name) => readFileSync(join(gateway.dataDir, name), "utf8"))
  return `${rows[0]!.text} ${books.join()}`
}

function directives(answer: LightMyRequestResponse): ReadonlyMap<string, string> {
  const policy = String(answer.headers["content-security-policy"])
  return new Map(
    policy.split("; ").map((each) => {
      const [name = "", ...values] = each.split(" ")
      return [name, values.join(" ")]
    }),
  )
}

/** What is the same for everybody, and may lie in caches. */
const KEPT = /^GET (?:GET )?\/(?:pay\/page\.js|pay\/logo\/|docs\b|llms)/

/** What every answer has to have, and none may. */
function assertGuarded(answer: LightMyRequestResponse, what: string): void {
  const { headers } = answer
  const policy = directives(answer)
  assert.equal(policy.get("default-src"), "'none'", what)
  assert.equal(policy.get("frame-ancestors"), "'none'", what)
  for (const [name, value] of policy) {
    assert.doesNotMatch(
      value,
      /unsafe|nonce|strict-dynamic|data:|blob:|https?:|\*/,
      `${what} ${name}`,
    )
  }
  assert.equal(headers["x-content-type-options"], "nosniff", what)
  assert.equal(headers["referrer-policy"], "no-referrer", what)
  assert.equal(headers["strict-transport-security"], "max-age=31536000", what)
  assert.equal(headers["set-cookie"], undefined, what)
  const foreign = Object.keys(headers).filter((name) => name.startsWith("access-control-"))
  assert.deepEqual(foreign, [], what)
  const isKept = KEPT.test(what) && answer.statusCode === 200
  if (!isKept) assert.match(String(headers["cache-control"]), /^no-store/, what)
  const { location } = headers
  if (location !== undefined)
    assert.match(String(location), /^(?:\/pay\/|https:\/\/pay\.example\.test\/pay\/)/, what)
  if (answer.body !== "") assert.match(String(headers["content-type"]), /charset|^image\//, what)
}

/** What a page of HTML has beside. */
function assertPage(answer: LightMyRequestResponse, what: string): void {
  const { body, headers } = answer
  const policy = directives(answer)
  assert.equal(headers["content-type"], HTML, what)
  assert.equal(headers["x-frame-options"], "DENY", what)
  assert.deepEqual([policy.get("base-uri"), policy.get("form-action")], ["'none'", "'self'"], what)
  const styles = [...body.matchAll(/<style>([\s\S]*?)<\/style>/g)].map(([, text]) => text!)
  const hashes = styles.map(
    (text) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`,
  )
  assert.equal(policy.get("style-src"), hashes.join(" "), what)
  const rest = body
    .replace(/<style>[\s\S]*?<\/style>/g, "")
    .replace(/<script type="module" src="\/pay\/page\.js\?v=\w+"><\/script>/, "")
  assert.doesNotMatch(rest, /<script|<style|<iframe|<object|<embed|<base|<link/i, what)
  for (const tag of rest.match(/<\w[^>]*>/g) ?? []) {
    const bare = tag.replace(/"[^"]*"/g, '""')
    assert.doesNotMatch(bare, /\s(?:on\w+|style)\s*=/i, `${what}: ${tag}`)
  }
  for (const [, address] of rest.matchAll(/\s(?:action|src)="([^"]*)"/g)) {
    assert.match(address!, /^\/pay\//, what)
  }
  for (const [, address] of rest.matchAll(/\shref="([^"]*)"/g)) {
    const known =
      /^(?:\/pay\/|https:\/\/tienda\.example\/x\?a=%22|https:\/\/pay\.example\.test\/pay\/)/
    assert.match(address!, known, what)
  }
}

/** A redirect, or the end of a stream, has the type of a page and nothing to show. */
function isPage({ body, headers }: LightMyRequestResponse): boolean {
  return body !== "" && String(headers["content-type"]).startsWith("text/html")
}

function assertAnswer(answer: LightMyRequestResponse, what: string): void {
  assertGuarded(answer, what)
  if (isPage(answer)) assertPage(answer, what)
  assert.ok(!answer.body.includes(SCRIPT), `${what} repeats markup`)
  assert.ok(!answer.body.includes(EVIL), `${what} repeats an address`)
}

test("every page of the server is known here, and every part of the server is mounted", () => {
  const pages = routes.filter(({ url }) => url === "/pay" || url.startsWith("/pay/"))
  assert.deepEqual(
    pages.map(({ name }) => name).toSorted(),
    [...Object.keys(READ), ...Object.keys(WRITTEN)].toSorted(),
  )
  const read = (path: string) => readFileSync(join(import.meta.dirname, path), "utf8")
  const mounted = read("../../src/system.ts").matchAll(/\b(mount\w+)\(server/g)
  const here = read("served.ts")
  for (const [, name] of mounted)
    assert.ok(here.includes(`${name}(app`), `${name} isn't served here`)
})

test("a gateway whose public address is https says so itself, on every answer", async () => {
  for (const path of ["/health/live", `/pay/${made.link}`, "/v1/payments", "/nothing"]) {
    const { headers } = await fetch(gateway.url + path)
    assert.equal(headers.get("strict-transport-security"), "max-age=31536000", path)
  }
})

test("each page allows its own parts and nothing else, whatever is asked and found", async () => {
  const start = await state()
  for (const [name, addresses] of Object.entries(READ)) {
    for (const [path, status] of addresses()) {
      const answer = await get(path)
      assert.equal(answer.statusCode, status, path)
      assertAnswer(answer, name.replace(/:\w+/, "x"))
    }
  }
  // Looking changes nothing: neither by GET nor by HEAD.
  for (const [path] of Object.values(READ).flatMap((addresses) => addresses())) {
    if (!path.includes("/changes")) await app.inject({ method: "HEAD", url: path })
  }
  assert.equal(await state(), start)
})

const QUERIES = [
  ...["lang", "from", "coin", "step", "transaccion", "v", "version", "do", "words", "notice"],
  ...["url", "next", "to", "return", "returnUrl", "redirect", "redirect_url", "back", "callback"],
]
const LURES = [
  `//${EVIL}`,
  `https://${EVIL}/`,
  `/\\${EVIL}`,
  `https:${EVIL}`,
  `javascript:alert('${EVIL}')`,
  MARKUP,
  `x\r\nlocation: https://${EVIL}/`,
]

test("nothing of an address is repeated on its page, followed or taken for an order", async () => {
  const start = await state()
  for (const addresses of Object.values(READ)) {
    const [[first] = assert.fail()] = addresses()
    for (const lure of LURES) {
      const query = new URLSearchParams(QUERIES.map((name): [string, string] => [name, lure]))
      const answer = await get(`${first.split("?")[0]}?${query}`)
      assert.equal(answer.headers.location, undefined, first)
      assertAnswer(answer, "GET /pay/page.js")
    }
  }
  assert.equal(await state(), start)
})

test("the name by which a server is called changes no link, wherever it stands", async () => {
  const names = {
    host: EVIL,
    "x-forwarded-host": EVIL,
    "x-forwarded-proto": "https",
    forwarded: `host=${EVIL}`,
  }
  for (const [path] of Object.values(READ).flatMap((addresses) => addresses())) {
    assertAnswer(await get(path, names), "GET /pay/page.js")
  }
  const answer = await app.inject({
    method: "POST",
    url: "/palomma-pay/payment-requests",
    headers: { ...names, authorization: credentials.palommaPay["privateKey"]! },
    payload: { amount_cents: 500_000 },
  })
  assert.equal(answer.statusCode, 200)
  assert.ok(answer.json().payment_url.startsWith(`${OWN}/pay/`), answer.body)
})

/** How browsers tell that a form is from elsewhere; the last ones are older. */
const FOREIGN: readonly Record<string, string>[] = [
  { "sec-fetch-site": "cross-site" },
  { "sec-fetch-site": "same-site" },
  { "sec-fetch-site": "cross-site", origin: OWN },
  { "sec-fetch-site": "" },
  { "sec-fetch-site": "same-origin, cross-site" },
  { origin: `https://${EVIL}` },
  { origin: `${OWN}.${EVIL}` },
  { origin: `https://pay.${EVIL}` },
  { origin: "not an origin" },
]

for (const [name, { right, fields }] of Object.entries(WRITTEN)) {
  test(`${name}: what is typed stays text, and leads nowhere`, async () => {
    const { path } = await right()
    const start = await state()
    for (const lure of LURES) {
      const all = Object.fromEntries(fields.map((field) => [field, lure]))
      const filled = { ...all, do: "pay", version: "1", ...PAYER, name: lure, email: lure }
      for (const form of [all, filled, { ...filled, method: "bank" }]) {
        const answer = await post(path, form)
        assertGuarded(answer, name)
        assert.ok(!answer.body.includes(SCRIPT), `${name} repeats markup`)
        if (isPage(answer)) assertPage(answer, name)
        const { location } = answer.headers
        assert.ok(!String(location).includes(EVIL), `${name}: ${location}`)
      }
    }
    assert.equal(await state(), start)
  })

  test(`${name}: another site's form does nothing, and ours does`, async () => {
    const { path, form } = await right()
    const start = await state()
    for (const headers of FOREIGN) {
      const answer = await post(path, form, headers)
      assert.equal(answer.statusCode, 403, JSON.stringify(headers))
      assertAnswer(answer, name)
    }
    // What a script of another site may send without asking first, but for forms.
    for (const type of ["text/plain", "application/json", "multipart/form-data; boundary=x"]) {
      const payload = type === "application/json" ? JSON.stringify(form) : "do=cancel&version=1"
      const headers = { "content-type": type }
      const answer = await app.inject({ method: "POST", url: path, headers, payload })
      assert.equal(answer.statusCode, 415, type)
      assertAnswer(answer, name)
    }
    assert.equal(await state(), start)
    const pressed = await post(path, form)
    assert.equal(pressed.statusCode, 303, pressed.body)
    assertAnswer(pressed, name)
    assert.notEqual(await state(), start)
  })
}

test("what is no page allows a browser nothing, nor another site, and sets no cookie", async () => {
  const evil = { origin: `https://${EVIL}`, "access-control-request-method": "POST" }
  const isOther = (url: string) => !isDocument(url) && !isConsole(url)
  const others = routes.filter(({ name, url }) => !(name in READ) && isOther(url))
  for (const { method, name, url } of others) {
    const path = url.replace(/:\w+(?:\([^)]*\))?/g, NOBODY)
    for (const each of [method, "OPTIONS"]) {
      const answer = await app.inject({ method: each as "GET", url: path, headers: evil })
      assertGuarded(answer, `${each} ${name}`)
      const type = String(answer.headers["content-type"])
      if (!url.startsWith("/pay")) assert.doesNotMatch(type, /html|javascript/, name)
    }
  }
})

/** What its pages allow, and who may see them, is asked of each in test/console/roles.test.ts. */
const isConsole = (url: string) => /^\/console(?:\/|$)/.test(url)
const isDocument = (url: string) => /^\/(?:docs|llms)/.test(url) && !url.startsWith("/docs/openapi")
/** Scalar's script sets styles of its own: see src/docs/reader.ts. Its page shows nobody's data. */
const READER = "/docs/api/:name"

test("the documents repeat nothing that was asked, and allow no more than pages do", async () => {
  const urls = routes.filter(({ url }) => isDocument(url) && url !== READER).map(({ url }) => url)
  assert.ok(urls.length >= 10)
  for (const url of urls) {
    const path = url.replace("*", encodeURIComponent(MARKUP))
    for (const method of ["GET", "OPTIONS"] as const) {
      const query = { q: `refund ${MARKUP} ${EVIL}`, v: MARKUP }
      const answer = await app.inject({ method, url: path, query, headers: { host: EVIL } })
      assertGuarded(answer, `${method} ${url}`)
      assert.ok(!answer.body.includes(SCRIPT), `${url} repeats markup`)
    }
  }
  const policy = directives(await get("/docs/api/caudal"))
  assert.deepEqual(
    [...policy].filter(([, value]) => /unsafe|data:|blob:|https?:|\*/.test(value)),
    [
      ["style-src", "'self' 'unsafe-inline'"],
      ["img-src", "'self' data:"],
      ["font-src", "'self' data:"],
    ],
  )
})

test("no file of a folder is served", async () => {
  for (const path of [".git/config", ".env", "package.json", "src/main.ts", "data/master.key"]) {
    const docs = ["/docs", "/docs/..", "/docs/%2e%2e", "/docs/..%2f..", "/docs/es"]
    for (const prefix of ["", "/pay", "/pay/logo", "/v1", "/pay/..", "/pay/%2e%2e", ...docs]) {
      const answer = await get(`${prefix}/${path}`)
      assert.ok([401, 403, 404, 400].includes(answer.statusCode), `${prefix}/${path}`)
    }
  }
})
