/** Plays docs/start.md and docs/cookbook.md as somebody would who pastes their blocks. */
import assert from "node:assert/strict"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { readFileSync, symlinkSync } from "node:fs"
import { join } from "node:path"
import { after, type TestContext, test } from "node:test"
import { listen, temporaryFolder } from "./cli/caudal.ts"
import { lastFirst } from "./support/cleanup.ts"
import { testDatabase } from "./support/database.ts"
import { startGateway } from "./support/gateway.ts"
import { play } from "./support/play.ts"

const docs = join(import.meta.dirname, "..", "docs")
const context = lastFirst({ after })
const { url: database } = await testDatabase(context)
const gateway = await startGateway(context, { DATABASE_URL: database })
const settings = {
  CAUDAL_SANDBOX_CHAIN: "0",
  CAUDAL_DATA_DIR: gateway.dataDir,
  DATABASE_URL: database,
}

/** The blocks of shell of a document, each with a mark before what it prints. */
function blocksOf(document: string): string[] {
  const text = readFileSync(join(docs, document), "utf8")
  return [...text.matchAll(/^```sh\n([\s\S]*?)^```/gm)].map(([, code]) => code!)
}

/** What each block printed, when they are pasted one after the other. */
async function pasted(t: TestContext, blocks: readonly string[]) {
  const script = blocks
    .map((code) => `echo "--- block"\n${code}\n`)
    .join("")
    .replaceAll("http://127.0.0.1:8080", gateway.url)
    .replaceAll("http://127.0.0.1:9000/hook", gateway.receiver.url)
  const out = await play(t, script, settings, { data: gateway.dataDir })
  const said = out.split("--- block\n").slice(1)
  return said.map((each) =>
    each
      .trim()
      .split("\n")
      .filter((line) => line !== ""),
  )
}

test("the start goes as it is told", async (t) => {
  const [run, create, pay, read, hear, receive, ...others] = blocksOf("start.md")
  assert.deepEqual(others, [])
  assert.equal(run, "npm ci && npm start\n")
  assert.match(hear!, /^CAUDAL_SANDBOX_WEBHOOK_URL=\S+ npm start\n$/)
  const said = await pasted(t, [create!, pay!, read!])
  const [created, simulated, found] = said.map(([line]) => JSON.parse(line!))
  assert.equal(created.status, "pending")
  assert.ok(created.url.startsWith(`${gateway.url}/pay/`))
  assert.equal(simulated.state, "approved")
  assert.equal(found.status, "approved")
  assert.match(found.hash, /^0x[0-9a-f]{64}$/)

  const message = await gateway.receiver.next(({ body }) => body.includes('"orderId":"ORD-1009"'))
  const [, file] = /^node (\S+)\n$/.exec(receive!)!
  // In the folder that holds `data/`, as somebody is who has cloned the project.
  const home = temporaryFolder(t)
  symlinkSync(gateway.dataDir, join(home, "data"))
  const child = spawn(process.execPath, [join(docs, "..", file!)], {
    cwd: home,
    env: { ...process.env, PORT: "0" },
    stdio: ["ignore", "pipe", "pipe"],
  })
  t.after(() => void child.kill())
  const heard = listen(child)
  await once(child.stdout!, "data")
  const [, address] = /listening on (\S+)/.exec(heard.out())!
  const headers = Object.entries(message.headers).filter(([name]) => name.startsWith("webhook-"))
  const send = (body: string) =>
    fetch(address!, { method: "POST", headers: headers as [string, string][], body })
  assert.equal((await send(message.body)).status, 200)
  assert.equal((await send(`${message.body} `)).status, 401)
  assert.ok(heard.out().includes(message.body))
})

test("each task of the cookbook does what it says", async (t) => {
  const blocks = blocksOf("cookbook.md")
  assert.equal(blocks.length, 11)
  const [, paid, again, declined, stored, refund, recharge, hear, find, wallet, well] =
    await pasted(t, blocks)
  const id = /^pay_[0-9a-f]{32}$/
  assert.ok(paid![0]!.startsWith(`${gateway.url}/pay/`))
  assert.equal(paid![1], "approved")
  assert.match(again![0]!, id)
  assert.equal(again![1], "reference_conflict")
  assert.deepEqual(declined, ["pending", "approved", "returned", "expired", "approved"])
  assert.equal(stored!.length, 2)
  assert.notEqual(stored![0], stored![1])
  const [first, repeated, rest, refused] = refund!
  assert.equal(first, repeated)
  assert.match(first!, /^re_/)
  assert.deepEqual([rest, refused], ["3500000", "refund_too_large"])
  assert.deepEqual(recharge, ["confirmed", "XPA04626", "confirmed"])
  assert.match(hear![0]!, /^whsec_/)
  assert.deepEqual(hear!.slice(1), ["approved", "payment.approved", "list"])
  assert.equal(find![0], stored![0])
  assert.equal(find![1], '"has_more":true')
  assert.match(find![2]!, id)
  assert.match(wallet![0]!, /^\d+$/)
  assert.match(wallet![1]!, /^,closing,closing balance,/)
  assert.equal(well![0], "ok")
  assert.ok(Number(well![1]) > 50)
})
