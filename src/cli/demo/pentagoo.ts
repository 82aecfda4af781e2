/** Pentagoo: a payment is created, its payer sends tokens, the shop is called back. */
import type { Flow, Stage } from "./stage.ts"
import { verifiesStandard } from "./standard.ts"

const CALLBACK = ["amount", "blockchain", "date", "hash", "orderId", "paymentId"]

export const pentagoo: Flow = {
  name: "pentagoo",
  title: "Pentagoo: the payer sends tokens, the shop is called back",
  async play(stage) {
    const refId = `ORD-${stage.run}`
    const created = await create(stage, refId)
    await stage.check(
      `it is ${created.status}, with a page and ways to pay: ${created.options?.length}`,
      created.status === "pending" && created.refId === refId && created.options.length > 0,
      created,
    )
    const again = await create(stage, refId)
    await stage.check(
      "the same refId again is answered with the same payment",
      again.paymentId === created.paymentId,
      again.paymentId,
    )
    await stage.ask({
      to: "caudal",
      method: "POST",
      path: `/payments/${created.paymentId}/simulate`,
      headers: { authorization: `Bearer ${stage.gateway.credential("caudal", "apiKey")}` },
      body: { outcome: "approved" },
      status: 200,
    })
    const message = await stage.webhook(
      "pentagoo",
      "the payment was approved",
      ({ orderId }) => orderId === refId,
    )
    const body = JSON.parse(message.body)
    const fields = Object.keys(body).sort()
    await stage.check(
      "it has exactly the six documented fields, all of them text",
      String(fields) === String(CALLBACK) &&
        Object.values(body).every((value) => typeof value === "string"),
      fields,
    )
    await stage.check(
      "its paymentId and amount are the payment's",
      body.paymentId === created.paymentId && body.amount === "25.50",
      body,
    )
    if (stage.gateway.chainUrl !== null) {
      const receipt = await receiptOf(stage.gateway.chainUrl, body.hash)
      await stage.check(
        "its hash is a transfer that the chain has, from a payer who really sent it",
        receipt?.status === "0x1",
        receipt,
      )
    }
    await stage.check(
      "signed as Standard Webhooks (the vendor documents no signature)",
      verifiesStandard(message, stage.secrets["pentagoo"] ?? "", stage.clock),
    )
  },
}

type Receipt = { readonly status: string; readonly blockNumber: string } | null

async function receiptOf(url: string, hash: string): Promise<Receipt> {
  const call = { jsonrpc: "2.0", id: 1, method: "eth_getTransactionReceipt", params: [hash] }
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(call),
  })
  const { result } = (await response.json()) as { result: Receipt }
  return result
}

function create(stage: Stage, refId: string) {
  const { gateway } = stage
  const key = gateway.credential("pentagoo", "key")
  const secret = gateway.credential("pentagoo", "secret")
  return stage.ask({
    to: "pentagoo",
    method: "POST",
    path: "/api/payment/create",
    headers: { oauth: `${key}:${secret}` },
    body: { refId, description: "2 x cafe", amount: "25.50" },
    status: 200,
  })
}
