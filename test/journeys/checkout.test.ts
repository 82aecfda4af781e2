/** The payer's pages: what they show, what they refuse, and what happens when they race. */
import assert from "node:assert/strict"
import { after, test } from "node:test"
import type { RefusalCode } from "../../src/core/index.ts"
import { palommaPay } from "../../src/dialects/palomma-pay/index.ts"
import { ask, startGateway } from "../support/gateway.ts"
import { open, type Page, press, reload } from "../support/page.ts"
import { bankLink } from "../support/payer.ts"

const gateway = await startGateway({ after })
const { core, url, database } = gateway
const { baseUrl } = gateway.credentials.palommaPay

const PAYER = {
  name: "Ana Ruiz",
  documentType: "cc",
  documentNumber: "1020304050",
  email: "ana@example.test",
}
const BUSINESS = { holder: "business", businessName: "Río Claro S.A.S.", nit: "890.903.938-8" }
const WALLET = { method: "wallet", phone: "300 123 4567" }
const BANK = { ...PAYER, method: "bank", bank: "bancolombia", accountType: "savings" }

function account(digits: string) {
  return { ...BANK, accountNumber: `12345678${digits}` }
}

async function newRequest(over: object = {}) {
  const body = { amount_cents: 500_000, ...over }
  const answer = await ask("POST", `${baseUrl}/payment-requests`, { body })
  assert.equal(answer.status, 200, JSON.stringify(answer.body))
  return { id: answer.body.id as string, link: answer.body.payment_url as string }
}

/** Sends a form, and follows the button to the bank. */
async function toBank(page: Page, form: Record<string, string>): Promise<Page> {
  return open(bankLink(await press(page, "pay", form)))
}

/** The same, and agrees there. */
async function agree(page: Page, form: Record<string, string>): Promise<Page> {
  return press(await toBank(page, form), "approve")
}

async function openAttempt(id: string) {
  const { openAttemptId } = (await core.payments.findByLink(id))!
  return (await core.payments.attempts(id)).find((each) => each.id === openAttemptId)!
}

async function stateOf(id: string) {
  const payment = (await core.payments.findByLink(id))!
  const attempts = await core.payments.attempts(id)
  return { state: payment.state, tries: attempts.length }
}

/** No page loads, sends or frames anything foreign, and none is kept. */
function assertStrict(page: Page): void {
  const policy = page.headers.get("content-security-policy") ?? ""
  assert.match(policy, /^default-src 'none'; style-src 'sha256-[^' ]+'; form-action 'self'; /)
  assert.match(policy, /frame-ancestors 'none'/)
  assert.doesNotMatch(policy, /unsafe|\*|https?:/)
  assert.equal(page.headers.get("cache-control"), "no-store")
  assert.equal(page.headers.get("referrer-policy"), "no-referrer")
  assert.match(page.headers.get("content-type") ?? "", /^text\/html; charset=utf-8/)
  // Both may stand once: the styles that the policy names by their hash, and our own script.
  const html = page.html
    .replace(/<style>[^<]*<\/style>/, "")
    .replace(/<script type="module" src="\/pay\/page\.js\?v=\w+"><\/script>/, "")
  const tags = html.match(/<[^>]*>/g)!.map((tag) => tag.replace(/"[^"]*"/g, '""'))
  for (const tag of tags) {
    assert.doesNotMatch(tag, /^<(script|style|iframe|img|object|embed|base)|\s(on\w+|style|src)=/i)
  }
  for (const [, address] of page.html.matchAll(/\saction="([^"]*)"/g)) {
    assert.match(address!, /^\/pay\//)
  }
  for (const [, address] of page.html.matchAll(/\shref="([^"]*)"/g)) {
    assert.match(address!, /^(\/pay\/|https?:|ethereum:)/)
  }
}

test("both forms of the link open the same page, in light clothes", async () => {
  const { id, link } = await newRequest()
  const [one, two] = [await open(link), await open(`${url}/pay/${id}`)]
  assert.equal(one.status, 200)
  assert.equal(one.html, two.html)
  assert.equal((await open(`${url}/pay?transaccion=${id}`)).html, one.html)
  assertStrict(one)
  assert.match(one.html, /<html lang="es-CO">/)
  assert.match(one.text, /Modo de prueba/)
})

test("what leads nowhere is a friendly page", async () => {
  const { id } = await newRequest()
  const absent = "01a1f93c-a1f7-4087-826d-012a03a88b87"
  const paths = [
    "",
    "/",
    "/nothing",
    `/${absent}`,
    `/${id}x`,
    `/?transaccion=${absent}`,
    "/?transaccion=",
    "/?transaccion=<b>",
    `/?transaccion=${id}&transaccion=${id}`,
    `/?transaccion[a]=${id}`,
    "/%3Cscript%3E",
    `/${id}/x`,
    `/consent/${id}`,
    `/consent/${absent}`,
  ]
  for (const path of paths) {
    const page = await open(`${url}/pay${path}`)
    assert.equal(page.status, 404, path)
    assert.match(page.text, /No encontramos este pago/)
    assertStrict(page)
  }
  const posted = await fetch(`${url}/pay/${absent}`, { method: "POST" })
  assert.equal(posted.status, 404)
})

test("payments whose payer has nothing to choose have no page", async () => {
  const { rows } = await database.query<{ id: string }>("select id from merchants limit 1")
  const merchant = (await core.merchants.find(rows[0]!.id))!
  const created = await core.pay.create({
    merchant,
    dialect: "tapila",
    kind: "recharge",
    reference: null,
    amount: 100n,
    asset: "COP",
    description: null,
    purpose: {},
    customerId: null,
    instrumentId: null,
    expiresAt: null,
    way: { method: "recharge", target: { identifier: "3001234509" } },
    repeat: "answer",
  })
  assert.ok("payment" in created)
  assert.equal((await open(`${url}/pay/${created.payment.id}`)).status, 404)
})

test("text of others stays text", async () => {
  const evil = `"><script>alert(1)</script><img src=x onerror='alert(2)'>&amp;`
  const { link } = await newRequest({
    description: evil,
    merchant_display_name: evil,
    merchant_support_info: evil,
    redirect_url: `https://shop.example/?a="><script>`,
    user_information: { first_name: evil, email: evil, document_type: "cc" },
  })
  const page = await open(link)
  assertStrict(page)
  assert.ok(page.text.includes(evil))
  const typed = { ...account("99"), name: evil, email: evil, accountNumber: evil, bank: evil }
  const refused = await press(page, "pay", typed)
  assert.equal(refused.status, 422)
  assertStrict(refused)
  const ended = await press(page, "cancel")
  assertStrict(ended)
  assert.match(ended.html, /href="https:\/\/shop\.example\/\?a=[^"<>]*estado=REJECTED"/)
})

test("each wrong field is named in its place, and what was typed stays", async () => {
  const { id, link } = await newRequest()
  const wallet = { ...PAYER, ...WALLET }
  const rows: [typed: Record<string, string>, field: string, says: RegExp][] = [
    [{ ...account("99"), method: "" }, "method", /Elige cómo quieres pagar/],
    [{ ...account("99"), method: "recharge" }, "method", /Elige cómo quieres pagar/],
    [{ ...account("99"), name: "A" }, "name", /nombre y el apellido/],
    [{ ...account("99"), name: "1234" }, "name", /nombre y el apellido/],
    [{ ...account("99"), documentType: "x" }, "documentType", /tipo de documento/],
    [{ ...account("99"), documentNumber: "10A0304" }, "documentNumber", /entre 4 y 10 dígitos/],
    [{ ...account("99"), documentNumber: "12345678901" }, "documentNumber", /4 y 10 dígitos/],
    [{ ...account("99"), ...BUSINESS, nit: "1234" }, "nit", /con guion y dígito/],
    [{ ...account("99"), ...BUSINESS, nit: "8909039380" }, "nit", /Escribe el NIT con guion/],
    [{ ...account("99"), ...BUSINESS, businessName: "" }, "businessName", /razón social/],
    [{ ...account("99"), email: "ana@" }, "email", /correo válido/],
    [{ ...account("99"), email: "" }, "email", /correo válido/],
    [{ ...account("99"), bank: "" }, "bank", /Elige tu banco/],
    [{ ...account("99"), bank: "bank of evil" }, "bank", /Elige tu banco/],
    [{ ...account("99"), accountType: "" }, "accountType", /tipo de cuenta/],
    [{ ...account("99"), accountNumber: "12345" }, "accountNumber", /entre 6 y 20 dígitos/],
    [{ ...account("99"), accountNumber: "1".repeat(21) }, "accountNumber", /6 y 20 dígitos/],
    [{ ...account("99"), accountNumber: "12345x78" }, "accountNumber", /6 y 20 dígitos/],
    [{ ...wallet, phone: "6011234567" }, "phone", /10 dígitos y empieza por 3/],
    [{ ...wallet, phone: "300123456" }, "phone", /10 dígitos y empieza por 3/],
    [{ ...wallet, phone: "" }, "phone", /10 dígitos y empieza por 3/],
  ]
  const page = await open(link)
  for (const [typed, field, says] of rows) {
    const refused = await press(page, "pay", typed)
    assert.equal(refused.status, 422, field)
    assertStrict(refused)
    assert.match(refused.text, /Revisa los datos marcados/)
    const place = new RegExp(`<p class="wrong" id="${field}-wrong">([^<]*)</p>`)
    assert.match(place.exec(refused.html)?.[1] ?? "", says)
    assert.equal(refused.html.split('class="wrong"').length, 2, "only one field is wrong")
    if (field !== "name") assert.ok(refused.html.includes('value="Ana Ruiz"'))
  }
  assert.deepEqual(await stateOf(id), { state: "pending", tries: 0 })
})

test("a payer goes to the bank with what was chosen, and comes back to a receipt", async () => {
  const { id, link } = await newRequest({ description: "Pedido 7", ttl: 900 })
  const rows = [
    ["bank", account("99"), /Continúa en Bancolombia .*Bancolombia •••7899 A nombre de A•• R•••/],
    ["wallet", { ...PAYER, ...WALLET }, /Acéptalo en Nequi .*celular •••67 .*Nequi •••67/],
    [
      "bancolombia",
      { ...PAYER, ...BUSINESS, method: "bancolombia" },
      /Bancolombia .*R•• C•••• S•••••/,
    ],
  ] as const
  let page = await open(`${link}&lang=es`)
  for (const [method, form, says] of rows) {
    const visit = await press(page, "pay", form)
    assert.match(visit.text, says, method)
    assert.doesNotMatch(visit.html, /1020304050|Ruiz|123456789|3001234567|890903938|ana@/)
    assertStrict(visit)
    assert.equal(bankLink(visit), `${url}/pay/bank/${(await openAttempt(id)).id}`)
    const { payer, holder, bank } = core.payments.target(await openAttempt(id))
    const until = (await core.payments.findByLink(id))!.expiresAt!.toISOString()
    assert.deepEqual(payer, { returnUrl: `${url}/pay/${id}?lang=es&from=bank`, until })
    assert.equal(holder!.documentType, method === "bancolombia" ? "nit" : "cc")
    assert.equal(bank, method === "wallet" ? undefined : "bancolombia")
    page = await press(visit, "change")
    assert.match(page.text, /No autorizaste el pago\. No se hizo ningún cobro/)
  }
  assert.deepEqual(await stateOf(id), { state: "pending", tries: 3 })
  const paid = await agree(page, account("99"))
  assert.match(paid.url, /from=bank/)
  assert.match(
    paid.text,
    /Pago aprobado .*Comprobante Concepto Pedido 7 Fecha .*Bancolombia •••7899/,
  )
  assert.match(paid.text, new RegExp(`Número de pago ${id} Referencia SIM-\\w+`))
  assert.doesNotMatch(paid.html, /<form|A•• R•••|ana@/)
  assertStrict(paid)
})

test("who came back before the bank's word is asked to wait, and can still turn back", async () => {
  const { id, link } = await newRequest()
  const visit = await press(await open(link), "pay", account("99"))
  const back = await open(`${url}/pay/${id}?from=bank`)
  assert.match(back.text, /Esperamos la respuesta de Bancolombia/)
  assert.equal(bankLink(back), bankLink(visit))
  assert.match((await press(back, "cancel")).text, /Pago cancelado/)
  assert.deepEqual(await stateOf(id), { state: "cancelled", tries: 1 })
  assert.match((await open(bankLink(visit))).text, /El banco no moverá dinero/)
})

test("who agreed at the bank can't turn back, whatever the page still shows", async () => {
  for (const button of ["change", "cancel"]) {
    const { id, link } = await newRequest()
    const visit = await press(await open(link), "pay", account("99"))
    // The bank tells nobody: until it is asked, the page shows the way to it.
    await press(await open(bankLink(visit)), "approve", { notice: "none" })
    const late = await press(visit, button)
    assert.match(late.text, /Pago aprobado/)
    assert.deepEqual(await stateOf(id), { state: "approved", tries: 1 })
  }
})

test("a bank that doesn't say no leaves its payer where they are, and tells them so", async () => {
  const { id, link } = await newRequest()
  const visit = await press(await open(link), "pay", account("99"))
  const rail = core.rails.get("simulator")!
  const { withdraw } = rail
  Object.assign(rail, { withdraw: async () => [] })
  try {
    for (const button of ["change", "cancel"]) {
      const late = await press(visit, button)
      assert.match(late.url, /\?from=late$/)
      assert.match(late.text, /Ya no se puede detener: .* no empieces otro pago/)
      assert.equal(bankLink(late), bankLink(visit))
      assertStrict(late)
    }
  } finally {
    Object.assign(rail, { withdraw })
  }
  assert.deepEqual(await stateOf(id), { state: "pending", tries: 1 })
  assert.match((await press(visit, "cancel")).text, /Pago cancelado/)
})

test("a way that can't be opened now is told beside it, and another can be taken", async () => {
  const { id, link } = await newRequest()
  const page = await open(link)
  const rows: [refused: RefusalCode, status: number, says: RegExp][] = [
    ["quote_unavailable", 422, /method-wrong">Este medio no está disponible ahora/],
    ["address_unavailable", 422, /method-wrong">Este medio no está disponible ahora/],
    ["method_not_offered", 422, /method-wrong">Este medio no sirve para este pago/],
    ["payment_has_open_attempt", 200, /¿Cómo quieres pagar\?/],
  ]
  const { open: opens } = core.pay
  try {
    for (const [refused, status, says] of rows) {
      Object.assign(core.pay, { open: async () => ({ refused, message: "no" }) })
      const told = await press(page, "pay", { method: "crypto" })
      assert.equal(told.status, status)
      assert.match(told.html, says)
    }
  } finally {
    Object.assign(core.pay, { open: opens })
  }
  assert.deepEqual(await stateOf(id), { state: "pending", tries: 0 })
  assert.match((await press(page, "pay", { method: "crypto" })).text, /Envía exactamente/)
})

test("an address is left for another way, and money that comes to it still counts", async () => {
  const { id, link } = await newRequest()
  const send = await press(await open(link), "pay", { method: "crypto" })
  assert.match(send.text, /Envía exactamente .*¿Ya enviaste\? No pagues con otro medio/)
  const choose = await press(send, "change")
  assert.match(choose.text, /Si ya enviaste algo a la dirección que viste antes/)
  assert.match(choose.text, /¿Cómo quieres pagar\?/)
  // The button of a page that is out of date leaves nothing.
  const again = await press(choose, "pay", { method: "crypto" })
  assert.match((await press(send, "change")).text, /Envía exactamente/)
  assert.match((await press(again, "simulate")).text, /Pago aprobado .*Transacción 0x/)
  assert.deepEqual(await stateOf(id), { state: "approved", tries: 2 })
})

test("a payment under way shows itself, and cannot be paid again or cancelled", async () => {
  const { id, link } = await newRequest({ redirect_url: "https://shop.example" })
  const page = await open(link)
  const waiting = await reload(await agree(page, account("09")), /Estamos procesando tu pago/)
  assert.match(waiting.html, /<noscript><meta http-equiv="refresh" content="2"><\/noscript>/)
  assert.ok(waiting.html.includes("estado=PENDING"))
  assertStrict(waiting)
  // The back button shows the old form: sending it again changes nothing.
  for (const button of ["pay", "cancel"]) {
    assert.match((await press(page, button, account("99"))).text, /Estamos procesando tu pago/)
  }
  assert.deepEqual(await stateOf(id), { state: "processing", tries: 1 })
})

test("two tabs and a double click make one attempt", async () => {
  const { id, link } = await newRequest()
  const tabs = await Promise.all([open(link), open(link)])
  const presses = tabs.flatMap((tab) =>
    Array.from({ length: 5 }, () => press(tab, "pay", account("99"))),
  )
  for (const page of await Promise.all(presses)) assert.equal(page.status, 200)
  assert.equal((await stateOf(id)).tries, 1)
  const { rows } = await database.query("select 1 from attempts where payment_id = $1", [id])
  assert.equal(rows.length, 1)
})

test("paying and cancelling at once has one winner", async () => {
  for (let round = 0; round < 5; round += 1) {
    const { id, link } = await newRequest()
    const page = await open(link)
    await Promise.all([press(page, "cancel"), press(page, "pay", account("99"))])
    const { state, tries } = await stateOf(id)
    assert.ok(
      (state === "cancelled" && tries <= 1) || (state === "pending" && tries === 1),
      `${state} after ${tries} tries`,
    )
  }
})

test("reading a page changes nothing, whatever its address says", async () => {
  const { id, link } = await newRequest()
  for (const query of ["do=cancel", "do=pay&version=1&method=crypto", "from=bank&do=change"]) {
    assert.match((await open(`${link}&${query}`)).text, /¿Cómo quieres pagar\?/)
  }
  assert.deepEqual(await stateOf(id), { state: "pending", tries: 0 })
})

test("after a declined try its way is chosen, and what was typed is gone", async () => {
  const { link } = await newRequest()
  const wallet = { ...account("99"), method: "wallet", phone: "(300) 123-4502" }
  const tried = await press(await open(link), "pay", wallet)
  const declined = await reload(tried, /Puedes intentarlo de nuevo/)
  assert.match(declined.html, /id="method-wallet" value="wallet" checked/)
  assert.doesNotMatch(
    declined.html,
    /id="method-bank"[^>]* checked|value="[^"]*(?:Ruiz|3001234502)/,
  )
})

test("a form of an earlier state does nothing", async () => {
  const { id, link } = await newRequest()
  const first = await open(link)
  const declined = await press(first, "pay", account("03"))
  assert.match(declined.text, /no coincide con los datos .*Puedes intentarlo de nuevo/)
  assert.doesNotMatch(declined.html, /value="[^"]*(?:Ruiz|1020304050|123456)/)
  assert.deepEqual(await stateOf(id), { state: "pending", tries: 1 })
  assert.match((await press(first, "pay", account("99"))).text, /no coincide/)
  assert.match((await press(first, "cancel")).text, /no coincide/)
  assert.deepEqual(await stateOf(id), { state: "pending", tries: 1 })
  const short = await reload(await agree(declined, account("01")), /saldo suficiente/)
  assert.match((await agree(short, account("99"))).text, /Pago aprobado/)
  for (const page of [first, declined, short]) {
    assert.match((await press(page, "cancel")).text, /Pago aprobado/)
  }
  assert.deepEqual(await stateOf(id), { state: "approved", tries: 3 })
})

test("a document that isn't the one that is asked for is told in its place", async () => {
  const { id, link } = await newRequest({ enforced_document_number: "1020304050" })
  const page = await open(link)
  assert.match(page.text, /exige que la cuenta esté a nombre de quien hace la compra/)
  assert.doesNotMatch(page.html, /value="crypto"/)
  const refused = await press(page, "pay", { ...account("99"), documentNumber: "1020304051" })
  assert.equal(refused.status, 422)
  assert.match(refused.html, /id="documentNumber-wrong">Este documento no es el que exige/)
  assert.match((await press(page, "pay", { method: "crypto" })).text, /Elige cómo quieres pagar/)
  assert.deepEqual(await stateOf(id), { state: "pending", tries: 0 })
  assert.match((await agree(page, account("99"))).text, /Pago aprobado/)
})

test("what the merchant knows fills in what is left empty", async () => {
  const { id, link } = await newRequest({
    user_information: {
      business_name: "Río Claro S.A.S.",
      document_type: "nit",
      document_number: "890903938-8",
      email: "pagos@example.test",
      phone_number: "3001234599",
    },
  })
  await press(await open(link), "pay", { method: "wallet", holder: "business" })
  const { payer, ...target } = core.payments.target(await openAttempt(id))
  assert.deepEqual(target, {
    phoneNumber: "3001234599",
    holder: { name: "Río Claro S.A.S.", documentType: "nit", documentNumber: "890903938" },
    email: "pagos@example.test",
  })
  assert.ok(payer)
})

test("no other site can press a payer's buttons", async () => {
  const { id, link } = await newRequest()
  const page = await open(link)
  const foreign: Record<string, string>[] = [
    { "sec-fetch-site": "cross-site" },
    { "sec-fetch-site": "same-site" },
    { "sec-fetch-site": "", origin: "https://evil.example" },
    { "sec-fetch-site": "cross-site", origin: url },
  ]
  for (const headers of foreign) {
    const refused = await press(page, "cancel", {}, headers)
    assert.equal(refused.status, 403)
    assert.match(refused.text, /Vino de otra página.*Volver al pago/)
    assert.ok(refused.html.includes(`href="/pay/${id}"`))
    assertStrict(refused)
  }
  const body = new URLSearchParams({ version: "1", do: "cancel" })
  const origin = "https://evil.example"
  const old = await fetch(`${url}/pay/${id}`, { method: "POST", body, headers: { origin } })
  assert.equal(old.status, 403)
  assert.deepEqual(await stateOf(id), { state: "pending", tries: 0 })
  assert.match((await press(page, "cancel", {}, { origin: "null" })).text, /Pago cancelado/)
})

test("bodies that are no form are refused with a page", async () => {
  const { id } = await newRequest()
  const rows: [type: string, body: string, status: number][] = [
    ["application/json", '{"do":"cancel"}', 415],
    ["multipart/form-data; boundary=x", "--x--", 415],
    ["application/x-www-form-urlencoded", `name=${"x".repeat(20_000)}`, 413],
  ]
  for (const [type, body, status] of rows) {
    const headers = { "content-type": type }
    const answer = await fetch(`${url}/pay/${id}`, { method: "POST", body, headers })
    assert.equal(answer.status, status)
    assert.match(await answer.text(), /No pudimos leer el formulario/)
  }
  assert.deepEqual(await stateOf(id), { state: "pending", tries: 0 })
})

test("only what the merchant's rails offer can be chosen", async () => {
  const merchant = await core.merchants.add({
    name: "Only banks",
    settings: { rails: { wallet: "nowhere" } },
  })
  const signingKey = await core.merchants.agree(merchant.id, "palomma-pay")
  const issued = palommaPay.issue(core.ids, { merchantName: "Only banks", signingKey })
  for (const secret of issued.secrets) {
    await core.merchants.addCredential(merchant.id, "palomma-pay", secret)
  }
  const made = await ask("POST", `${baseUrl}/payment-requests`, {
    headers: { authorization: issued.shown["privateKey"]! },
    body: { amount_cents: 500_000 },
  })
  const page = await open(made.body.payment_url)
  assert.match(page.text, /Pago a Only banks/)
  assert.doesNotMatch(page.html, /name="phone"/)
  const refused = await press(page, "pay", { ...PAYER, ...WALLET })
  assert.equal(refused.status, 422)
  assert.match((await agree(page, account("99"))).text, /Pago aprobado/)
})

test("an account's owner agrees to debits once, or does not", async () => {
  const rows: [button: string, says: RegExp, state: string, reason: string | null][] = [
    ["agree", /Autorización lista/, "active", null],
    ["decline", /No autorizaste los débitos/, "error", "mandate_revoked"],
  ]
  const { rows: merchants } = await database.query<{ id: string }>(
    "select id from merchants where name = 'Demo'",
  )
  const merchantId = merchants[0]!.id
  const dialect = "palomma-direct-debit" as const
  for (const [button, says, state, reason] of rows) {
    const person = { ...PAYER, name: "Ana <Ruiz>" }
    const customer = await core.customers.create({ merchantId, dialect, person })
    assert.ok("person" in customer)
    const created = await core.instruments.create({
      merchantId,
      dialect,
      customerId: customer.id,
      rail: "simulator",
      type: "bancolombiaInstant",
      details: { accountNumber: "12345678987" },
      masked: { accountNumber: "*8987" },
      consent: null,
    })
    assert.ok("instrument" in created)
    const link = `${url}/pay/consent/${created.instrument.id}`
    const page = await open(link)
    assertStrict(page)
    assert.match(page.text, /Tienda Demo pide permiso.*Titular Ana <Ruiz> Cuenta \*8987/)
    assert.ok(!page.html.includes("12345678987"))
    assert.equal((await press(page, button, {}, { "sec-fetch-site": "cross-site" })).status, 403)
    assert.match((await press(page, button, { version: "9" })).text, /pide permiso/)
    assert.match((await press(page, button)).text, says)
    // Whatever is pressed on the old page afterwards, the answer stands.
    for (const other of ["agree", "decline"]) {
      assert.match((await press(page, other)).text, says)
    }
    const now = (await core.instruments.findByLink(created.instrument.id))!
    assert.deepEqual([now.state, now.reason], [state, reason])
  }
})

test("an address that the server can't even read is answered with a page, too", async () => {
  for (const path of ["/pay/%E0%A4%A", `/pay/${"x".repeat(300)}`]) {
    const page = await open(`${url}${path}`)
    assertStrict(page)
    assert.ok(page.status >= 400 && page.status < 500, `${path}: ${page.status}`)
  }
})

test("who pays lies sealed in the database, and fills the form masked", async () => {
  const { id, link } = await newRequest({
    user_information: { first_name: "Ana", document_number: "1020304050", email: "ana@x.test" },
    enforced_document_number: "1020304050",
  })
  const { rows } = await database.query<{ text: string }>(
    "select purpose::text || coalesce(description, '') as text from payments where id = $1",
    [id],
  )
  assert.doesNotMatch(rows[0]!.text, /1020304050|Ana|ana@x/)
  assert.doesNotMatch((await open(link)).html, /1020304050|ana@x/)
})
