/** A journey in each dialect, all of it logged: no secret and no number is readable afterwards. */
import assert from "node:assert/strict"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { after, before, test } from "node:test"
import { setTimeout as sleep } from "node:timers/promises"
import { makeLogger } from "../../src/http/log.ts"
import { clientOf } from "../support/direct-debit.ts"
import { ask, startGateway } from "../support/gateway.ts"
import { open, type Page, press } from "../support/page.ts"
import { bankLink } from "../support/payer.ts"

const lines: string[] = []
const log = makeLogger({
  level: "trace",
  destination: { write: (line: string) => void lines.push(line) },
})
const gateway = await startGateway({ after }, {}, { log })
const { core, credentials, database, dataDir, receiver, url } = gateway
const { pentagoo, tapila, palommaPay, palommaDirectDebit, caudal } = credentials

/** What a payer types in or a merchant tells of one: to be kept, and to be read nowhere. */
const PRIVATE = {
  phone: "1134567899",
  wallet: "3112223388",
  account: "98765432177",
  debited: "98765432155",
  document: "7060504030",
  holder: "Eufrosina Quintanilla",
  email: "eufrosina@example.test",
  known: "8070605040",
}
/** What proves somebody; each is added where it is made. */
const SECRETS = new Map<string, string>()
/** What was answered to those who may not know, or have made a mistake. */
const said: { readonly where: string; readonly text: string }[] = []

const bearer = (key: string | undefined) => ({ authorization: `Bearer ${key}` })

type Options = Parameters<typeof ask>[2]

/** Asks as a client does; what it is refused with is kept. */
async function call(method: string, address: string, options: Options, status: number) {
  const answer = await ask(method, address, options)
  const text = JSON.stringify(answer.body)
  assert.equal(answer.status, status, `${method} ${address}: ${text}`)
  if (status >= 400) said.push({ where: `${method} ${address}`, text })
  return answer.body
}

function keep(page: Page): Page {
  said.push({ where: page.url, text: page.html })
  return page
}

/** Of the entries of sandbox.json only what proves somebody: names are no secrets. */
const NAMES = ["baseUrl", "clientUsername"]

before(async () => {
  for (const [name, entry] of Object.entries({
    pentagoo,
    tapila,
    palommaPay,
    palommaDirectDebit,
    caudal,
  })) {
    for (const [member, text] of Object.entries(entry)) {
      const isName = NAMES.includes(member) || (name === "pentagoo" && member === "key")
      if (!isName) SECRETS.set(`${name} ${member}`, text)
    }
  }
  SECRETS.set("master key", readFileSync(join(dataDir, "master.key"), "utf8").trim())
})

test("pentagoo: a payment is made, read and paid; wrong secrets are refused", async () => {
  const headers = { oauth: `${pentagoo["key"]}:${pentagoo["secret"]}` }
  const create = `${pentagoo.baseUrl}/api/payment/create`
  const body = { refId: "order-1", description: "2 x cafe", amount: "25.50" }
  const made = await call("POST", create, { headers, body }, 200)
  await call("GET", `${pentagoo.baseUrl}/api/payment/${made.paymentId}`, { headers }, 200)
  await call("POST", create, { headers, body: { ...body, amount: pentagoo["secret"] } }, 400)
  await call("POST", create, { headers, body: `{"refId":"${pentagoo["secret"]}` }, 400)
  const wrong = { oauth: `${pentagoo["key"]}:${"0".repeat(32)}` }
  await call("POST", create, { headers: wrong, body }, 401)
  keep(await open(made.url))
})

test("tapila: a client logs in, recharges a phone and looks it up", async () => {
  const { baseUrl, clientUsername, password, apiKey } = tapila
  const login = `${baseUrl}/login`
  const token = await call("POST", login, { body: { clientUsername, password } }, 200)
  SECRETS.set("access token", token.accessToken).set("refresh token", token.refreshToken)
  await call("POST", login, { body: { clientUsername, password: `${password}x` } }, 401)
  await call("POST", login, { body: { clientUsername: password, password: "wrong" } }, 401)
  await call("POST", login, { body: { clientUsername, password: [password] } }, 400)
  const headers = { "x-authorization-token": token.accessToken, "x-api-key": apiKey! }
  const body = {
    companyCode: "AR-R-0901",
    productId: "1",
    amount: 1500,
    identifierValue: PRIVATE.phone,
    paymentMethod: "ACCOUNT",
    externalPaymentId: "recharge-1",
    externalClientId: "user-77",
  }
  const made = await call("POST", `${baseUrl}/payment`, { headers, body }, 200)
  await call("GET", `${baseUrl}/operation/${made.operationId}`, { headers }, 200)
  await call("POST", `${baseUrl}/payment`, { headers, body }, 409)
  const forged = { ...headers, "x-authorization-token": `${token.accessToken}x` }
  await call("POST", `${baseUrl}/payment`, { headers: forged, body }, 401)
  const short = {
    ...body,
    externalPaymentId: "recharge-2",
    identifierValue: `${PRIVATE.phone}12345`,
  }
  const refused = await ask("POST", `${baseUrl}/payment`, { headers, body: short })
  said.push({ where: "a wrong phone", text: JSON.stringify(refused.body) })
})

test("palomma-pay: a payer is known, fills the form wrongly, then pays at the bank", async () => {
  const headers = { authorization: palommaPay["privateKey"]! }
  const address = `${palommaPay.baseUrl}/payment-requests`
  const body = {
    amount_cents: 500_000,
    user_information: {
      first_name: "Eufrosina",
      last_name: "Quintanilla",
      document_number: PRIVATE.known,
      email: PRIVATE.email,
    },
    redirect_url: "https://tienda.example",
  }
  const made = await call("POST", address, { headers, body }, 200)
  const person = { name: PRIVATE.holder, documentType: "cc", documentNumber: PRIVATE.document }
  const bank = { method: "bank", bank: "bancolombia", accountType: "savings" }
  const form = { ...person, ...bank, email: PRIVATE.email, accountNumber: PRIVATE.account }
  const page = keep(await open(made.payment_url))
  const visit = keep(await press(page, "pay", form))
  const receipt = await press(keep(await open(bankLink(visit))), "approve")
  keep(receipt)
  const wallet = await call("POST", address, { headers, body: { amount_cents: 500_000 } }, 200)
  const asked = { ...person, method: "wallet", phone: PRIVATE.wallet, email: PRIVATE.email }
  keep(await press(await open(wallet.payment_url), "pay", asked))
  await call("POST", address, { headers, body: { ...body, amount_cents: PRIVATE.account } }, 400)
  const wrong = { authorization: `${palommaPay["privateKey"]}x` }
  await call("POST", address, { headers: wrong, body }, 401)
})

test("palomma-direct-debit: an account is stored and debited", async () => {
  const { baseUrl, apiKey = "" } = palommaDirectDebit
  const client = clientOf(baseUrl, apiKey)
  const person = { name: PRIVATE.holder, documentType: "cc", documentNumber: PRIVATE.document }
  const customerId = await client.newCustomer({ ...person, email: PRIVATE.email })
  const bank = { customerId, type: "bankAccount", bank: "bbva", accountType: "savings" }
  const method = await client.newMethod({ ...bank, accountNumber: PRIVATE.debited })
  await client.newRequest(method)
  const headers = bearer(apiKey)
  const broken = { ...bank, bank: PRIVATE.debited, accountNumber: [PRIVATE.debited] }
  await call("POST", `${baseUrl}/paymentMethods`, { headers, body: broken }, 400)
  await call("GET", `${baseUrl}/customers`, { headers: bearer(`${apiKey}x`) }, 401)
})

test("caudal: a receiver with a key of its own hears of it, and a wallet is filled", async () => {
  const { baseUrl, apiKey, operatorKey } = caudal
  const headers = bearer(apiKey)
  SECRETS.set("a receiver's key", "receivers-own-key-5f2a91")
  const url = `${receiver.url}/own`
  const own = { url, headers: { authorization: SECRETS.get("a receiver's key") } }
  const endpoint = await call("POST", `${baseUrl}/endpoints`, { headers, body: own }, 201)
  SECRETS.set("an endpoint's secret", endpoint.secret)
  const body = { amount: "2550", asset: "COP", reference: "own-1" }
  const once = { ...headers, "idempotency-key": "once-1" }
  const made = await call("POST", `${baseUrl}/payments`, { headers: once, body }, 201)
  const simulate = { headers, body: { outcome: "approved" } }
  await call("POST", `${baseUrl}/payments/${made.id}/simulate`, simulate, 200)
  await call(
    "POST",
    `${baseUrl}/payments/${made.id}/refunds`,
    { headers, body: { amount: "5" } },
    201,
  )
  const merchant = (await core.merchants.findByName("Demo"))!.id
  const topUp = { merchant, asset: "COP", amount: "100", reference: "bank-1" }
  const top = `${baseUrl}/operator/top-ups`
  await call("POST", top, { headers: bearer(operatorKey), body: topUp }, 201)
  await call("POST", top, { headers, body: topUp }, 403)
  const wrong = { ...own, url: `http://user:${apiKey}@10.0.0.1/` }
  await call("POST", `${baseUrl}/endpoints`, { headers, body: wrong }, 400)
  await receiver.next(({ path }) => path.endsWith("/own"))
})

test("a failing receiver and a table that is gone are told of without their content", async () => {
  receiver.answer = { status: 500, body: `no: ${SECRETS.get("a receiver's key")}` }
  const { baseUrl, apiKey } = palommaDirectDebit
  const headers = bearer(apiKey)
  const person = { name: PRIVATE.holder, documentType: "cc", documentNumber: PRIVATE.document }
  const body = { ...person, email: PRIVATE.email }
  await database.query("alter table customers rename to away")
  await call("POST", `${baseUrl}/customers`, { headers, body }, 500)
  await database.query("alter table away rename to customers")
  const link = { amount_cents: 500_000 }
  const pay = { authorization: palommaPay["privateKey"]! }
  const address = `${palommaPay.baseUrl}/payment-requests`
  const made = await call("POST", address, { headers: pay, body: link }, 200)
  const heard = receiver.received.length
  await call("POST", `${address}/${made.id}/cancel`, { headers: pay }, 200)
  while (receiver.received.length === heard) await sleep(10)
  receiver.answer = { status: 200 }
})

/** What a text holds that it must not; as it is, and as bytes are written. */
function findIn(text: string, things: Iterable<readonly [name: string, text: string]>): string[] {
  const found: string[] = []
  for (const [name, thing] of things) {
    const bytes = Buffer.from(thing)
    const forms = [thing, bytes.toString("hex"), bytes.toString("base64").replace(/=+$/, "")]
    if (forms.some((form) => text.includes(form))) found.push(name)
  }
  return found
}

const everything = () => [...SECRETS, ...Object.entries(PRIVATE)]

test("the search itself finds what it looks for, in each form", () => {
  const [[, secret] = assert.fail()] = SECRETS
  for (const encoding of ["utf8", "hex", "base64"] as const) {
    assert.equal(findIn(`x${Buffer.from(secret).toString(encoding)}x`, SECRETS).length, 1)
  }
  assert.ok(SECRETS.size > 15, `${SECRETS.size}`)
})

test("no line of the log holds a secret or a number", () => {
  assert.ok(lines.length > 40, `${lines.length}`)
  assert.ok(lines.some((line) => line.includes('"level":"error"')))
  for (const line of lines) assert.deepEqual(findIn(line, everything()), [], line)
})

test("no error and no page holds a secret, or a number whole", async () => {
  // A page greets who is known and shows what was typed in back to whoever typed it.
  const shown = ["holder", "email"]
  const things = everything().filter(([name]) => !shown.includes(name))
  assert.ok(said.length > 20)
  for (const { where, text } of said) assert.deepEqual(findIn(text, things), [], where)
  for (const path of ["/metrics", "/health/ready", "/health/live"]) {
    const text = await (await fetch(url + path)).text()
    assert.deepEqual(findIn(text, everything()), [], path)
  }
})

test("no row of the database holds a secret, a number or a name readable", async () => {
  const { rows: tables } = await database.query<{ name: string }>(
    "select tablename as name from pg_tables where schemaname = current_schema()",
  )
  assert.ok(tables.length > 20)
  for (const { name } of tables) {
    const { rows } = await database.query<{ text: string }>(`select t::text as text from ${name} t`)
    for (const { text } of rows)
      assert.deepEqual(findIn(text, everything()), [], `${name}: ${text}`)
  }
})

test("of the files that are kept only two hold secrets, and none a number", () => {
  // A sandbox's own credentials, and its master key: SECURITY.md says so.
  const own = ["sandbox.json", "master.key"]
  const names = readdirSync(dataDir, { recursive: true, withFileTypes: true })
  const files = names.filter((each) => each.isFile() && !own.includes(each.name))
  assert.ok(files.length > 0)
  for (const { name, parentPath } of files) {
    const text = readFileSync(join(parentPath, name), "latin1")
    assert.deepEqual(findIn(text, everything()), [], name)
  }
  for (const name of own) {
    const text = readFileSync(join(dataDir, name), "utf8")
    assert.deepEqual(findIn(text, Object.entries(PRIVATE)), [], name)
  }
})

test("webhooks tell a merchant of its payers, and hold nobody's secret but its own", () => {
  const all = new Map(SECRETS)
  // It is the receiver's own, and sent to it as it asked.
  all.delete("a receiver's key")
  assert.ok(receiver.received.length > 5)
  for (const { body, headers } of receiver.received) {
    const text = `${body} ${JSON.stringify(headers)}`
    const decoded = Buffer.from(String(headers["x-encoded-data"] ?? ""), "base64").toString("utf8")
    assert.deepEqual(findIn(`${text} ${decoded}`, all), [], text)
  }
})
