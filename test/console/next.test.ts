/** Money that doesn't fit is told with its next step, and only what can be done is offered. */
import assert from "node:assert/strict"
import { after, test } from "node:test"
import type { Reading } from "../../src/console/figures.ts"
import { nextSteps } from "../../src/console/payments/next.ts"
import { type Possible, possibleFor } from "../../src/console/payments/possible.ts"
import { TOKEN } from "../support/chain-rail.ts"
import { askRefund, order, pay, refund, show, world } from "../support/orders.ts"

const READING: Reading = {
  language: "es",
  timeZone: "UTC",
  tokens: new Map([
    [TOKEN, { asset: TOKEN, token: "TUSD", decimals: 6, blockchain: "Test chain" }],
  ]),
}

const shop = await world({ after })

async function look(id: string, sandbox = false) {
  const story = (await shop.core.story(id))!
  const { rails } = shop.core
  const steps = nextSteps({ story, reading: READING, rails }, "es").map(({ text }) => text)
  return { steps, possible: possibleFor(story, { rails, sandbox }), story }
}

const names = ({ refund: given, cancel, unsigned, outcomes }: Possible) =>
  [given && "refund", cancel && "cancel", unsigned.length > 0 && "sign", ...outcomes].filter(
    Boolean,
  )

test("an order that waits can be cancelled, and nothing else is said or offered", async () => {
  const { id } = await order(shop)
  const { possible, steps } = await look(id)
  assert.deepEqual(steps, [])
  assert.deepEqual(names(possible), ["cancel"])
  assert.equal(possible.page, true)
  assert.deepEqual((await look(id, true)).possible.outcomes, ["expired", "cancelled"])
})

test("of a part that came the rest is named, once", async () => {
  const made = await order(shop)
  await pay(shop, made.address, made.due - 5_000_000n)
  const { possible, steps } = await look(made.id)
  assert.equal(steps.length, 1)
  assert.match(steps[0]!, /faltan 5 TUSD/)
  assert.deepEqual(names(possible), ["cancel"])
})

test("what came too much is named with where it lies, and the rest can be given back", async () => {
  const made = await order(shop)
  await pay(shop, made.address, made.due + 1_500_000n)
  const { possible, steps, story } = await look(made.id)
  assert.equal(steps.length, 1)
  assert.match(steps[0]!, /1,5 TUSD .*billetera del comercio/)
  assert.deepEqual(possible.refund, { left: 2_550n, needsAddress: true })
  const sightings = story.chapters.filter((each) => each.what === "sighting")
  assert.deepEqual(
    sightings.map(
      ({ explorerUrl, reference }) => explorerUrl === `https://explorer.test/${reference}`,
    ),
    [true],
  )
})

test("a refund that nobody signed can be taken back; what it took can't be refunded", async () => {
  const made = await order(shop)
  await pay(shop, made.address, made.due)
  await refund(shop, made.id, 550n)
  const { possible, story } = await look(made.id)
  assert.deepEqual(names(possible), ["refund", "sign"])
  assert.equal(possible.refund!.left, 2_000n)
  assert.equal(possible.unsigned[0]!.id, story.refunds[0]!.id)
  await askRefund(shop, made.id, 2_000n)
  assert.deepEqual(names((await look(made.id)).possible), ["sign"])
})

test("money whose transfer left the chain is said to be held", async () => {
  const made = await order(shop)
  const { place } = await pay(shop, made.address, made.due)
  await show(shop, { orphaned: [place] })
  const { steps } = await look(made.id)
  assert.equal(steps.length, 1)
  assert.match(steps[0]!, /salió de la cadena: 25,5 TUSD/)
})
