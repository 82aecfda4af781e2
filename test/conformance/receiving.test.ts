/**
 * What every rail must do on which payers send by themselves. A new one needs a row in `STAGES`.
 */
import assert from "node:assert/strict"
import { type TestContext, test } from "node:test"
import { makeIds, testClock } from "../../src/clock.ts"
import type { Read, ReadFrom, Receiving } from "../../src/core/index.ts"
import { makeRails } from "../../src/rails/index.ts"
import { makeWorld, startRpc } from "../support/rpc.ts"

type Stage = {
  readonly receiving: Receiving
  /** The same rail as another node has it. */
  another(): Receiving
  /** Keys that somebody may type, and the spellings of the first of them. */
  readonly keys: readonly [string, ...string[]]
  readonly spellings: readonly string[]
  /** What must never be taken, stored or repeated. */
  readonly secrets: readonly string[]
  /**
   * A transfer of an offered asset, in a block of its own; without an address, one to a stranger.
   */
  transfer(to: string | null, asset: string, amount: bigint): void
  /** So many blocks on top. */
  grow(blocks: number): void
  /** Takes the last blocks away, and what was in them. */
  drop(blocks: number): void
  /** How deep a transfer has to be. */
  readonly depth: number
}

const PHRASE = "test test test test test test test test test test test junk"
const TOKEN = `0x${"d".repeat(40)}`

const STAGES: Readonly<Record<string, (t: TestContext) => Promise<Stage>>> = {
  async evm(t) {
    const world = makeWorld()
    const rpc = await startRpc(world)
    t.after(() => rpc.close())
    const clock = testClock()
    const chain = {
      name: "Stage",
      chainId: 1_337,
      rpc: [rpc.url],
      confirmations: 3,
      blockMs: 1_000,
      tokens: [{ symbol: "TUSD", address: TOKEN, decimals: 6, peg: "USD" }],
    }
    const another = () => {
      const settings = { evm: { chains: [chain], rates: { COP: { fixed: "0.00025" } } } }
      const parts = { clock, ids: makeIds(clock), dataDir: null, publicUrl: "http://127.0.0.1:1" }
      const rails = makeRails({ ...parts, mode: "sandbox", settings })
      return rails.find(({ name }) => name === "evm")!.receiving!
    }
    return {
      receiving: another(),
      another,
      keys: [
        "xpub6Ce9NcJvTk372KjsGfWqbcex5DumjpNquQLApoeQUavSCjEc823BV1tb4rXUuPuht8h2hSxkg2EXUaKUJmniJvRZAELxypsCzBFdtosmV76",
        "xpub6EF8jXqFeFEW5bwMU7RpQtHkzE4KJxcqJtvkCjJumzW8CPpacXkb92ek4WzLQXjL93HycJwTPUAcuNxCqFPKKU5m5Z2Vq4nCyh5CyPeBFFr",
      ],
      spellings: [
        "  xpub6Ce9NcJvTk372KjsGfWqbcex5DumjpNquQLApoeQUavSCjEc823BV1tb4rXUuPuht8h2hSxkg2EXUaKUJmniJvRZAELxypsCzBFdtosmV76\n",
        "xpub6EFHUEbYV13535ChA9yg5xZTWowwFCmFoWnhLbwkd91xHoirGu89GTZwBSUBnBpFeY5EV2cgof8yuyDnkeGALcD8DgGYJSiQfkxKpunWTX1",
      ],
      secrets: [
        PHRASE,
        "xprv9s21ZrQH143K3QTDL4LXw2F7HEK3wJUD2nW2nRk4stbPy6cq3jPPqjiChkVvvNKmPGJxWUtg6LnF5kejMRNNU3TGtRBeJgk33yuGBxrMPHi",
        "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80",
      ],
      transfer: (to, asset, amount) => {
        const token = asset.slice(-42)
        world.mine({ token, to: to ?? `0x${"5".repeat(40)}`, amount })
      },
      grow: world.grow,
      drop: (blocks) => world.fork(world.head().number - blocks + 1),
      depth: 3,
    }
  },
}

const parts = { clock: testClock(), ids: makeIds(testClock()), dataDir: null } as const
const names = makeRails({ ...parts, mode: "sandbox", publicUrl: "http://127.0.0.1:1" })
  .filter(({ receiving }) => receiving)
  .map(({ name }) => name)

for (const name of names) {
  const make = STAGES[name]
  assert.ok(make, `${name} has no row in STAGES`)

  test(`${name}: a key gives the same addresses to every node, each index its own`, async (t) => {
    const { receiving, another, keys } = await make(t)
    const seen = new Set<string>()
    for (const text of keys) {
      const read = receiving.readKey(text)
      assert.ok(!("wrong" in read))
      for (const index of [0, 1, 2, 500, 2 ** 31 - 1]) {
        const address = receiving.addressAt(read.key, index)
        assert.equal(another().addressAt(read.key, index), address)
        assert.equal(receiving.readAddress(address), address)
        assert.equal(address, address.toLowerCase())
        seen.add(address)
      }
      await receiving.deriveAhead(read.key, 3, 5)
      assert.equal(receiving.addressAt(read.key, 4), another().addressAt(read.key, 4))
    }
    assert.equal(seen.size, keys.length * 5)
  })

  test(`${name}: one key is one key, however it is spelt`, async (t) => {
    const { receiving, keys, spellings } = await make(t)
    const [first, second] = keys.map((text) => receiving.readKey(text))
    assert.ok(first && second && !("wrong" in first) && !("wrong" in second))
    assert.notEqual(first.fingerprint, second.fingerprint)
    for (const text of spellings) assert.deepEqual(receiving.readKey(text), first)
  })

  test(`${name}: a secret is refused and not repeated, nonsense too`, async (t) => {
    const { receiving, secrets } = await make(t)
    for (const secret of [...secrets, "", "x", "xpub6", "0x12", "\u0000", "x".repeat(5_000)]) {
      const read = receiving.readKey(secret)
      assert.ok("wrong" in read && read.wrong.length > 0)
      if (secret.length > 10) assert.ok(!read.wrong.includes(secret))
    }
  })

  test(`${name}: a quote covers the amount, and says so at the address`, async (t) => {
    const { receiving, keys } = await make(t)
    const read = receiving.readKey(keys[0])
    assert.ok(!("wrong" in read))
    const address = receiving.addressAt(read.key, 7)
    for (const asset of ["USD", "COP"]) {
      const quotes = await Promise.all(
        [1n, 2_550n].map((amount) => receiving.quote({ amount, asset })),
      )
      for (const quote of quotes) {
        assert.ok(quote.kind === "quoted")
        const { options } = receiving.instructionsAt(quote.offers, address)
        assert.equal(options?.length, quote.offers.length)
        for (const option of options!) {
          assert.ok(BigInt(option.amount) > 0n)
          assert.equal(receiving.readAddress(option.address), address)
          assert.ok(option.uri.includes(option.amount))
          const moved = { asset: option.asset, amount: 5n, from: address, to: address }
          assert.equal(receiving.toSign(moved)?.asset, option.asset)
        }
      }
    }
    assert.equal((await receiving.quote({ amount: 1n, asset: "XXX" })).kind, "not_offered")
    assert.equal(
      receiving.toSign({ asset: "nothing", amount: 5n, from: address, to: address }),
      null,
    )
  })

  test(`${name}: a transfer is seen, final at its depth, and the same however often`, async (t) => {
    const { receiving, another, transfer, grow, depth, keys } = await make(t)
    const { watch, address, asset, read } = await payer(receiving, keys[0])
    const restarted = await payer(another(), keys[0])
    transfer(address, asset, 1n)
    const first = await read(null)
    assert.deepEqual([first.seen, first.confirmed, first.orphaned], [[], [], []])
    transfer(address, asset, 5n)
    transfer(null, asset, 6n)
    const second = await read(first)
    assert.deepEqual(
      second.seen.map(({ amount, to, final }) => [amount, to, final]),
      [[5n, address, false]],
    )
    const again = await restarted.read(first, { again: true })
    assert.ok(again.seen.some(({ place }) => place === second.seen[0]!.place))

    grow(depth)
    const unconfirmed = second.seen
    const third = await read(second, { unconfirmed })
    assert.deepEqual(third.confirmed, [second.seen[0]!.place])
    assert.ok(third.head > second.head)
    assert.equal(watch.health().ok, true)
    assert.equal(watch.health().behindBlocks, 0)
  })

  test(`${name}: a transfer whose block is gone is said to be gone`, async (t) => {
    const { receiving, transfer, grow, drop, keys } = await make(t)
    const { address, asset, read } = await payer(receiving, keys[0])
    grow(10)
    const first = await read(null)
    transfer(address, asset, 5n)
    const second = await read(first)
    drop(1)
    grow(2)
    const third = await read(second, {
      unconfirmed: second.seen,
      recordedAbove: async () => second.seen,
    })
    assert.deepEqual(third.orphaned, [second.seen[0]!.place])
    assert.deepEqual(third.confirmed, [])
  })
}

/** Somebody who may be paid, and what reads whether he was. */
async function payer(receiving: Receiving, text: string) {
  const key = receiving.readKey(text)
  assert.ok(!("wrong" in key))
  const address = receiving.addressAt(key.key, 0)
  const quote = await receiving.quote({ amount: 1n, asset: "USD" })
  assert.ok(quote.kind === "quoted")
  const [watch] = receiving.watches
  const read = (after: Read | null, over: Partial<ReadFrom> = {}) =>
    watch!.read({
      cursor: after?.cursor ?? null,
      again: false,
      ours: async (addresses) => new Set(addresses.filter((each) => each === address)),
      recordedAbove: async () => [],
      unconfirmed: [],
      leaving: [],
      ...over,
    })
  return { watch: watch!, address, asset: quote.offers[0]!.asset, read }
}
