/** What developers do with a sandbox that runs: trigger, simulate, listen, refund, find, replay. */
import assert from "node:assert/strict"
import { createHmac } from "node:crypto"
import { once } from "node:events"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { after, before, test } from "node:test"
import { SCENARIOS } from "../../src/cli/trigger.ts"
import { lastFirst } from "../support/cleanup.ts"
import { testDatabase } from "../support/database.ts"
import { ask, type Gateway, startGateway, startReceiver } from "../support/gateway.ts"
import { caudal, operator, type Settings, temporaryFolder } from "./caudal.ts"

const context = lastFirst({ after })
let gateway: Gateway
let settings: Settings

before(async () => {
  const { url } = await testDatabase(context)
  gateway = await startGateway(context, { DATABASE_URL: url })
  settings = { DATABASE_URL: url, CAUDAL_DATA_DIR: gateway.dataDir }
})

const does = (...words: string[]) => operator(settings).does(...words)
const asked = (...words: string[]) => operator(settings).asked(...words)

/** A link of Palomma Pay: its id there, which is the payment's. */
async function link(reference: string): Promise<string> {
  const { baseUrl, privateKey } = gateway.credentials.palommaPay
  const { body, status } = await ask("POST", `${baseUrl}/payment-requests`, {
    headers: { authorization: privateKey! },
    body: {
      ...{ amount_cents: 1_250_000, description: `Pedido ${reference}` },
      redirect_url: "https://tienda.example/gracias",
    },
  })
  assert.equal(status, 200, JSON.stringify(body))
  return body.id
}

test("there are cases of every dialect, each with a name of its own", () => {
  const names = SCENARIOS.map(({ name }) => name)
  assert.ok(names.length >= 40, String(names.length))
  assert.equal(new Set(names).size, names.length)
  const dialects = new Set(names.map((name) => name.split(".")[0]))
  assert.deepEqual(
    [...dialects],
    ["pentagoo", "chain", "tapila", "palomma-pay", "direct-debit", "caudal"],
  )
})

const UNCERTAIN: readonly (readonly [status: number, body: string, isOpen: boolean])[] = [
  [504, "<h1>Gateway Timeout</h1>", true],
  [500, '{"code":"internal","detail":"something of ours failed"}', true],
  [200, "<h1>Welcome</h1>", true],
  [409, '{"code":"refund_too_large","detail":"the amount is more"}', false],
]
for (const [status, body, isOpen] of UNCERTAIN) {
  const outcome = isOpen ? "may be made: its key is said" : "isn't made"
  test(`a refund answered ${status} ${outcome}`, async () => {
    const keys: unknown[] = []
    const server = createServer(({ method, headers }, response) => {
      keys.push(headers["idempotency-key"])
      if (method === "GET") response.end('{"asset":"COP"}')
      else response.writeHead(status).end(body)
    }).listen(0, "127.0.0.1")
    try {
      await once(server, "listening")
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
      const words = ["payment", "refund", "pay_1", "--amount", "1", "--url", url, "--api-key", "k"]
      const { code, err } = await caudal(words, settings)
      assert.equal(code, 1)
      assert.equal(err.includes(`repeat it with --key ${keys.at(-1)}`), isOpen, err)
    } finally {
      server.close()
    }
  })
}

/** Some that wait for nothing; `npm run scenarios` plays all of them, for some minutes. */
const QUICK = [
  "pentagoo.approved",
  "pentagoo.duplicate-reference",
  "tapila.confirmed",
  "tapila.empty-wallet",
  "palomma-pay.declined-then-paid",
  "caudal.repeated",
]
for (const name of QUICK) {
  test(`caudal trigger ${name} goes as expected, step by step`, async () => {
    const { out } = await does("trigger", name, "--json")
    const lines = out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line))
    assert.deepEqual(
      lines.filter(({ ok }) => ok === false),
      [],
    )
    assert.ok(lines.some(({ step }) => step === "request"))
    const { step, scenario, ok } = lines.at(-1)
    assert.deepEqual({ step, scenario, ok }, { step: "end", scenario: name, ok: true })
  })
}

const MISUSED: readonly (readonly [words: string, code: number, says: RegExp])[] = [
  ["trigger pentagoo.aproved", 2, /no case "pentagoo.aproved" \(did you mean "pentagoo.approved"/],
  ["trigger", 2, /^$/],
  ["trigger chain.exact", 1, /needs the sandbox's own chain, and this gateway has none/],
  ["payment simulate pay_1 aproved", 2, /OUTCOME aproved: did you mean approved\? there are/],
  ["payment simulate ../x approved", 2, /^ID: write one such as pay_/],
  ["payment cancel pay_00000000000040008000000000000000", 1, /payment_not_found/],
  ["payment cancel x --url ftp://a", 2, /--url: write the gateway's address/],
  ["payment cancel x --url http://127.0.0.1:9 --api-key k", 1, /No gateway answers at http:/],
  ["payment search --min-amount 5", 2, /need --currency/],
  ["payment search --state aproved", 2, /--state aproved: there are pending, /],
  ["payment search --from yesterday", 2, /--from yesterday: write a time like/],
  ["payment search --from 1h --to 2h", 2, /--to: it is not after --from/],
  ["payment search --cursor x", 1, /--cursor x: no search ended there/],
  ["listen --forward-to gopher://x", 2, /--forward-to gopher:\/\/x: write an address/],
  ["listen --forward-to 3000 --types payment,DROP", 2, /--types payment,DROP: write names/],
  ["listen --forward-to 3000 --dialect tapila --types a", 2, /are for caudal's own events/],
  ["listen --forward-to 3000 --after x", 2, /--after x: write an event's id/],
  ["listen --forward-to 3000 --secret whsec_x", 2, /--secret: write one such as whsec_/],
  ["listen --forward-to 3000 --count 0", 2, /--count 0: write a number/],
  ["replay", 2, /needs a DELIVERY, or --endpoint/],
  ["replay x --since 2h", 2, /--since goes with --endpoint/],
  ["replay --endpoint ep_0198b0a0000040008000000000000001", 2, /also needs --since/],
  ["replay del_0198b0a0000040008000000000000001", 1, /There is no delivery del_0198/],
  [
    "replay --endpoint 0198b0a0-0000-4000-8000-000000000001 --since 2h --state x",
    2,
    /--state x: there/,
  ],
]
for (const [words, code, says] of MISUSED) {
  test(`"caudal ${words}" says no and why`, async () => {
    const ran = await caudal(words.split(" "), settings)
    assert.equal(ran.code, code, ran.err + ran.out)
    assert.match(ran.err, says)
  })
}

test("without a sandbox.json a key has to be given", async () => {
  const empty = temporaryFolder(context)
  const ran = await caudal(["payment", "cancel", "x"], { ...settings, CAUDAL_DATA_DIR: empty })
  assert.equal(ran.code, 2)
  assert.match(ran.err, /^--api-key: there is no sandbox\.json in/)
})

test("a payment is simulated, refunded once for one key, and cancelled no more", async () => {
  const id = await link("refund-me")
  const { payment } = await asked("payment", "simulate", id, "approved")
  assert.equal(payment.state, "approved")
  const part = ["payment", "refund", id, "--amount", "2500.00", "--key", "part-1"]
  const { refund } = await asked(...part)
  assert.equal(refund.amount, "250000")
  assert.equal((await asked(...part)).refund.id, refund.id)
  const other = await caudal([...part.slice(0, 4), "99.00", ...part.slice(5)], settings)
  assert.equal(other.code, 1)
  assert.match(other.err, /idempotency/)
  const much = await caudal(["payment", "refund", id, "--amount", "12500.01"], settings)
  assert.equal(much.code, 1)
  const cancelled = await caudal(["payment", "cancel", id], settings)
  assert.equal(cancelled.code, 1)
  assert.match(cancelled.err, /^[^\n]+: [a-z_]+/)
  const shown = await does("payment", "cancel", await link("cancel-me"))
  assert.match(shown.out, /It is cancelled now\./)
})

test("a payment is found by a part of its description, its amount and its state", async () => {
  const id = await link("única-77")
  const found = async (...words: string[]) => {
    const { payments } = await asked("payment", "search", ...words)
    return payments.map((each: { id: string }) => each.id)
  }
  assert.deepEqual(await found("--text", "UNICA-77"), [id])
  assert.deepEqual(await found("--text", id), [id])
  const narrow = ["--currency", "cop", "--min-amount", "12500", "--max-amount", "12500.00"]
  const merchant = ["--merchant", "Demo", "--state", "pending", "--from", "1h"]
  assert.ok((await found(...narrow, ...merchant)).includes(id))
  assert.deepEqual(await found("--text", "nothing like it"), [])
  const text = await does("payment", "search", "--limit", "1")
  assert.match(text.out, /ID {2,}MERCHANT[\s\S]*There may be more: --cursor /)
})

test("listen in a vendor's words has an endpoint while it runs, and removes it", async (t) => {
  const receiver = await startReceiver(t)
  const endpoints = async () => {
    const { baseUrl, apiKey } = gateway.credentials.caudal
    const headers = { authorization: `Bearer ${apiKey}` }
    const { body } = await ask("GET", `${baseUrl}/endpoints`, { headers })
    return body.data.filter(({ state, url }: Record<string, string>) => {
      return state === "enabled" && url!.includes("caudal-listen")
    })
  }
  const words = ["listen", "--forward-to", receiver.url, "--dialect", "palomma-pay", "--count", "1"]
  const listening = caudal([...words, "--json"], settings)
  while ((await endpoints()).length === 0) await new Promise((resolve) => setTimeout(resolve, 10))
  const id = await link("listen")
  await does("payment", "simulate", id, "approved")
  const ran = await listening
  assert.equal(ran.code, 0, ran.err)
  const [ready, sent] = ran.out
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line))
  assert.equal(ready.dialect, "palomma-pay")
  assert.deepEqual(
    { ok: sent.ok, status: sent.status, subject: sent.subject },
    {
      ...{ ok: true, status: 200, subject: id },
    },
  )
  const { headers, body } = receiver.received[0]!
  const [message, time] = [headers["webhook-id"], headers["webhook-timestamp"]]
  assert.equal(headers["webhook-signature"], signed(ready.secret, `${message}.${time}.${body}`))
  assert.deepEqual(await endpoints(), [])
})

test("listen streams events, signed with its secret, and only those of the types", async (t) => {
  const receiver = await startReceiver(t)
  receiver.answer = { status: 418, body: "no\u001b[31m" }
  const words = ["listen", "--forward-to", receiver.url, "--types", "payment.expi*"]
  const first = await link("before")
  await does("payment", "simulate", first, "expired")
  const { baseUrl, apiKey } = gateway.credentials.caudal
  const headers = { authorization: `Bearer ${apiKey}` }
  const { body } = await ask("GET", `${baseUrl}/events?subject=${first}`, { headers })
  const created = body.data.at(-1).id
  const ran = await caudal([...words, "--after", created, "--count", "1"], settings)
  assert.equal(ran.code, 1, ran.err)
  assert.match(ran.out, /payment\.expired +pay_[0-9a-f]{32} {2}→ .*418 in \d+ ms {2}no \[31m/)
  const [secret] = /whsec_[A-Za-z0-9+/]+=*/.exec(ran.out)!
  const message = receiver.received[0]!
  const sent = JSON.parse(message.body)
  assert.equal(sent.type, "payment.expired")
  assert.equal(sent.data.object.dialect_id, first)
  const [id, time] = [message.headers["webhook-id"], message.headers["webhook-timestamp"]]
  const signature = signed(secret!, `${id}.${time}.${message.body}`)
  assert.equal(message.headers["webhook-signature"], signature)
})

test("a delivery is replayed by its id, and all of an endpoint's since a time", async (t) => {
  const receiver = await startReceiver(t)
  const about = ["--merchant", "Demo", "--dialect", "palomma-pay"]
  const { endpoint } = await asked("endpoint", "add", ...about, "--url", receiver.url)
  const id = await link("replayed")
  await does("payment", "simulate", id, "approved")
  const first = await receiver.next(() => true)
  const delivery = String(first.headers["webhook-id"])
  const again = async () => {
    const count = receiver.received.length
    return receiver.next((message) => receiver.received.indexOf(message) >= count)
  }
  const one = await asked("replay", delivery)
  assert.equal(one.url, receiver.url)
  const second = await again()
  assert.equal(second.headers["webhook-id"], delivery)
  assert.equal(second.body, first.body)
  const since = ["replay", "--endpoint", endpoint.id, "--since", "1h"]
  assert.equal((await asked(...since)).replayed, 0)
  // It may take a moment until the second try is written down as delivered.
  const giveUpAt = performance.now() + 5_000
  let replayed = 0
  while (replayed === 0 && performance.now() < giveUpAt) {
    replayed = (await asked(...since, "--state", "delivered")).replayed
  }
  assert.equal(replayed, 1)
  assert.equal((await again()).body, first.body)
  const { entries } = await asked("audit", "list", "--action", "delivery.replay")
  assert.ok(entries.length >= 2)
})

function signed(secret: string, text: string): string {
  const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64")
  return `v1,${createHmac("sha256", key).update(text).digest("base64")}`
}
