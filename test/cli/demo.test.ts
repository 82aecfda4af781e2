/** The demo: every flow to its end against a gateway that runs; what it says when one differs. */
import assert from "node:assert/strict"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { test } from "node:test"
import { setTimeout as sleep } from "node:timers/promises"
import { lastFirst } from "../support/cleanup.ts"
import { ask, startGateway } from "../support/gateway.ts"
import { CLI, environment, listen, run, temporaryFolder } from "./caudal.ts"

const FLOWS = ["pentagoo", "tapila", "palomma-pay", "palomma-direct-debit", "caudal"]

type Line = {
  readonly flow?: string
  readonly step: string
  readonly method?: string
  readonly path?: string
  readonly status?: number
  readonly ok?: boolean
  readonly text?: string
  readonly failed?: readonly string[]
}

const linesOf = (out: string): Line[] =>
  out
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Line)

test("every flow is played to its end, and nothing is left behind", async (t) => {
  const gateway = await startGateway(lastFirst(t))
  const sandbox = join(gateway.dataDir, "sandbox.json")
  const ran = await run(process.execPath, [CLI, "demo", "--json", "--credentials", sandbox], {
    CAUDAL_DATA_DIR: gateway.dataDir,
  })
  const lines = linesOf(ran.out)
  const wrong = lines.filter(({ ok }) => ok === false)
  assert.deepEqual(wrong, [], ran.err)
  assert.equal(ran.code, 0)
  assert.deepEqual(
    lines.filter(({ step }) => step === "flow").map(({ flow }) => flow),
    FLOWS,
  )
  for (const flow of FLOWS) {
    const steps = new Set(lines.filter((line) => line.flow === flow).map(({ step }) => step))
    assert.deepEqual([...steps].sort(), ["answer", "check", "flow", "request", "webhook"], flow)
  }

  await t.test("it goes through what each vendor's page promises", () => {
    const answered = lines.flatMap(({ flow, step, status }, at) => {
      const asked = lines.slice(0, at).findLast((each) => each.step === "request")
      const path = asked?.path?.replace(/[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}/, "ID")
      return step === "answer" && flow !== "caudal" ? [`${asked?.method} ${path} ${status}`] : []
    })
    const seen = [...new Set(answered.map((each) => each.replace(/pay-[0-9a-f]{8}-01/, "REF")))]
    assert.deepEqual(seen, [
      "POST /pentagoo/api/payment/create 200",
      "POST /v1/payments/ID/simulate 200",
      "POST /tapila/login 200",
      "GET /tapila/recharges 200",
      "POST /tapila/payment 200",
      "GET /tapila/operation/ID 200",
      "POST /tapila/payment 202",
      "POST /tapila/payment 500",
      "GET /tapila/operation/REF?type=external-payment-id 200",
      "POST /palomma-pay/payment-requests 200",
      "GET /pay/?transaccion=ID 200",
      "POST /pay/ID 303",
      "GET /pay/ID 200",
      "GET /pay/bank/ID 200",
      "POST /pay/bank/ID 303",
      "GET /palomma-pay/payment-requests/ID 200",
      "POST /palomma-direct-debit/v1/customers 201",
      "POST /palomma-direct-debit/v1/paymentMethods 201",
      "POST /palomma-direct-debit/v1/paymentRequests 201",
      "GET /palomma-direct-debit/v1/paymentRequests/ID 200",
    ])
  })

  const endpointsLeft = async () => {
    const { baseUrl, apiKey } = gateway.credentials.caudal
    const headers = { authorization: `Bearer ${apiKey}` }
    const { body } = await ask("GET", `${baseUrl}/endpoints`, { headers })
    const urls = (body.data as { state: string; url: string }[])
      .filter(({ state }) => state === "enabled")
      .map(({ url }) => url)
    return urls.filter((url) => url !== gateway.receiver.url)
  }

  await t.test("its endpoints are gone", async () => {
    assert.deepEqual(await endpointsLeft(), [])
  })

  await t.test("Ctrl-C takes them away, too", async () => {
    const child = spawn(process.execPath, [CLI, "demo", "--json", "--credentials", sandbox], {
      env: environment({ CAUDAL_DATA_DIR: gateway.dataDir }),
      stdio: ["ignore", "pipe", "pipe"],
    })
    const said = listen(child)
    const closed = once(child, "close")
    // The slow recharge of this flow takes ten seconds: there is time to interrupt it.
    while (!said.out().includes("/tapila/payment")) await sleep(10)
    assert.equal((await endpointsLeft()).length, FLOWS.length)
    child.kill("SIGINT")
    assert.deepEqual(await closed, [130, null], said.err())
    assert.deepEqual(await endpointsLeft(), [])
  })

  await t.test(
    "a flow that differs ends it with 1, and the others are played all the same",
    async () => {
      const credentials = JSON.parse(readFileSync(sandbox, "utf8"))
      credentials.palommaDirectDebit.integrityKey = "not the key"
      credentials.tapila.password = "not the password"
      const wrongFile = join(gateway.dataDir, "wrong.json")
      writeFileSync(wrongFile, JSON.stringify(credentials))
      const again = await run(process.execPath, [CLI, "demo", "--credentials", wrongFile], {
        CAUDAL_DATA_DIR: gateway.dataDir,
      })
      assert.equal(again.code, 1, again.err)
      assert.match(again.out, /✗ {2}the answer is 200\n +401/)
      assert.match(again.out, /✗ {2}X-Signature is the HMAC-SHA-256/)
      assert.match(again.out, /\nNot as expected: tapila, palomma-direct-debit\.\n$/)
      assert.match(again.out, /✓ {2}its signature is the SHA-256 of data and integrity key/)
      // No terminal: no colours, no cursor movements, no endless lines.
      assert.ok(!again.out.includes("\u001b"))
      assert.ok(again.out.split("\n").every((line) => Array.from(line).length <= 120))
    },
  )
})

test("a gateway that isn't there is said in a line", async (t) => {
  const folder = temporaryFolder(lastFirst(t))
  const wanted = join(folder, "sandbox.json")
  const settings = { CAUDAL_DATA_DIR: folder }
  const none = await run(process.execPath, [CLI, "demo", "--credentials", wanted], settings)
  assert.equal(none.code, 1)
  assert.match(none.err, /^The credentials can't be read/)
  writeFileSync(wanted, JSON.stringify({ url: "http://127.0.0.1:1" }))
  const stale = await run(process.execPath, [CLI, "demo", "--credentials", wanted], settings)
  assert.equal(stale.code, 1)
  assert.match(stale.err, /^No gateway is ready at http:\/\/127\.0\.0\.1:1\. Start it/)
})

test("where no gateway runs, the demo brings one of its own and takes it away again", async (t) => {
  const folder = temporaryFolder(lastFirst(t))
  const ran = await run(process.execPath, [CLI, "demo", "--json"], {
    CAUDAL_DATA_DIR: folder,
    TMPDIR: folder,
  })
  assert.equal(ran.code, 0, ran.err + ran.out)
  assert.deepEqual(linesOf(ran.out).at(-1)?.failed, [])
  assert.deepEqual(readdirSync(folder), [])
})
