/** The pure parts: what is sold, how it is answered, what the webhook says and when. */
import assert from "node:assert/strict"
import { createHmac } from "node:crypto"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { test } from "node:test"
import type { z } from "zod"
import {
  type Account,
  type Company,
  type Event,
  type Notice,
  type Payment,
  REFUSALS,
  type State,
} from "../../core/index.ts"
import type { Problem } from "../dialect.ts"
import {
  catalogueAnswer,
  companyPage,
  confirmPayment,
  errorAnswer,
  loginAnswer,
  operationAnswer,
  ratesAnswer,
  rechargeAnswer,
  tagsAnswer,
  walletAnswer,
} from "./answers.ts"
import { callback } from "./callback.ts"
import { problem, providerError, WRONG_LOGIN } from "./errors.ts"
import { catalogueQuery, loginBody, ratesQuery, rechargeBody } from "./requests.ts"
import { readAmount, saleOf } from "./sale.ts"
import { balancesOf, ratesOf } from "./tools.ts"
import { traceOf } from "./trace.ts"
import {
  companyOf,
  matches,
  nextLink,
  operationOf,
  type RechargePurpose,
  rechargeOf,
  statusOf,
  tagIdOf,
  tagsOf,
} from "./wire.ts"

// biome-ignore lint/suspicious/noExplicitAny: an example is whatever its file says.
function example(name: string): any {
  return JSON.parse(readFileSync(join(import.meta.dirname, "examples", `${name}.json`), "utf8"))
}

const TRACE = { tx: example("login.response").tx, mainTx: example("login.response").mainTx }
const KEY = "the webhook key"
const START = Date.parse("2026-01-05T14:00:00.000Z")

const purpose: RechargePurpose = {
  companyCode: "AR-R-0901",
  companyName: "DEMO MOVIL",
  productId: "1",
  productDescription: "Saldo",
  identifierName: "IDC",
  identifierMasked: "*0199",
  paymentMethod: "ACCOUNT",
  agent: "Simulator",
  clientUsername: "acme.3fa19c",
  externalClientId: "user-77",
  notifyAlways: false,
}

function payment(over: Partial<Payment> = {}): Payment {
  return {
    id: example("recharge.response").operationId,
    merchantId: "01a1f93e-cffa-40ea-8158-ffb391a282eb",
    dialect: "tapila",
    kind: "recharge",
    reference: "pay-000123",
    amount: 150_000n,
    asset: "ARS",
    state: "approved",
    reason: null,
    description: null,
    purpose,
    customerId: null,
    instrumentId: null,
    openAttemptId: null,
    captured: 150_000n,
    refunded: 0n,
    fee: 0n,
    held: 150_000n,
    commission: 0n,
    deferred: true,
    version: 2,
    expiresAt: null,
    createdAt: new Date(START),
    updatedAt: new Date(START),
    approvedAt: new Date(START),
    settledAt: new Date(START),
    ...over,
  }
}

function notice(over: { payment?: Payment | null; type?: string; signingKey?: string }): Notice {
  const event: Event = {
    id: "01a1f93e-cffa-40ea-8158-ffb391a282ec",
    subject: "payment",
    subjectId: "01a1f93e-cffa-40ea-8158-ffb391a282ea",
    seq: 2,
    merchantId: "01a1f93e-cffa-40ea-8158-ffb391a282eb",
    dialect: "tapila",
    type: over.type ?? "payment.approved",
    data: {},
    createdAt: new Date(START),
  }
  return {
    event,
    payment: over.payment === undefined ? payment() : over.payment,
    attempt: null,
    customer: null,
    instrument: null,
    refund: null,
    railName: null,
    signingKey: over.signingKey ?? KEY,
    deliveryId: "01a1f93e-cffa-40ea-8158-ffb391a282ed",
  }
}

const product = {
  companyCode: "AR-R-0901",
  type: "RECARGA_SALDO",
  description: "Saldo",
  additionalData: {},
  commissionFixed: 0n,
  commissionBasisPoints: 0,
  active: true,
}
const company: Company = {
  code: "AR-R-0901",
  country: "AR",
  currency: "ARS",
  name: "DÉMO MÓVIL",
  details: {
    logo: "https://logos.example/demo.png",
    tags: ["telefonia"],
    identifierName: "IDC",
    dataType: "NUM",
    helpText: "Número sin 0 ni 15",
    minLength: 10,
    maxLength: 10,
    regex: "11[0-9]*",
  },
  active: true,
  products: [
    {
      ...product,
      id: "open",
      amountType: "OPEN",
      amount: 0n,
      minAmount: 10_000n,
      maxAmount: 500_000n,
      allowedAmounts: [],
    },
    {
      ...product,
      id: "closed",
      amountType: "CLOSED",
      amount: 2_990n,
      minAmount: 2_990n,
      maxAmount: 2_990n,
      allowedAmounts: [],
    },
    {
      ...product,
      id: "fixed",
      amountType: "FIXED",
      amount: 0n,
      minAmount: 5_000n,
      maxAmount: 20_000n,
      allowedAmounts: [5_000n, 20_000n],
    },
    {
      ...product,
      id: "gone",
      active: false,
      amountType: "CLOSED",
      amount: 100n,
      minAmount: 100n,
      maxAmount: 100n,
      allowedAmounts: [],
    },
  ],
}

const EXAMPLES: Readonly<Record<string, z.ZodType>> = {
  "login.request": loginBody,
  "login.response": loginAnswer,
  "catalogue.response": catalogueAnswer,
  "company.response": companyPage,
  "tags.response": tagsAnswer,
  "recharge.request": rechargeBody,
  "recharge.response": rechargeAnswer,
  "recharge-later.response": rechargeAnswer,
  "recharge.error": errorAnswer,
  "operation.response": operationAnswer,
  "wallet.response": walletAnswer,
  "rates.response": ratesAnswer,
  "confirm-payment": confirmPayment,
  "confirm-payment-failed": confirmPayment,
}

test("every example in the folder is what its schema says", () => {
  for (const [name, schema] of Object.entries(EXAMPLES)) schema.parse(example(name))
  const files = readdirSync(join(import.meta.dirname, "examples"))
  assert.deepEqual(
    files.sort(),
    Object.keys(EXAMPLES)
      .map((name) => `${name}.json`)
      .sort(),
  )
})

const AMOUNTS: [value: unknown, hundredths: bigint | "RPA04022" | "XPA04000"][] = [
  [1500, 150_000n],
  [1500.5, 150_050n],
  [1500.55, 150_055n],
  [0.01, 1n],
  [0, 0n],
  [-5, -500n],
  [-0.001, "RPA04022"],
  [1500.555, "RPA04022"],
  [2 ** 53, "RPA04022"],
  [1e21, "RPA04022"],
  [1e-7, "RPA04022"],
  [Number.NaN, "RPA04022"],
  ["", "RPA04022"],
  ["1500", "RPA04022"],
  [null, "RPA04022"],
  [true, "RPA04022"],
  [[1500], "RPA04022"],
  [{}, "RPA04022"],
  [undefined, "XPA04000"],
]
for (const [value, expected] of AMOUNTS) {
  test(`an amount of ${JSON.stringify(value)} is read as ${expected}`, () => {
    const read = readAmount(value)
    const got = typeof read === "bigint" ? read : codeOf(problem(read, "r").body)
    assert.equal(got, expected)
  })
}

function codeOf(body: unknown): string {
  return errorAnswer.parse(body).code
}

type Ask = {
  productId?: string
  amount?: bigint
  identifierValue?: string
  identifierName?: string
}
const SALES: [what: string, ask: Ask, result: bigint | string][] = [
  ["an open product at its least", { amount: 10_000n }, 10_000n],
  ["an open product at its most", { amount: 500_000n }, 500_000n],
  ["an open product below its least", { amount: 9_999n }, "RPA04041"],
  ["an open product above its most", { amount: 500_001n }, "RPA04041"],
  ["nothing at all", { amount: 0n }, "RPA04041"],
  ["less than nothing", { amount: -10_000n }, "RPA04041"],
  ["a closed product at its price", { productId: "closed", amount: 2_990n }, 2_990n],
  ["a closed product at another price", { productId: "closed", amount: 2_991n }, "RPA04041"],
  ["a fixed product at one of its amounts", { productId: "fixed", amount: 20_000n }, 20_000n],
  ["a fixed product between its amounts", { productId: "fixed", amount: 10_000n }, "RPA04041"],
  ["a product that isn't sold any more", { productId: "gone", amount: 100n }, "RPA04345"],
  ["a product that never was", { productId: "nope" }, "RPA04345"],
  ["a number that is too short", { identifierValue: "115555019" }, "XPA04001"],
  ["a number that is too long", { identifierValue: "11555501999" }, "XPA04001"],
  ["a number with a letter", { identifierValue: "115555019a" }, "XPA04001"],
  ["a number of another form", { identifierValue: "2255550199" }, "XPA04001"],
  ["digits of another script", { identifierValue: "١١٥٥٥٥٠١٩٩" }, "XPA04001"],
  ["the identifier's own name", { identifierName: "IDC" }, 150_000n],
  ["another identifier's name", { identifierName: "DNI" }, "XPA04001"],
  ["a wrong number before a wrong product", { identifierValue: "1", productId: "x" }, "XPA04001"],
  ["a wrong product before a wrong amount", { productId: "x", amount: 0n }, "RPA04345"],
]
for (const [what, ask, result] of SALES) {
  test(`asked for ${what}, the sale is ${result}`, () => {
    const { amount = 150_000n, ...over } = ask
    const body = rechargeBody.parse({ ...example("recharge.request"), productId: "open", ...over })
    const sale = saleOf(company, body, amount)
    assert.equal("code" in sale ? codeOf(problem(sale, "r").body) : sale.amount, result)
  })
}

test("the catalogue's examples are what is answered", () => {
  const links = [nextLink(catalogueQuery.parse({ limit: "1" }))]
  const page = { recharges: [companyOf(company)], links, ...TRACE }
  assert.deepEqual(catalogueAnswer.parse(page), example("catalogue.response"))
  assert.deepEqual({ ...companyOf(company), ...TRACE }, example("company.response"))
  assert.deepEqual({ tags: tagsOf([company]), ...TRACE }, example("tags.response"))
})

test("the tools' examples are what is answered", () => {
  const account = (kind: Account["kind"], asset: string, balance: bigint): Account => ({
    id: `${kind} ${asset}`,
    custodian: "gateway",
    merchantId: payment().merchantId,
    rail: null,
    kind,
    asset,
    balance,
    floor: 0n,
    createdAt: new Date(START),
  })
  const accounts = [
    account("available", "ARS", 9_848_850n),
    account("held", "ARS", 151_150n),
    account("available", "CLP", 50_000n),
    account("available", "USD", 1n),
  ]
  const wallet = { balances: balancesOf(accounts, null), ...TRACE }
  assert.deepEqual(walletAnswer.parse(wallet), example("wallet.response"))
  const asked = ratesQuery.parse({ countryCode: "AR" })
  const rates = { exchanges: ratesOf(asked, "sandbox"), ...TRACE }
  assert.deepEqual(ratesAnswer.parse(rates), example("rates.response"))
  assert.deepEqual(ratesOf(asked, "live"), [])
})

test("a currency without decimals takes whole amounts only", () => {
  const chile = { ...company, currency: "CLP" }
  const body = rechargeBody.parse({ ...example("recharge.request"), productId: "open" })
  const sale = saleOf(chile, body, 1_000_000n)
  assert.ok("amount" in sale)
  assert.equal(sale.amount, 10_000n)
  const half = saleOf(chile, body, 1_000_050n)
  assert.equal("code" in half && codeOf(problem(half, "r").body), "RPA04022")
})

test("a recharge is answered with every field of its page", () => {
  const answer = rechargeOf(payment(), "confirmed", "1155550199", {
    tx: example("recharge.response").tx,
    mainTx: example("recharge.response").mainTx,
  })
  assert.deepEqual(rechargeAnswer.parse(answer), example("recharge.response"))
  const later = { ...answer, status: "processing" }
  assert.deepEqual(rechargeAnswer.parse(later), example("recharge-later.response"))
})

test("a look-up shows the operation as its page has it", () => {
  const answer = { operation: operationOf(payment()), ...TRACE }
  assert.deepEqual(operationAnswer.parse(answer), example("operation.response"))
})

test("only a recharge that was delivered has a receipt, with the number masked", () => {
  const { ticket } = operationOf(payment()).additionalData as { ticket: string[] }
  assert.ok(ticket.includes("IDC: *0199") && ticket.includes("Monto: ARS 1500.00"))
  for (const state of ["pending", "processing", "declined"] as const) {
    assert.deepEqual(operationOf(payment({ state })).additionalData["ticket"], [], state)
  }
})

const STATUSES: Record<State, string> = {
  pending: "processing",
  processing: "processing",
  approved: "confirmed",
  declined: "failed",
  expired: "failed",
  cancelled: "failed",
  returned: "confirmed",
}
for (const [state, status] of Object.entries(STATUSES)) {
  test(`a payment that is ${state} is called ${status}`, () => {
    assert.equal(statusOf({ state: state as State }), status)
  })
}

test("a company shows its amounts in major units, and only what it sells now", () => {
  const shown = companyOf(company)
  assert.deepEqual(
    shown.products.map(({ productId, amount, minAmount, maxAmount, allowedAmounts }) => [
      productId,
      amount,
      minAmount,
      maxAmount,
      allowedAmounts,
    ]),
    [
      ["open", 0, 100, 5_000, []],
      ["closed", 29.9, 29.9, 29.9, []],
      ["fixed", 0, 50, 200, [50, 200]],
    ],
  )
})

test("a company that isn't sold any more shows what it sold, and none of it as usable", () => {
  const { products } = companyOf({ ...company, active: false })
  assert.deepEqual(
    products.map(({ productId, status, active }) => [productId, status, active]),
    ["open", "closed", "fixed", "gone"].map((id) => [id, "inactive", false]),
  )
  for (const { status, active } of companyOf(company).products) {
    assert.deepEqual([status, active], ["live", true])
  }
})

test("tags have numbers that follow from their names, and only sold companies' are listed", () => {
  const tagged = (tags: string[], active = true) => ({
    ...company,
    active,
    details: { ...company.details, tags },
  })
  const all = [tagged(["telefonia", "datos"]), tagged(["telefonia"]), tagged(["radio"], false)]
  const tags = tagsOf(all)
  assert.deepEqual(
    tags.map(({ name }) => name),
    ["datos", "telefonia"],
  )
  for (const { id, name } of tags) {
    assert.equal(id, tagIdOf(name))
    assert.equal(catalogueQuery.parse({ tag_id: String(id) }).tag_id, id)
  }
  // Clients keep numbers: those of a later release must be the same.
  assert.equal(tagIdOf("telefonia"), 1_456_247_102)
})

test("companies are found by a part of name or code, whatever the accents and the case", () => {
  for (const wanted of ["demo", "MOVIL", "móv", "ar-r-09"]) assert.ok(matches(company, wanted))
  for (const wanted of ["otra", "demo-movil"]) assert.ok(!matches(company, wanted))
})

test("the next page keeps what was searched for", () => {
  const query = catalogueQuery.parse({ searchCompany: "de mo", active: "false", page: "2" })
  assert.equal(nextLink(query).href, "?page=3&limit=50&active=false&searchCompany=de+mo")
  const tagged = catalogueQuery.parse({ tag_id: "168", limit: "5" })
  assert.equal(nextLink(tagged).href, "?page=2&limit=5&tag_id=168")
  assert.equal(nextLink(catalogueQuery.parse({})).href, "?page=2&limit=50")
})

test("the webhook says what its page documents, under the documented hash", () => {
  const sent = callback(notice({}))!
  const text = `${payment().id}|pay-000123|confirmed|1500.00`
  const hash = createHmac("sha256", KEY).update(text).digest("hex")
  assert.deepEqual(confirmPayment.parse(JSON.parse(sent.body)), {
    ...example("confirm-payment"),
    hash,
  })
  const declined = payment({ state: "declined", reason: "other" })
  const failed = callback(notice({ payment: declined, type: "payment.declined" }))!
  assert.deepEqual(JSON.parse(failed.body), example("confirm-payment-failed"))
})

test("the hash has two decimals whatever the currency, and is empty without a key", () => {
  const chile = payment({ asset: "CLP", amount: 1_500n, state: "declined", reason: "other" })
  const sent = JSON.parse(callback(notice({ payment: chile, type: "payment.declined" }))!.body)
  const text = `${chile.id}|pay-000123|failed|1500.00`
  assert.equal(sent.hash, createHmac("sha256", KEY).update(text).digest("hex"))
  assert.equal(sent.amount, 1_500)
  assert.equal(JSON.parse(callback(notice({ signingKey: "" }))!.body).hash, "")
})

const prompt = payment({ deferred: false })
const always = payment({ deferred: false, purpose: { ...purpose, notifyAlways: true } })
const OWED: [what: string, told: Parameters<typeof notice>[0], owed: boolean][] = [
  ["before its answer", { payment: prompt }, false],
  ["before its answer with a refusal", { payment: prompt, type: "payment.declined" }, false],
  ["after its 202", {}, true],
  ["before its answer, for a client that wants to hear of all", { payment: always }, true],
  ["after its 202 with a refusal", { type: "payment.declined" }, true],
  ["after its 202 with an expiry", { type: "payment.expired" }, true],
  ["not yet: it was created", { type: "payment.created" }, false],
  ["not yet: it is under way", { type: "payment.processing" }, false],
  ["before, and was delivered after all", { type: "payment.delivered_late" }, false],
  ["without being a payment", { payment: null }, false],
]
for (const [what, told, owed] of OWED) {
  test(`a recharge that ends ${what} is ${owed ? "" : "not "}told`, () => {
    assert.equal(callback(notice(told)) !== null, owed)
  })
}

test("an answer names the request's own id as its transaction, where that is one", () => {
  const own = "01a1f93e-d05d-4038-8d3b-a310504cc938"
  assert.equal(traceOf(own).mainTx, own)
  assert.equal(traceOf(`req_${own}`).mainTx, own)
  assert.notEqual(traceOf("abc").mainTx, traceOf("abd").mainTx)
  assert.notEqual(traceOf(own).tx, own)
  for (const id of ["abc", own, `x${own}`, `${own}0`]) {
    errorAnswer.parse({ code: "c", message: "m", ...traceOf(id) })
  }
})

test("a refusal by the operator is a provider error in the one shape of errors", () => {
  const { status, body } = providerError("invalid_identifier", "r", TRACE.tx)
  assert.equal(status, 500)
  assert.equal(codeOf(body), "XX05000")
})

/** What only other dialects' requests can run into. */
const ELSEWHERE: ReadonlySet<string> = new Set(["payment_not_open", "payment_has_open_attempt"])

test("the README's table of errors is what is answered", () => {
  const readme = readFileSync(join(import.meta.dirname, "README.md"), "utf8")
  const rows = [...readme.matchAll(/^\| (\d{3}) \| \**([A-Z]{2,3}\d{5})\** \|/gm)]
  const written = rows.map(([, status, code]) => `${status} ${code}`)
  const own: Problem["code"][] = [
    "body_malformed",
    "body_invalid",
    "body_too_large",
    "media_type_unsupported",
    "route_not_found",
    "method_not_allowed",
    "unauthorized",
    "forbidden",
    "too_many_requests",
    "unavailable",
    "internal",
  ]
  const problems: Problem[] = [
    ...[...REFUSALS, ...own]
      .filter((code) => !ELSEWHERE.has(code))
      .map((code) => ({ code, message: "m" })),
    { code: "body_invalid", field: "productId", message: "m" },
    { code: "body_invalid", field: "amount", message: "m" },
    WRONG_LOGIN,
  ]
  const answers = [
    ...problems.map((each) => problem(each, "r")),
    providerError(null, "r", TRACE.tx),
  ]
  const said = new Set(answers.map(({ status, body }) => `${status} ${codeOf(body)}`))
  assert.deepEqual(written.toSorted(), [...said].sort())
})
