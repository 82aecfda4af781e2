/** Tapila: recharges that are done at once, after a while, and not at all. */
import { createHmac, timingSafeEqual } from "node:crypto"
import type { Flow, Json, Stage } from "./stage.ts"

const COMPANY = "AR-R-0901"
const AMOUNT = 1_500

export const tapila: Flow = {
  name: "tapila",
  title: "Tapila: recharges done at once, after ten seconds, and refused",
  async play(stage) {
    const { gateway } = stage
    const login = await stage.ask({
      to: "tapila",
      method: "POST",
      path: "/login",
      body: {
        clientUsername: gateway.credential("tapila", "clientUsername"),
        password: gateway.credential("tapila", "password"),
      },
      status: 200,
    })
    const headers = {
      "x-authorization-token": login.accessToken,
      "x-api-key": gateway.credential("tapila", "apiKey"),
    }
    const { recharges } = await stage.ask({
      to: "tapila",
      path: "/recharges",
      headers,
      status: 200,
    })
    const company = recharges.find(({ companyCode }: Json) => companyCode === COMPANY)
    const product = company?.products.find(({ amountType }: Json) => amountType === "OPEN")
    await stage.check(
      `${recharges.length} companies, ${COMPANY} sells ${product?.minAmount} to ${product?.maxAmount}`,
      product !== undefined,
    )
    await atOnce(stage, headers)
    await slowly(stage, headers)
    await notAtAll(stage, headers)
  },
}

type Headers = Readonly<Record<string, string>>

async function atOnce(stage: Stage, headers: Headers): Promise<void> {
  const done = await recharge(stage, headers, "99", 200)
  await stage.check("200: it is confirmed", done.status === "confirmed", done.status)
  const path = `/operation/${done.operationId}`
  const { operation } = await stage.ask({ to: "tapila", path, headers, status: 200 })
  await stage.check("a look-up says the same", operation.status === "confirmed", operation.status)
}

/** Numbers that end in 04 take ten seconds, longer than an answer is held back for. */
async function slowly(stage: Stage, headers: Headers): Promise<void> {
  const taken = await recharge(stage, headers, "04", 202)
  await stage.check("202: it is processing", taken.status === "processing", taken.status)
  const message = await stage.webhook(
    "tapila",
    "the slow recharge is done",
    ({ operationId }) => operationId === taken.operationId,
  )
  const body = JSON.parse(message.body)
  await stage.check("the webhook says confirmed", body.status === "confirmed", body.status)
  await stage.check(
    "its hash is the HMAC-SHA-256 of id, external id, status and amount",
    verifies(body, stage.gateway.credential("tapila", "webhookKey")),
    body.hash,
  )
}

/** Numbers that end in 01 are refused by their operator. */
async function notAtAll(stage: Stage, headers: Headers): Promise<void> {
  const refused = await recharge(stage, headers, "01", 500)
  await stage.check("the operator's no has its code", refused.code === "XX05000", refused.code)
  const { operation } = await stage.ask({
    to: "tapila",
    path: `/operation/${externalId(stage, "01")}?type=external-payment-id`,
    headers,
    status: 200,
  })
  await stage.check("a look-up finds it failed", operation.status === "failed", operation.status)
}

function recharge(stage: Stage, headers: Headers, ending: string, status: number) {
  return stage.ask({
    to: "tapila",
    method: "POST",
    path: "/payment",
    headers,
    body: {
      companyCode: COMPANY,
      productId: "1",
      amount: AMOUNT,
      // Another number each time: how often one may be recharged has a limit.
      identifierValue: `1155${stage.digits}${ending}`,
      paymentMethod: "ACCOUNT",
      externalPaymentId: externalId(stage, ending),
      externalClientId: "user-77",
    },
    status,
  })
}

function externalId({ run }: Stage, ending: string): string {
  return `pay-${run}-${ending}`
}

/** The recipe: hex HMAC-SHA-256 under the webhook key, the amount written with two decimals. */
function verifies(body: Json, webhookKey: string): boolean {
  const text = [body.operationId, body.externalPaymentId, body.status, body.amount.toFixed(2)]
  const expected = createHmac("sha256", webhookKey).update(text.join("|")).digest("hex")
  return (
    body.hash.length === expected.length &&
    timingSafeEqual(Buffer.from(body.hash), Buffer.from(expected))
  )
}
