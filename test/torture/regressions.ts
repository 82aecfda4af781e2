/**
 * What once failed, cut down: the plan itself, so that it means the same whatever becomes of
 * seeds. Gates are told by their names; a fault whose gate has another name now fails the test.
 */
import type { Plan } from "./workload.ts"

export type Regression = { readonly why: string; readonly plan: Plan }

export const REGRESSIONS: readonly Regression[] = [
  {
    why: "money was taken back by hand, and the disk was full when that was to be written down",
    plan: {
      ...{ seed: 42, nodes: 1, rate: 0, chain: null },
      steps: [
        {
          ...{ do: "create", at: 3, way: "palomma-pay", merchant: 0 },
          ...{ amount: 276_800, ending: "50", keyed: true, ttl: null },
        },
        {
          ...{ do: "create", at: 15, way: "caudal charge", merchant: 0 },
          ...{ amount: 179_200, ending: "50", keyed: true, ttl: null },
        },
        { do: "simulate", at: 19, of: 3, outcome: "declined" },
        { do: "simulate", at: 20, of: 15, outcome: "returned" },
      ],
      faults: [
        {
          gate: "node 1, step 19: commit of 6: insert into batches (id, given_up, created_at) v",
          fault: "disk full",
        },
      ],
    },
  },
]
