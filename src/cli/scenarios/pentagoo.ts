/** Pentagoo: orders that are paid, that expire, that come twice; and money on the chain. */
import type { Json } from "../demo/stage.ts"
import { type Scenario, type Scene, transfer } from "./scene.ts"

/** In millionths, as the test dollar has them. */
const PRICE = 25_500_000n

export const PENTAGOO: readonly Scenario[] = [
  {
    name: "pentagoo.approved",
    about: "an order is created and its payer pays",
    play: (scene) => ended(scene, "approved"),
  },
  {
    name: "pentagoo.expired",
    about: "nobody pays an order in time",
    play: (scene) => ended(scene, "expired"),
  },
  {
    name: "pentagoo.cancelled",
    about: "the payer gives an order up",
    play: (scene) => ended(scene, "cancelled"),
  },
  {
    name: "pentagoo.duplicate-reference",
    about: "the same refId twice is one order; with another amount it is refused",
    async play(scene) {
      const first = await order(scene)
      const again = await order(scene)
      await scene.check("asked twice, it is one order", again.paymentId === first.paymentId)
      await ask(scene, { refId: refOf(scene), description: "cafe", amount: "26.50" }, 400)
    },
  },
  {
    name: "chain.exact",
    about: "a real transfer of what is asked for, mined to its depth",
    onChain: true,
    async play(scene) {
      const { paymentId, address } = await orderOnChain(scene)
      await transfer(scene, address, PRICE)
      await scene.until(paymentId, "approved")
    },
  },
  {
    name: "chain.short",
    about: "half of it comes; the order waits for the rest, which comes later",
    onChain: true,
    async play(scene) {
      const { paymentId, address } = await orderOnChain(scene)
      await transfer(scene, address, PRICE / 2n)
      await eventOf(scene, paymentId, /payment\.(short|underpaid|partial|unapplied|received|seen)/)
      await transfer(scene, address, PRICE - PRICE / 2n)
      await scene.until(paymentId, "approved")
    },
  },
  {
    name: "chain.over",
    about: "twice as much comes: approved, and the surplus is the merchant's to give back",
    onChain: true,
    async play(scene) {
      const { paymentId, address } = await orderOnChain(scene)
      await transfer(scene, address, PRICE * 2n)
      await scene.until(paymentId, "approved")
      await eventOf(scene, paymentId, /unapplied|over/)
    },
  },
  {
    name: "chain.late",
    about: "the order expires, then its money comes: approved all the same",
    onChain: true,
    async play(scene) {
      const { paymentId, address } = await orderOnChain(scene)
      await scene.does("POST", `/payments/${paymentId}/simulate`, 200, { outcome: "expired" })
      await scene.until(paymentId, "expired")
      await transfer(scene, address, PRICE)
      await scene.until(paymentId, "approved")
    },
  },
]

async function ended(scene: Scene, outcome: string): Promise<void> {
  const { paymentId } = await order(scene)
  await scene.does("POST", `/payments/${paymentId}/simulate`, 200, { outcome })
  await scene.until(paymentId, outcome)
}

const refOf = ({ run }: Scene) => `ORD-${run}`

async function order(scene: Scene): Promise<Json> {
  const body = { refId: refOf(scene), description: "cafe", amount: "25.50" }
  const made = await ask(scene, body, 200)
  scene.made("payment", made.paymentId)
  return made
}

function ask(scene: Scene, body: object, status: number): Promise<Json> {
  const { gateway } = scene
  const [key, secret] = ["key", "secret"].map((name) => gateway.credential("pentagoo", name))
  const headers = { oauth: `${key}:${secret}` }
  const to = "pentagoo"
  return scene.ask({ to, method: "POST", path: "/api/payment/create", headers, body, status })
}

/** Its payer's address on the sandbox's own chain. */
async function orderOnChain(scene: Scene): Promise<{ paymentId: string; address: string }> {
  const { paymentId, options } = await order(scene)
  const [option] = options as readonly Json[]
  await scene.check("it has an address to pay to", typeof option?.address === "string", options)
  return { paymentId, address: option.address }
}

/** Waits until the merchant was told something of the payment. */
async function eventOf(scene: Scene, paymentId: string, type: RegExp): Promise<void> {
  for (let look = 0; look < LOOKS; look += 1) {
    const { data } = await scene.native.ask("GET", `/events?subject=${paymentId}`)
    const found = (data as readonly Json[]).find((each) => type.test(each.type))
    if (found) return scene.check(`the merchant is told: ${found.type}`, true)
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS))
  }
  await scene.check("the merchant is told of it", false)
}

/** Six confirmations at a block a second, and as long again. */
const LOOKS = 100
const LOOK_EVERY_MS = 150
