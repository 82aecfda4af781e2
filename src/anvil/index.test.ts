/** The sandbox's chain on a real anvil: started, stopped, killed, lost, adopted, made small. */
import assert from "node:assert/strict"
import { spawn } from "node:child_process"
import { once } from "node:events"
import {
  chownSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs"
import files from "node:fs/promises"
import { createServer } from "node:http"
import { syncBuiltinESMExports } from "node:module"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type TestContext, test } from "node:test"
import { setTimeout as sleep } from "node:timers/promises"
import { gzipSync } from "node:zlib"
import { inSharedTree } from "../../test/support/tree.ts"
import { hostClock } from "../clock.ts"
import { shorten } from "./folder.ts"
import { DiskFull, findAnvil, type SandboxChain, type SandboxOptions, startAnvil } from "./index.ts"
import { keepChain } from "./keeper.ts"
import { openChain } from "./open.ts"
import { findProcesses, killProcess } from "./process.ts"
import { call, hex } from "./rpc.ts"

const clock = hostClock()
const skip = findAnvil() === null && "there is no anvil for this machine"
const RECEIVER = `0x${"ab".repeat(20)}`
const TRANSFER = "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef"

/** A data folder of its own; whatever runs in it ends with the test. */
function newFolder(t: TestContext): string {
  const dataDir = mkdtempSync(join(tmpdir(), "chain-"))
  t.after(async () => {
    await endAll(dataDir)
    rmSync(dataDir, { recursive: true, force: true })
  })
  return dataDir
}

const processesOf = (dataDir: string) => findProcesses(join(dataDir, "chain"))

async function endAll(dataDir: string): Promise<void> {
  for (const pid of processesOf(dataDir)) killProcess(pid)
  await until("all have ended", () => processesOf(dataDir).length === 0)
}

/** Starts a chain that stops with the test, before its folder goes. */
async function start(t: TestContext, options: Omit<SandboxOptions, "clock">) {
  const chain = await startAnvil({ clock, ...options })
  t.after(() => chain.stop())
  return chain
}

/** Waits for something that other processes do. */
async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let look = 0; look < 800; look += 1) {
    if (await holds()) return
    await sleep(10)
  }
  assert.fail(`didn't happen: ${what}`)
}

async function balanceOf({ rpcUrl, token }: SandboxChain, owner: string): Promise<bigint> {
  const data = `0x70a08231${owner.slice(2).padStart(64, "0")}`
  return BigInt(String(await call(rpcUrl, "eth_call", [{ to: token.address, data }, "latest"])))
}

type Receipt = { readonly status: string; readonly blockNumber: string }
const receiptOf = ({ rpcUrl }: SandboxChain, hash: string) =>
  call(rpcUrl, "eth_getTransactionReceipt", [hash]) as Promise<Receipt | null>
const headOf = async ({ rpcUrl }: SandboxChain) => Number(await call(rpcUrl, "eth_blockNumber"))
const blockAt = ({ rpcUrl }: SandboxChain, number: number) =>
  call(rpcUrl, "eth_getBlockByNumber", [hex(number), false]) as Promise<{
    readonly hash: string
    readonly timestamp: string
  } | null>
const logsOf = ({ rpcUrl, token }: SandboxChain) =>
  call(rpcUrl, "eth_getLogs", [
    { fromBlock: "0x0", toBlock: "latest", address: token.address, topics: [TRANSFER] },
  ]) as Promise<unknown[]>

test("a new chain has a test dollar, and its payer can pay with it", { skip }, async (t) => {
  const chain = await start(t, { dataDir: newFolder(t) })
  const { rpcUrl, payer } = chain
  assert.deepEqual([chain.chainId, chain.epoch, chain.adopted], [31_337, 0, false])
  assert.match(rpcUrl, /^http:\/\/127\.0\.0\.1:\d+$/)
  assert.equal(await call(rpcUrl, "eth_chainId"), hex(31_337))
  assert.equal(await balanceOf(chain, payer), 1_000_000_000_000n)

  const dollars = await chain.send(RECEIVER, 12_345_678n)
  const coins = await chain.sendCoin(RECEIVER, 5n)
  await chain.mine(6)
  for (const hash of [dollars, coins]) {
    const receipt = await receiptOf(chain, hash)
    assert.equal(receipt?.status, "0x1")
    assert.ok((await headOf(chain)) - Number(receipt?.blockNumber) >= 5)
  }
  assert.equal(await balanceOf(chain, RECEIVER), 12_345_678n)
  assert.equal(await call(rpcUrl, "eth_getBalance", [RECEIVER, "latest"]), "0x5")
  // The whole supply, the payer's part of it, and this one.
  assert.equal((await logsOf(chain)).length, 3)
})

test("it makes a block a second, and its clock doesn't run ahead of ours", { skip }, async (t) => {
  const chain = await start(t, { dataDir: newFolder(t) })
  await chain.mine(300)
  const before = await headOf(chain)
  assert.ok(before >= 301)
  await until("two more blocks", async () => (await headOf(chain)) >= before + 2)
  const block = await blockAt(chain, before + 2)
  const aheadS = Number(block?.timestamp) - clock.now().getTime() / 1_000
  assert.ok(Math.abs(aheadS) < 3, `${aheadS} s`)
})

test("more than an account has isn't sent, and says why", { skip }, async (t) => {
  const chain = await start(t, { dataDir: newFolder(t) })
  const tooMuch = chain.send(RECEIVER, 1_000_001_000_000n)
  await assert.rejects(tooMuch, /refused eth_call: .*TUSD: balance too small/)
})

test("a chain that was stopped goes on where it was, on the same port", { skip }, async (t) => {
  const dataDir = newFolder(t)
  const first = await start(t, { dataDir })
  const hash = await first.send(RECEIVER, 7n)
  await first.mine(100)
  const [receipt, logs] = [await receiptOf(first, hash), await logsOf(first)]
  const head = await headOf(first)
  const hashes = await Promise.all([0, 1, 50, head].map((at) => blockAt(first, at)))
  await first.stop()
  assert.deepEqual(processesOf(dataDir), [])

  const second = await start(t, { dataDir })
  assert.deepEqual([second.chainId, second.epoch, second.adopted], [31_337, 0, false])
  assert.equal(second.rpcUrl, first.rpcUrl)
  assert.ok((await headOf(second)) - head <= 2)
  assert.equal(await balanceOf(second, RECEIVER), 7n)
  assert.deepEqual(await receiptOf(second, hash), receipt)
  assert.deepEqual(await logsOf(second), logs)
  assert.deepEqual(await Promise.all([0, 1, 50, head].map((at) => blockAt(second, at))), hashes)
  assert.ok(!readdirSync(join(dataDir, "chain")).includes("load.json"))
})

test("a chain that is killed comes back as it was when it was last saved", { skip }, async (t) => {
  const told: string[] = []
  const chain = await start(t, {
    dataDir: newFolder(t),
    onDown: (reason) => told.push(reason),
    onUp: (downMs) => told.push(downMs < 5_000 ? "up" : `up after ${downMs}`),
  })
  // Nothing saves this one on purpose: it is older than the interval in which that happens.
  const hash = await chain.send(RECEIVER, 7n)
  await until("mined", async () => (await receiptOf(chain, hash)) !== null)
  await sleep(3_000)
  const head = await headOf(chain)
  const pid = chain.pid()
  killProcess(pid)
  await until("up again", () => told.includes("up"))
  assert.deepEqual(told, [`the sandbox's chain (pid ${pid}) ended`, "up"])
  assert.notEqual(chain.pid(), pid)
  assert.equal(await call(chain.rpcUrl, "eth_chainId"), hex(31_337))
  assert.equal((await receiptOf(chain, hash))?.status, "0x1")
  // Up to two blocks came after the last look, which nobody can know of.
  assert.ok((await headOf(chain)) >= head - 2)
})

test("what was mined on demand is never lost, and a send waits for the chain", {
  skip,
}, async (t) => {
  const down = Promise.withResolvers<string>()
  const chain = await start(t, { dataDir: newFolder(t), onDown: down.resolve })
  const hash = await chain.send(RECEIVER, 7n)
  await chain.mine(40)
  const head = await headOf(chain)
  killProcess(chain.pid())
  await down.promise
  const again = await chain.send(RECEIVER, 5n)
  // Empty blocks aren't saved each; others stand in for them, and numbers never go back.
  assert.ok((await headOf(chain)) >= head)
  await chain.mine(1)
  assert.equal((await receiptOf(chain, hash))?.status, "0x1")
  assert.equal((await receiptOf(chain, again))?.status, "0x1")
  assert.equal(await balanceOf(chain, RECEIVER), 12n)
})

test("transfers that are sent at once share a block", { skip }, async (t) => {
  const chain = await start(t, { dataDir: newFolder(t) })
  const hashes = await Promise.all(Array.from({ length: 50 }, () => chain.send(RECEIVER, 2n)))
  await chain.mine(1)
  const receipts = await Promise.all(hashes.map((hash) => receiptOf(chain, hash)))
  assert.ok(receipts.every((receipt) => receipt?.status === "0x1"))
  // A second may have ended in their midst.
  assert.ok(new Set(receipts.map((receipt) => receipt?.blockNumber)).size <= 2)
  assert.equal(await balanceOf(chain, RECEIVER), 100n)
})

test("a chain that can't be had back is followed by one with another id", { skip }, async (t) => {
  const dataDir = newFolder(t)
  const at = (name: string) => join(dataDir, "chain", name)
  const first = await start(t, { dataDir })
  await first.send(RECEIVER, 7n)
  await first.mine(1)
  await first.stop()
  // Each row is done to the chain of the row before.
  const losses: readonly [how: string, lose: (epoch: number) => void][] = [
    ["removed", (epoch) => rmSync(at(`state-${epoch}.json.gz`))],
    [
      "cut off",
      (epoch) => {
        const file = at(`state-${epoch}.json.gz`)
        writeFileSync(file, readFileSync(file).subarray(0, 500))
      },
    ],
    ["no state at all", (epoch) => writeFileSync(at(`state-${epoch}.json.gz`), gzipSync("{}"))],
    [
      "of another version",
      (epoch) => {
        const state = { best_block_number: 3, blocks: [], transactions: [] }
        writeFileSync(at(`state-${epoch}.json.gz`), gzipSync(JSON.stringify(state)))
      },
    ],
    ["without its record", () => rmSync(at("chain.json"))],
    ["with an unreadable record", () => writeFileSync(at("chain.json"), "{")],
  ]
  for (const [index, [how, lose]] of losses.entries()) {
    lose(index)
    const told: string[] = []
    const next = await start(t, { dataDir, notice: (text) => told.push(text) })
    const seen = [next.epoch, next.chainId, await call(next.rpcUrl, "eth_chainId")]
    assert.deepEqual(seen, [index + 1, 31_338 + index, hex(31_338 + index)], how)
    assert.equal(await balanceOf(next, RECEIVER), 0n, how)
    assert.equal(await balanceOf(next, next.payer), 1_000_000_000_000n, how)
    assert.equal(told.length, 1, how)
    assert.ok(told[0]!.includes(String(next.chainId)), how)
    await next.stop()
    const states = readdirSync(join(dataDir, "chain")).filter((name) => name.startsWith("state-"))
    assert.deepEqual(states, [`state-${next.epoch}.json.gz`], how)
  }
})

test("a chain older than what the database knows isn't taken up again", { skip }, async (t) => {
  const dataDir = newFolder(t)
  await (await start(t, { dataDir })).stop()
  const later = await start(t, { dataDir, epochAtLeast: 4 })
  assert.deepEqual([later.epoch, later.chainId], [4, 31_341])
  await later.stop()
  const same = await start(t, { dataDir, epochAtLeast: 4 })
  assert.deepEqual([same.epoch, await balanceOf(same, same.payer)], [4, 1_000_000_000_000n])
})

test("a port that somebody else took costs the port, not the chain", { skip }, async (t) => {
  const dataDir = newFolder(t)
  const first = await start(t, { dataDir })
  await first.send(RECEIVER, 7n)
  await first.stop()
  const server = createServer().listen(Number(new URL(first.rpcUrl).port), "127.0.0.1")
  await once(server, "listening")
  t.after(() => server.close())
  const second = await start(t, { dataDir })
  assert.notEqual(second.rpcUrl, first.rpcUrl)
  assert.deepEqual([second.epoch, (await headOf(second)) > 0], [0, true])
})

/** Starts a chain in a Node of its own and kills that with -9: the chain stays behind. */
async function leaveBehind(dataDir: string, uid?: number): Promise<number> {
  const shared = (file: string) => JSON.stringify(inSharedTree(join(import.meta.dirname, file)))
  const program = `
    import { hostClock } from ${shared("../clock.ts")}
    import { startAnvil } from ${shared("index.ts")}
    const dataDir = ${JSON.stringify(dataDir)}
    const chain = await startAnvil({ dataDir, clock: hostClock() })
    await chain.send("${RECEIVER}", 7n)
    await chain.mine(1)
    console.log(chain.pid())
    setInterval(() => {}, 1_000)
  `
  const node = spawn(
    inSharedTree(process.execPath),
    ["--input-type=module-typescript", "-e", program],
    {
      stdio: ["ignore", "pipe", "inherit"],
      ...(uid === undefined ? {} : { uid, gid: uid }),
    },
  )
  const [pid] = await once(node.stdout, "data")
  node.kill("SIGKILL")
  await once(node, "exit")
  return Number(pid)
}

test("a chain that a killed Caudal left behind is adopted", { skip }, async (t) => {
  const dataDir = newFolder(t)
  const pid = await leaveBehind(dataDir)
  const chain = await start(t, { dataDir })
  assert.deepEqual([chain.adopted, chain.pid(), chain.epoch], [true, pid, 0])
  assert.equal(await balanceOf(chain, RECEIVER), 7n)
  // It is watched over like a child.
  killProcess(pid)
  await until("started again", () => chain.pid() !== pid)
  await chain.mine(1)
  assert.equal(await balanceOf(chain, RECEIVER), 7n)
  await chain.stop()
  assert.deepEqual(processesOf(dataDir), [])
})

test("one that nobody wrote down is ended, and what it saved is gone on from", {
  skip,
}, async (t) => {
  const dataDir = newFolder(t)
  const pid = await leaveBehind(dataDir)
  const file = join(dataDir, "chain", "chain.json")
  const record = JSON.parse(readFileSync(file, "utf8"))
  writeFileSync(file, JSON.stringify({ ...record, pid: 1 }))
  const chain = await start(t, { dataDir })
  assert.deepEqual([chain.adopted, chain.epoch], [false, 0])
  assert.deepEqual(processesOf(dataDir), [chain.pid()])
  assert.notEqual(chain.pid(), pid)
  assert.equal(await balanceOf(chain, RECEIVER), 7n)
  // Readers may have seen blocks after the last save: new ones stand in for them.
  assert.ok((await headOf(chain)) > 60)
})

const needsRoot = process.getuid?.() !== 0 && "needs root"

test("who owns the folder can go on with what root made in it", {
  skip: skip || needsRoot,
}, async (t) => {
  const nobody = 65_534
  const dataDir = newFolder(t)
  chownSync(dataDir, nobody, nobody)
  const folder = join(dataDir, "chain")
  const foreign = () =>
    readdirSync(folder).filter((name) => lstatSync(join(folder, name)).uid !== nobody)
  const chain = await start(t, { dataDir })
  assert.deepEqual([lstatSync(folder).uid, foreign()], [nobody, []])
  await chain.send(RECEIVER, 7n)
  await chain.mine(1)
  await chain.stop()
  assert.deepEqual(foreign(), [])
  // A root start of before left these, and one that was killed the last.
  const left = ["chain.json", "state-0.json.gz", "anvil.log", "chain.json.new", "load.json.new"]
  for (const name of left) {
    writeFileSync(join(folder, name), "", { flag: "a", mode: 0o644 })
    chownSync(join(folder, name), 0, 0)
  }
  const pid = await leaveBehind(dataDir, nobody)
  const again = await start(t, { dataDir })
  assert.deepEqual([again.adopted, again.pid(), again.epoch], [true, pid, 0])
  assert.equal(await balanceOf(again, RECEIVER), 14n)
})

/** A disk on which there is no room: whatever is written meets the kernel's own full device. */
function fillDisk(t: TestContext): { makeRoom(): void } {
  const { open } = files
  const put = (mine: typeof open) => {
    files.open = mine
    syncBuiltinESMExports()
  }
  put(() => open("/dev/full", "w"))
  t.after(() => put(open))
  return { makeRoom: () => put(open) }
}

test("on a full disk whoever sends is told, and once there is room all goes on", {
  skip,
}, async (t) => {
  const told: string[] = []
  const dataDir = newFolder(t)
  const chain = await start(t, { dataDir, notice: (text) => told.push(text) })
  const disk = fillDisk(t)
  const hash = await chain.send(RECEIVER, 7n)
  await assert.rejects(chain.mine(1), (error) => {
    assert.ok(error instanceof DiskFull)
    assert.match(error.message, /disk is full.*state-0\.json\.gz/)
    assert.equal((error.cause as NodeJS.ErrnoException).code, "ENOSPC")
    return true
  })
  // Whoever tries again isn't made to pay twice.
  await assert.rejects(chain.send(RECEIVER, 7n), DiskFull)
  await assert.rejects(chain.sendCoin(RECEIVER, 7n), DiskFull)
  assert.equal(await balanceOf(chain, RECEIVER), 7n)
  await until("the operator is told", () => told.length > 0)
  assert.match(told[0]!, /disk is full/)
  disk.makeRoom()
  await chain.mine(1)
  assert.equal((await receiptOf(chain, hash))?.status, "0x1")
  await chain.send(RECEIVER, 5n)
  await chain.mine(1)
  assert.equal(await balanceOf(chain, RECEIVER), 12n)
})

test("a chain that a full disk keeps down makes nobody wait", { skip }, async (t) => {
  const down: string[] = []
  const up = Promise.withResolvers<number>()
  const chain = await start(t, {
    dataDir: newFolder(t),
    onDown: (reason) => down.push(reason),
    onUp: up.resolve,
  })
  await chain.send(RECEIVER, 7n)
  await chain.mine(1)
  const disk = fillDisk(t)
  killProcess(chain.pid())
  await until("it can't be started", () => down.some((reason) => /disk is full/.test(reason)))
  await assert.rejects(chain.send(RECEIVER, 1n), DiskFull)
  await assert.rejects(chain.mine(1), DiskFull)
  disk.makeRoom()
  await up.promise
  await chain.send(RECEIVER, 5n)
  await chain.mine(1)
  assert.equal(await balanceOf(chain, RECEIVER), 12n)
})

test("a node that has grown is replaced by a small one, unnoticed", { skip }, async (t) => {
  const dataDir = newFolder(t)
  const first = await startAnvil({ clock, dataDir })
  const hash = await first.send(RECEIVER, 7n)
  await first.mine(1)
  await first.stop()
  const told: string[] = []
  const home = { binary: findAnvil()!, folder: join(dataDir, "chain") }
  const opened = await openChain(home)
  const keeper = keepChain({
    ...home,
    opened,
    clock,
    replaceEvery: 2_000,
    notice: (text) => told.push(text),
    onDown: (reason) => told.push(reason),
    onUp: () => told.push("up"),
  })
  t.after(() => keeper.stop())
  await keeper.mine(2_500)
  const chain = { ...first, rpcUrl: opened.anvil.url }
  const before = await blockAt(chain, 2_400)
  assert.notEqual(await blockAt(chain, 100), null)
  await until("replaced", () => keeper.pid() !== opened.anvil.pid)
  await keeper.mine(1)
  assert.deepEqual(told, [])
  assert.equal(await blockAt(chain, 100), null)
  assert.deepEqual(await blockAt(chain, 2_400), before)
  assert.equal((await receiptOf(chain, hash))?.status, "0x1")
  assert.equal((await logsOf(chain)).length, 3)
  assert.equal(await balanceOf(chain, RECEIVER), 7n)
})

test("a state keeps its first block, its newest ones, and the newest full ones", () => {
  const block = (number: number, full = false) => ({
    header: { number: hex(number) },
    transactions: full ? [{}] : [],
  })
  const full = (number: number) => number % 2 === 1 && number < 9_000
  const numbers = Array.from({ length: 12_001 }, (_, number) => number)
  const short = shorten({
    best_block_number: "0x2ee0",
    blocks: numbers.map((number) => block(number, full(number))),
    transactions: numbers.filter(full).map((block_number) => ({ block_number })),
  })
  const expected = numbers.filter(
    (number) => number === 0 || number > 10_000 || (full(number) && number > 5_000),
  )
  assert.deepEqual(
    short.blocks.map(({ header }) => Number(header.number)),
    expected,
  )
  assert.deepEqual(
    short.transactions.map(({ block_number }) => block_number),
    expected.filter(full),
  )
})

test("where there is no anvil, none is found", (t) => {
  const empty = mkdtempSync(join(tmpdir(), "nothing-"))
  t.after(() => rmSync(empty, { recursive: true }))
  assert.equal(findAnvil({ project: empty, path: empty }), null)
  writeFileSync(join(empty, "anvil"), "#!/bin/sh\n", { mode: 0o755 })
  const expected = process.platform === "linux" ? join(empty, "anvil") : null
  assert.equal(findAnvil({ project: empty, path: empty }), expected)
})

test("an anvil is found beside us, where npm put us among the packages of a project", (t) => {
  if (process.platform !== "linux" || process.arch !== "x64") return t.skip()
  const packages = mkdtempSync(join(tmpdir(), "packages-"))
  t.after(() => rmSync(packages, { recursive: true }))
  const folder = join(packages, "@foundry-rs", "anvil-linux-amd64", "bin")
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, "anvil"), "")
  const found = findAnvil({ project: join(packages, "caudal"), path: packages })
  assert.equal(found, join(folder, "anvil"))
})
