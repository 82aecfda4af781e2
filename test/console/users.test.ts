/** Users of the console: invited, changed by two at once, disabled, reset, all of it noted. */
import assert from "node:assert/strict"
import { after, test } from "node:test"
import { passwordFlaw } from "../../src/core/users/password-rule.ts"
import { base32, codeOf, stepOf } from "../../src/core/users/totp.ts"
import {
  addUser,
  bytesOf,
  cookiesOf,
  demoOwner,
  encoded,
  PASSWORD,
  signIn,
  visitor,
} from "../support/console.ts"
import { startGateway } from "../support/gateway.ts"

const gateway = await startGateway({ after })
const { core, server } = gateway
const demo = demoOwner(gateway)
const owner = await signIn(server, demo.email, demo.password)
const SPEC = { name: "Ana", role: "operator", merchantId: "", language: "pt" }

const linkIn = (body: string) => /\/console(\/invitation\/[\w-]{43})/.exec(body)![1]!

test("an invitation is shown once, is used once, and gives what the owner chose", async () => {
  const made = await owner.post("/users/new", { ...SPEC, email: " Ana@Users.example " })
  assert.equal(made.statusCode, 200)
  const link = linkIn(made.body)
  const stranger = await visitor(server, "")
  const page = await stranger.get(link)
  assert.match(page.body, /Ana@Users\.example/)
  assert.match(page.body, /Escolha sua senha/)
  for (const [password, says] of [
    ["corta", "curta demais"],
    ["contraseña2026", "adivinham"],
    ["ana-example-ana-2026", "nome ou e-mail"],
  ] as const) {
    const refused = await stranger.post(link, { password })
    assert.equal(refused.statusCode, 422)
    assert.match(refused.body, new RegExp(says))
  }
  const chosen = await stranger.post(link, { password: PASSWORD })
  assert.equal(chosen.headers["location"], "/console/sign-in?said=chosen&lang=pt")
  assert.equal((await stranger.post(link, { password: PASSWORD })).statusCode, 404)
  assert.equal((await stranger.get("/invitation/nothing")).statusCode, 404)
  const ana = await signIn(server, "ANA@users.EXAMPLE")
  const home = await ana.get("/")
  assert.match(home.body, /lang="pt-BR"/)
  assert.equal((await ana.get("/users")).statusCode, 403)
})

test("what is wrong with a new user stands at its field, and what was typed stays", async () => {
  const [merchant] = await core.merchants.list()
  const rows = [
    [{ email: "x" }, "Escriba un correo"],
    [{ email: "ANA@users.example" }, "Ya hay un usuario"],
    [{ email: "a@b.c", name: "<b>" }, "Escriba un nombre"],
    [{ email: "a@b.c", role: "merchant" }, "Elija el comercio"],
    [{ email: "a@b.c", role: "owner", merchantId: merchant!.id }, "Elija el comercio"],
    [{ email: "a@b.c", name: "x".repeat(5_000) }, "Escriba un nombre"],
  ] as const
  for (const [over, says] of rows) {
    const answer = await owner.post("/users/new", { ...SPEC, ...over })
    assert.equal(answer.statusCode, 422, says)
    assert.match(answer.body, new RegExp(`<p class="error"[^>]*>${says}`))
    assert.ok(answer.body.includes(`value="${over.email}"`))
  }
})

test("of two who change a user at once the second sees both states first", async () => {
  const user = await addUser(core, "operator", null, "two@users.example")
  const form = { ...SPEC, revision: String((await core.users.find(user.id))!.revision) }
  const first = await owner.post(`/users/${user.id}`, { ...form, name: "Primera" })
  assert.equal(first.statusCode, 303)
  const second = await owner.post(`/users/${user.id}`, { ...form, name: "Segunda" })
  assert.equal(second.statusCode, 422)
  assert.match(second.body, /<td>Segunda<\/td><td>Primera<\/td>/)
  assert.equal((await core.users.find(user.id))!.name, "Primera")
  const revision = /name="revision" value="(\d+)"/.exec(second.body)![1]!
  await owner.post(`/users/${user.id}`, { ...form, name: "Segunda", revision })
  assert.equal((await core.users.find(user.id))!.name, "Segunda")
})

test("who loses a role, is disabled or reset has no session any more", async () => {
  const steps = {
    role: (id: string, revision: string) =>
      owner.post(`/users/${id}`, { ...SPEC, role: "support", revision }),
    disable: (id: string) => owner.post(`/users/${id}/access`, { do: "disable" }),
    reset: (id: string) => owner.post(`/users/${id}/reset`),
    signOut: (id: string) => owner.post(`/users/${id}/sign-out`),
  }
  for (const [name, step] of Object.entries(steps)) {
    const user = await addUser(core, "operator", null, `${name}@users.example`)
    const theirs = await signIn(server, user.email)
    const done = await step(user.id, String((await core.users.find(user.id))!.revision))
    assert.ok(done.statusCode < 400, `${name}: ${done.statusCode}`)
    assert.equal((await theirs.get("/account")).statusCode, 303, name)
  }
  const reset = await server.inject({
    method: "POST",
    url: "/console/sign-in",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    payload: encoded({ email: "reset@users.example", password: PASSWORD }),
  })
  assert.equal(reset.statusCode, 422)
})

test("the last owner who can sign in stays one", async () => {
  const { id, revision } = (await core.users.findByEmail(demo.email))!
  for (const [path, form] of [
    [`/users/${id}/access`, { do: "disable" }],
    [`/users/${id}/reset`, {}],
    [`/users/${id}`, { ...SPEC, name: "Demo", revision: String(revision) }],
  ] as const) {
    await owner.post(path, form)
    const now = (await core.users.find(id))!
    assert.deepEqual([now.role, now.disabledAt, now.invited], ["owner", null, false], path)
  }
  assert.equal((await owner.get("/users")).statusCode, 200)
})

test("two owners who change each other at once wait for one another", async () => {
  const two = [
    await addUser(core, "owner", null, "left-hand@users.example"),
    await addUser(core, "owner", null, "right-hand@users.example"),
  ]
  const now = await Promise.all(two.map(({ id }) => core.users.find(id)))
  const spec = { name: "Ana", role: "support", merchantId: null, language: "pt" } as const
  const done = await Promise.all(
    now.map((each) => core.users.change(each!.id, each!.revision, spec)),
  )
  assert.deepEqual(
    done.map((each) => "role" in each && each.role),
    ["support", "support"],
  )
})

test("a changed password ends all other sessions, and the old one has to be known", async () => {
  const user = await addUser(core, "support", null, "pass@users.example")
  const [mine, other] = [await signIn(server, user.email), await signIn(server, user.email)]
  const next = "otra frase bastante larga"
  const refused = await mine.post("/account/password", { old: "no", next })
  assert.match(refused.body, /Esa no es su contraseña actual/)
  assert.equal((await mine.post("/account/password", { old: PASSWORD, next })).statusCode, 303)
  assert.equal((await other.get("/account")).statusCode, 303)
  assert.equal((await mine.get("/account")).statusCode, 200)
  await signIn(server, user.email, next)
})

test("all of it is in the audit log, with who did it, and without any address", async () => {
  const entries = await core.audit.list({ since: null, action: null, merchantId: null }, 200)
  const actions = new Set(entries.map(({ action }) => action))
  const wanted = "user.add user.set user.disable user.reset user.password user.sign-out".split(" ")
  assert.deepEqual(
    wanted.filter((each) => !actions.has(each as never)),
    [],
  )
  const added = entries.findLast(({ action }) => action === "user.add")!
  assert.deepEqual([added.by.kind, added.by.name], ["console", "Demo"])
  assert.ok(!JSON.stringify(entries).includes("@users.example"))
  const page = await owner.get("/audit?by=demo&action=user.set")
  assert.match(page.body, /user\.set/)
  assert.ok(!/<td><code>user\.add/.test(page.body))
  assert.match((await owner.get("/audit/chain")).body, /la cadena está entera/)
  const none = await owner.get("/audit?from=2030-01-01")
  assert.match(none.body, /Nada coincide/)
})

test("a stream tells of news, and is refused to whoever isn't signed in", async () => {
  const { url } = gateway
  const headers = { cookie: owner.cookie }
  assert.equal((await fetch(`${url}/console/live`)).status, 401)
  assert.equal((await fetch(`${url}/console/live?payment=x`, { headers })).status, 404)
  const stop = new AbortController()
  const answer = await fetch(`${url}/console/live`, { headers, signal: stop.signal })
  assert.equal(answer.headers.get("content-type"), "text/event-stream; charset=utf-8")
  const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader()
  assert.match((await reader.read()).value!, /^retry: /)
  const merchant = (await core.merchants.findByName("Demo"))!
  await core.pay.create({
    ...{ merchant, dialect: "caudal", kind: "charge", repeat: "answer", asset: "COP", way: null },
    ...{ reference: null, amount: 100n, description: null, purpose: {} },
    ...{ customerId: null, instrumentId: null, expiresAt: null },
  })
  assert.match((await reader.read()).value!, /event: change/)
  stop.abort()
})

test("streams are counted by who listens, however many sessions that are", async () => {
  const user = await addUser(core, "support", null, "streams@users.example")
  const stop = new AbortController()
  const statuses: number[] = []
  for (const _session of [1, 2]) {
    const { cookie } = await signIn(server, user.email)
    for (let at = 0; at < 5; at += 1) {
      const { signal } = stop
      const answer = await fetch(`${gateway.url}/console/live`, { headers: { cookie }, signal })
      statuses.push(answer.status)
    }
  }
  assert.deepEqual(statuses, [...Array(8).fill(200), 503, 503])
  stop.abort()
})

test("people's clocks aren't moved with a sandbox's", async () => {
  const user = await addUser(core, "operator", null, "clock@users.example")
  const me = await signIn(server, user.email)
  await me.post("/account/second-factor/begin")
  const { secret } = (await core.users.totpDraft(user as never))!
  const ana = await owner.post("/users/new", { ...SPEC, email: "late@users.example" })
  assert.equal(typeof (await core.testClock.advance(30 * 86_400)), "number")
  const code = (steps: number) => codeOf(bytesOf(secret), new Date(Date.now() + steps * 30_000))
  const confirmed = await me.post("/account/second-factor/confirm", { digits: code(0) })
  assert.equal(confirmed.statusCode, 200, "still signed in, and just now")
  const visitorOf = await visitor(server, "")
  const form = { email: user.email, password: PASSWORD }
  const half = await visitorOf.post("/sign-in", form, { cookie: "" })
  const inside = await visitorOf.post(
    "/sign-in/code",
    { code: code(1) },
    { cookie: cookiesOf(half) },
  )
  assert.equal(inside.statusCode, 303, "the code that an app shows")
  assert.equal((await visitorOf.get(linkIn(ana.body))).statusCode, 200)
})

test("passwords that are guessed first are refused, and sentences of any kind are not", () => {
  const rows: [password: string, flaw: ReturnType<typeof passwordFlaw>][] = [
    ["elevenchars", "short"],
    ["Password1234!", "common"],
    ["P@ssw0rd-2026-", "common"],
    ["qwertyuiop123", "common"],
    ["aaaaaaaaaaaaaaaa", "common"],
    ["123456789012", "common"],
    ["contraseña contraseña", "common"],
    ["lucia.perez.2026", "own"],
    ["x".repeat(201), "long"],
    [PASSWORD, null],
    ["🐢🐢🐢 correct horse battery", null],
    ["tR7#kq9!zW2m", null],
  ]
  for (const [password, flaw] of rows) {
    assert.equal(passwordFlaw(password, ["lucia@perez.example", "Lucia Perez"]), flaw, password)
  }
})

test("codes of a second factor are those of RFC 6238", () => {
  const secret = Buffer.from("12345678901234567890")
  const rows: [seconds: number, code: string][] = [
    [59, "287082"],
    [1_111_111_109, "081804"],
    [1_234_567_890, "005924"],
    [20_000_000_000, "353130"],
  ]
  for (const [seconds, code] of rows) assert.equal(codeOf(secret, new Date(seconds * 1_000)), code)
  const at = new Date(59_000)
  const near = new Date(at.getTime() + 30_000)
  assert.equal(stepOf(secret, " 287 082", near), 1n)
  assert.equal(stepOf(secret, "287082", new Date(at.getTime() + 120_000)), null)
  assert.equal(stepOf(secret, "28708", at), null)
  assert.equal(base32(Buffer.from("foobar")), "MZXW6YTBOI")
})
