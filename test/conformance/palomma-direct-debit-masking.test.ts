/** Where the numbers of accounts, phones and documents go: to their merchant, and nowhere else. */
import assert from "node:assert/strict"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { test } from "node:test"
import { setTimeout as sleep } from "node:timers/promises"
import { readConfig } from "../../src/config.ts"
import { isRefusal } from "../../src/core/index.ts"
import { makeLogger } from "../../src/http/log.ts"
import { startSystem } from "../../src/system.ts"
import { lastFirst } from "../support/cleanup.ts"
import { type Cleanup, testDatabase } from "../support/database.ts"
import { answerPage, clientOf } from "../support/direct-debit.ts"
import { ask, startReceiver } from "../support/gateway.ts"

const OWNER = {
  name: "Eufrosina Quintanilla",
  documentType: "cc",
  documentNumber: "7060504030",
  email: "eufrosina@example.test",
}
const ACCOUNT = "98765432155"
const INSTANT = "55443322199"
const PHONE = "3112223344"
/** What must not stand anywhere else, as text or as bytes in hexadecimal. */
const SECRETS = [ACCOUNT, INSTANT, PHONE, OWNER.documentNumber].flatMap((text) => [
  text,
  Buffer.from(text).toString("hex"),
])
/** People's names and addresses go to their merchant's webhooks, but to no log. */
const PERSONAL = [OWNER.name, OWNER.email, "kept at desk 4"]

/** A gateway that logs all it can, and what it logged. */
async function talkative(context: Cleanup) {
  const { url } = await testDatabase(context)
  const receiver = await startReceiver(context)
  const dataDir = mkdtempSync(join(tmpdir(), "caudal-masking-"))
  const environment = {
    PORT: "0",
    DATABASE_URL: url,
    CAUDAL_DATA_DIR: dataDir,
    CAUDAL_SANDBOX_WEBHOOK_URL: receiver.url,
    CAUDAL_SANDBOX_CHAIN: "0",
  }
  const lines: string[] = []
  const log = makeLogger({
    level: "trace",
    destination: { write: (line) => void lines.push(line) },
  })
  const system = await startSystem({ config: readConfig(environment, dataDir), log })
  context.after(async () => {
    await system.stop()
    rmSync(dataDir, { recursive: true, force: true })
  })
  const entries = JSON.parse(readFileSync(join(dataDir, "sandbox.json"), "utf8"))
  return { ...system, receiver, lines, entries }
}

function assertHides(text: string, secrets: readonly string[], where: string): void {
  for (const secret of secrets) {
    const at = text.indexOf(secret)
    assert.equal(at, -1, `${where}: ${text.slice(Math.max(0, at - 80), at + 40)}`)
  }
}

test("no number leaves whole but to its own merchant, nor lies readable anywhere", async (t) => {
  const context = lastFirst(t)
  const { core, database, url, receiver, lines, entries } = await talkative(context)
  const { baseUrl, apiKey } = entries.palommaDirectDebit
  const { make, call, newCustomer, newMethod, newRequest } = clientOf(baseUrl, apiKey)

  // The life of each type: stored, charged, returned, taken back, refused.
  const customerId = await newCustomer(OWNER)
  const mandate = { acceptedAt: "2025-01-02T03:04:05Z", reference: "kept at desk 4" }
  const bank = { customerId, type: "bankAccount", bank: "bbva", accountType: "savings", mandate }
  const instant = await make("/paymentMethods", {
    customerId,
    type: "bancolombiaInstant",
    accountType: "savings",
    accountNumber: INSTANT,
  })
  const { authUrl } = instant.bancolombiaInstant
  const pages = [await (await fetch(authUrl)).text()]
  await answerPage(authUrl, "agree")
  const methods = [
    await newMethod({ ...bank, accountNumber: ACCOUNT }),
    await newMethod({ customerId, type: "nequiInstant", phoneNumber: PHONE }),
    instant.id,
  ]
  const merchant = (await core.merchants.findByName("Demo"))!
  for (const id of methods) {
    const request = await newRequest(id)
    const payment = (await core.payments.findByLink(request.id))!
    const returned = await core.pay.simulate(merchant, payment, "returned", "mandate_revoked")
    assert.ok(!isRefusal(returned))
    pages.push(await (await fetch(`${url}/pay/${request.id}`)).text())
    await call("DELETE", `/paymentMethods/${id}`)
  }
  pages.push(
    await (await fetch(authUrl)).text(),
    await (await fetch(`${authUrl}?step=withdraw`)).text(),
  )
  const wrong = { ...bank, accountNumber: ACCOUNT, bank: ACCOUNT, mandate: { [PHONE]: 1 } }
  assert.equal((await call("POST", "/paymentMethods", wrong)).status, 400)
  assert.equal((await call("POST", "/customers", `{"documentNumber":"${ACCOUNT}`)).status, 400)
  // A fault in the midst of it.
  await database.query("alter table instruments rename to away")
  const broken = await call("POST", "/paymentMethods", { ...bank, accountNumber: ACCOUNT })
  await database.query("alter table away rename to instruments")
  assert.equal(broken.status, 500)
  assertHides(JSON.stringify(broken.body), SECRETS, "an error")

  const { baseUrl: native, apiKey: key } = entries.caudal
  const headers = { authorization: `Bearer ${key}` }
  for (const path of ["/payments", "/events?limit=100", "/deliveries", "/balances"]) {
    const { status, body } = await ask("GET", native + path, { headers })
    assert.equal(status, 200, path)
    assertHides(JSON.stringify(body), SECRETS, path)
  }
  for (const page of pages) assertHides(page, SECRETS, "a page")
  assertHides(await (await fetch(`${url}/metrics`)).text(), SECRETS, "the metrics")

  const revoked = () => receiver.received.filter(({ body }) => body.includes("instrument.revoked"))
  const giveUpAt = performance.now() + 10_000
  while (revoked().length < methods.length) {
    assert.ok(performance.now() < giveUpAt, "the webhooks came")
    await sleep(20)
  }
  for (const { headers: sent, body } of receiver.received) {
    const encoded = Buffer.from(String(sent["x-encoded-data"] ?? ""), "base64").toString("utf8")
    for (const text of [body, encoded, JSON.stringify(sent)])
      assertHides(text, SECRETS, "a webhook")
    assertHides(body, ["kept at desk 4"], "a webhook")
  }

  const { rows: tables } = await database.query<{ name: string }>(
    "select tablename as name from pg_tables where schemaname = current_schema()",
  )
  assert.ok(tables.length > 20)
  for (const { name } of tables) {
    const { rows } = await database.query<{ text: string }>(`select t::text as text from ${name} t`)
    for (const { text } of rows) assertHides(text, [...SECRETS, ...PERSONAL], name)
  }
  assert.ok(lines.length > 20)
  for (const line of lines) assertHides(line, [...SECRETS, ...PERSONAL], "the log")
})
