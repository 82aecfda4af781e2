/** An order in tokens to try things out with. */
import type { Sample, SampleAsked } from "../../core/index.ts"

const HALF_HOUR_MS = 1_800_000

/** Makes it. */
export function sample({ merchant, now, reference }: SampleAsked): Sample {
  return {
    payment: {
      merchant,
      dialect: "pentagoo",
      kind: "charge",
      reference,
      amount: 2_550n,
      asset: "USD",
      description: "2 x café",
      purpose: { methods: ["crypto"] },
      expiresAt: new Date(now.getTime() + HALF_HOUR_MS),
      way: { method: "crypto", target: {} },
      repeat: "answer",
    },
    account: null,
  }
}
