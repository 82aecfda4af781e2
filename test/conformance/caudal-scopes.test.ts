/** Scopes of the native API: each route by each scope, of merchants' keys and of operators'. */
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { after, test } from "node:test"
import { newOperatorKey, OPERATOR_SCOPES, SCOPES } from "../../src/core/index.ts"
import { caudal } from "../../src/dialects/caudal/index.ts"
import { OPERATOR_ROUTE_SCOPES, ROUTE_SCOPES } from "../../src/dialects/caudal/scopes.ts"
import { serve } from "../security/served.ts"
import { startGateway } from "../support/gateway.ts"
import { registeredBy } from "../support/routes.ts"

const gateway = await startGateway({ after })
const { core } = gateway
const { app } = await serve({ after }, core)
const merchant = (await core.merchants.findByName("Demo"))!

async function keyWith(scopes: readonly string[] | null): Promise<string> {
  const { secrets, shown } = caudal.issue(core.ids, { merchantName: "Demo", signingKey: "" })
  const made = await core.merchants.issueKeys(merchant.id, "caudal", secrets, { scopes })
  assert.ok(!("wrong" in made))
  return shown["apiKey"]!
}

async function operatorKeyWith(scopes: readonly string[] | null): Promise<string> {
  const key = newOperatorKey(core.ids)
  await core.operators.add("Caja", key, { scopes })
  return key
}

/** What a route answers a key; ids of nothing and no body: past the guard, all of them say so. */
async function asked(route: string, key: string) {
  const [method, path] = route.split(" ") as ["GET", string]
  const url = `/v1${path.replace(/\{\w+\}/g, core.ids.next())}`
  // A stream that may begin never ends: past the guard, this one is refused.
  const headers = { authorization: `Bearer ${key}`, "last-event-id": "none" }
  const answer = await app.inject({ method, url, headers })
  return { status: answer.statusCode, body: answer.json() }
}

/** Whoever may write something may read it. */
function allowed(scope: string | null, needed: string): boolean {
  return scope === null || scope === needed || scope === needed.replace("read", "write")
}

const TABLES = [
  ["a merchant's", ROUTE_SCOPES, SCOPES, keyWith],
  ["an operator's", OPERATOR_ROUTE_SCOPES, OPERATOR_SCOPES, operatorKeyWith],
] as const

for (const [whose, routes, scopes, newKey] of TABLES) {
  test(`each route takes ${whose} key with its scope, or all, and no other`, async () => {
    const keys = new Map<string | null, string>([[null, await newKey(null)]])
    for (const scope of scopes) keys.set(scope, await newKey([scope]))
    for (const [route, needed] of Object.entries(routes)) {
      for (const [scope, key] of keys) {
        // A stream that may be read has no end to wait for.
        if (route.endsWith("/stream") && allowed(scope, needed)) continue
        const may = allowed(scope, needed)
        const { status, body } = await asked(route, key)
        const said = `${route} with ${scope}: ${status} ${JSON.stringify(body)}`
        if (may) assert.notEqual(status, 403, said)
        else {
          assert.deepEqual([status, body.code], [403, "forbidden"], said)
          assert.equal(body.detail, `this key lacks the scope ${needed}; it has: ${scope}`)
        }
      }
    }
  })
}

test("every route that isn't open has a scope, and no scope is of a route that isn't there", () => {
  const registered = registeredBy(caudal, core).map(({ method, url, open }) => {
    const path = url.slice(caudal.prefix.length).replace(/:(\w+)/g, "{$1}")
    return [`${method} ${path}`, open] as const
  })
  const wanted = registered.filter(([, open]) => !open).map(([route]) => route)
  assert.deepEqual(Object.keys(ROUTE_SCOPES).sort(), wanted.sort())
  const operators = registered.filter(([route]) => route.includes("/operator/"))
  assert.deepEqual(
    Object.keys(OPERATOR_ROUTE_SCOPES).sort(),
    operators.map(([each]) => each).sort(),
  )
  const used = new Set([...Object.values(ROUTE_SCOPES), ...Object.values(OPERATOR_ROUTE_SCOPES)])
  assert.deepEqual(
    [...SCOPES, ...OPERATOR_SCOPES].filter((each) => !used.has(each)),
    [],
  )
})

test("the API's page names each scope, and no other", () => {
  const path = join(import.meta.dirname, "../../docs/dialects/caudal.md")
  const [, table = ""] = readFileSync(path, "utf8").split("| scope | allows |")
  const rows = table.split("\n\n")[0]!
  const named = [...rows.matchAll(/`([\w-]+:\w+)`/g)].map(([, scope]) => scope!)
  assert.deepEqual(named.toSorted(), [...SCOPES, ...OPERATOR_SCOPES].toSorted())
})

test("a key's scopes don't change whose things it finds, and several are each enough", async () => {
  const key = await keyWith(["books:read", "payments:read"])
  assert.equal((await asked("GET /payments", key)).status, 200)
  assert.equal((await asked("GET /balances", key)).status, 200)
  assert.equal((await asked("POST /payments", key)).status, 403)
})
