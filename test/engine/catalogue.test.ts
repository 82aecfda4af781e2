/** The catalogue in the database: replaced whole or by country, by one at a time, never by half. */
import assert from "node:assert/strict"
import { after, before, beforeEach, test } from "node:test"
import { replaceCatalogue } from "../../src/core/catalogue/change.ts"
import { parseCatalogue, sandboxCatalogue, writeCatalogue } from "../../src/core/catalogue/load.ts"
import type { Company, Core } from "../../src/core/index.ts"
import type { Database } from "../../src/db/database.ts"
import { testCore } from "../support/core.ts"
import { testDatabase } from "../support/database.ts"

const { database } = await testDatabase({ after })
const invented = sandboxCatalogue()
const sold = invented.filter(({ active }) => active)
const inCountry = (country: string, companies: readonly Company[] = invented) =>
  companies.filter((each) => each.country === country)
/** In the order in which a catalogue is listed. */
const sorted = (companies: readonly Company[]) =>
  companies.toSorted((a, b) => (a.country < b.country ? -1 : Number(a.country > b.country)))
const codes = (companies: readonly Company[]) => companies.map(({ code }) => code)
const ended = (company: Company): Company => ({
  ...company,
  active: false,
  products: company.products.map((product) => ({ ...product, active: false })),
})

let core: Core
before(async () => {
  core = (await testCore(database)).core
})
beforeEach(async () => {
  await database.query("truncate companies, products")
  await core.catalogue.replace(invented)
})

/** Which rows were written when: the same again must write none. */
async function versions(): Promise<unknown> {
  const { rows } = await database.query(
    `select code, xmin::text from companies
union all select company_code || ' ' || id, xmin::text from products order by 1`,
  )
  return rows
}

test("what was loaded is listed, found, and listed by country, to the last field", async () => {
  assert.deepEqual(await core.catalogue.list(null), sorted(invented))
  assert.deepEqual(await core.catalogue.list("MX"), inCountry("MX"))
  assert.deepEqual(await core.catalogue.list("XX"), [])
  for (const company of invented) {
    assert.deepEqual(await core.catalogue.find(company.code), company)
  }
  assert.equal(await core.catalogue.find("AR-R-9999"), null)
})

test("what is exported and loaded again changes nothing, and writes nothing", async () => {
  const written = await versions()
  const file = JSON.parse(JSON.stringify(writeCatalogue(await core.catalogue.list(null))))
  const diff = await core.catalogue.replace(parseCatalogue(file))
  assert.deepEqual([diff.changes, diff.reordered], [[], []])
  assert.deepEqual(await versions(), written)
})

test("what a catalogue doesn't name is no longer sold, and comes again when it does", async () => {
  const [first] = invented
  const less = { ...first!, products: first!.products.slice(1) }
  const diff = await core.catalogue.replace([less])
  assert.deepEqual(
    diff.changes.map(({ code, kind }) => [code, kind]),
    [[first!.code, "changed"], ...codes(sorted(sold).slice(1)).map((code) => [code, "ended"])],
  )
  const left = await core.catalogue.list(null)
  assert.deepEqual(codes(left.filter(({ active }) => active)), [first!.code])
  // Past recharges still speak of them.
  assert.equal(left.length, invented.length)
  const products = (await core.catalogue.find(first!.code))!.products
  assert.deepEqual(products.map(({ id, active }) => [id, active]).sort(), [
    ["1", false],
    ["2", true],
  ])
  const again = await core.catalogue.replace(invented)
  assert.deepEqual(codes(again.changes.filter(({ kind }) => kind === "again") as never), [
    ...codes(sold.slice(1)),
  ])
  assert.deepEqual(await core.catalogue.list(null), sorted(invented))
})

test("only the countries that are named are touched", async () => {
  const renamed = inCountry("AR")
    .slice(0, 1)
    .map((each) => ({ ...each, name: "OTRA" }))
  await core.catalogue.replace(renamed, { countries: ["AR"] })
  const rest = inCountry("AR").slice(1).map(ended)
  assert.deepEqual(
    new Set(await core.catalogue.list(null)),
    new Set([...renamed, ...rest, ...invented.filter(({ country }) => country !== "AR")]),
  )
  await core.catalogue.replace([], { countries: ["MX", "AR"] })
  const left = (await core.catalogue.list(null)).filter(({ active }) => active)
  assert.deepEqual([...new Set(left.map(({ country }) => country))], ["CL", "CO", "PE"])
})

test("a company outside the countries that are named is a mistake of ours", async () => {
  const written = await versions()
  await assert.rejects(core.catalogue.replace(invented, { countries: ["AR"] }), /lies outside/)
  assert.deepEqual(await versions(), written)
})

test("a dry run says the same and changes nothing", async () => {
  const written = await versions()
  const less = inCountry("CO")
  const tried = await core.catalogue.replace(less, { dryRun: true })
  assert.deepEqual(await versions(), written)
  assert.deepEqual(await core.catalogue.replace(less), tried)
  assert.notDeepEqual(await versions(), written)
})

test("companies and products are listed in their file's order", async () => {
  const turned = invented.toReversed().map((each) => ({
    ...each,
    products: each.products.toReversed(),
  }))
  await core.catalogue.replace(turned)
  assert.deepEqual(await core.catalogue.list(null), sorted(turned))
})

test("thousands are written by as few statements as one", async () => {
  let statements = 0
  const counted: Database = {
    ...database,
    transaction: (work) =>
      database.transaction((tx) =>
        work({
          ...tx,
          query: (text, params) => {
            statements += 1
            return tx.query(text, params)
          },
        }),
      ),
  }
  await replaceCatalogue(counted, invented.slice(0, 1))
  const few = statements
  statements = 0
  const [first] = invented
  const many = Array.from({ length: 2_000 }, (_, at) => {
    const code = `AR-R-${10_000 + at}`
    const products = first!.products.map((each) => ({ ...each, companyCode: code }))
    return { ...first!, code, products }
  })
  await replaceCatalogue(counted, many)
  assert.equal(statements, few)
  assert.ok(few <= 8, `${few} statements`)
  const listed = (await core.catalogue.list("AR")).filter(({ active }) => active)
  assert.deepEqual(listed, many)
})

test("of loads at the same time one counts whole, and readers see one or the other", async () => {
  const north = inCountry("MX")
  const south = inCountry("CL").map((each) => ({ ...each, name: "SUR" }))
  await core.catalogue.replace(north)
  const active = (companies: readonly Company[]) =>
    companies
      .filter((each) => each.active)
      .map((each) => ({ ...each, products: each.products.filter((product) => product.active) }))
  let over = false
  const loads = Array.from({ length: 12 }, (_, at) =>
    core.catalogue.replace(at % 2 === 0 ? south : north),
  )
  const seen = new Set<string>()
  async function read(): Promise<void> {
    while (!over) {
      const all = active(await core.catalogue.list(null))
      const one = await core.catalogue.find("CL-R-0901")
      assert.deepEqual(all, all[0]?.country === "MX" ? north : south)
      // A company has all of its products or none.
      if (one) assert.ok(one.products.every((product) => product.active === one.active))
      seen.add(all[0]!.country)
    }
  }
  const readers = [read(), read()]
  await Promise.all(loads).finally(() => {
    over = true
  })
  await Promise.all(readers)
  assert.deepEqual([...seen].sort(), ["CL", "MX"])
  const last = active(await core.catalogue.list(null))
  assert.deepEqual(last, last[0]?.country === "MX" ? north : south)
})

const unearned = (company: Company): Company => ({
  ...company,
  products: company.products.map((product) => ({
    ...product,
    commissionFixed: 0n,
    commissionBasisPoints: 0,
  })),
})
const everything = { countries: null, allowFewer: false, dryRun: false }

test("an import changes what its provider changed, and not what we earn by it", async () => {
  const listed = inCountry("CL").map((each) => unearned({ ...each, name: `${each.name} 2` }))
  const imported = await core.catalogue.import(listed, everything)
  assert.ok("diff" in imported)
  assert.deepEqual(imported.countries, ["CL"])
  const fields = imported.diff.changes.map(({ code, fields, products }) => [
    code,
    fields.map(({ field }) => field),
    products,
  ])
  assert.deepEqual(
    fields,
    inCountry("CL").map(({ code }) => [code, ["name"], []]),
  )
  const expected = invented.map((each) =>
    each.country === "CL" ? { ...each, name: `${each.name} 2` } : each,
  )
  assert.deepEqual(await core.catalogue.list(null), sorted(expected))
})

test("an import that isn't believed, or is only tried, changes nothing", async () => {
  const written = await versions()
  const refused = await core.catalogue.import([], { ...everything, countries: ["CL"] })
  assert.ok("refused" in refused)
  const few = await core.catalogue.import(inCountry("CL").slice(0, 1), everything)
  assert.ok("refused" in few)
  const tried = await core.catalogue.import(inCountry("CL").slice(0, 2), {
    ...everything,
    dryRun: true,
  })
  assert.ok("diff" in tried && tried.diff.changes.length === 1)
  assert.deepEqual(await versions(), written)
})

test("an import that may lack everything ends a country, and only that", async () => {
  const imported = await core.catalogue.import([], {
    ...everything,
    countries: ["CL"],
    allowFewer: true,
  })
  assert.ok("diff" in imported)
  const left = (await core.catalogue.list(null)).filter(({ active }) => active)
  assert.deepEqual(left, sorted(sold.filter(({ country }) => country !== "CL")))
})
