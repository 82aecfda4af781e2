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
  {
    why: "what was declined by hand before the bank was asked was settled by the bank's answer",
    plan: {
      ...{ seed: 10_110, nodes: 2, rate: 0, chain: null, faults: [] },
      steps: [
        {
          ...{ do: "create", at: 0, way: "palomma-direct-debit", merchant: 0 },
          ...{ amount: 137_500, ending: "99", keyed: true, ttl: null },
        },
        { do: "read", at: 2, of: 0, stranger: false },
        { do: "simulate", at: 3, of: 0, outcome: "cancelled" },
      ],
    },
  },
  {
    why: "what was approved by hand before the bank was asked was declined by the bank's answer",
    plan: {
      ...{ seed: 10_554, nodes: 1, rate: 0, chain: null, faults: [] },
      steps: [
        {
          ...{ do: "create", at: 21, way: "caudal charge", merchant: 1 },
          ...{ amount: 170_300, ending: "01", keyed: true, ttl: 600 },
        },
        { do: "simulate", at: 23, of: 21, outcome: "approved" },
      ],
    },
  },
  {
    why: "the bank did what it had said it doesn't know, for it was on its way for too long",
    plan: {
      ...{ seed: 10_225, nodes: 1, rate: 0, chain: null, faults: [] },
      steps: [
        { do: "wait", at: 0, ms: 4_000_000 },
        {
          ...{ do: "create", at: 5, way: "caudal charge", merchant: 1 },
          ...{ amount: 263_200, ending: "04", keyed: true, ttl: 5 },
        },
        { do: "repeat", at: 6, of: 1, same: true },
        { do: "wait", at: 7, ms: 2_500 },
        { do: "read", at: 9, of: 5, stranger: false },
        { do: "wait", at: 10, ms: 16_000 },
        { do: "crash", at: 15, node: 1 },
      ],
    },
  },
  {
    why: "two transfers of one transaction came back one place later, and one was held beside itself",
    plan: {
      ...{ seed: 10_706, nodes: 1, rate: 0, faults: [] },
      chain: {
        ...{ nodes: 2, liar: 0, lie: null, rangeMax: 1_000 },
        finality: { kind: "confirmations", blocks: 1 },
      },
      steps: [
        {
          ...{ do: "create", at: 0, way: "pentagoo", merchant: 0 },
          ...{ amount: 295_300, ending: "50", keyed: true, ttl: 5 },
        },
        { do: "fork", at: 2, depth: 2, aims: true, grows: -1 },
        { do: "send", at: 4, of: 0, manner: "twice in one transaction", offer: 0 },
        { do: "send", at: 6, of: 0, manner: "twice in one transaction", offer: 0 },
        { do: "wait", at: 8, ms: 1_000 },
        { do: "fork", at: 9, depth: 12, aims: false, grows: 5 },
        { do: "fork", at: 11, depth: 2, aims: true, grows: 0 },
      ],
    },
  },
  {
    why: "what was committed after a clock had been moved on made the books look wrong",
    plan: {
      ...{ seed: 31_311, nodes: 1, rate: 0.005, chain: null, faults: [] },
      steps: [
        {
          ...{ do: "create", at: 0, way: "pentagoo", merchant: 0 },
          ...{ amount: 135_500, ending: "06", keyed: true, ttl: null },
        },
        { do: "crash", at: 13, node: 0 },
        {
          ...{ do: "create", at: 14, way: "caudal charge", merchant: 0 },
          ...{ amount: 206_600, ending: "50", keyed: true, ttl: null },
        },
        { do: "simulate", at: 16, of: 14, outcome: "returned" },
        { do: "repeat", at: 17, of: 7, same: true },
        { do: "wait", at: 19, ms: 700_000 },
        { do: "wait", at: 21, ms: 700_000 },
      ],
    },
  },
]
