/** The client against a real gateway; in a browser it is run by `test/browser/first-load`. */
import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, test } from "node:test"
import { compileClient, TSC } from "../../test/support/client-package.ts"
import { startGateway } from "../../test/support/gateway.ts"
import { answerOf, CaudalError, createCaudal, verifyWebhook } from "../src/index.ts"

const root = join(import.meta.dirname, "..", "..")
const dist = compileClient({ after })
const gateway = await startGateway({ after })
const { baseUrl, apiKey } = gateway.credentials.caudal
const caudal = createCaudal({ baseUrl, apiKey: apiKey! })

test("a payment's life, from its create to the message that tells its end", async () => {
  const made = await caudal.endpoints.create({ url: gateway.receiver.url })
  const order = { amount: "4500000", asset: "COP", method: "bank" } as const
  const payment = await caudal.payments.create({ ...order, reference: "sdk-1" })
  assert.equal(payment.state, "pending")
  assert.ok(answerOf(payment)?.requestId)

  const paid = await caudal.payments.simulate(payment.id, { outcome: "approved" })
  assert.equal(paid.state, "approved")
  const heard = await gateway.receiver.next(
    ({ body, headers }) => body.includes(payment.id) && headers["webhook-id"] !== undefined,
  )
  const secrets = [made.secret, gateway.credentials.caudal["webhookSecret"] ?? made.secret]
  const message = await verifyWebhook(heard.body, heard.headers, secrets)
  assert.ok(message.object === "event")
  assert.equal(message.subject, payment.id)

  const refund = await caudal.payments.refund(payment.id, { amount: "1000000" })
  assert.equal(refund.amount, "1000000")
  const whole = await caudal.payments.get(payment.id)
  assert.deepEqual(
    whole.refunds.map(({ id }) => id),
    [refund.id],
  )
  const [balance] = (await caudal.balances.list()).data
  assert.equal(balance?.object, "balance")
  const csv = await caudal.statement.readCsv({ asset: "COP" })
  assert.match(await new Response(csv).text(), /,/)
})

test("a repeat under the same key is the first answer, and another body is refused", async () => {
  const order = { amount: "100000", asset: "COP", method: "bank" } as const
  const options = { idempotencyKey: "sdk-key-1" }
  const first = await caudal.payments.create(order, options)
  const again = await caudal.payments.create(order, options)
  assert.equal(again.id, first.id)
  const other = caudal.payments.create({ ...order, amount: "200000" }, options)
  await assert.rejects(other, (error: unknown) => {
    assert.ok(error instanceof CaudalError)
    assert.equal(error.idempotencyKey, "sdk-key-1")
    assert.ok(error.status === 409 || error.status === 422, String(error.status))
    return true
  })
})

test("every item of a list comes once, however small its pages are", async () => {
  const references = ["sdk-a", "sdk-b", "sdk-c"]
  for (const reference of references) {
    await caudal.payments.create({ amount: "100000", asset: "COP", method: "bank", reference })
  }
  const seen: string[] = []
  for await (const { reference } of caudal.payments.list({ limit: 2 })) {
    if (references.includes(reference ?? "")) seen.push(reference!)
  }
  assert.deepEqual(seen, references.toReversed())
})

test("events are heard as they happen, and gone on with after the last one", async () => {
  const stop = new AbortController()
  const [newest, before] = (await caudal.events.list({ limit: 2 })).data
  const stream = caudal.events.stream({ lastEventId: before!.id, signal: stop.signal })
  // What may not have been heard the last time comes again.
  for (let id = ""; id !== newest!.id; ) id = (await stream.next()).value?.id ?? newest!.id
  const next = stream.next()
  const payment = await caudal.payments.create({ amount: "100000", asset: "COP", method: "bank" })
  await caudal.payments.cancel(payment.id)
  const heard = (await next).value
  assert.ok(heard)
  assert.equal(heard.subject, payment.id)
  stop.abort()
  await assert.rejects(stream.next(), { name: "AbortError" })
})

test("a refusal says which member is wrong, and a wrong key is told as one", async () => {
  await assert.rejects(caudal.payments.create({ amount: "x", asset: "COP" }), {
    code: "request_invalid",
    field: "amount",
    status: 400,
  })
  const stranger = createCaudal({ baseUrl, apiKey: "ck_nobody" })
  await assert.rejects(stranger.payments.list(), { code: "unauthorized", status: 401 })
})

test("the code of both READMEs is the same, and compiles against what is published", () => {
  const blocksOf = (name: string) =>
    [...readFileSync(join(root, "sdk", name), "utf8").matchAll(/```ts\n([\s\S]*?)```/g)].map(
      ([, code]) => code!,
    )
  const blocks = blocksOf("README.md")
  assert.ok(blocks.length > 5)
  assert.deepEqual(blocksOf("README.es.md"), blocks)
  const program = mkdtempSync(join(tmpdir(), "caudal-readme-"))
  after(() => rmSync(program, { recursive: true }))
  const installed = join(program, "node_modules", "caudal-client")
  mkdirSync(installed, { recursive: true })
  symlinkSync(dist, join(installed, "dist"))
  copyFileSync(join(root, "sdk", "package.json"), join(installed, "package.json"))
  writeFileSync(join(program, "package.json"), '{ "type": "module" }')
  // The first block makes the client that the others use.
  const [first, ...others] = blocks
  for (const [at, block] of [first!, ...others.map((each) => `${first}\n${each}`)].entries()) {
    writeFileSync(join(program, `${at}.ts`), block)
  }
  const compilerOptions = {
    strict: true,
    skipLibCheck: true,
    noEmit: true,
    target: "ES2022",
    module: "NodeNext",
    types: [],
    lib: ["ES2022", "DOM", "DOM.Iterable"],
  }
  writeFileSync(join(program, "tsconfig.json"), JSON.stringify({ compilerOptions }))
  const { stdout, status } = spawnSync(TSC, ["-p", program], { encoding: "utf8" })
  assert.equal(status, 0, stdout)
})
