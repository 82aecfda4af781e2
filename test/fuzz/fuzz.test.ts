/** The fuzzer in its short form, and that it can find what it looks for. */
import assert from "node:assert/strict"
import { after, test } from "node:test"
import { dialects } from "../../src/dialects/index.ts"
import { documentOf } from "../support/contract.ts"
import { type Answer, judged, type Secrets } from "./judge.ts"
import { PAGE_AIMS, PAGES, pageShot } from "./pages.ts"
import { makePool } from "./pool.ts"
import { makeRandom } from "./random.ts"
import { asCurl, LEFT_OUT, type Shot, shotAt } from "./requests.ts"
import { rested } from "./rest.ts"
import { LENGTH, runPlan } from "./sequence.ts"
import { startTarget } from "./target.ts"

/** Another seed each time would find more, but a suite that fails by chance is nobody's friend. */
const SEED = "suite"
const SEQUENCES = 16

test("some thousand requests, right and odd, are answered as the documents say", async () => {
  const target = await startTarget({ after })
  const sequences = Array.from({ length: SEQUENCES }, (_, at) => at)
  const outcome = await runPlan(target, { seed: SEED, dialect: null, sequences })
  const found = [...outcome.findings.map(({ what, curl }) => `${what}\n${curl}`)]
  assert.deepEqual([...found, ...(await rested(target))], [])
  assert.ok(outcome.requests >= SEQUENCES * LENGTH)
  // Else all of it might have been turned away at the door.
  const { 200: done = 0, 201: made = 0 } = outcome.statuses
  assert.ok(done + made > outcome.requests / 10, JSON.stringify(outcome.statuses))
  assert.ok(Object.keys(outcome.reached).length >= 25, Object.keys(outcome.reached).join(", "))
})

/** The requests of one sequence, with nobody to answer them. */
function shots(seed: string, count: number): Shot[] {
  const random = makeRandom(seed)
  const making = { random, pool: makePool(), sequence: 1, fixed: {} }
  return Array.from({ length: count }, () =>
    shotAt(random.pick(dialects), making, (dialect, who) => ({
      authorization: `${dialect} ${who}`,
    })),
  )
}

test("the same seed makes the same requests, and another one others", () => {
  assert.deepEqual(shots("a", 300), shots("a", 300))
  assert.notDeepEqual(shots("a", 300), shots("b", 300))
})

test("every route of every dialect is asked, by everybody, rightly and wrongly", () => {
  const made = shots("all", 6_000)
  const asked = new Set(made.map(({ dialect, aim }) => `${dialect} ${aim}`))
  const routes = dialects.flatMap((dialect) =>
    Object.entries(documentOf(dialect).paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((verb) => `${dialect.name} ${verb.toUpperCase()} ${path}`),
    ),
  )
  assert.deepEqual(
    routes.filter((route) => !asked.has(route)),
    Object.keys(LEFT_OUT),
  )
  const whos = new Set(made.map(({ who }) => who))
  assert.equal(whos.size, 6)
  const traits: Readonly<Record<string, (shot: Shot) => boolean>> = {
    "a body above the limit": ({ body }) => (body?.length ?? 0) > 262_144,
    "a number that no double holds": ({ body }) => body?.includes("1e400") === true,
    "half a character": ({ body }) => body?.includes("\\ud800") === true,
    "a reserved name": ({ body }) => body?.includes("__proto__") === true,
    "the same member twice": ({ body }) => /("\w+":).*\1/.test(body?.toString() ?? ""),
    "no JSON": ({ headers }) => headers["content-type"] === "application/xml",
    "another method": ({ aim, method }) => !aim.startsWith(`${method} `),
    "a broken path": ({ path }) => path.includes("%zz"),
    "an empty body": ({ body }) => body?.length === 0,
    "odd framing": ({ framing }) => framing === "lengthAndChunks",
    "several at once": ({ times }) => times > 1,
    "no proof": ({ who }) => who === "nobody",
  }
  for (const [what, has] of Object.entries(traits)) assert.ok(made.some(has), what)
})

test("each kind of fault in an answer is found, and an answer without any passes", () => {
  const headers = {
    "content-type": "application/json; charset=utf-8",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "cache-control": "no-store",
    "x-request-id": "req_1",
    "caudal-mode": "sandbox",
  }
  const mine = "019b8e42-0fd0-4003-8c33-5e7f3b20ad21"
  const pool = makePool()
  pool.learn({ id: mine }, "payment-requests", "A")
  const secrets: Secrets = {
    in: (text) => (text.includes("hunter2") ? "the password" : null),
    add: () => {},
  }
  const shot: Shot = {
    dialect: "palomma-pay",
    aim: "GET /payment-requests/{id}",
    who: "A",
    method: "GET",
    path: `/palomma-pay/payment-requests/${mine}`,
    headers: {},
    body: null,
    ids: [mine],
    collection: "payment-requests",
    overSocket: false,
    framing: "plain",
    times: 1,
  }
  const read = {
    id: mine,
    payment_url: "http://localhost/pay/1",
    status: "PENDING",
    status_reason: null,
    amount_cents: 1,
    description: null,
    created_at: "",
    updated_at: "",
    expires_at: null,
  }
  const right: Answer = { status: 200, headers, body: JSON.stringify(read) }
  const no = (status: number, body: object = { message: "no" }): Partial<Answer> => {
    return { status, body: JSON.stringify(body) }
  }
  const nowhere = { path: "/palomma-pay/nowhere", ids: [] }
  const table: [finding: RegExp | null, answer: Partial<Answer>, shot?: Partial<Shot>][] = [
    [null, {}],
    [null, no(404)],
    [null, no(404), nowhere],
    [null, { ...no(503), headers: { ...headers, "retry-after": "1" } }],
    [/status 500/, no(500)],
    [/status 503/, no(503)],
    [/by the palomma-pay document/, no(404, { error: "Not Found" })],
    [/framework/, no(404, { statusCode: 404, error: "Not Found", message: "Route not found" })],
    [/tells of the inside/, no(400, { message: "at /srv/caudal/src/x.ts:1" })],
    [
      /header x-content-type-options is missing/,
      { headers: { ...headers, "x-content-type-options": undefined } },
    ],
    [/header caudal-mode/, { headers: { ...headers, "caudal-mode": "live" } }],
    [/holds the password/, { body: JSON.stringify({ ...read, description: "hunter2" }) }],
    [/holds the password/, { headers: { ...headers, "x-note": "hunter2" } }],
    [/member secret/, { body: JSON.stringify({ ...read, secret: "x" }) }],
    [/stranger was let in/, {}, { who: "stranger" }],
    [/B reached/, {}, { who: "B" }],
    [/B was shown/, {}, { who: "B", ids: [], path: "/palomma-pay/payment-requests/1" }],
    [/leads nowhere/, {}, { ...nowhere }],
    [/what is nobody's/, {}, { path: "/nobody", ids: [] }],
  ]
  for (const [finding, answer, other] of table) {
    const said = judged({ ...shot, ...other }, { ...right, ...answer }, pool, secrets)
    if (finding === null) assert.deepEqual(said, [])
    else
      assert.ok(
        said.some((each) => finding.test(each)),
        `${finding}: ${said.join("; ")}`,
      )
  }
})

test("every page is asked for, by forms of our own and of others, whole and spoiled", () => {
  const random = makeRandom("pages")
  const pool = makePool()
  const link = "019b8e42-0fd0-4003-8c33-5e7f3b20ad21"
  pool.learn({ id: link }, "payment-requests", "A")
  const making = { random, pool, sequence: 1, fixed: {} }
  const made = Array.from({ length: 2_000 }, () => pageShot(making))
  assert.deepEqual(
    PAGE_AIMS.filter((aim) => !made.some((shot) => shot.aim === aim)),
    [],
  )
  const textOf = ({ body }: Shot) => body?.toString() ?? ""
  const traits: Readonly<Record<string, (shot: Shot) => boolean>> = {
    "a right link": ({ path }) => path.startsWith(`/pay/${link}`),
    "a link that leads nowhere": ({ path }) => path.startsWith("/pay/constructor"),
    "a form of our own": ({ headers }) => headers["sec-fetch-site"] === "same-origin",
    "a form of another site": ({ headers }) => headers["sec-fetch-site"] === "cross-site",
    "a form of an old browser": ({ headers }) => headers["origin"] === "https://evil.example",
    "a form above the limit": ({ body }) => (body?.length ?? 0) > 16_384,
    "a field twice": (shot) => /(?:^|&)name=.*&name=/.test(textOf(shot)),
    "markup in a field": (shot) => textOf(shot).includes("%3Cscript%3E"),
    "no form": ({ headers }) => headers["content-type"] === "application/xml",
    "another language": ({ path }) => path.includes("lang=pt"),
  }
  for (const [what, has] of Object.entries(traits)) assert.ok(made.some(has), what)
})

test("each kind of fault in a page is found", () => {
  const page: Answer = {
    status: 200,
    headers: {
      "content-type": "text/html; charset=utf-8",
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
      "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
      "cache-control": "no-store",
      "x-request-id": "req_1",
      "caudal-mode": "sandbox",
    },
    body: "<h1>Paga</h1>",
  }
  const get = { ...shots("page", 1)[0]!, dialect: PAGES, aim: "GET /pay/{id}", method: "GET" }
  const form = { ...get, aim: "POST /pay/{id}", method: "POST", headers: {} }
  const foreign = { ...form, headers: { "sec-fetch-site": "cross-site" } }
  const policy = (text: string) => ({
    headers: { ...page.headers, "content-security-policy": `default-src 'none'; ${text}` },
  })
  const leads = (location: string) => ({ status: 303, headers: { ...page.headers, location } })
  const table: [finding: RegExp | null, answer: Partial<Answer>, shot?: Shot][] = [
    [null, {}],
    [null, leads("/pay/1?lang=pt"), form],
    [null, leads("http://127.0.0.1:8080/pay/1?from=bank"), form],
    [null, { status: 403 }, foreign],
    [/status 500/, { status: 500 }],
    [/a page answers 418/, { status: 418 }],
    [
      /of the type application\/json/,
      { headers: { ...page.headers, "content-type": "application/json" } },
    ],
    [/may be framed/, policy("")],
    [/allows what is written/, policy("frame-ancestors 'none'; script-src 'unsafe-inline'")],
    [/holds <script>/, { body: "<p><script>alert(1)</script></p>" }],
    [/leads to https:\/\/evil/, leads("https://evil.example/pay/1"), form],
    [/leads to \/\/evil/, leads("//evil.example/pay/"), form],
    [/another site's form is answered 303/, leads("/pay/1"), foreign],
  ]
  const secrets: Secrets = { in: () => null, add: () => {} }
  for (const [finding, answer, shot = get] of table) {
    const said = judged(shot, { ...page, ...answer }, makePool(), secrets)
    if (finding === null) assert.deepEqual(said, [])
    else
      assert.ok(
        said.some((each) => finding.test(each)),
        `${finding}: ${said.join("; ")}`,
      )
  }
})

test("a request is printed as a command that sends it again", () => {
  const shot = shots("curl", 1)[0]!
  const body = Buffer.from('{"a":"it\'s"}')
  const right = { ...shot, method: "POST", path: "/v1/payments", headers: { a: "b" }, body }
  assert.equal(
    asCurl(right, "http://h"),
    "curl -i --path-as-is -X POST 'http://h/v1/payments' -H 'a: b' " +
      `--data-binary '{"a":"it'\\''s"}'`,
  )
  const odd = asCurl({ ...right, body: Buffer.from([0xff, 0]) }, "http://h")
  assert.match(odd, /^printf %s \/wA= \| base64 -d \| curl .* --data-binary @-$/)
})
