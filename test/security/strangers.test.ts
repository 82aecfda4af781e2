/** What strangers may ask, and that the log tells of who may not. */
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { after, test } from "node:test"
import { WRONG_LINKS_PER_MINUTE } from "../../src/checkout/limit.ts"
import { addressName } from "../../src/core/index.ts"
import { SECURITY_EVENTS } from "../../src/core/limits/security.ts"
import { WRONG_PER_MINUTE } from "../../src/dialects/limit.ts"
import { makeLogger } from "../../src/http/log.ts"
import { REFUSED_PER_MINUTE } from "../../src/http/notices.ts"
import { addUser, signIn } from "../support/console.ts"
import { ask, startGateway } from "../support/gateway.ts"
import { addMerchant } from "../support/merchant.ts"

type Line = Readonly<Record<string, string | number | undefined>>

const lines: Line[] = []
const written: string[] = []
const log = makeLogger({
  level: "info",
  destination: {
    write: (line) => {
      written.push(line)
      lines.push(JSON.parse(line))
    },
  },
})
// Behind a proxy: only then is an address what the proxy says it is.
const settings = { CAUDAL_TRUST_PROXY: "loopback", CAUDAL_LOG_LEVEL: "info" }
const gateway = await startGateway({ after }, settings, { nodes: 2, log })
const { core, credentials, url } = gateway
const demo = (await core.merchants.findByName("Demo"))!
const other = await addMerchant(gateway, "Other")

const from = (address: string) => ({ "x-forwarded-for": address })
const page = (address: string, path: string, init: RequestInit = {}) =>
  fetch(`${url}/pay/${path}`, { redirect: "manual", ...init, headers: from(address) })

/** What a payer's link answers, made anew for whoever needs one. */
async function link(): Promise<string> {
  const { baseUrl, privateKey } = credentials.palommaPay
  const headers = { authorization: privateKey! }
  const body = { amount_cents: 500_000 }
  return (await ask("POST", `${baseUrl}/payment-requests`, { headers, body })).body.id
}

/** Every line of log that a piece of work makes; lines are written once a socket is done with. */
async function linesOf(work: () => Promise<unknown>, isLast: (line: Line) => boolean) {
  const first = lines.length
  await work()
  for (let tries = 0; tries < 200 && !lines.slice(first).some(isLast); tries += 1) {
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  return lines.slice(first)
}

function assertRetry(answer: Response): void {
  assert.equal(answer.status, 429)
  const waitS = Number(answer.headers.get("retry-after"))
  assert.ok(waitS >= 1 && waitS <= 60, `Retry-After: ${waitS}`)
}

/** Uses up what an address has of something, but for `left`, on each node. */
function useUp(name: string, limit: number, left = 0): void {
  for (const { core: each } of gateway.nodes) {
    for (let use = left; use < limit; use += 1) each.limits.countHere(name, limit)
  }
}

test("who tries links hears to wait, of each node, in Spanish", async () => {
  const guesser = "2001:db8:0:9::"
  useUp(`links|${addressName(guesser)}`, WRONG_LINKS_PER_MINUTE, 3)
  const wrong = (at: number) => page(guesser + at.toString(16), core.ids.next())
  // The two nodes in turn: each counts its own.
  for (let at = 0; at < 6; at += 1) assert.equal((await wrong(at)).status, 404)
  const id = core.ids.next()
  const asked = [id, `${id}/changes?version=1`, `consent/${id}`, `bank/${id}`, "logo/0", "a/b/c"]
  for (const path of asked) {
    const refused = await page(guesser, path)
    assertRetry(refused)
    assert.match(refused.headers.get("content-type")!, /^text\/html/)
    assert.match(refused.headers.get("content-security-policy")!, /^default-src 'none'/)
    assert.match(await refused.text(), /<html lang="es-CO"[\s\S]*Demasiados intentos desde tu red/)
  }
  assertRetry(await page(guesser, id, { method: "POST", body: new URLSearchParams() }))
  const head = await page(guesser, id, { method: "HEAD" })
  assertRetry(head)
  assert.equal(await head.text(), "")
  assert.equal((await page("2001:db8:0:a::1", id)).status, 404)
})

test("who shares an address with a guesser can look, wait and pay all the same", async () => {
  const shared = "198.51.100.7"
  useUp(`links|${shared}`, WRONG_LINKS_PER_MINUTE)
  assertRetry(await page(shared, core.ids.next()))
  const id = await link()
  for (const path of [id, `?transaccion=${id}`, "page.js"]) {
    assert.equal((await page(shared, path)).status, 200, path)
  }
  const form = new URLSearchParams({ do: "cancel", version: "1" })
  assert.equal((await page(shared, id, { method: "POST", body: form })).status, 303)
  assert.equal((await core.payments.findByLink(id))!.state, "cancelled")
})

test("no page and no false notice asks the database how often that was", async (t) => {
  const counts = gateway.nodes.map((node) => t.mock.method(node.core.limits, "count"))
  const address = "198.51.100.9"
  const id = await link()
  for (let at = 0; at < 2; at += 1) {
    assert.equal((await page(address, id)).status, 200)
    assert.equal((await page(address, "page.js")).status, 200)
    assert.equal((await page(address, core.ids.next())).status, 404)
    const notice = { method: "POST", headers: from(address) }
    assert.equal((await fetch(`${url}/rails/simulator/notify/main`, notice)).status, 401)
  }
  assert.deepEqual(
    counts.map(({ mock }) => mock.callCount()),
    [0, 0],
  )
})

test("a sandbox's own machine may try as many links as it likes", async () => {
  useUp("links|127.0.0.1", WRONG_LINKS_PER_MINUTE)
  assert.equal((await page("127.0.0.1", core.ids.next())).status, 404)
})

test("notices that aren't genuine are limited, and genuine ones never are", async () => {
  const address = "203.0.113.9"
  const post = (path: string, headers: Readonly<Record<string, string>> = {}, body = "{}") =>
    fetch(`${url}/rails/${path}`, {
      method: "POST",
      headers: { ...from(address), ...headers },
      body,
    })
  const forged = () => post("simulator/notify/main", { "x-signature": "0" })
  assert.equal((await forged()).status, 401)
  assert.equal((await post("nothing/notify/main")).status, 404)
  useUp(`notices|${address}`, REFUSED_PER_MINUTE, 1)
  for (const refused of [await forged(), await forged(), await post("nothing/notify/main")]) {
    assertRetry(refused)
    assert.match(refused.headers.get("content-type")!, /^application\/problem\+json/)
    const { status, title } = (await refused.json()) as { status: number; title: string }
    assert.deepEqual([status, title], [429, "Too Many Requests"])
  }
  // The same address, with what only the bank can have signed.
  const id = await link()
  const form = new URLSearchParams({ do: "pay", version: "1", ...BANK })
  await page("198.51.100.20", id, { method: "POST", body: form })
  const { openAttemptId } = (await core.payments.findByLink(id))!
  await core.bank.answer(openAttemptId!, "approve")
  const notice = (await core.bank.notice(openAttemptId!))!
  const path = `${notice.rail}/notify/${notice.connection}`
  for (let at = 0; at < 3; at += 1) {
    assert.equal((await post(path, notice.headers, notice.body)).status, 204)
  }
  assert.equal((await core.payments.findByLink(id))!.state, "approved")
})

const BANK = {
  method: "bank",
  bank: "bancolombia",
  accountType: "savings",
  accountNumber: "1234567800",
  name: "Ana Ruiz",
  documentType: "cc",
  documentNumber: "1020304050",
  email: "ana@example.test",
}

test("the line of a request says whose it is", async () => {
  const { apiKey, operatorKey } = credentials.caudal
  const bearer = (key: string) => ({ authorization: `Bearer ${key}` })
  const own = await core.merchants.credentials(demo.id)
  const credentialId = own.find(({ dialect }) => dialect === "caudal")!.id
  const isRequest = ({ msg }: Line) => msg === "request"
  const read = () => ask("GET", `${url}/v1/payments`, { headers: bearer(apiKey!) })
  const [line] = await linesOf(read, isRequest)
  assert.deepEqual([line!["merchantId"], line!["credentialId"]], [demo.id, credentialId])
  const balances = `${url}/v1/operator/merchants/mer_${demo.id.replaceAll("-", "")}/balances`
  const operators = await core.operators.list()
  const asked = () => ask("GET", balances, { headers: bearer(operatorKey!) })
  const [operated] = await linesOf(asked, isRequest)
  assert.equal(operated!["operatorKey"], operators[0]!.id)
  assert.equal(operated!["merchantId"], undefined)
})

/** What makes each event, and what its line must say besides. */
const EVENTS: Readonly<
  Record<keyof typeof SECURITY_EVENTS, readonly [make: () => Promise<unknown>, says: object]>
> = {
  "login-refused": [
    () => {
      const { clientUsername } = credentials.tapila
      return login({ clientUsername: clientUsername!, password: "no" })
    },
    { route: "/tapila/login", status: 401, merchantId: demo.id },
  ],
  "key-refused": [
    () => ask("GET", `${url}/v1/payments`, { headers: from("192.0.2.44") }),
    { route: "/v1/payments", status: 401, merchantId: undefined },
  ],
  // What it was is said also where it was one too many.
  "signature-wrong": [
    () => {
      useUp("notices|192.0.2.46", REFUSED_PER_MINUTE)
      const headers = from("192.0.2.46")
      return ask("POST", `${url}/rails/simulator/notify/x`, { headers, body: {} })
    },
    { status: 429 },
  ],
  "limit-reached": [
    async () => {
      useUp("links|192.0.2.45", WRONG_LINKS_PER_MINUTE)
      await page("192.0.2.45", "x")
    },
    { status: 429, route: "/pay/:id" },
  ],
  "foreign-form": [
    async () => {
      const headers = { ...from("192.0.2.44"), "sec-fetch-site": "cross-site" }
      await fetch(`${url}/pay/${core.ids.next()}`, { method: "POST", headers })
    },
    { status: 403, route: "/pay/:id" },
  ],
  "role-refused": [
    async () => {
      const support = await addUser(core, "support")
      const { cookie } = await signIn(gateway.server, support.email)
      const headers = { ...from("192.0.2.44"), cookie }
      assert.equal((await ask("GET", `${url}/console/users`, { headers })).status, 403)
    },
    { status: 403, route: "/console/users" },
  ],
  "foreign-id": [
    async () => {
      const headers = { authorization: `Bearer ${other.shown["caudal"]!["apiKey"]}` }
      const id = `pay_${(await link()).replaceAll("-", "")}`
      assert.equal((await ask("GET", `${url}/v1/payments/${id}`, { headers })).status, 404)
    },
    { route: "/v1/payments/:id", merchantId: other.id },
  ],
}

function login(body: object) {
  return ask("POST", `${url}/tapila/login`, { body, headers: from("192.0.2.44") })
}

for (const [event, [make, says]] of Object.entries(EVENTS)) {
  // A figure would tell whoever reads figures whether an id is another merchant's or nobody's.
  const isCounted = event !== "foreign-id"
  const tells = isCounted ? "the log and the figures tell" : "the log alone tells"
  test(`${tells} of a ${event}`, async () => {
    const found = await linesOf(make, ({ security }) => security === event)
    const line = found.find(({ security }) => security === event)
    assert.ok(line, JSON.stringify(found))
    const { ["msg"]: _, ...rest } = line
    for (const [name, value] of Object.entries(says)) assert.equal(rest[name], value, name)
    assert.match(String(line["requestId"]), /^req_/)
    if (isCounted) assert.match(String(line["source"]), /^[\w-]{12}$/)
    const figures = await Promise.all(
      gateway.nodes.map(async (node) => (await fetch(`${node.url}/metrics`)).text()),
    )
    const figure = `caudal_security_events_total{event="${event}"}`
    assert.equal(
      figures.some((text) => text.includes(figure)),
      isCounted,
    )
  })
}

test("an id of nobody's is no event, and an unknown name is not logged", async () => {
  const headers = { authorization: `Bearer ${credentials.caudal["apiKey"]}` }
  const nobodys = `${url}/v1/payments/pay_${core.ids.next().replaceAll("-", "")}`
  await ask("GET", nobodys, { headers })
  const isRefused = ({ security }: Line) => security === "login-refused"
  const guess = () => login({ clientUsername: "my-own-password", password: "no" })
  const found = await linesOf(guess, isRefused)
  assert.equal(found.find(isRefused)!["merchantId"], undefined)
  assert.ok(!found.some(({ security }) => security === "foreign-id"))
  assert.ok(!written.some((line) => line.includes("my-own-password")))
})

test("no line holds an address, and the same address has the same mark", () => {
  for (const line of written)
    assert.doesNotMatch(line, /192\.0\.2\.4|198\.51\.100|2001:db8|203\.0\.113/)
  const marks = lines.filter(
    ({ security }) => security === "key-refused" || security === "foreign-form",
  )
  assert.equal(new Set(marks.map(({ source }) => source)).size, 1)
})

test("the page on the log has every security event, and the limits their numbers", () => {
  const text = readFileSync(join(import.meta.dirname, "../../docs/operating.md"), "utf8")
  for (const [event, meaning] of Object.entries(SECURITY_EVENTS)) {
    assert.ok(text.includes(`| \`${event}\` | ${meaning} |`), event)
  }
  const limits: [what: string, limit: number][] = [
    ["requests with wrong credentials from one address", WRONG_PER_MINUTE],
    ["links to pages that lead nowhere, of one address", WRONG_LINKS_PER_MINUTE],
    ["notices of providers that aren't genuine, of one address", REFUSED_PER_MINUTE],
  ]
  for (const [what, limit] of limits) {
    assert.ok(text.includes(`\n| ${what} | ${limit} a minute`), what)
  }
})
