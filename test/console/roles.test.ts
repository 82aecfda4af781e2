/** Every route of the console as every role: who is let in, who isn't, and who learns nothing. */
import assert from "node:assert/strict"
import { after, before, test } from "node:test"
import { ROUTES } from "../../src/console/index.ts"
import { MAY, PERMISSIONS, ROLES, type Role } from "../../src/core/index.ts"
import { addUser, signIn, type Visitor } from "../support/console.ts"
import { startGateway } from "../support/gateway.ts"

const gateway = await startGateway({ after })
const { core, server } = gateway
/** Nobody's: whoever is let in is answered that there is nothing, or what is wrong with a form. */
const NOBODYS = "01234567-89ab-4cde-8f01-23456789abcd"

const visitors = {} as Record<Role, Visitor>

before(async () => {
  const [merchant] = await core.merchants.list()
  for (const role of ROLES) {
    const user = await addUser(core, role, role === "merchant" ? merchant!.id : null)
    visitors[role] = await signIn(server, user.email)
  }
})

/** An address of a route with ids that are nobody's; a name it takes is one of the first. */
const addressOf = (path: string) => path.replace(/:\w+/g, NOBODYS)

const HOSTILE = [
  "'\"><script>alert(1)</script>",
  "%",
  "../..",
  "9".repeat(150),
  "\u202e",
  "-1",
  "NaN",
  "__proto__",
]

/** What changes the visitor itself would end the session that the next row needs. */
const ENDS_SESSIONS = new Set(["/account/password", "/account/sessions", "/users/:id/sign-out"])

test("there is a route for each kind of permission", () => {
  const used = new Set(ROUTES.map(({ permission }) => permission))
  const missing = PERMISSIONS.filter((each) => !used.has(each))
  assert.deepEqual(missing, [])
})

for (const role of ROLES) {
  test(`a user of the role ${role} gets what the table allows, and 403 for all else`, async () => {
    const wrong: string[] = []
    for (const { method, path, permission } of ROUTES) {
      if (ENDS_SESSIONS.has(path)) continue
      const url = addressOf(path)
      const visitor = visitors[role]
      const answer = method === "GET" ? await visitor.get(url) : await visitor.post(url)
      const isAllowed = MAY[permission].includes(role)
      const fits = isAllowed ? ![401, 403].includes(answer.statusCode) : answer.statusCode === 403
      if (!fits || answer.statusCode >= 500) wrong.push(`${method} ${url}: ${answer.statusCode}`)
    }
    assert.deepEqual(wrong, [])
  })
}

test("nobody is let in without a session, nor with one that was made up", async () => {
  const wrong: string[] = []
  for (const [at, { method, path }] of ROUTES.entries()) {
    const cookie = ["", `caudal-console=${"A".repeat(43)}`, "caudal-console=x"][at % 3]!
    const url = `/console${addressOf(path)}`
    const type = { "content-type": "application/x-www-form-urlencoded" }
    const headers = { cookie, "sec-fetch-site": "same-origin", ...type }
    const answer = await server.inject({ method, url, headers, payload: "" })
    const fits = method === "GET" ? answer.statusCode === 303 : answer.statusCode === 401
    if (!fits || /csrf/.test(answer.body)) wrong.push(`${method} ${url}: ${answer.statusCode}`)
  }
  assert.deepEqual(wrong, [])
})

test("every page has its policy, is kept nowhere and framed by nobody", async () => {
  const wrong: string[] = []
  for (const { method, path } of ROUTES.filter((each) => each.method === "GET")) {
    const { headers } = await visitors.owner.get(addressOf(path))
    const policy = String(headers["content-security-policy"])
    const fits =
      policy.startsWith("default-src 'none'; style-src 'self'; script-src 'self';") &&
      policy.includes("frame-ancestors 'none'") &&
      !policy.includes("unsafe") &&
      headers["x-frame-options"] === "DENY" &&
      headers["x-content-type-options"] === "nosniff" &&
      headers["cache-control"] === "no-store" &&
      headers["referrer-policy"] === "same-origin"
    if (!fits) wrong.push(`${method} ${path}: ${policy}`)
  }
  assert.deepEqual(wrong, [])
})

test("no form is taken that another site sent, or that lacks the session's token", async () => {
  const wrong: string[] = []
  const owner = visitors.owner
  type Try = { readonly headers: Record<string, string>; readonly form: Record<string, string> }
  const tries: readonly Try[] = [
    { headers: { "sec-fetch-site": "cross-site" }, form: {} },
    { headers: { "sec-fetch-site": "same-origin" }, form: { csrf: visitors.operator.csrf } },
  ]
  for (const { path } of ROUTES.filter(({ method }) => method === "POST")) {
    for (const { form, headers } of tries) {
      const answer = await owner.post(addressOf(path), form, headers)
      if (![403, 409].includes(answer.statusCode)) wrong.push(`${path}: ${answer.statusCode}`)
    }
  }
  assert.deepEqual(wrong, [])
})

test("a merchant's user sees its own merchant, whichever another's address names", async () => {
  const other = await core.merchants.add({ name: "Otra tienda" })
  const page = await visitors.merchant.get(`/?merchant=${other.id}`)
  assert.equal(page.statusCode, 200)
  assert.ok(!page.body.includes("Otra tienda"))
  assert.ok(!page.body.includes(other.id))
  const [nobodys, badly] = [NOBODYS, "x"].map((id) => visitors.owner.get(`/?merchant=${id}`))
  assert.deepEqual([(await nobodys!).statusCode, (await badly!).statusCode], [404, 404])
})

test("what is hostile in address or form is answered, and never by a fault", async () => {
  const names = "page before after from to action by q state asset amount min max day id".split(" ")
  const wrong: string[] = []
  for (const [at, { method, path }] of ROUTES.entries()) {
    if (ENDS_SESSIONS.has(path)) continue
    const url = path.replace(/:\w+/g, encodeURIComponent(HOSTILE[at % HOSTILE.length]!))
    // Each name gets another text on each route; text that is none is refused as a whole.
    const fields = Object.fromEntries(
      names.map((name, nth) => [name, HOSTILE[(at + nth) % HOSTILE.length]!]),
    )
    for (const each of [fields, { q: "\0" }]) {
      const answer =
        method === "GET"
          ? await visitors.owner.get(`${url}?${new URLSearchParams(each)}`)
          : await visitors.owner.post(url, each)
      if (answer.statusCode >= 500 || answer.body.includes("<script>alert")) {
        wrong.push(`${method} ${url} ${JSON.stringify(each)}: ${answer.statusCode}`)
      }
    }
  }
  assert.deepEqual(wrong, [])
})

test("a form that is too large is refused as a page, and what it was for is not done", async () => {
  const huge = await visitors.owner.post("/users/new", { name: "x".repeat(300_000) })
  assert.equal(huge.statusCode, 413)
  assert.match(huge.body, /No se pudo leer lo que llegó/)
  const json = await visitors.owner.post("/users/new", {}, { "content-type": "application/json" })
  assert.equal(json.statusCode, 415)
})
