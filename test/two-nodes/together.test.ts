/** What only two nodes on one database can get wrong: what one does, the other must know of. */
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { after, test } from "node:test"
import type { DialectName } from "../../src/core/index.ts"
import { until } from "../support/chain.ts"
import { ask, startGateway } from "../support/gateway.ts"
import { addMerchant } from "../support/merchant.ts"
import { runningClock } from "../support/running-clock.ts"
import { overspend } from "../support/tapila.ts"

/** Runs as the host's does, and can be moved on: both nodes have it. */
const clock = runningClock({ speed: 1 })
// They begin at the same moment on an empty database.
const gateway = await startGateway({ after }, {}, { clock, nodes: 2 })
const { core, credentials, nodes, receiver } = gateway
const urls = nodes.map(({ url }) => url)
const [one, two] = urls as [string, string]

/** Longer than a node that was told nothing may go by what it knew. */
const SECOND_MS = 1_000
const NOBODY = "01900000-0000-4000-8000-000000000000"

type Shown = Readonly<Record<string, string>>
type Access = {
  /** Something that only reads. */
  readonly path: string
  readonly headers: (shown: Shown, url: string) => Promise<Record<string, string>>
}

const ACCESS: Readonly<Record<DialectName, Access>> = {
  pentagoo: {
    path: `/pentagoo/api/payment/${NOBODY}`,
    headers: async ({ key, secret }) => ({ oauth: `${key}:${secret}` }),
  },
  tapila: {
    path: "/tapila/recharges",
    async headers({ clientUsername, password, apiKey }, url) {
      const body = { clientUsername, password }
      const login = await ask("POST", `${url}/tapila/login`, { body })
      return { "x-authorization-token": login.body.accessToken, "x-api-key": apiKey! }
    },
  },
  "palomma-pay": {
    path: `/palomma-pay/payment-requests/${NOBODY}`,
    headers: async ({ privateKey }) => ({ authorization: privateKey! }),
  },
  "palomma-direct-debit": {
    path: `/palomma-direct-debit/v1/customers/${NOBODY}`,
    headers: async ({ apiKey }) => ({ authorization: `Bearer ${apiKey}` }),
  },
  caudal: {
    path: "/v1/balances",
    headers: async ({ apiKey }) => ({ authorization: `Bearer ${apiKey}` }),
  },
}

test("two nodes that begin at once make one demo merchant, and both let it in", async () => {
  const merchants = await core.merchants.list()
  assert.equal(merchants.filter(({ name }) => name === "Demo").length, 1)
  const body = { amount_cents: 500_000, description: "Cafe" }
  for (const url of urls) {
    const answer = await ask("POST", `${url}/palomma-pay/payment-requests`, { body })
    assert.equal(answer.status, 200, JSON.stringify(answer.body))
  }
})

for (const [dialect, { headers, path }] of Object.entries(ACCESS)) {
  test(`${dialect}: a revoked key is refused by each node within a second`, async () => {
    const name = dialect as DialectName
    const { id, shown } = await addMerchant(gateway, `Left ${dialect}`, [name])
    const proofs = await Promise.all(urls.map((url) => headers(shown[dialect]!, url)))
    const statuses = () =>
      Promise.all(
        urls.map(
          async (url, at) => (await ask("GET", url + path, { headers: proofs[at]! })).status,
        ),
      )
    for (const status of await statuses()) assert.ok([200, 404].includes(status), String(status))
    // Both know it now. Only one of them is told of what follows.
    for (const { id: key } of await core.merchants.credentials(id)) {
      await core.merchants.revoke(id, key)
    }
    clock.advance(SECOND_MS)
    assert.deepEqual(await statuses(), [401, 401])
  })
}

const oauth = { oauth: `${credentials.pentagoo["key"]}:${credentials.pentagoo["secret"]}` }
const bearer = { authorization: `Bearer ${credentials.caudal["apiKey"]}` }

async function create(url: string, refId: string): Promise<string> {
  const body = { refId, description: "2 x cafe", amount: "25.50" }
  const made = await ask("POST", `${url}/pentagoo/api/payment/create`, { headers: oauth, body })
  assert.equal(made.status, 200, JSON.stringify(made.body))
  return made.body.paymentId
}

async function stateAt(url: string, id: string): Promise<string> {
  const read = await ask("GET", `${url}/v1/payments/${id}`, { headers: bearer })
  assert.equal(read.status, 200, JSON.stringify(read.body))
  return read.body.status ?? read.body.state
}

function change(url: string, id: string, verb: "cancel" | "simulate") {
  const body = verb === "simulate" ? { outcome: "approved" } : {}
  return ask("POST", `${url}/v1/payments/${id}/${verb}`, { headers: bearer, body })
}

test("what one node has answered, the other knows at once", async () => {
  for (let round = 0; round < 20; round += 1) {
    const [first, second] = round % 2 === 0 ? [one, two] : [two, one]
    const id = await create(first, `SEEN-${round}`)
    assert.equal(await stateAt(second, id), "pending")
    assert.equal((await change(second, id, "cancel")).status, 200)
    assert.equal(await stateAt(first, id), "cancelled")
  }
})

test("the same reference at both nodes at once is one payment", async () => {
  const references = Array.from({ length: 40 }, (_, at) => `SAME-${at}`)
  const [there, back] = await Promise.all([
    Promise.all(references.map((reference) => create(one, reference))),
    Promise.all(references.toReversed().map((reference) => create(two, reference))),
  ])
  assert.deepEqual(back.toReversed(), there)
})

test("of an approval here and a cancellation there one wins, and both nodes say so", async () => {
  const ids = await Promise.all(
    Array.from({ length: 20 }, (_, at) => create(urls[at % 2]!, `RACE-${at}`)),
  )
  await Promise.all(
    ids.flatMap((id, at) => [
      change(urls[at % 2]!, id, "simulate"),
      change(urls[(at + 1) % 2]!, id, "cancel"),
    ]),
  )
  for (const id of ids) {
    const isOver = async () => {
      const states = await Promise.all(urls.map((url) => stateAt(url, id)))
      return states[0] === states[1] && ["approved", "cancelled"].includes(states[0]!)
    }
    await until(`${id} is over at both`, isOver)
  }
  assert.deepEqual(await core.books.verify(), [])
})

test("a wallet for ten lets ten of a hundred through, whichever node is asked", async () => {
  await overspend(gateway, 1)
})

test("an attempt is begun once by two nodes", () => {
  const books = readFileSync(join(gateway.dataDir, "simulator-books.jsonl"), "utf8")
  const lines = books
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line))
  const asked = lines.filter(({ ask: fate }) => fate !== undefined)
  const times = Map.groupBy(asked, ({ attemptId }) => attemptId)
  assert.ok(times.size >= 10, `${times.size} attempts`)
  assert.deepEqual(
    [...times.values()].filter(({ length }) => length > 1),
    [],
  )
})

test("a webhook that is due is sent once by two nodes", async () => {
  receiver.answer = { status: 500 }
  const from = receiver.received.length
  const ids = await Promise.all(
    Array.from({ length: 30 }, (_, at) => create(urls[at % 2]!, `TOLD-${at}`)),
  )
  await Promise.all(ids.map((id, at) => change(urls[at % 2]!, id, "cancel")))
  const heard = () => {
    const mine = receiver.received
      .slice(from)
      .filter(({ body }) => ids.some((id) => body.includes(id)))
    return Map.groupBy(mine, ({ headers }) => String(headers["webhook-id"]))
  }
  const counts = () => new Set([...heard().values()].map(({ length }) => length))
  // Until each try is over, and its failure is written down with when it is due again.
  const rest = () => Promise.all(nodes.map((node) => node.core.pass()))
  await rest()
  const many = heard().size
  assert.ok(many >= ids.length, String(many))
  assert.deepEqual([...counts()], [1])
  // All of them are due now, and both nodes look for what is.
  receiver.answer = { status: 200 }
  clock.advance(3_600_000)
  await until("each was tried again", async () => [...counts()].join() === "2")
  // Nothing is left that either node would still send.
  await rest()
  assert.deepEqual([heard().size, [...counts()]], [many, [2]])
})
