/** Payments, customers and books in the console: found, read, exported, changed once. */
import assert from "node:assert/strict"
import { after, before, test } from "node:test"
import { paymentsCsv } from "../../src/console/payments/export.ts"
import type { Merchant, Payment } from "../../src/core/index.ts"
import { addUser, demoOwner, signIn, type Visitor } from "../support/console.ts"
import { startGateway } from "../support/gateway.ts"
import { addMerchant } from "../support/merchant.ts"

const gateway = await startGateway({ after })
const { core, server } = gateway
const demo = demoOwner(gateway)

let merchant: Merchant
let foreign: Merchant
let owner: Visitor
let support: Visitor
let seller: Visitor
let stranger: Visitor
/** By their references. */
const made = new Map<string, Payment>()

const PAYER = {
  ...{ name: "Lucía Prueba", documentType: "CC", documentNumber: "1020304050" },
  ...{ email: "lucia@example.com", phoneNumber: "3001234567" },
}

const PERSON = {
  ...{ name: "Óscar Prueba", documentType: "CC", documentNumber: "79888777" },
  email: "oscar@example.com",
}

async function create(reference: string, amount: bigint, of = merchant, over: object = {}) {
  const created = await core.pay.create({
    ...{ merchant: of, dialect: "caudal", kind: "charge", reference, amount, asset: "COP" },
    ...{ description: null, customerId: null, instrumentId: null, way: null, repeat: "answer" },
    purpose: core.payments.sealPurpose({}, { payer: PAYER }),
    expiresAt: new Date(core.clock.now().getTime() + 3_600_000),
    ...over,
  })
  assert.ok(!("refused" in created))
  made.set(reference, created.payment)
  return created.payment
}

async function approved(reference: string, amount: bigint): Promise<Payment> {
  const payment = await create(reference, amount)
  await core.pay.simulate(merchant, payment, "approved", null)
  return now(payment)
}

async function now({ id, merchantId }: Payment): Promise<Payment> {
  return (await core.payments.find(merchantId, id))!
}

const id = (reference: string) => made.get(reference)!.id
/** The references that a page shows, in their order. */
const shownIn = (body: string) =>
  [...body.matchAll(/<span class="reference">([^<]*)<\/span>/g)].map(([, text]) => text)
/** The hidden fields of the form that goes to an address. */
function hiddenOf(body: string, action: string): Record<string, string> {
  const form = body.split("<form ").find((each) => each.includes(`/${action}`)) ?? ""
  const fields = form.split("</form>")[0]!.matchAll(/type="hidden" name="(\w+)" value="([^"]*)"/g)
  return Object.fromEntries([...fields].map(([, name, value]) => [name, value]))
}

before(async () => {
  merchant = (await core.merchants.findByName("Demo"))!
  const { id: foreignId } = await addMerchant(gateway, "Ajena", ["caudal"])
  foreign = (await core.merchants.find(foreignId))!
  await create("order-café-1041", 12_500_00n, merchant, { description: "=cmd|' /C calc'!A0" })
  await create("order-1042", 99_00n)
  await create("=1+1", 7_00n)
  await approved("paid-7", 50_000_00n)
  await create("foreign-order-1041", 12_500_00n, foreign)
  await core.pass()
  const of = (role: Parameters<typeof addUser>[1], of: Merchant | null, email?: string) =>
    addUser(core, role, of?.id ?? null, email)
  const users = [
    await of("support", null),
    await of("merchant", merchant),
    await of("merchant", foreign, "ajena@users.example"),
  ]
  assert.equal(users.length, 3)
  owner = await signIn(server, demo.email, demo.password)
  support = await signIn(server, "support@users.example")
  seller = await signIn(server, "merchant@users.example")
  stranger = await signIn(server, "ajena@users.example")
})

test("a list shows what its address asks for, and no other merchant's", async () => {
  const rows: [query: string, references: readonly string[]][] = [
    ["", ["paid-7", "=1+1", "order-1042", "order-café-1041"]],
    ["q=CAFE", ["order-café-1041"]],
    ["q=der-104", ["order-1042"]],
    ["q=104", ["order-1042", "order-café-1041"]],
    [`q=pay_${id("order-1042").replaceAll("-", "")}`, ["order-1042"]],
    [`q=${id("order-1042")}`, ["order-1042"]],
    ["q=12.500", ["order-café-1041"]],
    ["q=lucia%40example.com", ["paid-7", "=1+1", "order-1042", "order-café-1041"]],
    ["q=1020304050&state=approved", ["paid-7"]],
    ["q=order-9", []],
    ["state=approved", ["paid-7"]],
    ["dialect=tapila", []],
    ["dialect=caudal&state=pending", ["=1+1", "order-1042", "order-café-1041"]],
    ["asset=COP&min=100&max=12.500", ["order-café-1041"]],
    ["asset=COP&max=99", ["=1+1", "order-1042"]],
    ["method=bank", ["paid-7"]],
    ["method=crypto", []],
    ["rail=simulator", ["paid-7"]],
    ["from=2999-01-01", []],
    ["to=2001-01-01", []],
    [`q=${id("foreign-order-1041")}`, []],
  ].map(([query, references]) => [query as string, references as readonly string[]])
  for (const [query, references] of rows) {
    const { statusCode, body } = await seller.get(`/payments?${query}`)
    assert.equal(statusCode, query.includes("2999") ? 422 : 200, query)
    assert.deepEqual(shownIn(body), references, query)
  }
  const all = await owner.get("/payments?q=order-1041")
  assert.deepEqual(shownIn(all.body), ["foreign-order-1041"])
  const one = await owner.get(`/payments?merchant=${merchant.id}&state=approved`)
  assert.deepEqual(shownIn(one.body), ["paid-7"])
})

test("an address that nobody of ours wrote is answered with what is wrong", async () => {
  const rows: [query: string, status: number][] = [
    ["state=nonsense", 422],
    ["dialect=%27%20or%201=1--", 422],
    ["rail=../../etc/passwd", 422],
    ["asset=XXX", 422],
    ["min=1", 422],
    ["asset=COP&min=abc", 422],
    ["asset=COP&min=1e99", 422],
    ["asset=COP&min=5&max=4", 422],
    ["from=2026-02-31", 422],
    ["from=0001-01-01", 422],
    ["to=%2B275760-09-13", 422],
    ["from=2026-02-02&to=2026-02-01", 422],
    ["customer=nobody", 422],
    [`q=${"x".repeat(300)}`, 422],
    ["q=%00", 400],
    ["q=%25_%5C", 200],
    ["q=%3Cscript%3Ealert(1)%3C/script%3E", 200],
    ["after=nonsense", 200],
    [`after=named.${"f".repeat(400)}`, 200],
    ["state=approved&state=pending", 200],
    ["__proto__=1&constructor=2", 200],
  ]
  for (const [query, status] of rows) {
    for (const path of ["/payments", "/payments/export"]) {
      const answer = await seller.get(`${path}?${query}`)
      assert.equal(answer.statusCode, status, `${path}?${query}`)
      assert.doesNotMatch(answer.body, /<script>alert/)
    }
  }
})

test("pages follow each other until all were shown", async () => {
  await Promise.all(Array.from({ length: 60 }, (_, at) => create(`many-${at}`, 1_00n)))
  const seen: (string | undefined)[] = []
  let path: string | undefined = "/payments?q=many-&state=pending"
  for (let pages = 0; path !== undefined && pages < 5; pages += 1) {
    const { body } = await seller.get(path)
    seen.push(...shownIn(body))
    const next = /href="\/console([^"]+)" rel="next"/.exec(body)?.[1]
    path = next?.replaceAll("&amp;", "&")
    if (path) assert.match(path, /q=many-&state=pending&after=/)
  }
  assert.equal(new Set(seen).size, 60)
  assert.equal(seen.length, 60)
})

test("a file has what the list has, without formulas, and says where it was cut", async () => {
  const { body, headers } = await seller.get("/payments/export?state=approved")
  assert.match(String(headers["content-disposition"]), /caudal-payments-.*\.csv/)
  const [head, line, ...more] = body.trim().split("\r\n")
  assert.match(head!, /^id,created_at,state,reason,amount,asset,/)
  assert.ok(line!.startsWith(id("paid-7")))
  assert.match(line!, /,approved,,50000\.00,COP,50000\.00,0\.00,0\.00,paid-7,/)
  assert.deepEqual(more, [])
  const all = (await seller.get("/payments/export?q=1")).body
  assert.match(all, /'=1\+1/)
  assert.match((await seller.get("/payments/export?q=cafe")).body, /'=cmd\|/)
  assert.doesNotMatch(all, /foreign/)
  const parts: string[] = []
  const given = { merchants: new Map(), language: "es", rowsMax: 2 } as const
  for await (const part of paymentsCsv(core, { merchantId: merchant.id }, given)) parts.push(part)
  const cut = parts.join("").trim().split("\r\n")
  assert.equal(cut.length, 4)
  assert.match(cut[3]!, /termina en 2 filas/)
})

test("a payment's page tells its story, and masks its payer", async () => {
  const { body, statusCode } = await seller.get(`/payments/${id("paid-7")}`)
  assert.equal(statusCode, 200)
  for (const text of [
    ...["50.000,00 COP", "paid-7", "Pago creado", "Pago aprobado", "Simulator"],
    ...["De Simulator (por abonar) a disponible", "Lucía Prueba", "lu…@example.com"],
    ...["payment.approved", "webhook-id", "Reembolsar", "Devolver (banco)"],
  ]) {
    assert.ok(body.includes(text), text)
  }
  assert.doesNotMatch(body.replaceAll(/<pre>[\s\S]*?<\/pre>/g, ""), /1020304050|lucia@|3001234567/)
  const named = await owner.get(`/payments/pay_${id("paid-7").replaceAll("-", "")}`)
  assert.equal(named.statusCode, 200)
})

test("another merchant's payment is as unknown as one that never was", async () => {
  const never = core.ids.next()
  const theirs = id("paid-7")
  const paths = ["", "/refund", "/cancel", "/take-back", "/simulate", "/replay"]
  for (const path of paths) {
    const ask = (of: string) =>
      path === ""
        ? stranger.get(`/payments/${of}`)
        : stranger.post(`/payments/${of}${path}`, { amount: "1", outcome: "returned", key: "k" })
    const [mine, none] = [await ask(theirs), await ask(never)]
    assert.deepEqual([mine.statusCode, none.statusCode], [404, 404], path)
    assert.equal(mine.body.replaceAll(theirs, ""), none.body.replaceAll(never, ""))
  }
  assert.equal((await stranger.get(`/payments/${theirs}?merchant=${merchant.id}`)).statusCode, 404)
  const other = await owner.get(`/payments/${theirs}?merchant=${foreign.id}`)
  assert.equal(other.statusCode, 404)
  for (const odd of ["xyz", "%00", "../books", "pay_1", "0".repeat(500)]) {
    assert.ok((await seller.get(`/payments/${encodeURIComponent(odd)}`)).statusCode < 500, odd)
  }
})

test("who only looks has no buttons, and no way around them", async () => {
  const { body } = await support.get(`/payments/${id("paid-7")}`)
  assert.doesNotMatch(body.split("<main")[1]!, /<form method="post"/)
  assert.match(body, /Su rol solo mira/)
  const form = { amount: "1", key: "k", seen: "0" }
  const answer = await support.post(`/payments/${id("paid-7")}/refund`, form)
  assert.equal(answer.statusCode, 403)
  assert.equal((await now(made.get("paid-7")!)).refunded, 0n)
})

test("a form sent twice is one refund; who comes too late sees what is now", async () => {
  const payment = await approved("paid-8", 10_000_00n)
  const path = `/payments/${payment.id}`
  const hidden = hiddenOf((await seller.get(path)).body, "refund")
  assert.deepEqual(Object.keys(hidden), ["csrf", "key", "seen"])
  const form = { ...hidden, amount: "2.500,50", csrf: seller.csrf }
  const twice = await Promise.all([
    seller.post(`${path}/refund`, form),
    seller.post(`${path}/refund`, form),
  ])
  assert.deepEqual(
    twice.map(({ statusCode, headers }) => [statusCode, headers["location"]]),
    [303, 303].map((status) => [status, `/console${path}`]),
  )
  assert.equal((await now(payment)).refunded, 2_500_50n)
  // Whoever never saw the first answer sends it again, though less is left by now.
  const most = { ...hiddenOf((await seller.get(path)).body, "refund"), csrf: seller.csrf }
  const rest = { ...most, amount: "7.000" }
  for (let tries = 0; tries < 2; tries += 1) {
    assert.equal((await seller.post(`${path}/refund`, rest)).statusCode, 303)
  }
  assert.equal((await now(payment)).refunded, 9_500_50n)
  const late = await owner.post(`${path}/refund`, { key: "other", seen: "0", amount: "100" })
  assert.equal(late.statusCode, 409)
  assert.match(late.body, /Alguien cambió este pago/)
  assert.match(late.body, /name="seen" value="950050"/)
  assert.match(late.body, /id="amount"[^>]*value="100"/)
  assert.equal((await now(payment)).refunded, 9_500_50n)
  const entries = await core.audit.list(
    { since: null, action: "payment.refund", merchantId: merchant.id },
    9,
  )
  assert.deepEqual(
    entries.map(({ by, outcome, subject }) => [by.kind, outcome, subject]),
    [
      ["console", "refused", payment.id],
      ["console", "done", payment.id],
      ["console", "done", payment.id],
    ],
  )
})

test("what is wrong with a refund stands beside its field, and what was typed stays", async () => {
  const payment = await approved("paid-9", 10_000_00n)
  const path = `/payments/${payment.id}`
  const rows: [amount: string, says: RegExp][] = [
    ["", /mayor que cero/],
    ["0", /mayor que cero/],
    ["-5", /mayor que cero/],
    ["abc", /mayor que cero/],
    ["1,001", /mayor que cero/],
    ["10.000,01", /más de lo que queda: 10\.000,00 COP/],
    ["9".repeat(70), /mayor que cero/],
    ['"><script>', /mayor que cero/],
  ]
  for (const [amount, says] of rows) {
    const answer = await seller.post(`${path}/refund`, { key: "k", seen: "0", amount })
    assert.equal(answer.statusCode, 422, amount)
    assert.match(answer.body, says)
    assert.match(answer.body, /aria-invalid="true"/)
    assert.doesNotMatch(answer.body, /"><script>/)
  }
  const early = await seller.post(`/payments/${id("order-1042")}/refund`, {
    amount: "1",
    key: "k",
    seen: "0",
  })
  assert.equal(early.statusCode, 409)
  assert.match(early.body, /no puede devolverse/)
  assert.equal((await now(payment)).refunded, 0n)
})

test("a payment that waits is cancelled, simulated, and told again of", async () => {
  const waits = `/payments/${id("many-1")}`
  assert.match((await seller.get(waits)).body, /Cancelar el pago/)
  assert.equal((await seller.post(`${waits}/cancel`)).statusCode, 303)
  assert.equal((await seller.post(`${waits}/cancel`)).statusCode, 303)
  assert.equal((await now(made.get("many-1")!)).state, "cancelled")
  assert.doesNotMatch((await seller.get(waits)).body, /Cancelar el pago|>Aprobar</)

  const other = `/payments/${id("many-2")}`
  assert.equal((await seller.post(`${other}/simulate`, { outcome: "nonsense" })).statusCode, 404)
  assert.equal((await seller.post(`${other}/simulate`, { outcome: "approved" })).statusCode, 303)
  assert.equal((await now(made.get("many-2")!)).state, "approved")
  const again = await seller.post(`${other}/simulate`, { outcome: "declined" })
  assert.ok([303, 409].includes(again.statusCode))
  assert.equal((await now(made.get("many-2")!)).state, "approved")

  await core.pass()
  const { body } = await seller.get(other)
  const delivery = hiddenOf(body, "replay")["delivery"]!
  const before = gateway.receiver.received.filter((each) => each.headers["webhook-id"] === delivery)
  assert.equal((await seller.post(`${other}/replay`, { delivery })).statusCode, 303)
  const nobody = await seller.post(`${other}/replay`, { delivery: core.ids.next() })
  assert.equal(nobody.statusCode, 404)
  await core.pass()
  const told = gateway.receiver.received.filter((each) => each.headers["webhook-id"] === delivery)
  assert.equal(told.length, before.length + 1)
  assert.equal(told.at(-1)!.body, told[0]!.body)
  const refund = await seller.post(`${other}/take-back`, { refund: core.ids.next() })
  assert.equal(refund.statusCode, 404)
})

test("attempts without an answer say what they wait for, to operators", async () => {
  const way = { method: "bank", target: { bank: "bancolombia", accountNumber: "5207711234509" } }
  await create("silent-1", 70_00n, merchant, { way })
  assert.equal((await seller.get("/payments/unanswered")).statusCode, 403)
  const { body, statusCode } = await owner.get("/payments/unanswered")
  assert.equal(statusCode, 200)
  assert.match(body, /Intentos sin respuesta/)
})

test("customers are found by what they are known by in full, and shown masked", async () => {
  const person = { ...PERSON, name: "Óscar Ñandú" }
  const spec = { merchantId: merchant.id, dialect: "palomma-direct-debit", person } as const
  const customer = await core.customers.create(spec)
  assert.ok(!("refused" in customer))
  const rows: [query: string, found: boolean][] = [
    ["", true],
    ["q=oscar", true],
    ["q=oscar%40example.com", true],
    ["q=79888777", true],
    ["q=7988", false],
    ["q=nadie", false],
    ["api=palomma-direct-debit", true],
    ["api=tapila", false],
  ]
  for (const [query, found] of rows) {
    const { body, statusCode } = await seller.get(`/customers?${query}`)
    assert.equal(statusCode, 200)
    assert.equal(body.includes("Óscar Ñandú"), found, query)
    assert.equal((await stranger.get(`/customers?${query}`)).body.includes("Óscar"), false)
  }
  for (const query of ["api=nonsense", `q=${"x".repeat(300)}`]) {
    assert.equal((await seller.get(`/customers?${query}`)).statusCode, 422, query)
  }
  const path = `/customers/${customer.id}`
  for (const who of [seller, owner, support]) {
    const { body } = await who.get(path)
    assert.match(body, /Óscar Ñandú/)
    assert.match(body, /CC \*8777/)
    assert.doesNotMatch(body, /79888777|oscar@/)
  }
  for (const odd of [customer.id, core.ids.next(), "nonsense"]) {
    assert.equal((await stranger.get(`/customers/${odd}`)).statusCode, 404)
  }
})

test("a consent is revoked once, by whoever may, and written down", async () => {
  const customer = await core.customers.create({
    ...{ merchantId: merchant.id, dialect: "palomma-direct-debit", person: PERSON },
  })
  assert.ok(!("refused" in customer))
  const made = await core.instruments.create({
    ...{ merchantId: merchant.id, dialect: "palomma-direct-debit", customerId: customer.id },
    ...{ rail: "simulator", type: "bankAccount", state: "active", lookAt: null },
    details: { bank: "bancolombia", accountType: "savings", accountNumber: "52077119876" },
    masked: { bank: "bancolombia", accountType: "savings", accountNumber: "*9876" },
    consent: {
      at: core.clock.now(),
      proof: { channel: "merchant", person: PERSON, givenBy: null, reference: null },
    },
  })
  assert.ok(!("refused" in made))
  const { id: instrument } = "instrument" in made ? made.instrument : made
  const path = `/customers/${customer.id}`
  const { body } = await seller.get(path)
  assert.match(body, /bancolombia \*9876/)
  assert.doesNotMatch(body, /52077119876/)
  const tries: [who: Visitor, form: Record<string, string>, status: number][] = [
    [support, { instrument }, 403],
    [stranger, { instrument }, 404],
    [seller, { instrument: core.ids.next() }, 404],
    [seller, {}, 404],
    [seller, { instrument }, 303],
    [owner, { instrument }, 303],
  ]
  for (const [who, form, status] of tries) {
    assert.equal((await who.post(`${path}/revoke`, form)).statusCode, status)
  }
  const found = await core.instruments.find(merchant.id, instrument)
  assert.deepEqual([found!.state, found!.revokedBy], ["revoked", "merchant"])
  const filter = { since: null, action: "mandate.revoke", merchantId: merchant.id } as const
  const outcomes = (await core.audit.list(filter, 9)).map(({ by, outcome }) => [by.kind, outcome])
  assert.deepEqual(outcomes, [
    ["console", "unchanged"],
    ["console", "done"],
  ])
  assert.match((await seller.get(path)).body, /revocada el .* por el comercio/)
})

test("a wallet's statement has each movement, the balance after it, and a file", async () => {
  const { body } = await seller.get("/books")
  assert.match(body, /Disponible/)
  assert.match(body, /href="\/console\/books\/statement\?asset=COP"/)
  const statement = (await seller.get("/books/statement?asset=COP")).body
  for (const text of ["Saldo inicial", "paid-7", "Pago aprobado", "llevan a lo que tienen"]) {
    assert.ok(statement.includes(text), text)
  }
  const file = await seller.get("/books/statement/export?asset=COP")
  assert.match(String(file.headers["content-disposition"]), /caudal-statement-COP\.csv/)
  const lines = file.body.trim().split("\r\n")
  assert.match(lines[0]!, /^at,kind,description,amount,balance/)
  assert.match(lines[1]!, /^,opening,/)
  assert.match(lines.at(-1)!, /^,closing,/)
  assert.ok(lines.some((line) => line.includes(",50000.00,") && line.includes("paid-7")))
  assert.match((await stranger.get("/books")).body, /Aún no hay dinero/)
  assert.match((await owner.get("/books/statement")).body, /Elija un comercio/)
})

test("days and wallets that nobody can mean are answered with what is wrong", async () => {
  const rows: [path: string, status: number][] = [
    ["/books/statement?asset=XXX", 422],
    ["/books/statement?asset=COP&from=2026-13-01", 422],
    ["/books/statement?asset=COP&from=2026-02-02&to=2026-02-01", 422],
    ["/books/statement?asset=COP&after=nonsense", 200],
    ["/books/statement?asset=COP&from=2001-01-01&to=2001-01-02", 200],
    ["/books/statement/export?asset=XXX", 422],
    ["/books/day?day=yesterday", 422],
    ["/books/day?day=2150-01-01", 422],
    ["/books/day?day=0000-00-00", 422],
    ["/books/day?day=2001-01-01", 200],
    ["/books/day/export?day=9999-12-31", 422],
  ]
  for (const [path, status] of rows) {
    assert.equal((await seller.get(path)).statusCode, status, path)
  }
  // Who has no money yet has an empty statement of any currency, and of nothing else.
  for (const [asset, status] of [
    ["COP", 200],
    ["XXX", 422],
    ["a%0d%0ab", 422],
  ] as const) {
    for (const path of ["", "/export"]) {
      const { statusCode } = await stranger.get(`/books/statement${path}?asset=${asset}`)
      assert.equal(statusCode, status, `${path} ${asset}`)
    }
  }
})

test("a merchant's day says what its payments and its books say", async () => {
  const day = core.clock.now().toLocaleDateString("sv", { timeZone: merchant.timeZone })
  const { body, statusCode } = await seller.get(`/books/day?day=${day}`)
  assert.equal(statusCode, 200)
  for (const text of ["Aprobados", "El día no ha terminado", "Pagos y libros dicen lo mismo"]) {
    assert.ok(body.includes(text), text)
  }
  const file = await seller.get(`/books/day/export?day=${day}`)
  assert.match(file.body, /^row,payment,refund,reference/)
  assert.ok(file.body.includes("paid-7"))
})

test("money that came in is booked once per reference, by operators alone", async () => {
  const path = `/books/top-up?merchant=${merchant.id}`
  const form = { asset: "COP", amount: "1.500", reference: "bank-31" }
  assert.equal((await seller.get("/books/top-up")).statusCode, 403)
  assert.equal((await seller.post("/books/top-up", form)).statusCode, 403)
  assert.equal((await support.post(path, form)).statusCode, 403)
  const rows: [wrong: Record<string, string>, status: number, says: RegExp][] = [
    [{ asset: "XXX" }, 422, /Elija una moneda/],
    [{ amount: "" }, 422, /mayor que cero/],
    [{ amount: "0" }, 422, /mayor que cero/],
    [{ amount: "99999999999999" }, 422, /mayor que cero/],
    [{ reference: "" }, 422, /Escriba la referencia/],
    [{ reference: " x" }, 422, /Escriba la referencia/],
    [{ reference: "x".repeat(200) }, 422, /Escriba la referencia/],
  ]
  for (const [wrong, status, says] of rows) {
    const { body, statusCode } = await owner.post(path, { ...form, ...wrong })
    assert.equal(statusCode, status, JSON.stringify(wrong))
    assert.match(body, says)
    if (!("reference" in wrong)) assert.match(body, /value="bank-31"/)
  }
  const balance = async () => {
    const accounts = await core.books.accounts(merchant.id)
    return accounts.find(({ asset, kind }) => asset === "COP" && kind === "available")!.balance
  }
  const before = await balance()
  for (const who of [owner, owner]) assert.equal((await who.post(path, form)).statusCode, 303)
  assert.equal((await balance()) - before, 1_500_00n)
  const other = await owner.post(path, { ...form, amount: "1.501" })
  assert.equal(other.statusCode, 409)
  assert.match(other.body, /ya se registró con otro valor/)
})

test("every page is there in each language, with nothing left to be filled in", async () => {
  const customer = await core.customers.create({
    ...{ merchantId: merchant.id, dialect: "palomma-direct-debit", person: PERSON },
  })
  assert.ok(!("refused" in customer))
  const paths = [
    ...["/payments", "/payments?q=zzz", "/payments/unanswered", `/payments/${id("paid-7")}`],
    ...["/customers", `/customers/${customer.id}`, "/books", "/books/statement?asset=COP"],
    ...["/books/day", "/books/top-up"],
  ]
  for (const language of ["pt", "en"]) {
    const changed = await owner.post("/account/language", { language, next: "/" })
    assert.equal(changed.statusCode, 303)
    for (const path of paths) {
      const mark = path.includes("?") ? "&" : "?"
      const { body, statusCode } = await owner.get(`${path}${mark}merchant=${merchant.id}`)
      assert.equal(statusCode, 200, path)
      assert.match(body, new RegExp(`<html lang="${language}`))
      const shown = body.split("<main")[1]!.replaceAll(/<pre[\s\S]*?<\/pre>/g, "")
      assert.doesNotMatch(shown, /\{\w+\}|undefined|\[object|Invalid Date|NaN/, path)
      assert.doesNotMatch(shown, /Pagos|Libros|Dinero|Sin aplicar|Buscar hasta/, path)
    }
  }
})
