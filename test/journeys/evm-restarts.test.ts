/** Orders on a real chain while the gateway stops, the chain dies or is lost, settings change. */
import assert from "node:assert/strict"
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type TestContext, test } from "node:test"
import { startAnvil } from "../../src/anvil/index.ts"
import { findProcesses } from "../../src/anvil/process.ts"
import { hostClock } from "../../src/clock.ts"
import { readConfig } from "../../src/config.ts"
import { makeLogger } from "../../src/http/log.ts"
import { startSystem } from "../../src/system.ts"
import {
  assertBooks,
  assetOf,
  CONFIRMATIONS,
  chainAt,
  MAKER,
  shopAt,
  until,
  usd,
} from "../support/chain.ts"
import { lastFirst } from "../support/cleanup.ts"
import { testDatabase } from "../support/database.ts"
import { type Gateway, startReceiver } from "../support/gateway.ts"
import { endProcessesIn } from "../support/leftovers.ts"

/** Some merchant's wallet. */
const XPUB =
  "xpub6Ce9NcJvTk372KjsGfWqbcex5DumjpNquQLApoeQUavSCjEc823BV1tb4rXUuPuht8h2hSxkg2EXUaKUJmniJvRZAELxypsCzBFdtosmV76"

/** A data folder, a database and a receiver that outlive the gateways which are started on them. */
async function home(t: TestContext) {
  const context = lastFirst(t)
  const { url, database } = await testDatabase(context)
  const receiver = await startReceiver(context)
  const dataDir = mkdtempSync(join(tmpdir(), "caudal-test-"))
  context.after(async () => {
    await endProcessesIn(dataDir)
    rmSync(dataDir, { recursive: true, force: true })
  })
  const running: { stop(): Promise<void> }[] = []
  context.after(async () => {
    for (const system of running) await system.stop()
  })

  async function start(environment: Readonly<Record<string, string>> = {}) {
    const log = makeLogger({ level: "silent" })
    const given = {
      PORT: "0",
      DATABASE_URL: url,
      CAUDAL_DATA_DIR: dataDir,
      CAUDAL_SANDBOX_WEBHOOK_URL: receiver.url,
      ...environment,
    }
    const system = await startSystem({ config: readConfig(given, dataDir), log })
    running.push(system)
    const credentials: Gateway["credentials"] = JSON.parse(
      readFileSync(join(dataDir, "sandbox.json"), "utf8"),
    )
    const entry = credentials.chain
    return { ...system, entry: entry!, shop: shopAt({ credentials, receiver }) }
  }
  return { dataDir, database, start }
}

test("an order that was seen before a stop is confirmed after the start", async (t) => {
  const { database, start } = await home(t)
  const first = await start()
  const order = await first.shop.order("25.50")
  const hash = await chainAt(first.entry).send(order.address, usd(25.5))
  await first.shop.in(order.id, "processing")
  await first.stop()

  const { entry, shop } = await start()
  const chain = chainAt(entry)
  assert.deepEqual([entry.chainId, entry.rpcUrl], [first.entry.chainId, first.entry.rpcUrl])
  await chain.mine(CONFIRMATIONS)
  assert.equal((await shop.callback(order.id)).hash, hash)
  assert.deepEqual(await shop.told(order.id), ["created", "processing", "approved"])
  await assertBooks(database, chain, entry)
  assert.equal(shop.callbackIds(order.id).length, 1)
})

test("money that comes while no gateway runs is found by the next, late or not", async (t) => {
  const { dataDir, database, start } = await home(t)
  const first = await start()
  const [order, ended] = [await first.shop.order("25.50"), await first.shop.order("25.50")]
  await first.stop()
  const away = await startAnvil({ dataDir, clock: hostClock() })
  const hash = await away.send(order.address, usd(25.5))
  const other = await away.send(ended.address, usd(25.5))
  await away.mine(100)
  await away.stop()
  // This one ended a moment after its money had come, and long before anybody looks.
  await database.query("update payments set expires_at = $2 where id = $1", [
    ended.id,
    hostClock().now(),
  ])

  const { entry, shop } = await start()
  assert.equal((await shop.callback(order.id)).hash, hash)
  assert.equal((await shop.callback(ended.id)).hash, other)
  assert.deepEqual(await shop.balance(assetOf(entry)), { available: usd(51) })
  await assertBooks(database, chainAt(entry), entry)
})

test("a chain that is killed comes back, and every order ends as the chain says", async (t) => {
  const { dataDir, database, start } = await home(t)
  const { entry, shop } = await start()
  const chain = chainAt(entry)
  const orders = [await shop.order("1"), await shop.order("2"), await shop.order("3")]
  const [paid, saved, unsaved] = orders.map(({ id, address }) => ({ id, address }))
  const { body } = await shop.v1("POST", `/payments/${paid!.id}/simulate`, { outcome: "approved" })
  assert.equal(body.state, "approved")

  const state = join(dataDir, "chain", "state-0.json.gz")
  const savedAtMs = statSync(state).mtimeMs
  const kept = await chain.send(saved!.address, usd(2))
  await shop.in(saved!.id, "processing")
  await until("the chain is saved", async () => statSync(state).mtimeMs > savedAtMs)
  // This one is in a block that may be lost, and is seen or not as the chain dies.
  const lost = await chain.send(unsaved!.address, usd(3))
  await chain.mine(1)
  const [pid] = findProcesses(join(dataDir, "chain"))
  process.kill(pid!, "SIGKILL")
  await until("there is another one", async () => {
    const [now] = findProcesses(join(dataDir, "chain"))
    return now !== undefined && now !== pid && (await answers(chain))
  })

  await chain.mine(CONFIRMATIONS)
  assert.equal((await shop.callback(saved!.id)).hash, kept)
  if ((await chain.blockOf(lost)) === null) {
    await shop.in(unsaved!.id, "pending")
    await chain.send(unsaved!.address, usd(3), { from: MAKER })
    await chain.mine(CONFIRMATIONS)
  }
  await shop.callback(unsaved!.id)
  for (const { id } of orders) {
    assert.equal((await shop.read(id)).status, "approved")
    assert.equal(shop.callbackIds(id).length, 1)
  }
  assert.deepEqual(await shop.balance(assetOf(entry)), { available: usd(6) })
  await assertBooks(database, chain, entry)
})

const answers = (chain: ReturnType<typeof chainAt>) =>
  chain.call("eth_chainId").then(
    () => true,
    () => false,
  )

test("a lost chain is followed by another; what was open on it expires", async (t) => {
  const { dataDir, database, start } = await home(t)
  const first = await start()
  const before = chainAt(first.entry)
  const orders = [await first.shop.order("1"), await first.shop.order("2")]
  const [waits, seen] = orders
  const paid = await first.shop.order("3")
  await first.shop.v1("POST", `/payments/${paid.id}/simulate`, { outcome: "approved" })
  await before.send(seen!.address, usd(2))
  await first.shop.in(seen!.id, "processing")
  await first.stop()
  rmSync(join(dataDir, "chain"), { recursive: true })

  const { entry, shop } = await start()
  assert.equal(entry.chainId, first.entry.chainId + 1)
  for (const { id } of [waits!, seen!]) assert.equal((await shop.read(id)).status, "expired")
  assert.equal((await shop.read(paid.id)).status, "approved")
  assert.deepEqual(await shop.balance(assetOf(first.entry)), { available: usd(3) })

  const fresh = await shop.order("4")
  assert.equal(fresh.options.length, 1)
  assert.equal(fresh.options[0].chainId, entry.chainId)
  const chain = chainAt(entry)
  const hash = await chain.send(fresh.address, usd(4))
  await chain.mine(CONFIRMATIONS)
  assert.equal((await shop.callback(fresh.id)).hash, hash)
  await assertBooks(database, chain, entry)
  for (const { id } of orders) assert.deepEqual(shop.callbackIds(id), [])
})

test("a token that isn't offered pays for nothing, and isn't lost once it is known", async (t) => {
  const { dataDir, database, start } = await home(t)
  // A chain that somebody else keeps, as every one but the sandbox's own.
  const away = mkdtempSync(join(tmpdir(), "caudal-test-"))
  const anvil = await startAnvil({ dataDir: away, clock: hostClock() })
  t.after(async () => {
    await anvil.stop()
    rmSync(away, { recursive: true, force: true })
  })
  const { rpcUrl, chainId } = anvil
  const entry = { ...anvil, token: anvil.token.address, decimals: anvil.token.decimals }
  const chain = chainAt(entry)
  const other = await chain.deployDollar()
  const dollar = { symbol: "TUSD", address: entry.token, decimals: 6, peg: "USD" }
  const stray = { symbol: "STRAY", address: other, decimals: 6, peg: "USD", offered: false }

  /** A gateway whose only chain is that one, with these tokens. */
  function startWith(tokens: readonly object[]) {
    const elsewhere = { name: "Elsewhere", chainId, rpc: [rpcUrl], confirmations: 3, blockMs: 500 }
    const rails = { evm: { chains: [{ ...elsewhere, tokens }] } }
    writeFileSync(join(dataDir, "caudal.json"), JSON.stringify({ rails }))
    return start({ CAUDAL_SANDBOX_CHAIN: "0" })
  }

  const first = await startWith([dollar])
  const merchant = (await first.core.merchants.findByName("Demo"))!
  const added = await first.core.keys.add(merchant.id, "evm", XPUB)
  assert.ok(!("wrong" in added))
  await until("addresses are known to be new", async () => {
    const { rows } = await database.query("select from xpubs where vetted_below > 0")
    return rows.length > 0
  })
  const order = await first.shop.order("25.50")
  const strayed = await chain.send(order.address, usd(25.5), { of: other })
  await chain.mine(3)
  const head = await chain.blockOf(strayed)
  await until("its block is read", async () => {
    const { rows } = await database.query("select from cursors where head >= $1", [head! + 2])
    return rows.length > 0
  })
  assert.deepEqual((await first.shop.payment(order.id)).sightings, [])
  await first.stop()

  const { shop } = await startWith([dollar, stray])
  const [sighting] = await shop.seen(order.id, "final")
  assert.deepEqual(
    [sighting.reference, sighting.asset],
    [strayed, assetOf({ chainId, token: other })],
  )
  await until("it is told", async () => (await shop.told(order.id)).at(-1) === "unapplied")
  assert.equal((await shop.read(order.id)).status, "pending")
  assert.deepEqual(await shop.balance(sighting.asset), { unapplied: usd(25.5) })
  const later = await shop.order("1")
  assert.deepEqual(
    later.options.map(({ blockchain, token }: Record<string, string>) => [blockchain, token]),
    [["Elsewhere", "TUSD"]],
  )

  const hash = await chain.send(order.address, usd(25.5))
  await chain.mine(3)
  const fields = await shop.callback(order.id)
  assert.deepEqual([fields["hash"], fields["blockchain"]], [hash, "Elsewhere"])
  for (const token of [entry.token, other]) await assertBooks(database, chain, { chainId, token })
})
