/** Signing in to the console: who gets in, who doesn't, and what becomes of what was typed. */
import assert from "node:assert/strict"
import { after, test } from "node:test"
import type { LightMyRequestResponse } from "fastify"
import { testClock } from "../../src/clock.ts"
import { codeOf } from "../../src/core/users/totp.ts"
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

const clock = testClock()
const gateway = await startGateway({ after }, {}, { clock })
const { core, database, server } = gateway
const HOUR = 3_600_000

function post(
  path: string,
  form: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>> = {},
  ip = "192.0.2.1",
): Promise<LightMyRequestResponse> {
  const type = { "content-type": "application/x-www-form-urlencoded" }
  return server.inject({
    method: "POST",
    url: `/console${path}`,
    headers: { ...type, ...headers },
    payload: encoded(form),
    remoteAddress: ip,
  })
}

const ENTITIES = { "&quot;": '"', "&lt;": "<", "&gt;": ">", "&#39;": "'", "&amp;": "&" }
const keptIn = (body: string) =>
  Object.entries(ENTITIES).reduce(
    (text, [entity, character]) => text.replaceAll(entity, character),
    /name="kept" value="([^"]*)"/.exec(body)![1]!,
  )

test("the owner that a sandbox comes with signs in, and its password isn't stored", async () => {
  const demo = demoOwner(gateway)
  const owner = await signIn(server, demo.email, demo.password)
  const home = await owner.get("/")
  assert.equal(home.statusCode, 200)
  assert.match(home.body, /<h1>Inicio<\/h1>/)
  const { rows } = await database.query("select u::text as line from users u")
  const line = JSON.stringify(rows)
  assert.ok(!line.includes(demo.password) && !line.includes(demo.email), "readable in the table")
  const sessions = await database.query("select s::text as line from sessions s")
  const [, value = ""] = owner.cookie.split("=")
  assert.ok(value.length === 43 && !JSON.stringify(sessions.rows).includes(value))
})

test("a cookie is bound, unreadable to scripts, and new at each sign-in", async () => {
  const user = await addUser(core, "operator", null, "cookies@users.example")
  const planted = `caudal-console=${"A".repeat(43)}`
  const answer = await post(
    "/sign-in",
    { email: user.email, password: PASSWORD },
    { cookie: planted },
  )
  const [cookie] = answer.cookies
  assert.deepEqual(
    { ...cookie, value: cookie!.value.length },
    {
      name: "caudal-console",
      value: 43,
      path: "/console",
      maxAge: 604_800,
      httpOnly: true,
      sameSite: "Lax",
    },
  )
  assert.notEqual(cookiesOf(answer), planted)
  // Whoever signs in again has another session, and the one before is over.
  const first = await visitor(server, cookiesOf(answer))
  const again = await post(
    "/sign-in",
    { email: user.email, password: PASSWORD },
    { cookie: first.cookie },
  )
  assert.equal((await first.get("/account")).statusCode, 303)
  const second = await visitor(server, cookiesOf(again))
  assert.equal((await second.get("/account")).statusCode, 200)
  const left = await second.post("/../sign-out", {})
  assert.ok(left)
  const out = await post("/sign-out", {}, { cookie: second.cookie })
  assert.equal(out.headers["location"], "/console/sign-in?said=left")
  assert.equal((await second.get("/account")).statusCode, 303)
})

test("unknown and disabled users are answered like wrong passwords, as slowly", async () => {
  const user = await addUser(core, "operator", null, "disabled@users.example")
  await core.users.disable(user.id, true)
  const tries = [
    { email: "nobody@users.example", password: PASSWORD },
    { email: user.email, password: PASSWORD },
    { email: "operator@users.example", password: "no" },
    { email: "", password: "" },
    { email: "x".repeat(10_000), password: "y".repeat(10_000) },
  ]
  const answers = await Promise.all(tries.map((each) => post("/sign-in", each)))
  for (const { body, statusCode } of answers) {
    assert.equal(statusCode, 422)
    assert.match(body, /El correo y la contraseña no coinciden\./)
  }
  // Both cost one hashing: nobody's isn't answered sooner by as much.
  const spent = async (email: string) => {
    const began = performance.now()
    await post("/sign-in", { email, password: "no" }, {}, "192.0.2.99")
    return performance.now() - began
  }
  await spent("warm@users.example")
  const known = await addUser(core, "operator", null, "timed@users.example")
  const [a, b] = [await spent("nobody2@users.example"), await spent(known.email)]
  assert.ok(a > 5 && a > b / 4, `${a} ms for nobody, ${b} ms for somebody`)
})

test("whoever guesses is slowed down and stopped, and everybody else gets in", async () => {
  const user = await addUser(core, "operator", null, "guessed@users.example")
  const guess = (ip: string) => post("/sign-in", { email: user.email, password: "no" }, {}, ip)
  const { failures } = core.limits
  const patience = { free: 5, most: 15, stops: true, wearOffMs: 30_000 }
  const { emailLookup } = await import("../../src/core/users/people.ts")
  const name = `console|192.0.2.50|${emailLookup(user.email)}`
  for (let nth = 0; nth < 15; nth += 1) await failures.failed([{ name, patience }])
  const stopped = await guess("192.0.2.50")
  assert.deepEqual([stopped.statusCode, stopped.headers["retry-after"]], [429, "30"])
  const right = await post("/sign-in", { email: user.email, password: PASSWORD }, {}, "192.0.2.51")
  assert.equal(right.statusCode, 303)
  clock.advance(16 * 30_000)
  assert.equal((await guess("192.0.2.50")).statusCode, 422)
})

test("a session ends after twelve idle hours, after seven days, and when it is ended", async () => {
  const user = await addUser(core, "support", null, "idle@users.example")
  const idle = await signIn(server, user.email)
  clock.advance(11 * HOUR)
  assert.equal((await idle.get("/account")).statusCode, 200)
  clock.advance(11 * HOUR)
  assert.equal((await idle.get("/account")).statusCode, 200)
  clock.advance(13 * HOUR)
  assert.equal((await idle.get("/account")).statusCode, 303)
  const busy = await signIn(server, user.email)
  for (let days = 0; days < 14; days += 1) {
    clock.advance(12 * HOUR - 1)
    await busy.get("/account")
  }
  clock.advance(15)
  assert.equal((await busy.get("/account")).statusCode, 303)
  const [mine, other] = [await signIn(server, user.email), await signIn(server, user.email)]
  const page = await mine.get("/account")
  const id = /name="session" value="([^"]+)"/.exec(page.body)![1]!
  assert.equal((await mine.post("/account/sessions", { session: id })).statusCode, 303)
  assert.equal((await other.get("/account")).statusCode, 303)
  assert.equal((await mine.get("/account")).statusCode, 200)
})

test("a page that keeps itself up to date is no use of a session", async () => {
  const user = await addUser(core, "support", null, "away@users.example")
  const away = await signIn(server, user.email)
  const anew = { "x-caudal-anew": "1" }
  for (let hours = 0; hours < 11; hours += 1) {
    clock.advance(HOUR)
    assert.equal((await away.get("/payments", anew)).statusCode, 200)
    const stop = new AbortController()
    const { cookie } = away
    const live = await fetch(`${gateway.url}/console/live`, {
      headers: { cookie },
      signal: stop.signal,
    })
    assert.equal(live.status, 200)
    stop.abort()
  }
  clock.advance(2 * HOUR)
  assert.equal((await away.get("/payments", anew)).statusCode, 303)
})

test("what was typed before a session ended is kept, and sent when its user says so", async () => {
  const user = await addUser(core, "owner", null, "kept@users.example")
  const owner = await signIn(server, user.email)
  clock.advance(13 * HOUR)
  const typed = { email: "new@users.example", name: 'Ana "A" <b>', role: "support", password: "x" }
  const gone = await owner.post("/users/new", typed)
  assert.equal(gone.statusCode, 401)
  const kept = keptIn(gone.body)
  assert.ok(!kept.includes("csrf") && !kept.includes("password"), kept)
  const answer = await post("/sign-in", { email: user.email, password: PASSWORD, kept })
  assert.equal(answer.statusCode, 200)
  assert.match(answer.body, /Todavía no se ha hecho nada/)
  assert.equal(await core.users.findByEmail("new@users.example"), null)
  assert.match(answer.body, /Ana &quot;A&quot; &lt;b&gt;/)
  const fresh = await visitor(server, cookiesOf(answer))
  const sent = await fresh.post("/users/new", { ...typed, name: "Ana" })
  assert.match(sent.body, /console\/invitation\//)
  // A page from before another sign-in offers the same, and does nothing by itself.
  const stale = await fresh.post("/users/new", { ...typed, csrf: owner.csrf, name: "Eva" })
  assert.equal(stale.statusCode, 409)
  assert.match(stale.body, /Eva/)
  // Nowhere but below the console, whatever a page carries on.
  for (const path of [
    "https://evil.example",
    "//evil.example",
    "/\\evil.example",
    "javascript:1",
  ]) {
    const evil = JSON.stringify({ path, fields: null })
    const to = await post("/sign-in", { email: user.email, password: PASSWORD, kept: evil })
    assert.equal(to.headers["location"], "/console")
  }
})

test("what is dangerous asks for the password again after a quarter of an hour", async () => {
  const user = await addUser(core, "owner", null, "fresh@users.example")
  const owner = await signIn(server, user.email)
  clock.advance(16 * 60_000)
  const asked = await owner.post("/users/new", { name: "Ana" })
  assert.equal(asked.statusCode, 401)
  assert.match(asked.body, /escriba otra vez su contraseña/)
  assert.equal((await owner.get("/users")).statusCode, 200)
})

test("a second factor is asked for, and each of its codes is taken once", async () => {
  const user = await addUser(core, "operator", null, "factor@users.example")
  let me = await signIn(server, user.email)
  await me.post("/account/second-factor/begin")
  const draft = (await core.users.totpDraft(user as never))!
  const secret = bytesOf(draft.secret)
  const wrong = await me.post("/account/second-factor/confirm", { digits: "000000" })
  assert.equal(wrong.statusCode, 422)
  const done = await me.post("/account/second-factor/confirm", {
    digits: codeOf(secret, clock.now()),
  })
  assert.equal(done.statusCode, 200, done.body)
  const recovery = [...done.body.matchAll(/<li><code>([a-z0-9-]+)<\/code>/g)].map(
    ([, each]) => each!,
  )
  assert.equal(recovery.length, 10)

  const half = await post("/sign-in", { email: user.email, password: PASSWORD })
  assert.equal(half.statusCode, 200)
  const cookie = cookiesOf(half)
  // The password alone is no session.
  assert.equal(
    (await server.inject({ url: "/console/account", headers: { cookie } })).statusCode,
    303,
  )
  const used = await post("/sign-in/code", { code: codeOf(secret, clock.now()) }, { cookie })
  assert.equal(used.statusCode, 422, "the code that set it up was taken again")
  clock.advance(30_000)
  const code = codeOf(secret, clock.now())
  const inside = await post("/sign-in/code", { code }, { cookie })
  assert.equal(inside.statusCode, 303)
  me = await visitor(server, cookiesOf(inside))
  assert.equal((await me.get("/account")).statusCode, 200)

  const enter = async (text: string) => {
    const begun = await post("/sign-in", { email: user.email, password: PASSWORD })
    return post("/sign-in/code", { code: text }, { cookie: cookiesOf(begun) })
  }
  assert.equal((await enter(code)).statusCode, 422)
  assert.equal((await enter(recovery[0]!.toUpperCase())).statusCode, 303)
  assert.equal((await enter(recovery[0]!)).statusCode, 422)
})

test("a secret that was left lying is shown to nobody but who has just signed in", async () => {
  const user = await addUser(core, "operator", null, "left@users.example")
  const me = await signIn(server, user.email)
  await me.post("/account/second-factor/begin")
  const { secret } = (await core.users.totpDraft(user as never))!
  assert.ok((await me.get("/account/second-factor")).body.includes(secret))
  clock.advance(16 * 60_000)
  const shown = await me.get("/account/second-factor")
  assert.equal(shown.statusCode, 401)
  assert.ok(!shown.body.includes(secret))
  const digits = codeOf(bytesOf(secret), clock.now())
  const confirmed = await me.post("/account/second-factor/confirm", { digits })
  assert.equal(confirmed.statusCode, 401)
  assert.equal((await core.users.find(user.id))!.secondFactor, false)
})

test("an owner can ask everybody for a second factor, to be set up first", async () => {
  const boss = await addUser(core, "owner", null, "boss@users.example")
  const support = await addUser(core, "support", null, "asked@users.example")
  const owner = await signIn(server, boss.email)
  const { revision } = await core.users.rules()
  await owner.post("/users/rules", { secondFactor: "1", revision: String(revision) })
  const other = await signIn(server, support.email)
  const sent = await other.get("/")
  assert.equal(sent.headers["location"], "/console/account/second-factor")
  assert.equal((await other.get("/account/second-factor")).statusCode, 200)
  assert.match((await owner.get("/users")).headers["location"] as string, /second-factor/)
  // Of two who change it at once the second hears of the first.
  assert.deepEqual(await core.users.setRules({ secondFactor: false, revision }), {
    wrong: "changed_meanwhile",
  })
  assert.equal(await core.users.setRules({ secondFactor: false, revision: revision + 1 }), null)
})
