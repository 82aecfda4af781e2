/** Settings of the rail: what is understood, and that each mistake is named without its secrets. */
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { test } from "node:test"
import { nodeUrlProblem } from "./node-url.ts"
import { PRESETS } from "./presets.ts"
import { readSettings, sandboxChain } from "./settings.ts"

const TWO = ["https://one.example/KEY-1", "https://two.example/?key=KEY-2"]
const USDT = "0x337610d27c682E347C9cD60BD4b3b107C9d34dDd"
const FEED = { chainId: 56, address: USDT.toLowerCase(), heartbeatSeconds: 3_600 }
const FULL = {
  chainId: 777,
  name: "Some Chain",
  rpc: TWO,
  confirmations: "safe",
  blockMs: 2_000,
  tokens: [{ symbol: "DAI", address: USDT, decimals: 18, peg: "USD" }],
}

test("a preset needs nodes and nothing else, and native is off", () => {
  const { chains, rates } = readSettings({ chains: [{ preset: "bsc", rpc: TWO }] }, "live")
  const { coin: _, ...preset } = PRESETS.bsc
  assert.deepEqual(chains, [
    { ...preset, nodes: TWO.map((url) => ({ url, trusted: false })), native: null, isLive: true },
  ])
  assert.equal(rates.size, 0)
})

test("whatever a preset says can be said otherwise", () => {
  const rate = { fixed: "612.5" }
  const given = {
    preset: "bsc",
    rpc: [{ url: "http://127.0.0.1:8545", trusted: true }],
    name: "BSC",
    confirmations: 15,
    blockMs: 700,
    logRange: 2_000,
    explorer: null,
    tokens: ["USDC", { symbol: "EURX", address: USDT, decimals: 6, offered: false, peg: "EUR" }],
    native: { rate },
  }
  assert.deepEqual(readSettings({ chains: [given] }, "live").chains, [
    {
      name: "BSC",
      chainId: 56,
      nodes: [{ url: "http://127.0.0.1:8545", trusted: true }],
      finality: { kind: "confirmations", blocks: 15 },
      blockMs: 700,
      logRange: 2_000,
      tokens: [
        PRESETS.bsc.tokens[1],
        {
          symbol: "EURX",
          address: USDT.toLowerCase(),
          decimals: 6,
          offered: false,
          worth: { kind: "peg", currency: "EUR" },
        },
      ],
      native: {
        symbol: "BNB",
        decimals: 18,
        slip44: 714,
        worth: { kind: "source", source: { kind: "fixed", dollars: "612.5" } },
      },
      explorer: null,
      isLive: true,
    },
  ])
})

test("a chain without a preset is given in full, with feeds on chains that are there", () => {
  const given = {
    chains: [
      {
        ...FULL,
        confirmations: 3,
        native: { symbol: "SOM", slip44: 777, rate: { aggregator: { ...FEED, inverted: true } } },
      },
      { preset: "bsc", rpc: TWO },
    ],
    rates: { COP: { fixed: "0.00025" }, EUR: { aggregator: FEED } },
  }
  const { chains, rates } = readSettings(given, "live")
  const source = { kind: "aggregator", ...FEED, inverted: true } as const
  assert.deepEqual(chains[0], {
    name: "Some Chain",
    chainId: 777,
    nodes: TWO.map((url) => ({ url, trusted: false })),
    finality: { kind: "confirmations", blocks: 3 },
    blockMs: 2_000,
    logRange: 500,
    tokens: [
      {
        symbol: "DAI",
        address: USDT.toLowerCase(),
        decimals: 18,
        offered: true,
        worth: { kind: "peg", currency: "USD" },
      },
    ],
    native: { symbol: "SOM", decimals: 18, slip44: 777, worth: { kind: "source", source } },
    explorer: null,
    isLive: true,
  })
  assert.deepEqual(Object.fromEntries(rates), {
    COP: { kind: "fixed", dollars: "0.00025" },
    EUR: { kind: "aggregator", ...FEED, inverted: false },
  })
})

test("a sandbox believes its only node, and of several only those it is told to", () => {
  const trusted = (rpc: unknown[]) =>
    readSettings({ chains: [{ preset: "bsc", rpc }] }, "sandbox").chains[0]!.nodes.map(
      (node) => node.trusted,
    )
  assert.deepEqual(trusted([TWO[0]]), [true])
  assert.deepEqual(trusted(TWO), [false, false])
  assert.deepEqual(trusted([{ url: TWO[0], trusted: true }, TWO[1]]), [true, false])
  const { chains, rates } = readSettings({ rates: { COP: { fixed: "0.00025" } } }, "sandbox")
  assert.deepEqual([chains.length, rates.size], [0, 1])
})

const bsc = (over: object) => ({ chains: [{ preset: "bsc", rpc: TWO, ...over }] })
const full = (over: object) => ({ chains: [{ ...FULL, ...over }] })
const token = (over: object) => full({ tokens: [{ ...FULL.tokens[0], ...over }] })
const rates = (given: object) => ({ ...bsc({}), rates: given })

/** Each with the one line that it gets in live. */
const WRONG: [given: unknown, line: RegExp][] = [
  [null, /^rails\.evm: .*expected object/],
  [{}, /^rails\.evm\.chains: live needs at least one/],
  [{ chains: {} }, /^rails\.evm\.chains: .*expected array/],
  [{ ...bsc({}), chain: 1 }, /^rails\.evm: there is no member chain here/],
  [{ chains: [3] }, /^rails\.evm\.chains\.0: .*expected object/],
  [bsc({ preset: "bcs" }), /chains\.0\.preset: must be one of ethereum, bsc, /],
  [bsc({ confirmation: 3 }), /chains\.0: there is no member confirmation here/],
  [bsc({ [TWO[0]!]: 3 }), /chains\.0: there is no member of this name here/],
  [bsc({ chainId: 56 }), /chains\.0: there is no member chainId here/],
  [bsc({ rpc: [] }), /chains\.0\.rpc: /],
  [bsc({ rpc: TWO[0] }), /chains\.0\.rpc: .*expected array/],
  [bsc({ rpc: ["wss://one.example/KEY-1", TWO[1]] }), /chains\.0\.rpc\.0: .*http or https/],
  [bsc({ rpc: ["KEY-1", TWO[1], TWO[0]] }), /chains\.0\.rpc\.0: .* no address/],
  [bsc({ rpc: ["http://one.example/KEY-1", ...TWO] }), /chains\.0\.rpc\.0: .*must be https/],
  [bsc({ rpc: ["https://u:KEY-1@one.example/", ...TWO] }), /rpc\.0: .*user name or password/],
  [bsc({ rpc: [...TWO, TWO[0]] }), /chains\.0\.rpc\.2: the same address stands here twice/],
  [bsc({ rpc: [TWO[0]] }), /chains\.0\.rpc: live needs two nodes/],
  [bsc({ rpc: [TWO[0], "https://one.example/KEY-3"] }), /chains\.0\.rpc: live needs two nodes/],
  [bsc({ rpc: [{ url: TWO[0], trusted: "yes" }, TWO[1]] }), /rpc\.0\.trusted: .*boolean/],
  [bsc({ name: " " }), /chains\.0\.name: /],
  [bsc({ confirmations: 0 }), /chains\.0\.confirmations: /],
  [bsc({ confirmations: "latest" }), /chains\.0\.confirmations: must be a number, "safe" or/],
  [bsc({ blockMs: 0 }), /chains\.0\.blockMs: /],
  [bsc({ logRange: 1e9 }), /chains\.0\.logRange: /],
  [bsc({ explorer: "http://x.example/{hash}" }), /chains\.0\.explorer: must be https/],
  [bsc({ explorer: "https://x.example/tx" }), /chains\.0\.explorer: .*hold \{hash\}/],
  [bsc({ tokens: ["DAI"] }), /chains\.0\.tokens\.0: the preset knows only USDT, USDC/],
  [bsc({ tokens: [] }), /chains\.0: has neither tokens nor native/],
  [bsc({ tokens: ["USDT", "USDT"] }), /tokens\.1\.(?:address|symbol): /],
  [bsc({ native: true }), /chains\.0\.native: .*expected object/],
  [bsc({ native: {} }), /chains\.0\.native\.rate: .*expected object/],
  [full({ name: undefined }), /chains\.0\.name: .*expected string/],
  [full({ confirmations: undefined }), /chains\.0\.confirmations: must be/],
  [full({ chainId: "777" }), /chains\.0\.chainId: .*expected number/],
  [full({ native: { symbol: "DAI", slip44: 1, rate: { fixed: "2" } } }), /tokens\.0\.symbol: /],
  [token({ address: USDT.replace("dDd", "ddd") }), /tokens\.0\.address: has a wrong checksum/],
  [token({ address: `0x${"0".repeat(40)}` }), /tokens\.0\.address: .*nobody's/],
  [token({ address: "0x12" }), /tokens\.0\.address: must be 0x and 40 hex digits/],
  [token({ decimals: 37 }), /tokens\.0\.decimals: /],
  [token({ symbol: "<b>" }), /tokens\.0\.symbol: must be 1 to 16/],
  [token({ peg: "XAU" }), /tokens\.0\.peg: must be a currency/],
  [token({ peg: undefined }), /tokens\.0: needs either peg .* or rate/],
  [token({ rate: { fixed: "1" } }), /tokens\.0: needs either peg .* or rate/],
  [token({ peg: undefined, rate: { aggregator: FEED } }), /rate\.aggregator\.chainId: is none/],
  [{ chains: [bsc({}).chains[0], full({ chainId: 56 }).chains[0]] }, /chains\.1: chain 56 stands/],
  [
    { chains: [bsc({}).chains[0], full({ name: "Binance Smart Chain" }).chains[0]] },
    /chains\.1\.name: another chain has this name/,
  ],
  [rates({ COP: { fixed: 0.00025 } }), /rates\.COP\.fixed: .*expected string/],
  [rates({ COP: { fixed: "0.0" } }), /rates\.COP\.fixed: must be dollars for one unit/],
  [rates({ COP: { fixed: "-1" } }), /rates\.COP\.fixed: must be dollars for one unit/],
  [rates({ COP: { fixed: "1", aggregator: FEED } }), /rates\.COP: there is no member fixed here/],
  [rates({ COP: { aggregator: { ...FEED, chainId: 1 } } }), /COP\.aggregator\.chainId: is none/],
  [rates({ COP: { aggregator: { ...FEED, heartbeatSeconds: 0 } } }), /heartbeatSeconds: /],
  [rates({ USD: { fixed: "1" } }), /rates\.USD: a dollar is a dollar/],
  [rates({ XAU: { fixed: "1" } }), /rates\.XAU: isn't a known currency/],
  [rates({ [TWO[0]!]: { fixed: "1" } }), /^rails\.evm\.rates: isn't a known currency/],
]

test("each mistake is named with its path, and no address of a node is repeated", () => {
  for (const [given, line] of WRONG) {
    assert.throws(
      () => readSettings(given, "live"),
      (error: Error) => {
        assert.match(error.message, line)
        assert.doesNotMatch(error.message, /KEY-|\n.*\n|[a-z]+:\/\//, JSON.stringify(given))
        assert.equal(error.cause, undefined)
        return true
      },
    )
  }
})

test("all mistakes are named at once", () => {
  const given = { chains: [{ preset: "bsc", rpc: ["ftp://x"] }, FULL, FULL], rates: { USD: {} } }
  const lines = (value: unknown) => {
    try {
      readSettings(value, "live")
    } catch (error) {
      return (error as Error).message.split("\n").map((line) => line.split(": ")[0])
    }
    return []
  }
  assert.deepEqual(lines(given), ["rails.evm.rates.USD.fixed"])
  assert.deepEqual(lines({ ...given, rates: {} }), [
    "rails.evm.chains.0.rpc.0",
    "rails.evm.chains.0.rpc",
    "rails.evm.chains.2",
  ])
})

test("the examples of docs/rails/evm.md can be used in live as they stand", () => {
  const path = join(import.meta.dirname, "../../../docs/rails/evm.md")
  const examples = [...readFileSync(path, "utf8").matchAll(/^```json\n([\s\S]*?)^```/gm)]
  assert.equal(examples.length, 2)
  for (const [, example] of examples) {
    const { chains } = readSettings(JSON.parse(example!).rails.evm, "live")
    assert.ok(chains.length > 0)
  }
})

const URLS: [url: string, live: RegExp | null, sandbox?: RegExp | null][] = [
  ["https://rpc.example/KEY", null],
  ["http://rpc.example/", /https/, null],
  ["http://8.8.8.8/", /https/, null],
  ["http://172.32.0.1/", /https/, null],
  ["http://100.128.0.1/", /https/, null],
  ["http://[2606:4700::1]/", /https/, null],
  ["http://10.evil.example/", /https/, null],
  ["http://localhost:8545", null],
  ["http://geth:8545", null],
  ["http://node.internal", null],
  ["http://127.0.0.1:8545", null],
  ["http://2130706433/", null],
  ["http://10.1.2.3", null],
  ["http://172.16.0.1", null],
  ["http://192.168.1.1", null],
  ["http://100.64.0.1", null],
  ["http://[::1]:8545", null],
  ["http://[fd00::1]", null],
  ["ws://localhost", /http or https/, /http or https/],
  ["file:///etc/passwd", /http or https/, /http or https/],
  ["https://key@rpc.example", /user name/, /user name/],
  ["https://rpc.example/#key", /fragment/, /fragment/],
  ["rpc.example", /no address/, /no address/],
  [`https://rpc.example/${"x".repeat(2_048)}`, /longer/, /longer/],
]

test("a node across the internet is asked over https in live", () => {
  for (const [url, live, sandbox = live] of URLS) {
    for (const [mode, expected] of [["live", live] as const, ["sandbox", sandbox] as const]) {
      const problem = nodeUrlProblem(url, mode)
      if (expected === null) assert.equal(problem, null, `${mode} ${url}`)
      else assert.match(problem ?? "", expected, `${mode} ${url}`)
    }
  }
})

test("the sandbox's own chain is the one whose money isn't real", () => {
  const token = { symbol: "TUSD", address: USDT, decimals: 6 }
  const chain = sandboxChain({ rpcUrl: "http://127.0.0.1:8545", chainId: 31_337, token })
  assert.equal(chain.isLive, false)
  assert.deepEqual(chain.nodes, [{ url: "http://127.0.0.1:8545", trusted: true }])
  assert.deepEqual(chain.finality, { kind: "confirmations", blocks: 6 })
  assert.equal(chain.tokens[0]!.address, USDT.toLowerCase())
  assert.throws(() => sandboxChain({ rpcUrl: "", chainId: 1, token: { ...token, address: "" } }))
})
