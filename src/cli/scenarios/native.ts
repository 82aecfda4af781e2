/** Caudal's own API: keys that make a request safe to repeat, and what is refused. */
import type { Scenario, Scene } from "./scene.ts"

export const NATIVE: readonly Scenario[] = [
  {
    name: "caudal.repeated",
    about: "a create is sent twice under one Idempotency-Key: one payment; changed: a 422",
    async play(scene) {
      const create = (amount: string, status: number) => {
        const headers = {
          authorization: `Bearer ${scene.native.apiKey}`,
          "idempotency-key": `trigger-${scene.run}`,
        }
        const body = { ...payment(scene), reference: null, amount }
        return scene.ask({ to: "caudal", method: "POST", path: "/payments", headers, body, status })
      }
      const first = await create("2550", 201)
      const again = await create("2550", 201)
      scene.made("payment", first.id)
      await scene.check("asked twice, created once", first.id === again.id)
      await create("2551", 422)
    },
  },
  {
    name: "caudal.cancelled",
    about: "a payment is created and cancelled; cancelled again, nothing more happens",
    async play(scene) {
      const { id } = await scene.does("POST", "/payments", 201, payment(scene))
      scene.made("payment", id)
      await scene.does("POST", `/payments/${id}/cancel`, 200)
      await scene.until(id, "cancelled")
    },
  },
  {
    name: "caudal.unknown-payment",
    about: "a payment that isn't there, as anybody else's",
    async play(scene) {
      await scene.does("GET", "/payments/pay_00000000000040008000000000000000", 404)
    },
  },
  {
    name: "caudal.invalid",
    about: "a create with a negative amount: the problem says what is wrong",
    async play(scene) {
      const body = { ...payment(scene), amount: "-1" }
      const { code } = await scene.does("POST", "/payments", 400, body)
      await scene.check(`the problem's code is ${code}`, typeof code === "string")
    },
  },
]

function payment({ run }: Scene) {
  return { amount: "2550", asset: "USD", reference: `order-${run}`, method: "crypto" }
}
