/** What goes out: companies and their tags, recharges and receipts, each state and link. */
import assert from "node:assert/strict"
import { test } from "node:test"
import type { State } from "../../core/index.ts"
import { catalogueAnswer, operationAnswer, rechargeAnswer } from "./answers.ts"
import { company, example, payment, TRACE } from "./examples/rows.ts"
import { catalogueQuery } from "./requests.ts"
import {
  companyOf,
  matches,
  nextLink,
  operationOf,
  rechargeOf,
  statusOf,
  tagIdOf,
  tagsOf,
} from "./wire.ts"

test("the catalogue's examples are what is answered", () => {
  const links = [nextLink(catalogueQuery.parse({ limit: "1" }))]
  const page = { recharges: [companyOf(company)], links, ...TRACE }
  assert.deepEqual(catalogueAnswer.parse(page), example("catalogue.response"))
  assert.deepEqual({ ...companyOf(company), ...TRACE }, example("company.response"))
  assert.deepEqual({ tags: tagsOf([company]), ...TRACE }, example("tags.response"))
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
