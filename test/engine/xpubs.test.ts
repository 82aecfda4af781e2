/** Addresses of merchants' own: each given once, whatever fails, on however many nodes. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { isRefusal } from "../../src/core/index.ts"
import { masterKey, openKeyring } from "../../src/core/seal.ts"
import { claimInstallation, settleCopy } from "../../src/core/store/installation.ts"
import type { Database } from "../../src/db/database.ts"
import { addressAt, chainRail, transfer } from "../support/chain-rail.ts"
import { type TestCore, testCore } from "../support/core.ts"
import { testDatabase } from "../support/database.ts"

type World = TestCore & { readonly chain: ReturnType<typeof chainRail> }

async function world(
  database: Database,
  over: {
    name?: string
    key?: string | null
    needsNewAddresses?: boolean
    mode?: "sandbox" | "live"
  } = {},
): Promise<World> {
  const { name = "Tester", mode = "sandbox", needsNewAddresses = false } = over
  const chain = chainRail({ needsNewAddresses })
  const test = await testCore(database, { rails: [chain], name, mode })
  const { key = "xpub-one" } = over
  if (key !== null) {
    const added = await test.core.keys.add(test.merchantId, "chain", key)
    assert.ok(!("wrong" in added))
  }
  return Object.assign(test, { chain })
}

async function create(test: World, reference: string | null = null) {
  const merchant = (await test.core.merchants.find(test.merchantId))!
  return test.core.pay.create({
    merchant,
    dialect: "caudal",
    kind: "charge",
    reference,
    amount: 2_550n,
    asset: "USD",
    description: null,
    purpose: {},
    customerId: null,
    instrumentId: null,
    expiresAt: null,
    way: { method: "crypto", target: {} },
    repeat: "answer",
  })
}

async function addressOf(test: World, reference: string | null = null): Promise<string> {
  const created = await create(test, reference)
  assert.ok(!isRefusal(created), isRefusal(created) ? created.message : "")
  return created.attempt!.instructions!.options![0]!.address
}

function first(count: number, from = 0, key = "xpub-one"): string[] {
  return Array.from({ length: count }, (_, at) => addressAt(key, from + at))
}

test("addresses follow one another without gaps, also when many nodes ask at once", async (t) => {
  const { database } = await testDatabase(t)
  const nodes = [await world(database), await world(database), await world(database)]
  const made = await Promise.all(
    nodes.flatMap((node) => [1, 2, 3, 4, 5, 6, 7, 8].map(() => addressOf(node))),
  )
  assert.deepEqual(made.toSorted(), first(24).toSorted())
})

test("a repeat is answered with the same address and takes no new one", async (t) => {
  const { database } = await testDatabase(t)
  const test = await world(database)
  const one = await addressOf(test, "ORD-1")
  const [two, three] = await Promise.all([addressOf(test, "ORD-1"), addressOf(test, "ORD-1")])
  assert.deepEqual([two, three], [one, one])
  assert.equal(await addressOf(test), addressAt("xpub-one", 1))
})

test("a create that is refused or fails takes no address", async (t) => {
  const { database } = await testDatabase(t)
  const test = await world(database)
  await addressOf(test, "ORD-1")
  const { merchantId } = test
  await database.query("update payments set description = 'other' where merchant_id = $1", [
    merchantId,
  ])
  const again = await create(test, "ORD-1")
  assert.ok(isRefusal(again) && again.refused === "reference_conflict")
  assert.equal(await addressOf(test), addressAt("xpub-one", 1))
})

test("one key belongs to one merchant, which may take it up again", async (t) => {
  const { database } = await testDatabase(t)
  const one = await world(database)
  const two = await world(database, { name: "Another", key: "xpub-two" })
  const taken = await two.core.keys.add(two.merchantId, "chain", "xpub-one")
  assert.ok("wrong" in taken && /another merchant/.test(taken.wrong))
  await addressOf(one)

  await one.core.keys.add(one.merchantId, "chain", "xpub-three")
  assert.equal(await addressOf(one), addressAt("xpub-three", 0))
  await one.core.keys.add(one.merchantId, "chain", "xpub-one")
  assert.equal(await addressOf(one), addressAt("xpub-one", 1))
  const taken2 = await two.core.keys.add(two.merchantId, "chain", "xpub-three")
  assert.ok("wrong" in taken2)
})

test("what came to an address of a retired key is still that payment's", async (t) => {
  const { database } = await testDatabase(t)
  const test = await world(database)
  const created = await create(test)
  assert.ok(!isRefusal(created))
  const [option] = created.attempt!.instructions!.options!
  await test.core.keys.add(test.merchantId, "chain", "xpub-three")
  const seen = transfer(option!.address, BigInt(option!.amount), { final: true })
  test.chain.reads.push({ seen: [seen] })
  await test.core.pass()
  const paid = await test.core.payments.find(test.merchantId, created.payment.id)
  assert.equal(paid?.state, "approved")
})

test("a key that can't be used is refused, stored nowhere and never repeated", async (t) => {
  const { database } = await testDatabase(t)
  const test = await world(database, { key: null })
  const secret =
    "xprv9s21ZrQH143K3QTDL4LXw2F7HEK3wJUD2nW2nRk4stbPy6cq3jPPqjiChkVvvNKmPGJxWUtg6LnF5kejMRNNU3TGtRBeJgk33yuGBxrMPHi"
  const wrong = await test.core.keys.add(test.merchantId, "chain", secret)
  assert.ok("wrong" in wrong)
  assert.ok(!wrong.wrong.includes(secret))
  const { rows } = await database.query("select count(*)::int as count from xpubs")
  assert.deepEqual(rows, [{ count: 0 }])
  const refused = await create(test)
  assert.ok(isRefusal(refused) && refused.refused === "method_not_offered")
})

test("the key is sealed where it is stored", async (t) => {
  const { database } = await testDatabase(t)
  await world(database)
  const { rows } = await database.query<{ key: Buffer }>('select key_sealed as "key" from xpubs')
  assert.ok(!rows[0]!.key.includes("xpub-one"))
})

test("where money is real an address is given only once it is known to be new", async (t) => {
  const { database } = await testDatabase(t)
  const test = await world(database, { needsNewAddresses: true })
  const early = await create(test)
  assert.ok(isRefusal(early) && early.refused === "address_unavailable")
  for (const index of [0, 2, 3]) test.chain.used.add(addressAt("xpub-one", index))
  await test.core.pass()
  assert.deepEqual([await addressOf(test), await addressOf(test)], first(1, 1).concat(first(1, 4)))

  // As many are looked at ahead as are needed until the next look.
  test.chain.receiving.usedBefore = async () => {
    throw new Error("no node answers")
  }
  await test.core.pass()
  assert.equal(test.faults.length, 1)
  for (let at = 5; at < 50; at += 1) assert.equal(await addressOf(test), addressAt("xpub-one", at))
  const dry = await create(test)
  assert.ok(isRefusal(dry) && dry.refused === "address_unavailable")
})

test("a published key is refused where money is real", async (t) => {
  const { database } = await testDatabase(t)
  const live = await world(database, { key: null, mode: "live" })
  const refused = await live.core.keys.add(live.merchantId, "chain", "xpub-published")
  assert.ok("wrong" in refused && /published/.test(refused.wrong))
  const sandbox = await world(database, { key: "xpub-published" })
  assert.ok(await addressOf(sandbox))
})

test("a restored copy of the database leaves out what it may have given out since", async (t) => {
  const { database } = await testDatabase(t)
  const test = await world(database)
  await addressOf(test)
  const keyring = openKeyring(test.ids, { current: masterKey(Buffer.alloc(32, 7)) })
  const start = async () => {
    const { restored } = await claimInstallation(database, "sandbox", keyring, test.clock.now())
    await settleCopy(database)
    return restored
  }
  assert.deepEqual([await start(), await start()], [false, false])
  assert.equal(await addressOf(test), addressAt("xpub-one", 1))
  // What a backup holds names the cluster that it was taken of.
  await database.query("update installation set copy = 'another cluster/1/5'")
  assert.equal(await start(), true)
  assert.equal(await addressOf(test), addressAt("xpub-one", 1_002))
  assert.equal(await start(), false)
  assert.equal(await addressOf(test), addressAt("xpub-one", 1_003))
})

test("an operator can leave indexes out, and see how wallets will look for money", async (t) => {
  const { database } = await testDatabase(t)
  const test = await world(database)
  const paid = [await addressOf(test)]
  const [{ xpub } = assert.fail()] = await test.core.keys.list(test.merchantId)
  assert.equal(await test.core.keys.advance(test.merchantId, "chain", 30), 1)
  paid.push(await addressOf(test))
  await addressOf(test)
  test.chain.reads.push({ seen: paid.map((to) => transfer(to, 1n, { final: true })) })
  await test.core.pass()
  const gaps = await test.core.keys.gaps(xpub.id)
  assert.deepEqual(gaps, { lastPaid: 31, longest: 30, trailing: 1 })
})
