/** What a provider sells, as ours: page by page, and without what can't be sold on. */
import assert from "node:assert/strict"
import { test } from "node:test"
import type { Reply } from "../../../test/support/provider.ts"
import { failure, tapilaWorld } from "../../../test/support/tapila-provider.ts"
import { companyIn } from "./company.ts"

const PRODUCT = {
  productType: "RECARGA_SALDO",
  productId: "1",
  productDescription: "Saldo",
  status: "live",
  amountType: "OPEN",
  amount: 0,
  minAmount: 100,
  maxAmount: 5000.5,
  allowedAmounts: [],
  additionalData: {},
}
const COMPANY = {
  companyCode: "AR-R-0901",
  companyName: "DEMO MOVIL",
  companyType: "RECHARGE",
  companyLogo: "https://logos.example.test/demo.png",
  tags: ["telefonia"],
  products: [PRODUCT],
  identifierName: "IDC",
  identifierValue: null,
  dataType: "NUM",
  helpText: "Numero sin 0 ni 15",
  minLength: 10,
  maxLength: 10,
}
const named = (companyCode: string, over: object = {}) => ({ ...COMPANY, companyCode, ...over })
const next = (href: string) => [{ rel: "next", title: "Next interval", href }]

test("a company is taken with its rule and its products, in minor units", () => {
  const products = [
    PRODUCT,
    { ...PRODUCT, productId: "2", amountType: "CLOSED", amount: 200 },
    { ...PRODUCT, productId: "3", amountType: "FIXED", allowedAmounts: [500, 200.5, 500] },
    { ...PRODUCT, productId: "4", status: "draft" },
    { ...PRODUCT, productId: "5", active: false },
  ]
  const { company, unusable } = companyIn({ ...COMPANY, products, unknown: 1 }, ["AR"])
  assert.deepEqual(unusable, [])
  const common = { companyCode: "AR-R-0901", type: "RECARGA_SALDO", description: "Saldo" }
  const rest = { additionalData: {}, commissionFixed: 0n, commissionBasisPoints: 0, active: true }
  const amounts = (
    amount: bigint,
    minAmount: bigint,
    maxAmount: bigint,
    allowed: bigint[] = [],
  ) => {
    return { amount, minAmount, maxAmount, allowedAmounts: allowed, ...common, ...rest }
  }
  assert.deepEqual(company, {
    code: "AR-R-0901",
    country: "AR",
    currency: "ARS",
    name: "DEMO MOVIL",
    active: true,
    details: {
      logo: "https://logos.example.test/demo.png",
      tags: ["telefonia"],
      identifierName: "IDC",
      dataType: "NUM",
      helpText: "Numero sin 0 ni 15",
      minLength: 10,
      maxLength: 10,
      regex: null,
    },
    products: [
      { id: "1", amountType: "OPEN", ...amounts(0n, 10_000n, 500_050n) },
      { id: "2", amountType: "CLOSED", ...amounts(20_000n, 20_000n, 20_000n) },
      { id: "3", amountType: "FIXED", ...amounts(0n, 20_050n, 50_000n, [20_050n, 50_000n]) },
    ],
  })
})

test("an entry that can't be sold is left out, with its code and why", () => {
  const product = (over: object) => named("AR-R-0001", { products: [{ ...PRODUCT, ...over }] })
  const table: [entry: unknown, told: [code: string, why: RegExp][]][] = [
    [7, [["an entry without a code", /./]]],
    [null, [["an entry without a code", /./]]],
    [named("AR-S-0001"), [["AR-S-0001", /no code of a recharge/]]],
    [named("AR-R-0001", { companyType: "SERVICE" }), [["AR-R-0001", /companyType/]]],
    [named("AR-R-0001", { identifierName: null }), [["AR-R-0001", /identifierName/]]],
    [named("AR-R-0001", { dataType: "FEC" }), [["AR-R-0001", /dataType/]]],
    [named("AR-R-0001", { minLength: 11 }), [["AR-R-0001", /minLength/]]],
    [named("AR-R-0001", { maxLength: 1_000 }), [["AR-R-0001", /maxLength/]]],
    [named("AR-R-0001", { companyName: "a\u0000b" }), [["AR-R-0001", /companyName/]]],
    [named("AR-R-0001", { products: "none" }), [["AR-R-0001", /products/]]],
    [product({ productId: "" }), [["AR-R-0001 product ", /productId/]]],
    [product({ amountType: "ANY" }), [["AR-R-0001 product 1", /amountType/]]],
    [product({ minAmount: 10, maxAmount: 5 }), [["AR-R-0001 product 1", /amounts/]]],
    [product({ minAmount: 0 }), [["AR-R-0001 product 1", /amounts/]]],
    [product({ minAmount: -5 }), [["AR-R-0001 product 1", /amounts/]]],
    [product({ minAmount: 10.001 }), [["AR-R-0001 product 1", /amounts/]]],
    [product({ minAmount: "10" }), [["AR-R-0001 product 1", /minAmount/]]],
    [product({ amountType: "CLOSED", amount: null }), [["AR-R-0001 product 1", /amounts/]]],
    [product({ amountType: "FIXED" }), [["AR-R-0001 product 1", /amounts/]]],
    [
      product({ amountType: "FIXED", allowedAmounts: [0, 5] }),
      [["AR-R-0001 product 1", /amounts/]],
    ],
    [named("AR-R-0001", { products: [] }), []],
    [named("AR-R-0001", { active: false }), []],
    [named("PE-R-0001"), []],
    [product({ status: "paused" }), []],
  ]
  for (const [entry, told] of table) {
    const { company, unusable } = companyIn(entry, ["AR"])
    assert.equal(company, null, JSON.stringify(entry))
    assert.deepEqual(
      unusable.map(({ code }) => code),
      told.map(([code]) => code),
    )
    for (const [at, [, why]] of told.entries()) assert.match(unusable[at]!.why, why)
  }
  const half = companyIn({ ...COMPANY, products: [PRODUCT, PRODUCT, { productId: "9" }] }, ["AR"])
  assert.equal(half.company!.products.length, 1)
  assert.deepEqual(
    half.unusable.map(({ code }) => code),
    ["AR-R-0901 product 1", "AR-R-0901 product 9"],
  )
})

test("pesos without decimals are no hundredths", () => {
  const { company } = companyIn(
    named("CL-R-0001", { products: [{ ...PRODUCT, maxAmount: 5000 }] }),
    ["CL"],
  )
  assert.deepEqual([company!.currency, company!.products[0]!.maxAmount], ["CLP", 5_000n])
})

test("all pages are read, on the provider's own address only", async (t) => {
  const { rail, provider, log } = await tapilaWorld(t)
  const pages: Record<string, Reply> = {
    "/recharges?active=true": {
      json: { recharges: [named("AR-R-0001"), named("XX-R-1")], links: next("?page=2&limit=50") },
    },
    "/recharges?page=2&limit=50": {
      json: {
        recharges: [named("AR-R-0002"), named("AR-R-0001")],
        links: next("/recharges?page=3"),
      },
    },
    "/recharges?page=3": { json: { recharges: [named("AR-R-0003"), named("CO-R-0001")] } },
  }
  provider.on.list = ({ path }) => pages[path]!
  const codes = (await rail.sells!()).map(({ code }) => code)
  assert.deepEqual(codes, ["AR-R-0001", "AR-R-0002", "AR-R-0003"])
  const [line] = log.lines.filter(({ level }) => level === "error")
  assert.equal(line!.text, "the provider sells what can't be sold on")
  assert.deepEqual(line!.about, {
    rail: "tapila",
    connection: "first",
    count: 2,
    first: [
      { code: "XX-R-1", why: "is no code of a recharge" },
      { code: "AR-R-0001", why: "is there twice" },
    ],
  })
})

test("half a catalogue is none", async (t) => {
  const good = { recharges: [COMPANY] }
  const table: [name: string, second: Reply, why: RegExp][] = [
    ["page", { text: "<html>" }, /first: .*page that can't be read/],
    ["shape", { json: { companies: [] } }, /page that can't be read/],
    ["fault", failure(500, "XPA05170"), /answers 500/],
    ["reset", "reset", /broke the connection off/],
    ["circle", { json: { ...good, links: next("?active=true") } }, /circle/],
    ["itself", { json: { ...good, links: next("?page=2") } }, /circle/],
    [
      "elsewhere",
      { json: { ...good, links: next("https://evil.example/recharges?page=3") } },
      /elsewhere/,
    ],
    [
      "another host",
      { json: { ...good, links: next("//evil.example/recharges?page=3") } },
      /elsewhere/,
    ],
    ["another path", { json: { ...good, links: next("/login?page=3") } }, /elsewhere/],
    ["no query", { json: { ...good, links: next("/recharges") } }, /elsewhere/],
    ["no address", { json: { ...good, links: next("http://[") } }, /elsewhere/],
  ]
  for (const [name, second, why] of table) {
    const { rail, provider } = await tapilaWorld(t)
    provider.on.list = ({ path }) =>
      path.includes("page=2") ? second : { json: { ...good, links: next("?page=2") } }
    await assert.rejects(rail.sells!(), why, name)
  }
  const { rail, provider } = await tapilaWorld(t)
  let pages = 0
  provider.on.list = () => {
    pages += 1
    return { json: { recharges: [], links: next(`?page=${pages}`) } }
  }
  await assert.rejects(rail.sells!(), /too many pages/)
  assert.equal(pages, 200)
})

test("a catalogue ends somewhere, however small or large its pages are", async (t) => {
  const { rail, provider } = await tapilaWorld(t)
  const filler = { filler: "x".repeat(7 * 2 ** 20) }
  const pages = (each: (page: number) => object[]) => {
    let page = 0
    provider.on.list = () => {
      page += 1
      return { json: { recharges: each(page), links: next(`?page=${page}`) } }
    }
    return () => page
  }
  const large = pages(() => [filler])
  await assert.rejects(rail.sells!(), /first: the catalogue has more than 64 MiB/)
  assert.equal(large(), 10)
  const code = (number: number) => `AR-R-${number}`
  const thousand = (page: number) =>
    Array.from({ length: 1_000 }, (_, at) => named(code(page * 1_000 + at)))
  const many = pages(thousand)
  await assert.rejects(rail.sells!(), /first: the catalogue has more than 5000 companies/)
  assert.equal(many(), 6)
})

test("a provider that is left isn't asked for what it sells", async (t) => {
  const { railWith, connection, provider } = await tapilaWorld(t)
  const rail = railWith({ old: { ...connection, countries: [] } })
  assert.deepEqual(await rail.sells(), [])
  assert.deepEqual(provider.asked, [])
})

test("balances are the provider's own, in minor units", async (t) => {
  const { rail, provider } = await tapilaWorld(t)
  const balance = (over: object) => [
    { countryCode: "AR", currency: "ARS", available: 1500.5, held: 10, ...over },
  ]
  let answer: object = { balances: balance({}) }
  provider.on.tools = () => ({ json: answer })
  assert.deepEqual(await rail.balances(), [
    { connection: "first", asset: "ARS", available: 150_050n, held: 1_000n },
  ])
  for (const over of [
    { available: -1 },
    { available: 1.001 },
    { currency: "XXX" },
    { held: "1" },
  ]) {
    answer = { balances: balance(over) }
    await assert.rejects(rail.balances(), /first/)
  }
})
