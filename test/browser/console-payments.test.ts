/** A merchant finds a payment by a part of its reference and gives back part of it. */
import assert from "node:assert/strict"
import { after, test } from "node:test"
import { openPage, startBrowser } from "../support/browser.ts"
import { addUser, PASSWORD } from "../support/console.ts"
import { startGateway } from "../support/gateway.ts"

const [gateway, browser] = await Promise.all([startGateway({ after }), startBrowser({ after })])
const { core, url } = gateway
const merchant = (await core.merchants.findByName("Demo"))!

async function create(reference: string) {
  const created = await core.pay.create({
    ...{ merchant, dialect: "caudal", kind: "charge", reference, amount: 12_500_00n, asset: "COP" },
    ...{ description: null, purpose: {}, customerId: null, instrumentId: null, expiresAt: null },
    ...{ way: null, repeat: "answer" },
  })
  assert.ok(!("refused" in created))
  return created.payment
}

test("a payment is found by a part of its reference, and part of it given back", async () => {
  const [wanted, waits] = [await create("order-7731-A"), await create("order-8842-B")]
  await core.pay.simulate(merchant, wanted, "approved", null)
  await addUser(core, "merchant", merchant.id)
  const observed = await openPage(browser, `${url}/console/payments`)
  const { page, requests } = observed
  await page.fill("[name=email]", "merchant@users.example")
  await page.fill("[name=password]", PASSWORD)
  await page.press("[name=password]", "Enter")

  // Nothing is pressed: the list follows what is typed, and its address keeps it.
  await page.waitForSelector("h1:has-text('Pagos')")
  await page.locator("[name=q]").pressSequentially("der-773")
  await page.waitForURL(/\?q=der-773$/)
  await page.locator("tbody tr").nth(1).waitFor({ state: "detached" })
  await page.click("tbody a")

  await page.click("summary:has-text('Reembolsar')")
  assert.equal(await page.inputValue("[name=amount]"), "12500")
  await page.fill("[name=amount]", "99.999")
  await page.click("#refund button:has-text('Reembolsar')")
  await page.waitForSelector(".error:has-text('más de lo que queda')")
  assert.equal(await page.inputValue("[name=amount]"), "99.999")
  await page.fill("[name=amount]", "2.500")
  await page.dblclick("#refund button:has-text('Reembolsar')")
  await page.waitForSelector("[role=alert]:has-text('Reembolso de 2.500,00 COP registrado')")
  await page.waitForSelector(".badge:has-text('Reembolso parcial')")
  assert.equal((await core.payments.find(merchant.id, wanted.id))!.refunded, 2_500_00n)
  assert.equal((await core.payments.refunds(wanted.id)).length, 1)

  // What happens elsewhere is there without a reload.
  await page.goto(`${url}/console/payments/${waits.id}`)
  await page.waitForSelector(".badge:has-text('Pendiente')")
  const stream = page.waitForRequest(/\/console\/live/)
  await page.reload()
  await stream
  await core.pay.simulate(merchant, waits, "approved", null)
  await page.waitForSelector(".badge:has-text('Aprobado')")

  assert.deepEqual(
    requests.filter((each) => !each.startsWith(url)),
    [],
  )
  const complaints = observed.complaints.filter((each) => !/status of 422/.test(each))
  assert.deepEqual(complaints, [])
})
