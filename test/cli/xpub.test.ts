/** `caudal xpub`: keys come in by standard input only, and nothing of a key ever comes out. */
import assert from "node:assert/strict"
import { spawn } from "node:child_process"
import { pbkdf2Sync } from "node:crypto"
import { once } from "node:events"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { Readable } from "node:stream"
import { after, before, test } from "node:test"
import { HDKey, hdKeyToAccount } from "viem/accounts"
import { makeIds, testClock } from "../../src/clock.ts"
import { readConfig } from "../../src/config.ts"
import { isRefusal, type Rail } from "../../src/core/index.ts"
import { coreOf, openInstallation, railsOf } from "../../src/installation.ts"
import { chainRail, transfer } from "../support/chain-rail.ts"
import { testDatabase } from "../support/database.ts"
import type { Settings } from "./caudal.ts"
import { CLI, caudal, environment, listen, type Ran, temporaryFolder } from "./caudal.ts"

function walletOf(seed: Uint8Array) {
  const root = HDKey.fromMasterSeed(seed)
  const account = root.derive("m/44'/60'/0'")
  return {
    root,
    xpub: account.publicExtendedKey,
    xprv: account.privateExtendedKey,
    external: account.deriveChild(0).publicExtendedKey,
    hex: Buffer.from(account.privateKey!).toString("hex"),
    /** As viem derives and spells them. */
    addresses: [0, 1, 2].map((addressIndex) => hdKeyToAccount(root, { addressIndex }).address),
  }
}

type Wallet = ReturnType<typeof walletOf>

const PHRASE =
  "armed bundle pudding lazy strategy impulse where identify submit weekend physical antenna"
/** Wallets that nobody has, the same in each run. */
const [blue, green, red] = [1, 2, 3].map((number) => walletOf(Buffer.alloc(32, number))) as [
  Wallet,
  Wallet,
  Wallet,
]
/** The phrase of everybody who tries out chains, by BIP-39 made into a seed. */
const TEST_PHRASE = "test test test test test test test test test test test junk"
const PUBLISHED = walletOf(pbkdf2Sync(TEST_PHRASE, "mnemonic", 2_048, 64, "sha512"))

const { url, database } = await testDatabase({ after })
const sandbox: Settings = { DATABASE_URL: url, CAUDAL_DATA_DIR: temporaryFolder({ after }) }
const ofLive = await testDatabase({ after })
const live = liveSettings(ofLive.url)

/** What live asks for, and a chain whose two nodes don't answer. */
function liveSettings(databaseUrl: string): Settings {
  const dir = temporaryFolder({ after })
  const file = join(dir, "caudal.json")
  const rpc = ["http://127.0.0.1:1", "http://127.0.0.2:1"]
  const evm = { chains: [{ preset: "bsc-testnet", rpc }] }
  writeFileSync(file, JSON.stringify({ rails: { default: "evm", evm } }))
  return {
    DATABASE_URL: databaseUrl,
    CAUDAL_DATA_DIR: dir,
    CAUDAL_CONFIG: file,
    CAUDAL_MODE: "live",
    CAUDAL_MASTER_KEY: Buffer.alloc(32, 9).toString("base64"),
    CAUDAL_PUBLIC_URL: "https://pay.shop.example",
  }
}

/** Runs `caudal` in this process, with this on its standard input. */
async function piped(
  words: readonly string[],
  input: string | Iterable<Buffer>,
  settings: Settings,
): Promise<Ran> {
  const own = Object.getOwnPropertyDescriptor(process, "stdin")!
  const value = Readable.from(typeof input === "string" ? [Buffer.from(input)] : input)
  Object.defineProperty(process, "stdin", { value, configurable: true })
  try {
    return await caudal(words, settings)
  } finally {
    Object.defineProperty(process, "stdin", own)
  }
}

/** The same in a process of its own, as in a terminal. */
async function spawned(words: readonly string[], input: string, settings: Settings): Promise<Ran> {
  const child = spawn(process.execPath, [CLI, ...words], {
    cwd: settings["CAUDAL_DATA_DIR"],
    env: environment(settings),
  })
  const said = listen(child)
  const closed = once(child, "close")
  // A command may end before it has read what is piped to it.
  child.stdin.on("error", () => {})
  child.stdin.end(input)
  const [code] = await closed
  return { code, out: said.out(), err: said.err(), json: () => JSON.parse(said.out()) }
}

async function does(settings: Settings, ...words: string[]): Promise<Ran> {
  const ran = await caudal(words, settings)
  assert.equal(ran.code, 0, ran.err)
  return ran
}

async function adds(name: string, input: string, ...options: string[]): Promise<Ran> {
  const ran = await piped(["xpub", "add", name, ...options], input, sandbox)
  assert.equal(ran.code, 0, ran.err)
  assertSilent(ran, input)
  return ran
}

/** No run of eight characters of a key or word of a phrase: that is what somebody could use. */
function assertSilent({ out, err }: Ran, typed: string): void {
  const said = (out + err).toLowerCase()
  for (const piece of typed.toLowerCase().match(/[\p{L}\p{N}]{8,}/gu) ?? []) {
    for (let at = 0; at + 8 <= piece.length; at += 1) {
      assert.ok(!said.includes(piece.slice(at, at + 8)), `it repeats ${piece}:\n${said}`)
    }
  }
}

async function countXpubs(from = database): Promise<number> {
  const { rows } = await from.query<{ count: number }>("select count(*)::int as count from xpubs")
  return rows[0]!.count
}

before(async () => {
  for (const name of ["Azul", "Verde", "Gris"]) await does(sandbox, "merchant", "add", name)
  await does(live, "merchant", "add", "Azul")
})

const lower = (addresses: readonly string[]) => addresses.map((each) => each.toLowerCase())

test("a key that was piped in is kept sealed, and shown by its first addresses only", async () => {
  const ran = await adds("Azul", `${blue.xpub}\n`)
  assert.match(ran.out, /^Azul receives at addresses of this key from now on \(EVM\)\.\n/)
  for (const [index, address] of lower(blue.addresses).entries()) {
    assert.ok(ran.out.includes(`index ${index}  ${address}\n`), ran.out)
  }
  const { rows } = await database.query<{ sealed: Buffer }>(
    "select key_sealed as sealed from xpubs",
  )
  assert.equal(rows.length, 1)
  for (const key of [blue.xpub, blue.external]) {
    assert.ok(!rows[0]!.sealed.toString("latin1").includes(key))
  }
})

const SPELLINGS: readonly (readonly [what: string, input: string, options: readonly string[]])[] = [
  ["the account's key again", blue.xpub, []],
  ["the key of its external chain, in quotes", `  "${blue.external}"\r\n`, []],
  ["with the first address as a wallet shows it", blue.xpub, [blue.addresses[0]!]],
  ["with it in lower case", blue.xpub, [blue.addresses[0]!.toLowerCase()]],
  ["with it in capitals", blue.xpub, [blue.addresses[0]!.toUpperCase().replace("0X", "0x")]],
  // Its case is compared with nothing: another spelling is no other address.
  [
    "with it in a mixed case",
    blue.xpub,
    [blue.addresses[0]!.replace(/[a-f]/, (letter) => letter.toUpperCase())],
  ],
]
for (const [what, input, [address]] of SPELLINGS) {
  test(`the same key is recognized and changes nothing: ${what}`, async () => {
    const options = address === undefined ? [] : ["--first-address", address]
    const { changed, xpub } = (await adds("Azul", input, ...options, "--json")).json()
    assert.equal(changed, false)
    assert.deepEqual(xpub.addresses, lower(blue.addresses))
    assert.deepEqual([xpub.rail, xpub.inUse, xpub.nextIndex], ["evm", true, 0])
    assert.equal(await countXpubs(), 1)
  })
}

type Refused = readonly [what: string, input: string, says: RegExp, options?: readonly string[]]

const REFUSED: readonly Refused[] = [
  ["an account's private key", green.xprv, /extended private key\. It was not stored; treat/],
  ["a private key with a typo", green.xprv.replace(/.$/, "1"), /extended private key\./],
  ["a private key in hex", `0x${green.hex}\n`, /looks like a private key or a seed\. It was not/],
  ["a phrase", `${PHRASE}\n`, /looks like a secret phrase\. It was not stored; treat it/],
  ["a phrase in lines", PHRASE.split(" ").join("\n"), /looks like a secret phrase\./],
  ["a typo", green.xpub.replace(/.$/, (last) => (last === "1" ? "2" : "1")), /has a typo/],
  ["half of a key", green.xpub.slice(0, 60), /isn't whole: it has 60 characters/],
  ["a key above the accounts", green.root.publicExtendedKey, /Its depth is 0/],
  ["an address", green.addresses[0]!, /This is an address/],
  ["nothing", "", /There is nothing here/],
  ["a file of something else", `${green.xpub}\n`.repeat(100), /stands more than a key/],
  ["another merchant's key", blue.xpub, /belongs to another merchant; each has its own\. Nothing/],
  [
    "the wallet's second address",
    green.xpub,
    /isn't 0x[0-9a-f]{40}: compare the first address with your wallet's/,
    ["--first-address", green.addresses[1]!],
  ],
]
for (const [what, input, says, options = []] of REFUSED) {
  test(`refused and stored nowhere: ${what}`, async () => {
    const words = ["xpub", "add", "Verde", ...options]
    for (const more of [[], ["--json"]]) {
      const ran = await piped([...words, ...more], input, sandbox)
      assert.equal(ran.code, 1, ran.err)
      assert.match(ran.err, says)
      assert.equal(ran.out, "")
      const shown = ran.err.replaceAll(options[1]?.toLowerCase() ?? "\n", "")
      assertSilent({ ...ran, err: shown }, input)
      assert.doesNotMatch(ran.err, /\n {4}at /)
    }
    assert.equal(await countXpubs(), 1)
  })
}

test("an input without an end is read no further than a key is long", async () => {
  let parts = 0
  function* endless() {
    for (; parts < 1_000; parts += 1) yield Buffer.alloc(1_024, "x")
  }
  const ran = await piped(["xpub", "add", "Verde"], endless(), sandbox)
  assert.match(ran.err, /^On standard input stands more than a key\. Nothing was stored\.\n$/)
  assert.ok(parts < 100, `${parts} KiB were read`)
})

test("a fault with its stack says nothing of the key either", async () => {
  await database.query("alter table xpubs rename to xpubs_gone")
  try {
    for (const more of [[], ["--json"]]) {
      const ran = await spawned(["xpub", "add", "Verde", ...more], green.xpub, sandbox)
      assert.equal(ran.code, 1)
      assert.match(ran.err, /xpubs/)
      assertSilent(ran, green.xpub)
    }
  } finally {
    await database.query("alter table xpubs_gone rename to xpubs")
  }
})

/** Nothing of these needs a database: one that was opened would show as another error. */
const NOWHERE = {
  DATABASE_URL: "postgres://nobody@127.0.0.1:1/none",
  CAUDAL_DATA_DIR: temporaryFolder({ after }),
}
const words = PHRASE.split(" ")
const TYPED: readonly (readonly string[])[] = [
  ["add", blue.xprv],
  ["add", "Azul", blue.xprv],
  ["add", "Azul", blue.xpub],
  ["add", "Azul", blue.xprv.slice(0, 30)],
  ["add", "Azul", `zprv${blue.xprv.slice(4)}`],
  ["add", "Azul", blue.hex],
  ["add", "Azul", ...blue.hex.match(/.{8}/g)!],
  ["add", "Azul", "L1aW4aubDFB7yfras2S1mN3bqg9nwySY8nkoLmJebSLD5BWv3ENZ"],
  ["add", "Azul", "--first-address", blue.xprv],
  ["add", "Azul", `--first-address=${blue.xprv}`],
  ["add", "Azul", `--${blue.xprv}`],
  ["add", "Azul", "--rail", PHRASE],
  ["add", PHRASE],
  ["add", "Azul", PHRASE],
  ["add", "Azul", ...words],
  ["add", ...words],
  ["add", "Azul", words.map((word, at) => `${at + 1}. ${word}`).join(" ")],
  ["add", "Azul", ...words.slice(0, 9)],
  [PHRASE],
  [blue.xprv],
  ["list", blue.xprv],
  ["gaps", "Azul", ...words],
  ["advance", "Azul", "--by", blue.hex],
]
for (const [at, typed] of TYPED.entries()) {
  test(`a key among the arguments is refused and not repeated (${at + 1})`, async () => {
    for (const more of [[], ["--json"]]) {
      const ran = await piped(["xpub", ...typed, ...more], "", NOWHERE)
      assert.equal(ran.code, 2, ran.err)
      assert.match(ran.err, /This looks like a key or a secret phrase, and is not repeated here/)
      assert.equal(ran.out, "")
      assertSilent(ran, typed.filter((word) => !/^--[a-z-]+$/.test(word)).join(" "))
    }
  })
}

const NAMES = [
  "Unión Republicana del Sur 12",
  "Asociación de Comerciantes de la Plaza Mayor de San Juan Bautista",
  "01234567-89ab-4cde-8f01-23456789abcd",
]
for (const name of NAMES) {
  test(`"${name}" is taken for a merchant's name`, async () => {
    const ran = await caudal(["xpub", "list", name], sandbox)
    assert.equal(ran.code, 1, ran.err)
    assert.match(ran.err, new RegExp(`There is no merchant "${name}"; there are: `))
  })
}

const MISUSED: readonly (readonly [words: string, code: number, says: RegExp])[] = [
  ["add Azul --first-address 0x12", 2, /--first-address: write an address as the wallet shows it/],
  ["add Azul --rail simulator", 2, /--rail: write one that takes keys; there are: evm/],
  ["add Nadie", 1, /There is no merchant "Nadie"; there are: Azul, Gris, Verde/],
  ["gaps Azul --rail simulator", 2, /--rail: write one that takes keys/],
  ["gaps Gris", 1, /Gris has no extended public key; add one: caudal xpub add/],
  ["advance Gris --by 5", 1, /Gris has no extended public key/],
  ["advance Azul", 2, /xpub advance also needs --by N/],
  ["advance Azul --by 0", 2, /--by: write how many indexes to leave out, 1 to 1000000/],
  ["advance Azul --by=-5", 2, /--by: write how many/],
  ["advance Azul --by 1e3", 2, /--by: write how many/],
  ["advance Azul --by 1000001", 2, /--by: write how many/],
]
for (const [typed, code, says] of MISUSED) {
  test(`caudal xpub ${typed}: no, and why`, async () => {
    const ran = await piped(["xpub", ...typed.split(" ")], blue.xpub, sandbox)
    assert.equal(ran.code, code, ran.err)
    assert.match(ran.err, says)
    assert.equal(ran.out, "")
    assertSilent(ran, blue.xpub)
  })
}

test("a key takes the place of another only with --yes, and goes on where it was", async () => {
  const first = lower(red.addresses)[0]!
  const unsure = await piped(["xpub", "add", "Azul"], red.xpub, sandbox)
  assert.equal(unsure.code, 1)
  assert.match(unsure.err, new RegExp(`^Azul uses another key, with ${lower(blue.addresses)[0]}`))
  assert.match(unsure.err, /give --yes if you want that\. Nothing was stored\.\n$/)
  assert.equal(await countXpubs(), 1)

  assert.equal((await does(sandbox, "xpub", "advance", "Azul", "--by", "7", "--json")).code, 0)
  const { changed, xpub } = (await adds("Azul", red.xpub, "--yes", "--json")).json()
  assert.deepEqual([changed, xpub.nextIndex, xpub.addresses[0]], [true, 0, first])
  const listed = (await does(sandbox, "xpub", "list", "Azul", "--json")).json()
  assert.deepEqual(
    listed.xpubs.map((each: Record<string, unknown>) => [each["inUse"], each["nextIndex"]]),
    [
      [true, 0],
      [false, 7],
    ],
  )
  const { out } = await does(sandbox, "xpub", "list", "Azul")
  assert.match(out, new RegExp(`evm {3}\\S+ \\S+ {2}in use .* 0 {11}${first}\n`))
  assert.match(out, new RegExp(`evm .* retired \\S+ \\S+ {2}7 {11}${lower(blue.addresses)[0]}\n`))
  for (const key of [red.xpub, red.external, blue.xpub, blue.external]) {
    assert.ok(!out.includes(key.slice(4, 20)) && !JSON.stringify(listed).includes(key.slice(4, 20)))
  }

  const shown = (await does(sandbox, "merchant", "show", "Azul", "--json")).json()
  assert.deepEqual(
    shown.xpubs.map((each: Record<string, unknown>) => ({ ...each, id: "" })),
    [
      { id: "", rail: "evm", inUse: true, nextIndex: 0, firstAddress: first },
      {
        id: "",
        rail: "evm",
        inUse: false,
        nextIndex: 7,
        firstAddress: lower(blue.addresses)[0],
      },
    ],
  )
  const page = (await does(sandbox, "merchant", "show", "Azul")).out
  assert.match(page, new RegExp(`\nXpubs\n {2}evm {2}${first} first, next index 0\n`))
  assert.match(page, /next index 7 {2}\(retired\)\n/)
  assert.match((await does(sandbox, "merchant", "show", "Gris")).out, /\nNo xpubs\.\n/)

  const again = (await adds("Azul", blue.xpub, "--yes", "--json")).json()
  assert.deepEqual([again.changed, again.xpub.nextIndex], [true, 7])
})

const LIVE: readonly Refused[] = [
  ["no first address", green.xpub, /^In live --first-address must be there: compare the first/],
  [
    "another wallet's",
    green.xpub,
    /compare the first address with your wallet's/,
    ["--first-address", blue.addresses[0]!],
  ],
  [
    "a published phrase's key",
    PUBLISHED.xpub,
    /^The secret phrase of this key is published: anybody can spend from it\.\n$/,
    ["--first-address", PUBLISHED.addresses[0]!],
  ],
]
for (const [what, input, says, options = []] of LIVE) {
  test(`live refuses ${what}, and stores nothing`, async () => {
    const ran = await piped(["xpub", "add", "Azul", ...options], input, live)
    assert.equal(ran.code, 1, ran.err + ran.out)
    assert.match(ran.err, says)
    // Whoever is told the right address would copy it instead of comparing.
    assert.ok(!ran.err.toLowerCase().includes(green.addresses[0]!.toLowerCase()))
    assert.equal(ran.out, "")
    assertSilent(ran, input)
    assert.equal(await countXpubs(ofLive.database), 0)
  })
}

test("live takes a key whose first address is right, while no node answers", async () => {
  const words = ["xpub", "add", "Azul", "--first-address", green.addresses[0]!, "--json"]
  const ran = await spawned(words, green.xpub, live)
  assert.equal(ran.code, 0, ran.err)
  assert.deepEqual(ran.json().xpub.addresses, lower(green.addresses))
  assertSilent(ran, green.xpub)
  const gaps = (await does(live, "xpub", "gaps", "Azul", "--json")).json()
  assert.deepEqual(
    { ...gaps, merchantId: "" },
    { merchantId: "", rail: "evm", nextIndex: 0, lastPaid: null, longestUnpaid: 0, gapLimit: 1 },
  )
})

/** The gateway's core on the sandbox's database: real keys and addresses, on a chain of a list. */
async function gateway() {
  const config = readConfig(sandbox)
  const log = { info: () => {}, warn: () => {}, error: () => {} }
  const installation = await openInstallation({ config, log })
  const clock = testClock()
  const publicUrl = "http://127.0.0.1:1"
  const parts = { clock, ids: makeIds(clock), ownChain: null, dataDir: null, publicUrl }
  const evm = railsOf(config, parts).find(({ name }) => name === "evm")!.receiving!
  const chain = chainRail()
  const { addressAt, readKey, deriveAhead } = evm
  const receiving = { ...chain.receiving, addressAt, readKey, deriveAhead }
  const rail: Rail = { ...chain, name: "evm", receiving }
  const core = coreOf(installation, {
    publicUrl,
    rails: [rail],
    send: async () => ({ kind: "answered", status: 200, body: "" }),
    metrics: { count: () => {}, gauge: () => {}, observe: () => {} },
    log,
  })
  const merchant = (await core.merchants.findByName("Gris"))!
  await core.merchants.agree(merchant.id, "caudal")
  // A chain is offered once it was read.
  await core.pass()

  /** Makes a payment and answers its address; it is paid if it shall be. */
  async function pay(isPaid: boolean): Promise<string> {
    const created = await core.pay.create({
      merchant,
      dialect: "caudal",
      kind: "charge",
      reference: null,
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
    assert.ok(!isRefusal(created), isRefusal(created) ? created.message : "")
    const [option] = created.attempt!.instructions!.options!
    if (isPaid) {
      const seen = transfer(option!.address, BigInt(option!.amount), { final: true })
      chain.reads.push({ seen: [seen] })
      await core.pass()
    }
    return option!.address
  }
  return { pay, close: () => installation.close() }
}

test("gaps say how far a wallet must look ahead, and an advance leaves indexes out", async () => {
  await adds("Gris", green.xpub)
  const { pay, close } = await gateway()
  const asked = async () => {
    const {
      merchantId: _,
      rail: __,
      ...rest
    } = (await does(sandbox, "xpub", "gaps", "Gris", "--json")).json()
    return rest
  }
  try {
    // Paid at 1 and 5, given out up to 6.
    const paid = [false, true, false, false, false, true, false]
    const addresses: string[] = []
    for (const isPaid of paid) addresses.push(await pay(isPaid))
    assert.deepEqual(addresses.slice(0, 3), lower(green.addresses))
    assert.deepEqual(await asked(), { nextIndex: 7, lastPaid: 5, longestUnpaid: 3, gapLimit: 4 })
    const { out } = await does(sandbox, "xpub", "gaps", "Gris")
    assert.match(out, /last paid index +5\n.*longest unpaid run +3\n/)
    assert.match(out, /A wallet needs a gap limit of at least 4; .* 20 ahead, which is enough\.\n$/)

    const moved = await does(sandbox, "xpub", "advance", "Gris", "--by", "18")
    assert.match(moved.out, /^The next index is 25\.\n/)
    assert.deepEqual(await asked(), { nextIndex: 25, lastPaid: 5, longestUnpaid: 19, gapLimit: 20 })
    assert.match((await does(sandbox, "xpub", "gaps", "Gris")).out, /least 20; .* is enough\.\n$/)
    const more = (await does(sandbox, "xpub", "advance", "Gris", "--by", "1", "--json")).json()
    assert.deepEqual([more.by, more.nextIndex], [1, 26])
    const { address } = hdKeyToAccount(green.root, { addressIndex: 26 })
    assert.equal(await pay(true), address.toLowerCase())
    assert.deepEqual(await asked(), {
      nextIndex: 27,
      lastPaid: 26,
      longestUnpaid: 20,
      gapLimit: 21,
    })
    const far = await does(sandbox, "xpub", "gaps", "Gris")
    assert.match(far.out, /Set the wallet's gap limit to at least 21; usual wallets look 20 ahead/)
  } finally {
    await close()
  }
})
