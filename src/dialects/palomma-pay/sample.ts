/** A link to try things out with. */
import type { Sample, SampleAsked } from "../../core/index.ts"

const HALF_HOUR_MS = 1_800_000

/** Makes it: this API's links have no reference of the merchant's. */
export function sample({ merchant, now, reference }: SampleAsked): Sample {
  return {
    payment: {
      merchant,
      dialect: "palomma-pay",
      kind: "charge",
      reference: null,
      amount: 1_250_000n,
      asset: "COP",
      description: `Pedido ${reference}`,
      purpose: {},
      expiresAt: new Date(now.getTime() + HALF_HOUR_MS),
      way: null,
      repeat: "answer",
    },
    account: null,
  }
}
