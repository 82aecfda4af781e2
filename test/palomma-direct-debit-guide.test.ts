/** Compares the guide to Palomma Direct Debit with the program, and its two languages. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { PAGE_MAX, REASONS } from "../src/core/index.ts"
import {
  customerSchema,
  paymentMethodSchema,
  paymentRequestSchema,
} from "../src/dialects/palomma-direct-debit/answers.ts"
import { ERRORS, SOUNDS } from "../src/dialects/palomma-direct-debit/errors.ts"
import { palommaDirectDebit } from "../src/dialects/palomma-direct-debit/index.ts"
import * as requests from "../src/dialects/palomma-direct-debit/requests.ts"
import { centavosOf } from "../src/dialects/palomma-direct-debit/wire.ts"
import { fateOf, flawOf } from "../src/rails/simulator/magic.ts"
import { codeIn, lacksPhp, namesIn, numbersOf, openGuide, type Table } from "./support/guide.ts"

const guide = openGuide("palomma-direct-debit")
const { tableWith, example } = guide

test("both languages have the same tables, headings, examples and links", () => {
  guide.assertTwins(16)
})

const CREATES = [
  ["create-customer", "/customers", requests.createCustomer, customerSchema],
  ["create-payment-method", "/paymentMethods", requests.createPaymentMethod, paymentMethodSchema],
  [
    "create-payment-request",
    "/paymentRequests",
    requests.createPaymentRequest,
    paymentRequestSchema,
  ],
] as const

test("the guide's calls and answers are the examples, and can be sent as they stand", () => {
  const calls = guide.blocks("sh")
  assert.equal(calls.length, CREATES.length)
  const answers = guide.answers()
  for (const [at, [name, path, body, answer]] of CREATES.entries()) {
    const known = example(name)
    const sent = JSON.parse(/--data '([^']+)'/.exec(calls[at]!)![1]!)
    assert.deepEqual([sent, answers[at]], [known.request, known.answer])
    assert.deepEqual(body.parse(sent), sent)
    assert.deepEqual(answer.parse(answers[at]), answers[at])
    const url = `http://127.0.0.1:8080${palommaDirectDebit.basePath}${path}`
    assert.ok(calls[at]!.startsWith(`curl --request POST --url ${url} \\\n`), calls[at])
    assert.match(calls[at]!, /--header 'Authorization: Bearer <apiKey>'/)
  }
  assert.deepEqual(answers.slice(3), [
    example("get-payment-request").answer,
    example("webhook").body,
  ])
})

test("the guide has the endpoints", () => {
  const found: string[] = []
  const record = (method: string) => (url: string) => void found.push(`${method} ${url}`)
  palommaDirectDebit.routes(
    { get: record("GET"), post: record("POST"), delete: record("DELETE") } as never,
    { pay: {}, customers: {}, instruments: {} } as never,
  )
  const named = guide.english.matchAll(
    /^\| [\w ]+ (?:\| `(?:GET|POST) \/\w+(?:\/\{\w+\})?` ){3}\|$/gm,
  )
  const listed = [...named].flatMap(([row]) => codeIn(row))
  const ours = "DELETE /paymentMethods/{paymentMethodId}"
  assert.ok(guide.english.includes(`\`${ours}\` takes a consent back`))
  const asRoutes = [...listed, ours].map((each) =>
    each.replace(" /", " /v1/").replace(/\{(\w+)\}/, ":$1"),
  )
  assert.deepEqual(asRoutes.sort(), found.sort())
  assert.equal(found.length, 10)
})

const [CUSTOMER, METHOD, REQUEST] = CREATES.map(([name]) => example(name).request)

/** Whether a create is taken with these members instead. */
function taken(at: 0 | 1 | 2, over: object): boolean {
  const body = { ...[CUSTOMER, METHOD, REQUEST][at], ...over }
  return CREATES[at][2].safeParse(body).success
}

/** Both bounds are taken, and what lies beyond them isn't. */
function assertBounds([least, most]: number[], fits: (count: number) => boolean, what: string) {
  assert.deepEqual(
    [least! - 1, least!, most!, most! + 1].map(fits),
    [false, true, true, false],
    what,
  )
}

const digits = (count: number) => "1".repeat(Math.max(count, 0))

test("the guide has every field of a create, with its limits", () => {
  const customer = tableWith("documentNumber")
  assert.deepEqual(namesIn(customer), Object.keys(requests.createCustomer.shape))
  const [name] = numbersOf(customer, "name")
  assertBounds([1, name!], (count) => taken(0, { name: "ñ".repeat(count) }), "name")
  const [email] = numbersOf(customer, "email")
  const address = (count: number) => ({ email: `a@${"b".repeat(count - 5)}.co` })
  assert.ok(taken(0, address(email!)) && !taken(0, address(email! + 1)), "email")
  const documents = numbersOf(customer, "documentNumber")
  for (const [at, documentType] of ["cc", "ce", "nit"].entries()) {
    const fits = (count: number) => taken(0, { documentType, documentNumber: digits(count) })
    assertBounds(documents.slice(2 * at, 2 * at + 2), fits, documentType)
  }
  const cellOf = (table: Table, field: string) =>
    table.find(([first]) => first === `\`${field}\``)![1]!
  const types = codeIn(cellOf(customer, "documentType"))
  const { documentType } = requests.createCustomer.shape
  assert.deepEqual(
    types.filter((type) => documentType.safeParse(type).success),
    types,
  )

  const method = tableWith("bank")
  const { options } = requests.createPaymentMethod
  const fields = options.flatMap(({ shape }) => Object.keys(shape))
  assert.deepEqual(namesIn(method).sort(), [...new Set(fields)].sort())
  assert.deepEqual(codeIn(cellOf(method, "type")), [...requests.TYPES].sort())
  assert.deepEqual(guide.blocks("txt")[0]!.trim().split(/\s+/), [...requests.BANKS])
  const number = (count: number) => taken(1, { accountNumber: digits(count) })
  assertBounds(numbersOf(method, "accountNumber"), number, "accountNumber")
  const phone = numbersOf(method, "phoneNumber")
  const wallet = (count: number) =>
    taken(1, { type: "nequiInstant", phoneNumber: `3${digits(count - 1)}` })
  assertBounds([phone[0]!, phone[0]!], wallet, "phoneNumber")

  const mandate = tableWith("acceptedAt")
  const { mandate: given } = options[0].shape
  assert.deepEqual(namesIn(mandate), Object.keys(given.unwrap().shape))
  const acceptedAt = "2025-01-02T03:04:05Z"
  for (const member of ["channel", "reference"]) {
    const [most] = numbersOf(mandate, member)
    const said = (count: number) =>
      taken(1, { mandate: { acceptedAt, [member]: "x".repeat(count) } })
    assertBounds([1, most!], said, member)
  }

  const needs = tableWith("nequiInstant")
  assert.deepEqual(namesIn(needs), [...requests.TYPES])
  for (const [type, needed] of needs) {
    const shape = options.find(({ shape }) => shape.type.value === codeIn(type!)[0])!.shape
    const required = Object.entries(shape).filter(([, schema]) => !schema.isOptional())
    const own = required.map(([field]) => field).filter((each) => !/^(customerId|type)$/.test(each))
    // In production a Bancolombia account needs its number, too: see `lackedBy`.
    assert.deepEqual(codeIn(needed!), own.length > 0 ? own.sort() : ["accountNumber"])
  }

  const terms = { minAmount: null, maxAmount: null } as never
  const amount = (pesos: number) => typeof centavosOf(pesos, terms) === "bigint"
  assertBounds(numbersOf(tableWith("amount"), "amount"), amount, "amount")
})

test("the guide has every status, every member of a request, every error", () => {
  const { status, ...members } = paymentRequestSchema.shape
  assert.deepEqual(namesIn(tableWith("processing")), status.options)
  assert.deepEqual(namesIn(tableWith("active")), paymentMethodSchema.shape.status.options)
  const named = tableWith("approvedDetails")
  assert.deepEqual(namesIn(named).sort(), ["status", ...Object.keys(members)].sort())
  for (const member of ["approvedDetails", "errorDetails"] as const) {
    const cell = named.find(([name]) => name === `\`${member}\``)![1]!
    const inside = Object.keys(members[member].unwrap().shape)
    assert.ok(
      inside.every((each) => codeIn(cell).includes(each)),
      member,
    )
  }

  const codes = tableWith("D06").map((row) => row.map((cell) => cell.replaceAll("`", "")))
  const known = REASONS.map((reason) => ERRORS[reason].join(" "))
  assert.deepEqual(
    codes.map(([code, message]) => `${code} ${message}`).sort(),
    [...new Set(known)].sort(),
  )
  const theirs = codes.filter(([, , whose]) => whose !== "ours").map(([code]) => code)
  assert.deepEqual(theirs, ["D23"])

  const statuses = new Set(Object.values(SOUNDS).map((sound) => String(sound.status)))
  assert.deepEqual(namesIn(tableWith("422")), [...statuses].sort())
})

test("the guide has the parameters of lists, with their limits", () => {
  const table = tableWith("limit")
  assert.deepEqual(namesIn(table).sort(), Object.keys(requests.listPaymentRequests.shape).sort())
  assert.deepEqual(numbersOf(table, "limit"), [1, PAGE_MAX])
  const { limit } = requests.listCustomers.parse({})
  assert.ok(
    table
      .find(([name]) => name === "`limit`")!
      .at(-1)!
      .includes(`\`${limit}\``),
  )
})

test("the guide has the simulator's digits", () => {
  const table = tableWith("01")
  const named = namesIn(table)
  for (let number = 0; number < 100; number += 1) {
    const ends = String(number).padStart(2, "0")
    const [, method, does, request] = table[named.indexOf(ends)] ?? table[named.indexOf("others")]!
    const target = { accountNumber: `123456${ends}` }
    assert.deepEqual(codeIn(method!), [flawOf(target) === null ? "active" : "error"], ends)
    if (flawOf(target) !== null) {
      assert.equal(request, "", "what never becomes active is never charged")
      continue
    }
    const { steps } = fateOf({ kind: "charge", method: "bank", target })
    assert.deepEqual(codeIn(request!), endOf(steps.at(-1)), ends)
    const seconds = steps.find(({ afterMs }) => afterMs > 0)?.afterMs ?? 0
    assert.equal(Number(/(\d+) seconds/.exec(does!)?.[1] ?? 0), seconds / 1_000, ends)
  }
})

/** What a request shows once the last step of its bank is done. */
function endOf(last: ReturnType<typeof fateOf>["steps"][number] | undefined): string[] {
  if (last === undefined) return ["processing"]
  return "reason" in last ? [ERRORS[last.reason][0], "error"] : ["approved"]
}

type Headers = Readonly<Record<string, unknown>>

/** Messages that a receiver may get, and whether each is genuine under the example's key. */
function messages(): [what: string, headers: Headers, body: string, key: string, ok: boolean][] {
  const { headers, integrityKey: key } = example("webhook")
  const encoded: string = headers["x-encoded-data"]
  const signature: string = headers["x-signature"]
  const body = Buffer.from(encoded, "base64").toString("utf8")
  const of = (over: Headers) => ({ ...headers, ...over })
  const other = Buffer.from(body.replace("45000", "1")).toString("base64")
  return [
    ["as it is sent", headers, body, key, true],
    ["beside other headers", of({ host: "x" }), body, key, true],
    ["under another key", headers, body, "another", false],
    ["with another body", headers, body.replace("45000", "1"), key, false],
    ["with a body that reads the same", headers, `${body} `, key, false],
    ["with other data", of({ "x-encoded-data": other }), body, key, false],
    ["with a cut signature", of({ "x-signature": signature.slice(1) }), body, key, false],
    [
      "with a signature in capitals",
      of({ "x-signature": signature.toUpperCase() }),
      body,
      key,
      false,
    ],
    ["with an empty signature", of({ "x-signature": "" }), body, key, false],
    ["with two signatures", of({ "x-signature": [signature, signature] }), body, key, false],
    ["without a signature", { "x-encoded-data": encoded }, body, key, false],
    ["without data", { "x-signature": signature }, body, key, false],
    ["with nothing", {}, "", key, false],
  ]
}

test("the guide's headers are those of its message", () => {
  const { headers, integrityKey } = example("webhook")
  const lines = [
    `X-Encoded-Data: ${headers["x-encoded-data"]}`,
    `X-Signature: ${headers["x-signature"]}`,
  ]
  assert.equal(guide.blocks("txt")[1], `${lines.join("\n")}\n`)
  assert.ok(guide.english.includes(`\`${integrityKey}\``))
  const seconds = Number(/within (\d+) seconds/.exec(guide.english)![1])
  assert.equal(seconds * 1_000, palommaDirectDebit.deliveryTimeoutMs)
})

test("the recipe in Node accepts what is sent, and nothing that was changed", async (t) => {
  const { readNotice } = await guide.nodeRecipe(t)
  for (const [what, headers, body, key, ok] of messages()) {
    assert.deepEqual(readNotice(headers, body, key), ok ? example("webhook").body : null, what)
  }
})

test("the recipe in PHP does the same", { skip: lacksPhp }, (t) => {
  const given = "json_decode(getenv('HEADERS'), true), getenv('BODY'), getenv('KEY')"
  const read = guide.phpRecipe(t, `read_notice(${given})`)
  for (const [what, headers, BODY, KEY, ok] of messages()) {
    const named = Object.entries(headers).map(([name, value]) => [
      `HTTP_${name.toUpperCase().replaceAll("-", "_")}`,
      value,
    ])
    const HEADERS = JSON.stringify(Object.fromEntries(named))
    assert.deepEqual(read({ HEADERS, BODY, KEY }), ok ? example("webhook").body : null, what)
  }
})
