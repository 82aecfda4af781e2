/** Palomma Pay: links that are paid, refused, given up; and money that is given back. */
import type { Scenario, Scene } from "./scene.ts"

const AMOUNT_CENTS = 1_250_000

/** What a payer's link comes to by itself. */
const ENDS: readonly (readonly [outcome: string, about: string])[] = [
  ["approved", "a link is made and its payer pays"],
  ["expired", "nobody opens the link in time"],
  ["cancelled", "the payer gives up"],
]

export const PALOMMA_PAY: readonly Scenario[] = [
  ...ENDS.map(
    ([outcome, about]): Scenario => ({
      name: `palomma-pay.${outcome}`,
      about,
      async play(scene) {
        const id = await link(scene)
        await scene.does("POST", `/payments/${id}/simulate`, 200, { outcome })
        await scene.until(id, outcome)
      },
    }),
  ),
  {
    name: "palomma-pay.declined-then-paid",
    about: "the bank says no; the payer tries again and pays",
    async play(scene) {
      const id = await link(scene)
      const declined = { outcome: "declined", reason: "not_enough_funds" }
      await scene.does("POST", `/payments/${id}/simulate`, 200, declined)
      await scene.until(id, "pending")
      await scene.does("POST", `/payments/${id}/simulate`, 200, { outcome: "approved" })
      await scene.until(id, "approved")
    },
  },
  {
    name: "palomma-pay.cancelled-by-merchant",
    about: "the shop cancels its link, and can't cancel it again",
    async play(scene) {
      const id = await link(scene)
      await scene.does("POST", `/payments/${id}/cancel`, 200)
      await scene.until(id, "cancelled")
      await scene.does("POST", `/payments/${id}/simulate`, 409, { outcome: "approved" })
    },
  },
  {
    name: "palomma-pay.returned",
    about: "paid, and taken back by the bank",
    async play(scene) {
      const id = await link(scene)
      await scene.does("POST", `/payments/${id}/simulate`, 200, { outcome: "approved" })
      await scene.does("POST", `/payments/${id}/simulate`, 200, { outcome: "returned" })
      await scene.until(id, "returned")
    },
  },
]

async function link(scene: Scene): Promise<string> {
  const { id } = await scene.ask({
    to: "palommaPay",
    method: "POST",
    path: "/payment-requests",
    headers: { authorization: scene.gateway.credential("palommaPay", "privateKey") },
    body: {
      amount_cents: AMOUNT_CENTS,
      description: `Pedido ${scene.run}`,
      redirect_url: "https://tienda.example/gracias",
      ttl: 900,
    },
    status: 200,
  })
  scene.made("payment", id)
  return id
}
