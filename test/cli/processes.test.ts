/** `--processes N`: one gateway for whoever calls, whichever of its processes answers, or dies. */
import assert from "node:assert/strict"
import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { Agent, get } from "node:http"
import { join } from "node:path"
import { text } from "node:stream/consumers"
import { after, test } from "node:test"
import { findAnvil } from "../../src/anvil/index.ts"
import { readConfig } from "../../src/config.ts"
import { stopPostmaster } from "../../src/db/postmaster.ts"
import { makeLogger } from "../../src/http/log.ts"
import { layFoundation } from "../../src/processes/foundation.ts"
import { rpc, until } from "../support/chain.ts"
import { lastFirst } from "../support/cleanup.ts"
import { type Cleanup, testDatabase } from "../support/database.ts"
import { ask } from "../support/gateway.ts"
import { greeted, type OwnProcess, serverOf, spawnGateway } from "../support/own-process.ts"
import { TRANSFER } from "../support/rpc.ts"
import { CLI, MAIN, run, type Settings, temporaryFolder } from "./caudal.ts"

/** What a start of several processes may take while other tests run. */
const READY_MS = 30_000

/** Starts a gateway of two processes and waits for its greeting. */
async function start(
  context: Cleanup,
  dataDir: string,
  words: readonly string[],
  settings: Settings = {},
  meanwhile: (child: ChildProcess, url: string) => Promise<void> = async () => {},
): Promise<OwnProcess> {
  const command = [process.execPath, ...words, "--processes", "2"] as const
  const gateway = await spawnGateway(context, dataDir, command, settings)
  await meanwhile(gateway.child, gateway.url)
  await greeted(gateway, READY_MS)
  return gateway
}

/** The processes that a process has started and that run this program. */
function workersOf({ pid }: ChildProcess): number[] {
  const numbers = readdirSync("/proc").filter((name) => /^\d+$/.test(name))
  return numbers.map(Number).filter((each) => {
    try {
      const parent = /^PPid:\s*(\d+)$/m.exec(readFileSync(`/proc/${each}/status`, "utf8"))?.[1]
      const command = readFileSync(`/proc/${each}/cmdline`, "utf8")
      return parent === String(pid) && command.includes("worker.ts")
    } catch {
      // It has ended meanwhile.
      return false
    }
  })
}

const isAlive = (pid: number) => existsSync(`/proc/${pid}/fd`)

/** More than any of these answers takes, also on a busy machine. */
const FRESH_MS = 3_000

/** Asks over a connection of its own, so that the next process in turn answers. */
async function fresh(url: string): Promise<{ status: number; body: string }> {
  const signal = AbortSignal.timeout(FRESH_MS)
  const asking = get(url, { agent: new Agent({ keepAlive: false }), signal })
  const [response] = await once(asking, "response")
  return { status: response.statusCode, body: await text(response) }
}

/** What `/metrics` has for each process under a name. */
async function seriesOf(url: string, name: string): Promise<Record<string, number>> {
  const { body } = await fresh(`${url}/metrics`)
  const lines = body.split("\n").filter((line) => line.startsWith(`${name}{`))
  const found: Record<string, number> = {}
  for (const line of lines) {
    const [, number] = /process="(\d+)"/.exec(line)!
    found[number!] = (found[number!] ?? 0) + Number(line.split(" ").at(-1))
  }
  return found
}

test("two processes serve as one gateway, and end as one", async (t) => {
  const context = lastFirst(t)
  const gateway = await start(context, temporaryFolder(context), [MAIN])
  const { child, dataDir, url } = gateway
  const sandbox = JSON.parse(readFileSync(join(dataDir, "sandbox.json"), "utf8"))
  assert.equal(sandbox.url, url)
  assert.match(gateway.out(), /Caudal listens on \S+ {2}\(sandbox, 2 processes, started in/)
  assert.equal(gateway.out().match(/Caudal listens on/g)?.length, 1)

  await t.test("connections go round, and the figures of both are shown", async () => {
    for (let at = 0; at < 6; at += 1) assert.equal((await fresh(`${url}/health/live`)).status, 200)
    const text = (await fresh(`${url}/metrics`)).body
    const live = /http_request_seconds_count\{.*route="\/health\/live".*process="(\d)"\} (\d+)/g
    const counts = [...text.matchAll(live)].map(([, number, count]) => [number, Number(count)])
    assert.deepEqual(counts.sort(), [
      ["1", 3],
      ["2", 3],
    ])
    assert.deepEqual(await seriesOf(url, "caudal_process_answers"), { 1: 1, 2: 1 })
  })

  await t.test("each says that all is well, the chain among it where it reads it", async () => {
    const told: string[] = []
    for (let at = 0; at < 2; at += 1) {
      const { status, body } = await fresh(`${url}/health/ready`)
      assert.equal(status, 200)
      for (const { name, ok } of JSON.parse(body).checks) {
        assert.ok(ok, body)
        told.push(name)
      }
    }
    const chains = told.filter((name) => name.startsWith("chain "))
    assert.equal(chains.length, findAnvil() === null ? 0 : 1)
  })

  await t.test("there is one demo merchant, whom each process knows", async () => {
    const { baseUrl, apiKey } = sandbox.caudal
    const headers = { authorization: `Bearer ${apiKey}`, connection: "close" }
    for (let at = 0; at < 4; at += 1) {
      const { status, body } = await ask("GET", `${baseUrl}/balances`, { headers })
      assert.equal(status, 200, JSON.stringify(body))
    }
    // Without credentials, as a sandbox on its own machine lets its demo merchant in.
    for (let at = 0; at < 4; at += 1) {
      const body = { amount_cents: 500_000, description: "Cafe" }
      const url = `${sandbox.palommaPay.baseUrl}/payment-requests`
      const made = await ask("POST", url, { headers: { connection: "close" }, body })
      assert.equal(made.status, 200, JSON.stringify(made.body))
    }
  })

  await t.test(
    "payments on the sandbox's chain are simulated by both at once, and each is paid once",
    {
      skip: findAnvil() === null ? "there is no anvil here" : false,
    },
    async () => {
      const { baseUrl, key, secret } = sandbox.pentagoo
      const native = { authorization: `Bearer ${sandbox.caudal.apiKey}`, connection: "close" }
      const paid = Array.from({ length: 6 }, async (_, at) => {
        const made = await ask("POST", `${baseUrl}/api/payment/create`, {
          headers: { oauth: `${key}:${secret}`, connection: "close" },
          body: { refId: `ORD-${at}`, description: "2 x cafe", amount: "25.50" },
        })
        const id = made.body.paymentId
        const simulate = async (key: string) => {
          const { status, body } = await ask("POST", `${url}/v1/payments/${id}/simulate`, {
            headers: { ...native, "idempotency-key": key },
            body: { outcome: "approved" },
          })
          assert.ok(status < 300, JSON.stringify(body))
        }
        await Promise.all([simulate(`s-${at}`), simulate(`t-${at}`)])
        return id
      })
      for (const id of await Promise.all(paid)) {
        let state = ""
        await until(
          `${id} is approved`,
          async () => {
            state = (await ask("GET", `${url}/v1/payments/${id}`, { headers: native })).body.state
            return state === "approved"
          },
          READY_MS,
        )
      }
      const { payer, rpcUrl, token } = sandbox.chain
      const from = `0x${payer.slice(2).toLowerCase().padStart(64, "0")}`
      const asked = { fromBlock: "0x0", address: token, topics: [TRANSFER, from] }
      assert.equal((await rpc(rpcUrl, "eth_getLogs", asked)).length, paid.length)
    },
  )

  await t.test("one that is killed is started again, and meanwhile the other serves", async () => {
    const [victim, other] = workersOf(child)
    process.kill(victim!, "SIGKILL")
    // What was on its way to the dead is lost: one connection at most, whose client waits in vain.
    const lost: unknown[] = []
    await until(
      "both answer again",
      async () => {
        const answer = await fresh(`${url}/health/live`).catch((error) => void lost.push(error))
        if (answer) assert.equal(answer.status, 200)
        const now = workersOf(child)
        if (now.length < 2 || now.includes(victim!)) return false
        const answers = await seriesOf(url, "caudal_process_answers")
        return answers[1] === 1 && answers[2] === 1
      },
      READY_MS,
    )
    assert.ok(lost.length <= 1, String(lost))
    assert.ok(workersOf(child).includes(other!))
    assert.match(gateway.out(), /"how":"SIGKILL".*a process of the gateway ended/)
  })

  const database = serverOf(dataDir)!
  const workers = workersOf(child)
  assert.equal(workers.length, 2)
  assert.equal(await gateway.end("SIGTERM"), 0, gateway.err())
  assert.equal(gateway.err(), "")
  assert.deepEqual([...workers.filter(isAlive), database.alive()], [false])

  await t.test("a first process that is killed takes the others along", async () => {
    const again = await start(context, dataDir, [CLI, "start"], { CAUDAL_SANDBOX_CHAIN: "0" })
    const workers = workersOf(again.child)
    await again.end("SIGKILL")
    await until("the others are gone", async () => !workers.some(isAlive), READY_MS)
    // The database goes on, as after any crash, for the next start to take over.
    const left = serverOf(dataDir)!
    assert.ok(left.alive())
    await stopPostmaster(left)
  })
})

test("one that dies while another still starts is started again", async (t) => {
  const context = lastFirst(t)
  const { url: DATABASE_URL } = await testDatabase(context)
  const settings = { DATABASE_URL, CAUDAL_SANDBOX_CHAIN: "0" }
  const killFirst = async (child: ChildProcess, url: string) => {
    await until("there are two", async () => workersOf(child).length === 2, READY_MS)
    const [first, second] = workersOf(child)
    process.kill(second!, "SIGSTOP")
    const figures = () => seriesOf(url, "caudal_process_answers").catch(() => ({}))
    await until("the first serves", async () => "1" in (await figures()), READY_MS)
    process.kill(first!, "SIGKILL")
    await until("the first is gone", async () => !isAlive(first!), READY_MS)
    process.kill(second!, "SIGCONT")
  }
  const { url } = await start(context, temporaryFolder(context), [MAIN], settings, killFirst)
  await until(
    "both answer",
    async () => {
      const answers = await seriesOf(url, "caudal_process_answers")
      return answers[1] === 1 && answers[2] === 1
    },
    READY_MS,
  )
})

test("a port that is taken is told once, and nothing is left running", async (t) => {
  const context = lastFirst(t)
  const { url: DATABASE_URL } = await testDatabase(context)
  const taken = spawn(process.execPath, ["-e", LISTEN], { stdio: ["ignore", "pipe", "inherit"] })
  context.after(async () => void taken.kill())
  const [said] = await once(taken.stdout, "data")
  const port = String(said).trim()
  const ran = await run(process.execPath, [MAIN, "--processes", "2"], {
    DATABASE_URL,
    CAUDAL_DATA_DIR: temporaryFolder(context),
    CAUDAL_SANDBOX_CHAIN: "0",
    PORT: port,
  })
  assert.deepEqual([ran.code, ran.out], [1, ""])
  const [line, ...more] = ran.err.trim().split("\n")
  assert.deepEqual(more, [])
  assert.match(line!, new RegExp(`^PORT: ${port} is in use`))
})

const LISTEN = `const s = require("node:net").createServer().listen(0, "127.0.0.1",
  () => console.log(s.address().port))`

const WRONG: readonly [words: string[], code: number, says: RegExp][] = [
  [[MAIN, "--processes", "0"], 1, /^--processes: must be a whole number from 1 to 8\n$/],
  [[MAIN, "--procesos", "2"], 2, /'--procesos'[\s\S]*There is only --processes N\.\n$/],
  [[CLI, "start", "--processes", "nine"], 1, /^--processes: must be a whole number from 1 to 8\n$/],
]

test("what is wrong with the words is said before anything is started", async () => {
  await Promise.all(
    WRONG.map(async ([words, code, says]) => {
      const folder = temporaryFolder({ after })
      const ran = await run(process.execPath, words, { CAUDAL_DATA_DIR: folder })
      assert.deepEqual([ran.code, ran.out], [code, ""])
      assert.match(ran.err, says)
      assert.deepEqual(readdirSync(folder), [])
    }),
  )
})

test("a database that can't take all connections is refused before they are missing", async (t) => {
  const context = lastFirst(t)
  const { url: DATABASE_URL } = await testDatabase(context)
  const dir = temporaryFolder(context)
  const config = readConfig({ DATABASE_URL, CAUDAL_DATA_DIR: dir, CAUDAL_SANDBOX_CHAIN: "0" }, dir)
  const log = makeLogger({ level: "silent" })
  const parts = { config, log, notice: () => {} }
  await assert.rejects(layFoundation({ ...parts, processes: 20 }), {
    name: "OpenError",
    message:
      "20 processes need 189 connections, and the database takes 97: " +
      "start fewer, or raise its max_connections.",
  })
  const laid = await layFoundation({ ...parts, processes: 8 })
  await laid.stop()
})
