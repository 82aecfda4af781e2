/** A Palomma Pay request from its creation over the payer's page to the merchant's webhook. */
import assert from "node:assert/strict"
import { after, test } from "node:test"
import { Webhook } from "standardwebhooks"
import { ask, startGateway } from "../support/gateway.ts"
import { open, type Page, press, reload } from "../support/page.ts"
import { isPalommas, readTold, type Told } from "../support/shop.ts"

const gateway = await startGateway({ after })
const { core, receiver } = gateway
const { baseUrl: base, integrityKey, webhookSecret } = gateway.credentials.palommaPay

const PAYER = {
  name: "Ana Ruiz",
  documentType: "cc",
  documentNumber: "1.020.304.050",
  email: "ana@example.test",
}
/** An account whose last two digits say what its bank does. */
function account(digits: string) {
  const where = { method: "bank", bank: "bancolombia", accountType: "savings" }
  return { ...PAYER, ...where, accountNumber: `123-4567-${digits}` }
}

async function newRequest(over: object = {}) {
  const body = { amount_cents: 1_250_000, description: "Pedido 1009", ...over }
  const answer = await ask("POST", `${base}/payment-requests`, { body })
  assert.equal(answer.status, 200, JSON.stringify(answer.body))
  return answer.body as { id: string; payment_url: string }
}

async function read(id: string) {
  return (await ask("GET", `${base}/payment-requests/${id}`)).body
}

/** What the merchant was told about a request, in the order in which it came. */
function toldAbout(id: string): Told[] {
  const ours = receiver.received.filter(isPalommas)
  return ours.map(({ body }) => readTold(body, integrityKey!)).filter((told) => told.id === id)
}

function next(id: string, status: string) {
  return receiver.next((each) => {
    if (!isPalommas(each)) return false
    const told = readTold(each.body, integrityKey!)
    return told.id === id && told.status === status
  })
}

/** Fills in the form, and follows the link to the bank. */
async function goToBank(page: Page, form: Record<string, string>): Promise<Page> {
  const sent = await press(page, "pay", form)
  const [, link] = /<a [^>]*id="go" href="([^"]+)"/.exec(sent.html) ?? []
  assert.ok(link, sent.text)
  return open(link)
}

/** Authorizes the payment at the bank, whose notice is here before the browser comes back. */
async function pay(page: Page, form: Record<string, string>): Promise<Page> {
  return press(await goToBank(page, form), "approve", { notice: "before" })
}

test("a request is paid from an account, and the merchant is told", async () => {
  const redirect_url = "https://shop.example/gracias?pedido=1009#fin"
  const request = await newRequest({ redirect_url })
  const page = await open(request.payment_url)
  assert.match(page.text, /Pago a Tienda Demo \$ 12\.500 COP Concepto Pedido 1009/)
  const paid = await reload(await pay(page, account("99")), /Pago aprobado/)
  const back = `https://shop.example/gracias?pedido=1009&amp;transaccion=${request.id}&amp;estado=APPROVED#fin`
  assert.ok(paid.html.includes(`href="${back}"`), paid.html)

  const told = await next(request.id, "APPROVED")
  const now = await read(request.id)
  assert.deepEqual(readTold(told.body, integrityKey!), {
    id: request.id,
    status: "APPROVED",
    status_reason: null,
    amount_cents: 1_250_000,
    description: "Pedido 1009",
    updated_at: now.updated_at,
  })
  new Webhook(webhookSecret!).verify(told.body, {
    "webhook-id": String(told.headers["webhook-id"]),
    "webhook-timestamp": String(told.headers["webhook-timestamp"]),
    "webhook-signature": String(told.headers["webhook-signature"]),
  })
})

test("a request is paid from a wallet", async () => {
  const request = await newRequest()
  const page = await open(request.payment_url)
  const sent = await pay(page, { ...PAYER, method: "wallet", phone: "+57 300 123 4567" })
  const paid = await reload(sent, /Pago aprobado/)
  assert.doesNotMatch(paid.text, /Volver al comercio/)
  await next(request.id, "APPROVED")
})

test("a declined try tells nobody, and the next one may succeed", async () => {
  const request = await newRequest()
  // Turned away before the bank's page opens; those without an answer are.
  const rows: [digits: string, answer: string | null, reason: RegExp][] = [
    ["02", null, /no encontró esa cuenta/],
    ["03", null, /titular de la cuenta no coincide/],
    ["07", null, /banco no está disponible/],
    ["01", "approve", /no tiene saldo suficiente/],
    ["99", "decline", /No autorizaste el pago/],
    ["99", "expire", /Se acabó el tiempo para autorizar/],
  ]
  let page = await open(request.payment_url)
  for (const [digits, answer, reason] of rows) {
    const sent = answer
      ? await press(await goToBank(page, account(digits)), answer, { notice: "before" })
      : await press(page, "pay", account(digits))
    page = await reload(sent, reason)
    assert.match(page.text, /No se hizo ningún cobro/)
    assert.equal((await read(request.id)).status, "PENDING")
  }
  await pay(page, account("00"))
  await next(request.id, "APPROVED")
  assert.deepEqual(
    toldAbout(request.id).map(({ status }) => status),
    ["APPROVED"],
  )
})

test("a cancel while the payer is at the bank counts, and the bank takes nothing", async () => {
  const request = await newRequest()
  const bank = await goToBank(await open(request.payment_url), account("99"))
  const cancelled = await ask("POST", `${base}/payment-requests/${request.id}/cancel`)
  assert.deepEqual([cancelled.status, cancelled.body.status_reason], [200, "MERCHANT_CANCELLATION"])
  // The payer didn't know, and still authorizes.
  await press(bank, "approve", { notice: "before" })
  assert.match((await open(request.payment_url)).text, /Pago cancelado/)
  await next(request.id, "REJECTED")
  assert.deepEqual(await read(request.id), cancelled.body)
  assert.equal(toldAbout(request.id).length, 1)
})

test("a cancel after the payer authorized comes too late", async () => {
  const request = await newRequest()
  const waiting = await pay(await open(request.payment_url), account("09"))
  await reload(waiting, /Estamos procesando tu pago/)
  const late = await ask("POST", `${base}/payment-requests/${request.id}/cancel`)
  assert.deepEqual([late.status, Object.keys(late.body)], [409, ["message"]])
  assert.equal((await read(request.id)).status, "PENDING")
  const payment = (await core.payments.findByLink(request.id))!
  const merchant = (await core.merchants.find(payment.merchantId))!
  await core.pay.simulate(merchant, payment, "approved", null)
  await next(request.id, "APPROVED")
  assert.deepEqual(
    toldAbout(request.id).map(({ status }) => status),
    ["APPROVED"],
  )
})

test("a bank that takes the money back turns the status once more", async () => {
  const request = await newRequest()
  await pay(await open(request.payment_url), account("90"))
  await next(request.id, "APPROVED")
  const payment = (await core.payments.findByLink(request.id))!
  const merchant = (await core.merchants.find(payment.merchantId))!
  await core.pay.simulate(merchant, payment, "returned", "not_enough_funds")
  await next(request.id, "REJECTED")
  const said = toldAbout(request.id).map((each) => [each.status, each.status_reason])
  assert.deepEqual(said, [
    ["APPROVED", null],
    ["REJECTED", "RETURNED"],
  ])
  assert.match((await open(request.payment_url)).text, /Pago devuelto/)
})

test("each way to end without money is told with its reason", async () => {
  const byPayer = await newRequest({ redirect_url: "https://shop.example" })
  const left = await press(await open(byPayer.payment_url), "cancel")
  assert.match(left.text, /Pago cancelado/)
  assert.ok(left.html.includes(`?transaccion=${byPayer.id}&amp;estado=REJECTED`))
  const after = await ask("POST", `${base}/payment-requests/${byPayer.id}/cancel`)
  assert.deepEqual([after.status, after.body.status_reason], [200, "CUSTOMER_CANCELLATION"])

  const byMerchant = await newRequest()
  await ask("POST", `${base}/payment-requests/${byMerchant.id}/cancel`)
  assert.match((await open(byMerchant.payment_url)).text, /Pago cancelado/)

  // Nobody reads this one: the gateway has to notice by itself.
  const byTime = await newRequest({ ttl: 1 })

  const rows: [id: string, reason: string][] = [
    [byPayer.id, "CUSTOMER_CANCELLATION"],
    [byMerchant.id, "MERCHANT_CANCELLATION"],
    [byTime.id, "EXPIRED"],
  ]
  for (const [id, reason] of rows) {
    await next(id, "REJECTED")
    assert.deepEqual(
      toldAbout(id).map((each) => [each.status, each.status_reason]),
      [["REJECTED", reason]],
    )
  }
  assert.match((await open(byTime.payment_url)).text, /El enlace venció/)
})

test("an account of another person does not pay what is enforced", async () => {
  const request = await newRequest({ enforced_document_number: "1020304050" })
  const page = await open(request.payment_url)
  const theirs = { ...account("99"), documentNumber: "99887766" }
  const refused = await press(page, "pay", theirs)
  assert.equal(refused.status, 422)
  assert.match(refused.text, /Este documento no es el que exige el comercio/)
  assert.ok(!refused.html.includes("1020304050"), "the enforced document is not given away")
  assert.equal((await read(request.id)).status, "PENDING")
  await reload(await pay(refused, account("99")), /Pago aprobado/)
})

test("what the merchant knows of the payer fills the form unseen", async () => {
  const request = await newRequest({
    merchant_display_name: "Ñandú & Cía",
    merchant_support_info: "ayuda@example.test",
    user_information: {
      first_name: "Ana María",
      last_name: "Ruiz",
      document_type: "ce",
      document_number: "7654321",
      email: "ana.maria@example.test",
      phone_number: "3001234599",
    },
  })
  const page = await open(request.payment_url)
  assert.match(page.text, /Pago a Ñandú & Cía/)
  assert.match(page.text, /Contacta al comercio: ayuda@example\.test/)
  for (const secret of ["María", "Ruiz", "7654321", "ana.maria", "3001234599"]) {
    assert.ok(!page.html.includes(secret), `${secret} is on the page`)
  }
  assert.match(page.html, /placeholder="A•• M•••• R•••"/)
  const nothing = { name: "", documentNumber: "", email: "", phone: "" }
  await reload(
    await pay(page, { ...nothing, documentType: "ce", method: "wallet" }),
    /Pago aprobado/,
  )
})
