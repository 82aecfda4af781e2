/** What happens on a chain in one run: steps as data, like those of the clients. */
import type { Finality } from "./chain.ts"
import { LIES, type Lie } from "./chain-nodes.ts"
import { type Random, randomOf } from "./random.ts"

/** How a payer pays who sends by himself. */
export const MANNERS = [
  "exactly",
  "too little",
  "the rest",
  "too much",
  "twice",
  "twice in one transaction",
  "days later",
  "another token",
  "a token that nobody asked for",
  "nothing",
  "to a stranger",
] as const
export type Manner = (typeof MANNERS)[number]

export type ChainStep =
  | {
      readonly do: "send"
      readonly at: number
      readonly of: number
      readonly manner: Manner
      /** Which of the offers, the first being 0. */
      readonly offer: number
    }
  | { readonly do: "sign"; readonly at: number; readonly of: number; readonly times: number }
  | { readonly do: "mine"; readonly at: number; readonly blocks: number }
  | {
      readonly do: "fork"
      readonly at: number
      readonly depth: number
      /** Deeper if need be, so that the newest transfer is in it. */
      readonly aims: boolean
      /** Blocks of the new branch beyond those that it replaces; below zero it is shorter. */
      readonly grows: number
    }
  | { readonly do: "lie"; readonly at: number; readonly lie: Lie | null; readonly back: number }
  | { readonly do: "lag"; readonly at: number; readonly node: number; readonly blocks: number }

/** The chain of a run. */
export type ChainPlan = {
  readonly nodes: number
  /** Which of them may lie, the first being 0: never more than one. */
  readonly liar: number
  /** The lie that it begins with. */
  readonly lie: Lie | null
  readonly finality: Finality
  /** Most blocks in one question for logs. */
  readonly rangeMax: number
}

/** One run in so many has a chain. */
const SHARE = 1 / 3
/** Of the steps of such a run so many are the chain's. */
const STEPS_SHARE = 0.65

const FINALITIES: readonly Finality[] = [
  { kind: "confirmations", blocks: 1 },
  { kind: "confirmations", blocks: 3 },
  { kind: "confirmations", blocks: 6 },
  { kind: "confirmations", blocks: 12 },
  { kind: "tag", tag: "finalized", behind: 8 },
]

/** The chain of a seed; null where it has none. */
export function chainOf(seed: number): ChainPlan | null {
  const random = randomOf(seed, "chain")
  if (!random.chance(SHARE)) return null
  const nodes = random.pick([1, 2, 2, 3, 3])
  return {
    nodes,
    // Whoever is asked first has the most to lie about.
    liar: random.chance(0.5) ? 0 : random.below(nodes),
    lie: random.chance(0.4) ? random.pick(LIES) : null,
    finality: random.pick(FINALITIES),
    rangeMax: random.pick([20, 100, 1_000]),
  }
}

/** Of ten things that happen on a chain, so many are of each kind. */
const KINDS = [
  ...Array(8).fill("send"),
  ...Array(8).fill("mine"),
  ...Array(6).fill("fork"),
  ...Array(3).fill("lie"),
  ...Array(2).fill("lag"),
  ...Array(2).fill("sign"),
] as readonly ChainStep["do"][]

/** Most of what payers do is right. */
const MANNERS_CHOSEN = [
  ...MANNERS,
  ...Array<Manner>(7).fill("exactly"),
  ...Array<Manner>(2).fill("twice"),
] as const

/**
 * The step at a place; null where it is none of the chain's. `made` and `refunded` are the places
 * of creates and refunds before it.
 */
export function chainStepOf(
  seed: number,
  at: number,
  { nodes }: ChainPlan,
  made: readonly number[],
  refunded: readonly number[],
): ChainStep | null {
  const random = randomOf(seed, `chain's step ${at}`)
  if (!random.chance(STEPS_SHARE) || made.length === 0) return null
  const kind = random.pick(KINDS)
  switch (kind) {
    case "sign":
      if (refunded.length === 0) return null
      return { do: "sign", at, of: random.pick(refunded), times: random.chance(0.8) ? 1 : 2 }
    case "mine":
      return { do: "mine", at, blocks: 1 + random.below(random.pick([3, 15])) }
    case "fork":
      return {
        ...{ do: "fork", at, depth: depthOf(random), aims: random.chance(0.8) },
        grows: random.pick([-1, 0, 0, 1, 1, 2, 5]),
      }
    case "lie": {
      const lie = random.chance(0.3) ? null : random.pick(LIES)
      return { do: "lie", at, lie, back: random.below(20) }
    }
    case "lag":
      return { do: "lag", at, node: random.below(nodes), blocks: random.pick([0, 1, 2, 5, 30]) }
    default: {
      const of = random.pick(random.chance(0.6) ? made.slice(-3) : made)
      const manner = random.pick(MANNERS_CHOSEN)
      return { do: "send", at, of, manner, offer: random.below(2) }
    }
  }
}

/** Most reorganisations are shallow; the deepest is 64. */
function depthOf(random: Random): number {
  return 1 + random.below(random.pick([2, 2, 4, 8, 14, 64]))
}

/** A step as a sentence. */
export function saidOfChain(step: ChainStep): string {
  switch (step.do) {
    case "send":
      return `the payer of step ${step.of} sends, by offer ${step.offer + 1}: ${step.manner}`
    case "sign":
      return `the refund of step ${step.of} is signed${step.times === 1 ? "" : " twice"}`
    case "mine":
      return `${step.blocks} blocks are made`
    case "fork": {
      const than = step.grows === 0 ? "as many" : `${Math.abs(step.grows)} ${more(step.grows)}`
      const which = step.aims ? "down to the newest transfer" : `the newest ${step.depth} blocks`
      return `${which} are replaced by ${than}`
    }
    case "lie":
      return step.lie === null ? "the liar tells the truth" : `the liar ${step.lie}, ${step.back}`
    default:
      return `RPC node ${step.node + 1} is ${step.blocks} blocks behind`
  }
}

const more = (grows: number) => (grows > 0 ? "more" : "fewer")
