/** Caudal's own API: all of these payments in one list, with their story and their money. */
import type { Flow, Json, Stage } from "./stage.ts"
import { verifiesStandard } from "./standard.ts"

const LISTED = 20

export const native: Flow = {
  name: "caudal",
  title: "Caudal's own API: the payments of every dialect, and what the four lack",
  async play(stage) {
    const { run } = stage
    const headers = { authorization: `Bearer ${stage.gateway.credential("caudal", "apiKey")}` }
    const get = (path: string) => stage.ask({ to: "caudal", path, headers, status: 200 })

    const list = await get(`/payments?limit=${LISTED}`)
    const seen = new Set<string>(list.data.map(({ dialect }: Json) => dialect))
    await stage.check(
      `the newest ${list.data.length} came in by ${[...seen].join(", ")}`,
      seen.size > 0,
    )
    const told = await stage.webhook(
      "caudal",
      "the same approval, in Caudal's own words",
      ({ type, data }) =>
        type === "payment.approved" && data.object.description === `Pedido ${run}`,
    )
    await stage.check(
      "signed as Standard Webhooks",
      verifiesStandard(told, stage.secrets["caudal"] ?? "", stage.clock),
    )
    const payment = JSON.parse(told.body).data.object
    const events = await get(`/events?subject=${payment.id}`)
    const numbers = events.data.map(({ sequence }: Json) => sequence).reverse()
    await stage.check(
      `its ${numbers.length} events are numbered without gaps`,
      numbers.every((number: number, at: number) => number === at + 1),
      numbers,
    )
    const refund = await stage.ask({
      to: "caudal",
      method: "POST",
      path: `/payments/${payment.id}/refunds`,
      headers: { ...headers, "idempotency-key": `refund-${run}` },
      body: { amount: "250000" },
      status: 201,
    })
    await stage.webhook(
      "caudal",
      "a part of it was given back",
      ({ type, details }) => type === "payment.refund_confirmed" && details.refund === refund.id,
    )
    const after = await get(`/payments/${payment.id}`)
    await stage.check(
      `${after.refunded} of ${after.captured} centavos were given back`,
      after.refunded === "250000",
      after.refunded,
    )
    await createTwice(stage, headers)
    const { data: balances } = await get("/balances")
    await stage.check(
      `the books know it: ${balances.map(({ asset }: Json) => shortAsset(asset)).join(", ")}`,
      balances.length > 0,
    )
  },
}

/** A payment of its own: whoever lost the answer asks again, and makes no second one. */
async function createTwice(stage: Stage, headers: Record<string, string>): Promise<void> {
  const body = { amount: "2550", asset: "USD", reference: `order-${stage.run}`, method: "crypto" }
  const create = (status: number) =>
    stage.ask({ to: "caudal", method: "POST", path: "/payments", headers, body, status })
  const first = await create(201)
  const again = await create(200)
  await stage.check(`asked twice, created once: ${first.url}`, first.id === again.id, again.id)
}

/** A token's name holds its whole contract. */
function shortAsset(asset: string): string {
  return asset.includes("/") ? `a token on ${asset.split("/")[0]}` : asset
}
