/** `caudal catalogue`: what is loaded, imported, listed and written out, and how it says no. */
import assert from "node:assert/strict"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { after, before, beforeEach, test } from "node:test"
import { importListed } from "../../src/cli/catalogue-import.ts"
import { parse } from "../../src/cli/command.ts"
import { makeShell } from "../../src/cli/shell.ts"
import { sandboxCatalogue, writeCatalogue } from "../../src/core/catalogue/load.ts"
import type { Company } from "../../src/core/index.ts"
import { type TestCore, testCore, testRail } from "../support/core.ts"
import { testDatabase } from "../support/database.ts"
import { caudal, type Ran, type Settings, temporaryFolder } from "./caudal.ts"

const { url, database } = await testDatabase({ after })
const folder = temporaryFolder({ after })
const settings: Settings = { DATABASE_URL: url, CAUDAL_DATA_DIR: folder }
const invented = sandboxCatalogue()
const sold = invented.filter(({ active }) => active)

function file(name: string, companies: readonly Company[]): string {
  const path = join(folder, name)
  writeFileSync(path, JSON.stringify(writeCatalogue(companies)))
  return path
}
const whole = file("whole.json", invented)

async function does(...words: string[]): Promise<Ran> {
  const ran = await caudal(["catalogue", ...words], settings)
  assert.equal(ran.code, 0, ran.err)
  return ran
}
const asked = async (...words: string[]) => (await does(...words, "--json")).json()

/** What the provider of the rail `shop` lists at the moment. */
let listing: () => Promise<readonly Company[]> = async () => []
let played: TestCore

/** The command with a core whose rail `shop` has a provider; `test` has none. */
async function imports(...words: string[]) {
  let out = ""
  const shell = makeShell(words.includes("--json"), {
    out: { write: (text: string) => (out += text) },
    err: { write: () => true },
  })
  const { core } = played
  await importListed.run(parse(importListed, words), {
    ...shell,
    withCore: (use) => use(core, {} as never),
  })
  return out
}

before(async () => {
  const shop = testRail({ name: "shop", countries: ["AR", "PE"], sells: () => listing() })
  played = await testCore(database, { rails: [shop, testRail()] })
})

beforeEach(async () => {
  await database.query("truncate companies, products")
  await played.core.catalogue.replace(invented)
})

test("a file is checked without a database, and says what is wrong with it", async () => {
  const none = { ...settings, DATABASE_URL: "postgres://127.0.0.1:1/none" }
  const ran = await caudal(["catalogue", "check", whole, "--json"], none)
  assert.equal(ran.code, 0, ran.err)
  const products = invented.flatMap((each) => each.products).length
  const countries = ["AR", "CL", "CO", "MX", "PE"]
  assert.deepEqual(ran.json(), { companies: invented.length, products, countries })
  assert.match((await caudal(["catalogue", "check", whole], none)).out, /whole\.json can be loaded/)

  const path = join(folder, "hangs.json")
  const [entry] = writeCatalogue(invented).companies
  writeFileSync(path, JSON.stringify({ companies: [{ ...entry, regex: "(a+)+$" }] }))
  const wrong = await caudal(["catalogue", "check", path], none)
  assert.equal(wrong.code, 1)
  assert.match(wrong.err, /AR-R-0901.*regex: must be a simple pattern/)
  assert.equal((await caudal(["catalogue", "check"], none)).code, 2)
})

test("a catalogue is loaded once it was tried, and then nothing changes any more", async () => {
  await database.query("truncate companies, products")
  const tried = await does("load", whole, "--dry-run")
  assert.match(tried.out, /^Would load 17 companies with 33 products\.\n/)
  assert.deepEqual((await asked("list")).companies, [])
  const loaded = await asked("load", whole)
  assert.equal(loaded.dryRun, false)
  assert.deepEqual(
    loaded.added,
    sold.map(({ code }) => code),
  )
  const again = await does("load", whole)
  assert.equal(
    again.out,
    "Loaded 17 companies with 33 products.\n\nNothing that is sold changes.\n",
  )
})

test("what changes is told field by field, and as data whole", async () => {
  const [first, second, ...rest] = invented
  const [open, pack] = first!.products
  const dearer = { ...open!, minAmount: 20_000n, commissionBasisPoints: 200 }
  const changed = { ...first!, name: "OTRA", products: [dearer, { ...pack!, id: "9" }] }
  const path = file("changed.json", [changed, ...rest])
  const { out } = await does("load", path, "--dry-run")
  for (const line of [
    /no longer sold +1 +AR-R-0902\n/,
    /changed +1 +AR-R-0901\n/,
    /AR-R-0901 +name +DEMO MOVIL +OTRA\n/,
    /AR-R-0901 +1 +price +ARS 100\.00 to ARS 50000\.00 +ARS 200\.00 to ARS 50000\.00\n/,
    /AR-R-0901 +1 +commission +none +2\.00 %\n/,
    /AR-R-0901 +9 +new +5 GB por 30 días\n/,
    /AR-R-0901 +2 +no longer sold +5 GB por 30 días\n/,
  ]) {
    assert.match(out, line)
  }
  const { ended, changes } = await asked("load", path)
  assert.deepEqual(ended, [second!.code])
  assert.deepEqual(changes[0].fields, [{ field: "name", before: "DEMO MOVIL", after: "OTRA" }])
})

test("of many changes people see the first and are told where the others are", async () => {
  const packs = invented[0]!.products.slice(1)
  const many = Array.from({ length: 60 }, (_, at) => ({ ...packs[0]!, id: `${100 + at}` }))
  const path = file("many.json", [{ ...invented[0]!, products: many }, ...invented.slice(1)])
  const { out } = await does("load", path, "--dry-run")
  assert.match(out, /\nand 22 more; --json has them all\n/)
  const [change] = (await asked("load", path, "--dry-run")).changes
  assert.equal(change.products.length, 62)
})

test("the catalogue is listed by country and by a part of a name, accents or not", async () => {
  const listed = async (...words: string[]) =>
    (await asked("list", ...words)).companies.map(({ code }: Company) => code)
  assert.equal((await listed()).length, invented.length)
  assert.deepEqual(await listed("--country", "cl"), ["CL-R-0901", "CL-R-0902", "CL-R-0903"])
  assert.deepEqual(await listed("--search", "PÁMPA"), ["AR-R-0902"])
  assert.deepEqual(await listed("--search", "0903", "--country", "PE"), ["PE-R-0903"])
  const { out } = await does("list", "--country", "AR")
  assert.match(out, /AR-R-0909 +ANTENA VIEJA +ARS +no +1\n/)
  assert.match((await does("list", "--search", "nobody")).out, /no such company; .* has 17/)
})

test("a company is shown with what it sells, and as it stands in a file", async () => {
  const { out } = await does("show", "cl-r-0901")
  assert.match(out, /^LENGA MOVIL\n/)
  assert.match(out, /identifier +celular: 9 digits, 9\[0-9\]\{8\}\n/)
  assert.match(out, /1 +Saldo +RECARGA_SALDO +500 to 50000 +2 % \+ 20 +yes\n/)
  const company = invented.filter(({ code }) => code === "CL-R-0901")
  const entry = JSON.parse(JSON.stringify(writeCatalogue(company))).companies[0]
  assert.deepEqual(await asked("show", "CL-R-0901"), entry)
})

test("what is written out can be loaded, and then nothing changes", async () => {
  const path = join(folder, "out.json")
  for (const json of [[], ["--json"]]) {
    writeFileSync(path, (await does("export", ...json)).out)
    const { changes, reordered } = await asked("load", path)
    assert.deepEqual([changes, reordered], [[], []])
  }
  const { companies } = await asked("export", "--country", "PE")
  assert.equal(companies.length, 3)
  assert.ok(!readFileSync(path, "utf8").includes("AR-R-0909"))
})

const unearned = (company: Company): Company => ({
  ...company,
  products: company.products.map((product) => ({
    ...product,
    commissionFixed: 0n,
    commissionBasisPoints: 0,
  })),
})

test("what a provider lists is sold where that was asked, and what we earn stays", async () => {
  const listed = sold.map((each) => unearned({ ...each, name: `${each.name} 2` }))
  listing = async () => [...listed, { ...listed[0]!, code: "AR-R-1", products: [] }]
  const words = ["--rail", "shop", "--country", "ar", "--country", "PE"]
  const tried = await imports(...words, "--dry-run")
  assert.match(tried, /^Rail shop, AR, PE\.\n\nWould load 6 companies with 12 products\.\n/)
  assert.match(tried, /AR-R-0901 +name +DEMO MOVIL +DEMO MOVIL 2\n/)
  assert.match(tried, /1 entry of the provider can't be sold:\n.*\n *AR-R-1 +products /)
  assert.equal((await played.core.catalogue.find("AR-R-0901"))!.name, "DEMO MOVIL")

  const told = JSON.parse(await imports(...words, "--json"))
  assert.equal(told.dryRun, false)
  assert.deepEqual(told.countries, ["AR", "PE"])
  assert.equal(told.leftOut.length, 1)
  const stored = await played.core.catalogue.list(null)
  for (const was of sold) {
    const isAsked = ["AR", "PE"].includes(was.country)
    const expected = isAsked ? { ...was, name: `${was.name} 2` } : was
    assert.deepEqual(
      stored.find(({ code }) => code === was.code),
      expected,
    )
  }
})

const fault = Object.assign(new Error("the provider answers 503\n<html>"), {
  cause: new Error("password=secret"),
})
const REFUSED: readonly (readonly [
  what: string,
  listed: () => Promise<readonly Company[]>,
  words: readonly string[],
  says: RegExp,
])[] = [
  [
    "a provider that lists nothing",
    async () => [],
    ["--rail", "shop"],
    /^Nothing was changed: the provider lists nothing .* \(--allow-fewer, if that is right\)$/,
  ],
  [
    "one that lists a sixth",
    async () => [{ ...invented[0]!, products: invented[0]!.products.slice(0, 1) }],
    ["--rail", "shop"],
    /^Nothing was changed: of 6 products sold in AR the provider lists only 1 /,
  ],
  [
    "one that stopped listing a country",
    async () => invented.filter(({ country }) => country === "AR"),
    ["--rail", "shop"],
    /^Nothing was changed: the provider lists nothing that can be sold in PE \(--allow-fewer/,
  ],
  [
    "a fault",
    () => Promise.reject(fault),
    ["--rail", "shop"],
    /^The provider of rail shop could not be asked: the provider answers 503 <html>$/,
  ],
  ["a rail without a provider", async () => [], ["--rail", "test"], /no rail "test" .*have: shop$/],
  ["an unknown rail", async () => [], ["--rail", "x"], /no rail "x" with .*; these have: shop$/],
  ["a country of three letters", async () => [], ["--rail", "shop", "--country", "ARG"], /two let/],
]
for (const [what, listed, words, says] of REFUSED) {
  test(`an import from ${what} says no and changes nothing`, async () => {
    listing = listed
    await assert.rejects(imports(...words), ({ message, cause }: Error) => {
      assert.match(message, says)
      assert.equal(cause, undefined)
      return true
    })
    assert.deepEqual((await asked("load", whole, "--dry-run")).changes, [])
  })
}

test("an import that lacks half is loaded when somebody says so", async () => {
  listing = async () => invented.slice(0, 1).map(unearned)
  const out = await imports("--rail", "shop", "--allow-fewer")
  assert.match(out, /no longer sold +5 +AR-R-0902 AR-R-0903 PE-R-0901 /)
})

const WRONG: readonly (readonly [words: string, code: number, says: RegExp])[] = [
  ["show XX-R-1", 1, /There is no company "XX-R-1"; caudal catalogue list has them/],
  ["list --country ARG", 2, /--country ARG: write its two letters/],
  ["list --country ZZ", 1, /no company in ZZ; there are: AR, CL, CO, MX, PE/],
  ["list --country ZZ --json", 1, /no company in ZZ; there are: AR/],
  ["export --country XX", 1, /no company in XX; there are: AR, CL, CO, MX, PE/],
  ["load /nowhere/catalogue.json", 1, /catalogue\.json can't be read as JSON: ENOENT/],
  ["import", 2, /catalogue import also needs --rail NAME/],
  [
    "import --rail nobody",
    1,
    /There is no rail "nobody" with a provider to ask; no provider is configured: rails.tapila/,
  ],
]
for (const [words, code, says] of WRONG) {
  test(`caudal catalogue ${words} says no and why`, async () => {
    const ran = await caudal(["catalogue", ...words.split(" ")], settings)
    assert.equal(ran.code, code, ran.err)
    assert.match(ran.err, says)
    assert.equal(ran.out, "")
  })
}
