/** A payment of this API to try things out with: its payer chooses on its page. */
import type { Sample, SampleAsked } from "../../core/index.ts"

const HALF_HOUR_MS = 1_800_000

/** Makes it. */
export function sample({ merchant, now, reference }: SampleAsked): Sample {
  return {
    payment: {
      merchant,
      dialect: "caudal",
      kind: "charge",
      reference,
      amount: 1_250_000n,
      asset: "COP",
      description: "2 x café",
      purpose: {},
      expiresAt: new Date(now.getTime() + HALF_HOUR_MS),
      way: null,
      repeat: "answer",
    },
    account: null,
  }
}
