/** Keys, webhooks, settings and the sandbox's tools of the console, by their pages and forms. */
import assert from "node:assert/strict"
import { after, before, test } from "node:test"
import { DIALECT_NAMES, hashSecret } from "../../src/core/index.ts"
import { addUser, demoOwner, signIn, type Visitor } from "../support/console.ts"
import { startGateway } from "../support/gateway.ts"

const gateway = await startGateway({ after })
const { core, receiver, server } = gateway
const demo = (await core.merchants.findByName("Demo"))!
const M = `?merchant=${demo.id}`
let owner: Visitor
let own: Visitor
let support: Visitor

before(async () => {
  const { email, password } = demoOwner(gateway)
  const other = await core.merchants.add({ name: "Otra" })
  await addUser(core, "support")
  await addUser(core, "merchant", demo.id)
  await addUser(core, "merchant", other.id, "otra@users.example")
  owner = await signIn(server, email, password)
  own = await signIn(server, "merchant@users.example")
  support = await signIn(server, "support@users.example")
})

type Page = Awaited<ReturnType<Visitor["get"]>>

async function page(visitor: Visitor, path: string, status = 200): Promise<string> {
  const answer = await visitor.get(path)
  assert.equal(answer.statusCode, status, `${path}: ${answer.body.slice(0, 600)}`)
  return answer.body
}

/** The hidden fields of a page's form that goes to `action`. */
function hidden(body: string, action: string): Record<string, string> {
  const from = body.indexOf(`method="post" action="/console${action}`)
  assert.ok(from >= 0, `no form to ${action}`)
  const inside = body.slice(from, body.indexOf("</form>", from))
  const fields = [...inside.matchAll(/type="hidden" name="([\w-]+)" value="([^"]*)"/g)]
  return Object.fromEntries(fields.map(([, name, value]) => [name!, value!]))
}

function went(answer: Page, to: string): void {
  assert.equal(answer.statusCode, 303, answer.body.slice(0, 2_000))
  assert.equal(answer.headers.location, `/console${to}`)
}

const apiKeyIn = (body: string) => /data-copy="(ck_[\w-]{43})"/.exec(body)?.[1]
const known = (key: string) => core.merchants.authenticate("caudal", "key", hashSecret(key))

test("a key has a name, scopes and an end, and is shown once", async () => {
  const form = hidden(await page(owner, `/keys/new${M}`), "/keys/new")
  const asked = { ...form, dialect: "caudal", name: "Tienda", days: "30", which: "some" }
  const none = await owner.post(`/keys/new${M}`, asked)
  assert.equal(none.statusCode, 422)
  assert.match(none.body, /id="scopes-error"/)
  assert.match(none.body, /value="Tienda"/)
  const made = await owner.post(`/keys/new${M}`, { ...asked, scope: "payments:read" })
  assert.equal(made.statusCode, 200)
  const { credential } = (await known(apiKeyIn(made.body)!))!
  assert.deepEqual([credential.name, credential.scopes], ["Tienda", ["payments:read"]])
  assert.ok(credential.expiresAt)
  const again = await owner.post(`/keys/new${M}`, { ...asked, scope: "payments:read" })
  assert.equal(again.statusCode, 422)
  assert.equal(apiKeyIn(again.body), undefined)
  const list = await page(owner, `/keys${M}`)
  assert.match(list, /Tienda/)
  assert.doesNotMatch(list, /ck_/)
  const [entry] = await core.audit.list({ since: null, action: "key.add", merchantId: demo.id }, 1)
  assert.equal(entry!.by.kind, "console")
})

test("a key is replaced with an overlap, and ended after a question", async () => {
  const [key] = await core.merchants.credentials(demo.id)
  const path = `/keys/${key!.issueId}`
  const form = hidden(await page(owner, `${path}/roll${M}`), `${path}/roll`)
  const made = await owner.post(`${path}/roll${M}`, { ...form, overlap: "3600" })
  assert.equal(made.statusCode, 200)
  const fresh = apiKeyIn(made.body)!
  assert.ok((await known(fresh))!.credential.name === "Tienda")
  const second = await owner.post(`${path}/roll${M}`, { ...form, overlap: "3600" })
  assert.equal(second.statusCode, 422)
  await page(owner, `${path}/revoke${M}`)
  went(await owner.post(`${path}/revoke${M}`), `/keys${M}`)
  const all = await core.merchants.credentials(demo.id)
  assert.ok(all.find(({ id }) => id === key!.id)!.revokedAt)
})

test("an operator's key is made and ended; a merchant's own user finds no such page", async () => {
  const form = hidden(await page(owner, "/keys/operators/new"), "/keys/operators/new")
  const nameless = await owner.post("/keys/operators/new", { ...form, name: "" })
  assert.equal(nameless.statusCode, 422)
  const made = await owner.post("/keys/operators/new", { ...form, name: "Caja" })
  assert.match(made.body, /data-copy="co_[\w-]{43}"/)
  const key = (await core.operators.list()).find(({ name }) => name === "Caja")!
  went(await owner.post(`/keys/operators/${key.id}/revoke`), "/keys/operators")
  await page(own, "/keys/operators", 403)
})

test("an endpoint is added, changed, paused, tried out and disabled", async () => {
  await page(owner, `/webhooks/new${M}`)
  const asked = { url: `${receiver.url}/two`, dialect: "caudal", description: "Mi tienda" }
  const wrong = await owner.post(`/webhooks/new${M}`, { ...asked, headers: "host: x" })
  assert.equal(wrong.statusCode, 422)
  assert.match(wrong.body, /id="headers-error"/)
  const bad = await owner.post(`/webhooks/new${M}`, { ...asked, url: "ftp://x" })
  assert.match(bad.body, /id="url-error"/)
  const made = await owner.post(`/webhooks/new${M}`, { ...asked, headers: "x-key: geheim-1" })
  assert.match(made.body, /data-copy="whsec_/)
  const all = await core.merchants.endpoints(demo.id)
  const { id } = all.find(({ description }) => description === "Mi tienda")!
  const path = `/webhooks/${id}`
  const shown = await page(owner, `${path}${M}`)
  assert.match(shown, /x-key/)
  assert.doesNotMatch(shown, /geheim|whsec_/)
  const form = hidden(shown, `${path}/edit`)
  const edit = { ...form, url: asked.url, description: "Otra cosa" }
  went(await owner.post(`${path}/edit${M}`, edit), `${path}${M}`)
  const conflict = await owner.post(`${path}/edit${M}`, { ...edit, description: "Tercera" })
  assert.equal(conflict.statusCode, 409)
  assert.match(conflict.body, /Otra cosa[\s\S]*Tercera/)
  const kept = await core.merchants.findEndpoint(demo.id, id)
  assert.equal(kept!.description, "Otra cosa")
  for (const [what, has] of [
    ["pause", (each: typeof kept) => each!.pausedAt !== null],
    ["resume", (each: typeof kept) => each!.pausedAt === null],
    ["disable", (each: typeof kept) => each!.disabledAt !== null],
    ["enable", (each: typeof kept) => each!.disabledAt === null],
  ] as const) {
    went(await owner.post(`${path}/${what}${M}`), `${path}${M}`)
    assert.ok(has(await core.merchants.findEndpoint(demo.id, id)), what)
  }
  const tried = await owner.post(`${path}/test${M}`)
  assert.match(tried.body, /Respondió 200/)
  const rotate = hidden(await page(owner, `${path}/rotate${M}`), `${path}/rotate`)
  const rotated = await owner.post(`${path}/rotate${M}`, { ...rotate, overlap: "3600" })
  assert.match(rotated.body, /data-copy="whsec_/)
  const twice = await owner.post(`${path}/rotate${M}`, { ...rotate, overlap: "3600" })
  assert.equal(twice.statusCode, 409)
})

test("a delivery shows what was sent and what came back, and goes out again", async () => {
  receiver.answer = { status: 500, body: "no hoy" }
  const made = await owner.post(`/sandbox/payments${M}`, { dialect: "caudal", digits: "00" })
  assert.equal(made.statusCode, 303, made.body.slice(0, 500))
  const { items } = await core.payments.list({ merchantId: demo.id }, { limit: 1, before: null })
  await core.pay.simulate(demo, items[0]!, "approved", null)
  await core.pass()
  const listed = await page(owner, `/webhooks/deliveries${M}&q=${items[0]!.id}`)
  const [, id] = /webhooks\/deliveries\/([0-9a-f-]{36})/.exec(listed)!
  const shown = await page(owner, `/webhooks/deliveries/${id}${M}`)
  assert.match(shown, /webhook-id/)
  assert.match(shown, /no hoy/)
  receiver.answer = { status: 200 }
  const path = `/webhooks/deliveries/${id}`
  went(await owner.post(`${path}/replay${M}`), `${path}${M}`)
  const [endpoint] = await core.merchants.endpoints(demo.id)
  const replay = `/webhooks/${endpoint!.id}/replay${M}`
  assert.equal((await owner.post(replay, { since: "morgen" })).statusCode, 422)
  went(
    await owner.post(replay, { since: "2020-01-01T00:00", delivered: "1" }),
    `/webhooks/${endpoint!.id}${M}`,
  )
  await page(owner, `/webhooks/deliveries${M}&q=nada`)
})

test("terms are changed by who may: fees by operators, others by merchants as well", async () => {
  const path = "/settings/terms/palomma-pay"
  const form = hidden(await page(own, path), path)
  const typed = { ...form, minAmount: "100", maxAmount: "50", ttlSeconds: "", redirectUrl: "" }
  const wrong = await own.post(path, typed)
  assert.equal(wrong.statusCode, 422)
  assert.match(wrong.body, /id="maxAmount-error"/)
  went(await own.post(path, { ...typed, maxAmount: "5000000", feeFixed: "9" }), path)
  const { settings } = (await core.merchants.terms(demo.id, "palomma-pay"))!
  assert.deepEqual(
    [settings.minAmount, settings.maxAmount, settings.feeFixed],
    ["100", "5000000", "0"],
  )
  const stale = await own.post(path, { ...typed, maxAmount: "7" })
  assert.equal(stale.statusCode, 409)
  assert.match(stale.body, /5000000[\s\S]*<td>7<\/td>/)
  for (const name of DIALECT_NAMES) await page(owner, `/settings/terms/${name}${M}`)
  const mine = await page(owner, `${path}${M}`)
  const fee = {
    ...hidden(mine, path),
    minAmount: "",
    maxAmount: "",
    feeFixed: "50",
    feePercent: "2,9",
  }
  went(await owner.post(`${path}${M}`, { ...fee, ttlSeconds: "" }), `${path}${M}`)
  const now = (await core.merchants.terms(demo.id, "palomma-pay"))!.settings
  assert.deepEqual([now.feeFixed, now.feeBasisPoints, now.minAmount], ["50", 290, null])
  await page(support, `${path}${M}`)
  assert.equal((await support.post(`${path}${M}`, {})).statusCode, 403)
})

test("a merchant's name, zone, late money and rails are changed, or why not is told", async () => {
  const form = hidden(await page(owner, `/settings${M}`), "/settings")
  const right = {
    ...form,
    name: "Demo",
    zone: "America/Lima",
    late: "48",
    "rail-bank": "simulator",
  }
  for (const [field, value] of [
    ["name", "otra"],
    ["name", ""],
    ["zone", "America/Macondo"],
    ["late", "721"],
    ["late", "x"],
    ["rail-bank", "nada"],
    ["account", "nada"],
  ] as const) {
    const answer = await owner.post(`/settings${M}`, { ...right, [field]: value })
    assert.equal(answer.statusCode, 422, `${field} ${value}`)
    assert.match(answer.body, new RegExp(`id="${field}-error"`))
  }
  went(await owner.post(`/settings${M}`, right), `/settings${M}`)
  const now = (await core.merchants.find(demo.id))!
  assert.deepEqual(
    [now.timeZone, now.settings.lateMoneyHours, now.settings.rails.bank],
    ["America/Lima", 48, "simulator"],
  )
  assert.equal((await owner.post(`/settings${M}`, right)).statusCode, 409)
})

test("a look is shown before it is saved, by a pass that only the console makes", async () => {
  const path = "/settings/branding"
  const query = "?displayName=Tienda+Roja&colour=%23ffee00"
  const shown = await page(own, `${path}${query}`)
  assert.match(shown, /note warn/)
  const src = /<iframe class="preview" src="([^"]+)"/.exec(shown)![1]!.replaceAll("&amp;", "&")
  const sample = await server.inject({ url: src })
  assert.equal(sample.statusCode, 200)
  assert.match(sample.body, /Tienda Roja/)
  const policy = String(sample.headers["content-security-policy"])
  assert.match(policy, /frame-ancestors 'self'/)
  assert.match(policy, /form-action 'none'/)
  assert.doesNotMatch(policy, /script-src/)
  assert.doesNotMatch(sample.body, /<script/)
  assert.equal((await server.inject({ url: `${src.slice(0, -2)}xx` })).statusCode, 404)
  assert.equal((await server.inject({ url: "/pay/preview" })).statusCode, 404)
  assert.equal((await core.merchants.find(demo.id))!.settings.colour, null)

  const form = hidden(await page(own, path), path)
  const typed = {
    ...form,
    displayName: "Tienda Roja",
    supportInfo: "",
    colour: "#B00020",
    language: "pt",
  }
  const wrong = await own.post(path, { ...typed, colour: "rojo", displayName: "\u202e" })
  assert.equal(wrong.statusCode, 422)
  assert.match(wrong.body, /id="colour-error"[\s\S]*value|id="displayName-error"/)
  const noPicture = await own.post(path, {
    ...typed,
    logo: Buffer.from("<svg>").toString("base64"),
  })
  assert.match(noPicture.body, /id="logo-error"/)
  went(await own.post(path, typed), path)
  const { settings } = (await core.merchants.find(demo.id))!
  assert.deepEqual(
    [settings.colour, settings.displayName, settings.language],
    ["#b00020", "Tienda Roja", "pt"],
  )
})

test("a test payment of each dialect is one click, and its number decides", async () => {
  for (const dialect of DIALECT_NAMES) {
    const made = await owner.post(`/sandbox/payments${M}`, { dialect, digits: "00" })
    assert.equal(made.statusCode, 303, `${dialect}: ${made.body.slice(0, 3_000)}`)
    const id = /payments\/([0-9a-f-]{36})/.exec(String(made.headers.location))![1]!
    assert.equal((await core.payments.find(demo.id, id))!.dialect, dialect)
  }
  assert.equal((await owner.post(`/sandbox/payments${M}`, { dialect: "x" })).statusCode, 404)
})

test("who runs the sandbox sees its credentials and moves its clock; others don't", async () => {
  const shown = await page(owner, `/sandbox${M}`)
  assert.match(shown, /ck_[\w-]{43}/)
  const others = await page(own, "/sandbox")
  assert.doesNotMatch(others, /ck_|co_|whsec_/)
  assert.equal((await own.post("/sandbox/clock", { span: "hour" })).statusCode, 404)
  const beforeMs = core.testClock.offsetMs()
  went(await owner.post("/sandbox/clock", { span: "hour" }), "/sandbox")
  assert.equal(core.testClock.offsetMs() - beforeMs, 3_600_000)
})

test("the installation's page tells no secret, and is for operators", async () => {
  const shown = await page(owner, "/settings/installation")
  assert.match(shown, /CAUDAL_MODE/)
  assert.doesNotMatch(shown, /postgres(?:ql)?:\/\//)
  await page(own, "/settings/installation", 403)
  await page(support, "/settings/installation", 403)
})

test("another merchant's user finds nothing of this one", async () => {
  const other = await signIn(server, "otra@users.example")
  const [key] = await core.merchants.credentials(demo.id)
  const [endpoint] = await core.merchants.endpoints(demo.id)
  for (const path of [
    `/keys/${key!.issueId}/roll`,
    `/keys/${key!.issueId}/revoke`,
    `/webhooks/${endpoint!.id}`,
    `/webhooks/${endpoint!.id}/rotate`,
    `/webhooks/${endpoint!.id}/replay`,
  ]) {
    await page(other, `${path}${M}`, 404)
  }
  assert.equal((await other.post(`/webhooks/${endpoint!.id}/pause${M}`)).statusCode, 404)
  assert.doesNotMatch(await page(other, `/settings/branding${M}`), /Tienda Roja/)
})

test("an endpoint is switched on again only where there is room for one more", async () => {
  const [kept] = await core.merchants.endpoints(demo.id)
  const { endpoint } = await core.merchants.addEndpoint({
    ...{ merchantId: demo.id, dialect: "caudal", url: `${receiver.url}/off` },
  })
  const { id } = endpoint
  await core.merchants.disableEndpoint(demo.id, id, { at: core.clock.now(), reason: "test" })
  const others: string[] = []
  for (;;) {
    const all = await core.merchants.endpoints(demo.id)
    if (all.filter(({ disabledAt }) => disabledAt === null).length >= 50) break
    const url = `${receiver.url}/${all.length}`
    const spec = { merchantId: demo.id, dialect: "caudal", url } as const
    others.push((await core.merchants.addEndpoint(spec)).endpoint.id)
  }
  const refused = await owner.post(`/webhooks/${id}/enable${M}`)
  assert.equal(refused.statusCode, 409)
  assert.notEqual((await core.merchants.findEndpoint(demo.id, id))!.disabledAt, null)
  went(await owner.post(`/webhooks/${kept!.id}/enable${M}`), `/webhooks/${kept!.id}${M}`)
  for (const each of others) {
    await core.merchants.disableEndpoint(demo.id, each, { at: core.clock.now(), reason: "test" })
  }
  went(await owner.post(`/webhooks/${id}/enable${M}`), `/webhooks/${id}${M}`)
  await core.merchants.disableEndpoint(demo.id, id, { at: core.clock.now(), reason: "test" })
})
