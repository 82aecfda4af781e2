/** Quotes: what is asked for which order, never less than it is worth, and when nothing is. */
import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { encodeAbiParameters, getAddress, parseAbiParameters } from "viem"
import { testClock } from "../../clock.ts"
import { CURRENCY_DECIMALS } from "../../money.ts"
import type { Chain, Coin, RateSource, Token, Worth } from "./chain.ts"
import { PRESETS } from "./presets.ts"
import { instructionsAt, makeQuotes } from "./quote.ts"

const DOLLAR: Worth = { kind: "peg", currency: "USD" }
const fixed = (dollars: string): RateSource => ({ kind: "fixed", dollars })
const FEED: RateSource = {
  kind: "aggregator",
  chainId: 56,
  address: "0x55d398326f99059ff775485246999027b3197955",
  heartbeatSeconds: 3_600,
  inverted: false,
}

const token = (symbol: string, decimals: number, over: Partial<Token> = {}): Token => ({
  symbol,
  decimals,
  address: `0x${Buffer.from(symbol.padEnd(20, "\0")).toString("hex")}`,
  offered: true,
  worth: DOLLAR,
  ...over,
})
const chain = (tokens: readonly Token[], native: Coin | null = null): Chain => ({
  name: "Some Chain",
  chainId: 7,
  nodes: [],
  finality: { kind: "tag", tag: "finalized" },
  blockMs: 1_000,
  logRange: 100,
  tokens,
  native,
  explorer: null,
  isLive: true,
})

/** An aggregator with 8 decimals that answers this, a minute ago. */
function makeCall(answer: bigint, clock = testClock()) {
  return async (_: number, __: string, data: string): Promise<string> => {
    if (data === "0x313ce567") return encodeAbiParameters([{ type: "uint8" }], [8])
    const at = BigInt(clock.now().getTime() / 1_000 - 60)
    const round = parseAbiParameters("uint80, int256, uint256, uint256, uint80")
    return encodeAbiParameters(round, [1n, answer, at, at, 1n])
  }
}

type Given = {
  readonly tokens?: readonly Token[]
  readonly native?: Coin | null
  readonly rates?: Readonly<Record<string, RateSource>>
  readonly feed?: bigint
}
function quotes({ tokens = [], native = null, rates = {}, feed = 25_000n }: Given) {
  return makeQuotes({
    chains: [chain(tokens, native)],
    rates: new Map(Object.entries(rates)),
    call: makeCall(feed),
    clock: testClock(),
  })
}

const COP: Given = { rates: { COP: fixed("0.00025") } }
const AMOUNTS: [given: Given, decimals: number, amount: bigint, asset: string, units: string][] = [
  // Pegged to the payment's currency: no source, and exact where the decimals suffice.
  [{}, 18, 2_550n, "USD", "25500000000000000000"],
  [{}, 6, 2_550n, "USD", "25500000"],
  [{}, 2, 2_550n, "USD", "2550"],
  [{}, 1, 2_550n, "USD", "255"],
  [{}, 1, 2_551n, "USD", "256"],
  [{}, 0, 2_550n, "USD", "26"],
  [{}, 0, 2_500n, "USD", "25"],
  [{}, 0, 1n, "USD", "1"],
  // 1 peso is 0.00025 dollars: 4,000.00 pesos are one.
  [COP, 6, 400_000n, "COP", "1000000"],
  [COP, 18, 400_000n, "COP", "1000000000000000000"],
  [COP, 0, 400_000n, "COP", "1"],
  [COP, 0, 400_001n, "COP", "2"],
  [COP, 6, 1n, "COP", "3"],
  [COP, 18, 1n, "COP", "2500000000000"],
  [{ rates: { CLP: fixed("0.00105") } }, 6, 1_000n, "CLP", "1050000"],
  [{ rates: { EUR: fixed("1.1") } }, 18, 1n, "EUR", "11000000000000000"],
  // Dollars for a peso, and pesos for a dollar.
  [{ rates: { COP: FEED }, feed: 25_000n }, 6, 400_000n, "COP", "1000000"],
  [{ rates: { COP: FEED }, feed: 24_999n }, 6, 400_000n, "COP", "999960"],
  [
    { rates: { COP: { ...FEED, inverted: true } }, feed: 400_000_000_000n },
    6,
    400_000n,
    "COP",
    "1000000",
  ],
  [{ rates: { COP: { ...FEED, inverted: true } }, feed: 700_000_000n }, 6, 100n, "COP", "142858"],
]

test("an order costs what it is worth, rounded up to the token's unit", async () => {
  for (const [given, decimals, amount, asset, units] of AMOUNTS) {
    const quote = await quotes({ ...given, tokens: [token("T", decimals)] }).quote({
      amount,
      asset,
    })
    assert.ok(quote.kind === "quoted", JSON.stringify(quote))
    const isPegged = asset === "USD" ? { pegged: true } : {}
    assert.deepEqual(quote.offers, [
      {
        blockchain: "Some Chain",
        chainId: 7,
        token: "T",
        decimals,
        asset: `eip155:7/erc20:${token("T", 0).address}`,
        amount: units,
        ...isPegged,
      },
    ])
  }
})

test("no offer is worth less than its order, nor one unit more than it must be", async () => {
  const currencies = fc.constantFrom(...Object.keys(CURRENCY_DECIMALS).filter((it) => it !== "USD"))
  await fc.assert(
    fc.asyncProperty(
      fc.bigInt({ min: 1n, max: 10n ** 15n }),
      currencies,
      fc.integer({ min: 0, max: 18 }),
      fc.integer({ min: 1, max: 10 ** 9 }),
      async (amount, asset, decimals, billionths) => {
        const rate = `0.${String(billionths).padStart(9, "0")}`
        const parts = { tokens: [token("T", decimals)], rates: { [asset]: fixed(rate) } }
        if (billionths === 10 ** 9) return
        const quote = await quotes(parts).quote({ amount, asset })
        assert.ok(quote.kind === "quoted")
        // Both sides in billionths of a dollar, times every scale there is.
        const worth = amount * BigInt(billionths) * 10n ** BigInt(decimals)
        const unit = 10n ** 9n * 10n ** BigInt(CURRENCY_DECIMALS[asset]!)
        const units = BigInt(quote.offers[0]!.amount)
        assert.ok(units * unit >= worth)
        assert.ok((units - 1n) * unit < worth)
      },
    ),
    { numRuns: 300 },
  )
})

test("other tokens, and a chain's own coin, are offered for what they are worth", async () => {
  const native: Coin = {
    symbol: "SOM",
    decimals: 18,
    slip44: 777,
    worth: { kind: "source", source: fixed("600") },
  }
  const given: Given = {
    tokens: [
      token("USDT", 6),
      euro,
      token("GOLD", 4, { worth: { kind: "source", source: { ...FEED, inverted: true } } }),
      token("HIDDEN", 6, { offered: false }),
    ],
    native,
    rates: { EUR: fixed("1.25") },
    // 0.0004 of it for a dollar: 2,500 dollars each.
    feed: 40_000n,
  }
  const rows: [asset: string, amounts: Record<string, string>, pegged: string[]][] = [
    ["USD", { USDT: "5000000", EURX: "4000000", GOLD: "20", SOM: "8333333333333334" }, ["USDT"]],
    ["EUR", { USDT: "6250000", EURX: "5000000", GOLD: "25", SOM: "10416666666666667" }, ["EURX"]],
  ]
  for (const [asset, amounts, pegged] of rows) {
    const quote = await quotes(given).quote({ amount: 500n, asset })
    assert.ok(quote.kind === "quoted")
    assert.deepEqual(Object.fromEntries(quote.offers.map((o) => [o.token, o.amount])), amounts)
    const names = quote.offers.filter((offer) => offer.pegged).map((offer) => offer.token)
    assert.deepEqual(names, pegged)
    assert.equal(quote.offers.at(-1)!.asset, "eip155:7/slip44:777")
  }
})

const tokens = [token("T", 6)]
const euro = token("EURX", 6, { worth: { kind: "peg", currency: "EUR" } })
const gold = token("GOLD", 4, { worth: { kind: "source", source: FEED } })
const NONE: [given: Given, amount: bigint, asset: string, kind: string, why: RegExp][] = [
  [{ tokens }, 100n, "COP", "not_offered", /Nobody said what COP is worth/],
  [{ tokens }, 100n, "XAU", "not_offered", /Nothing is offered for XAU/],
  [{ tokens }, 100n, "toString", "not_offered", /Nothing is offered/],
  [{ tokens: [euro] }, 100n, "USD", "not_offered", /Nobody said what EUR is worth/],
  [{ tokens: [euro, gold], feed: 0n }, 100n, "USD", "unavailable", /GOLD now: .*zero/],
  [{}, 100n, "USD", "not_offered", /No token is offered/],
  [{ tokens: [token("T", 6, { offered: false })] }, 100n, "USD", "not_offered", /No token/],
  [{ tokens, rates: { COP: FEED }, feed: 0n }, 100n, "COP", "unavailable", /COP now: .*zero/],
  [{ tokens, rates: { COP: FEED }, feed: -1n }, 100n, "COP", "unavailable", /COP now: .*zero/],
  [{ tokens }, 0n, "USD", "unavailable", /can't be sent in T/],
  [{ tokens }, -1n, "USD", "unavailable", /can't be sent in T/],
  [{ tokens: [token("T", 36)] }, 10n ** 43n, "USD", "unavailable", /can't be sent in T/],
]

test("without a price that can be trusted nothing is offered, and it is said why", async () => {
  for (const [given, amount, asset, kind, why] of NONE) {
    const quote = await quotes(given).quote({ amount, asset })
    assert.equal(quote.kind, kind, `${amount} ${asset}`)
    assert.ok("why" in quote)
    assert.match(quote.why, why)
  }
})

test("an amount may reach 2^255 and not go beyond", async () => {
  const { quote } = quotes({ tokens: [token("T", 2)] })
  const kinds = [2n ** 255n, 2n ** 255n + 1n].map(async (amount) => {
    return (await quote({ amount, asset: "USD" })).kind
  })
  assert.deepEqual(await Promise.all(kinds), ["quoted", "unavailable"])
})

test("what has no price now is left out, and the rest is offered", async () => {
  const { quote } = quotes({ tokens: [gold, token("USDT", 6)], feed: 0n })
  const found = await quote({ amount: 100n, asset: "USD" })
  assert.ok(found.kind === "quoted")
  assert.deepEqual(
    found.offers.map((offer) => offer.token),
    ["USDT"],
  )
})

test("the payer gets the address with its checksum, and a link for each offer", async () => {
  const usdt = PRESETS.bsc.tokens[0]
  const native: Coin = { ...PRESETS.bsc.coin, worth: { kind: "source", source: fixed("600") } }
  const { quote, instructionsAt: at } = quotes({ tokens: [usdt], native })
  assert.equal(at, instructionsAt)
  const found = await quote({ amount: 2_550n, asset: "USD" })
  assert.ok(found.kind === "quoted")
  const address = "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266"
  const shown = getAddress(address)
  const { options } = at(found.offers, address)
  const [first, second] = found.offers
  const amount = "25500000000000000000"
  assert.deepEqual(options, [
    {
      ...first,
      address: shown,
      uri: `ethereum:${getAddress(usdt.address)}@7/transfer?address=${shown}&uint256=${amount}`,
    },
    { ...second, address: shown, uri: `ethereum:${shown}@7?value=42500000000000000` },
  ])
})
