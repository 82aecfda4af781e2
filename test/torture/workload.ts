/** What clients do in one run: steps as data, so that any of them can be left out. */
import { ACCOUNT_ENDINGS } from "./base.ts"
import { type ChainPlan, type ChainStep, chainOf, chainStepOf, saidOfChain } from "./chain-steps.ts"
import { chosen, type Random, randomOf } from "./random.ts"
import type { Fired } from "./scheduler.ts"

/** The ways in which a payment is made; each is a route of a dialect. */
export const WAYS = [
  "pentagoo",
  "palomma-pay",
  "palomma-direct-debit",
  "tapila",
  "caudal",
  "caudal charge",
] as const
export type Way = (typeof WAYS)[number]

export type Create = {
  readonly do: "create"
  /** Its place among the steps, by which others name it. */
  readonly at: number
  readonly way: Way
  /** Which merchant: 0 or 1. */
  readonly merchant: number
  /** Minor units of the way's currency. */
  readonly amount: number
  /** The last two digits of what is charged or recharged. */
  readonly ending: string
  /** Whether a repeat is known by an Idempotency-Key, where the way has no reference. */
  readonly keyed: boolean
  /** Seconds for its payer; null for the merchant's own terms. */
  readonly ttl: number | null
}

/** A payer at the payment's page, and at the bank that it leads to. */
export type Pay = {
  readonly do: "pay"
  readonly at: number
  readonly of: number
  readonly method: "bank" | "wallet"
  /** The last two digits of what is charged. */
  readonly ending: string
  /** `leave`: the payer closes the bank's page. */
  readonly answer: "approve" | "decline" | "expire" | "leave" | "cancel"
  /** When the bank tells of it, where it does. */
  readonly notice: "before" | "after" | "instead" | "none"
}

export type Step =
  | Create
  | Pay
  /** The bank tells of one of its orders, once more; which one is chosen by name. */
  | { readonly do: "notice"; readonly at: number; readonly times: number }
  | ChainStep
  | { readonly do: "repeat"; readonly at: number; readonly of: number; readonly same: boolean }
  | { readonly do: "read"; readonly at: number; readonly of: number; readonly stranger: boolean }
  | { readonly do: "simulate"; readonly at: number; readonly of: number; readonly outcome: string }
  | { readonly do: "cancel"; readonly at: number; readonly of: number }
  | {
      readonly do: "refund"
      readonly at: number
      readonly of: number
      /** In hundredths of the payment's amount; above 100 is too much. */
      readonly part: number
      readonly keyed: boolean
    }
  | { readonly do: "refund again"; readonly at: number; readonly of: number }
  | { readonly do: "wait"; readonly at: number; readonly ms: number }
  | { readonly do: "set back"; readonly at: number; readonly node: number; readonly ms: number }
  | { readonly do: "crash"; readonly at: number; readonly node: number }

/** All that a run is made of. */
export type Plan = {
  /** Decides whose turn it is, and what else is chosen by name. */
  readonly seed: number
  readonly nodes: number
  /** How often something goes wrong at a gate. */
  readonly rate: number
  readonly steps: readonly Step[]
  /** What goes wrong instead, gate by gate: in plans that were cut down or written down. */
  readonly faults: readonly Fired[] | null
  /** The chain by which crypto is paid; null where the simulator pays it. */
  readonly chain: ChainPlan | null
}

const ANSWERS = ["approve", "approve", "approve", "decline", "expire", "leave", "cancel"] as const
const NOTICES = ["before", "before", "after", "instead", "none"] as const
const OUTCOMES = ["approved", "approved", "declined", "expired", "cancelled", "returned"] as const
/** Some of them twice: what settles at once is what most payments do. */
const ENDINGS = [...ACCOUNT_ENDINGS, "50", "50", "99"] as const
const WAITS_MS = [300, 1_000, 2_500, 6_000, 16_000, 70_000, 700_000, 4_000_000] as const
/** Seconds: a clock that is corrected goes back by little. */
const SET_BACK_MS = [1_000, 5_000, 30_000] as const
const RATES = [0, 0.005, 0.02, 0.06] as const
/** From this seed on something goes wrong at every tenth gate. */
export const ROUGH_FROM = 1_000_000
const ROUGH_RATE = 0.1

/** The plan of a seed; `most` bounds its steps. */
export function planOf(seed: number, most = 40): Plan {
  const random = randomOf(seed, "plan")
  const nodes = random.chance(0.5) ? 2 : 1
  const rate = seed < ROUGH_FROM ? random.pick(RATES) : ROUGH_RATE
  const chain = chainOf(seed)
  // What is told of a chain takes several steps: sent, mined, seen, replaced.
  const count = Math.min(most, (chain ? 20 : 8) + random.below(chain ? 20 : 32))
  const steps: Step[] = []
  for (let at = 0; at < count; at += 1) {
    const step = chain && chainStepAt(seed, at, chain, steps)
    steps.push(step ?? stepOf(seed, at, steps, nodes, chain !== null))
  }
  return { seed, nodes, rate, steps, chain, faults: null }
}

/** Of ten things that clients and operators do, so many are of each kind. */
const KINDS = [
  ...Array(8).fill("create"),
  ...Array(3).fill("repeat"),
  ...Array(4).fill("simulate"),
  ...Array(5).fill("pay"),
  ...Array(2).fill("notice"),
  ...Array(2).fill("cancel"),
  ...Array(4).fill("refund"),
  ...Array(2).fill("refund again"),
  ...Array(3).fill("read"),
  ...Array(6).fill("wait"),
  "set back",
  "crash",
] as readonly Step["do"][]

function stepOf(
  seed: number,
  at: number,
  before: readonly Step[],
  nodes: number,
  hasChain: boolean,
): Step {
  const random = randomOf(seed, `step ${at}`)
  const made = before.filter((each): each is Create => each.do === "create")
  const refunded = before.filter((each) => each.do === "refund")
  const kind = random.pick(KINDS)
  const of = made.length === 0 ? 0 : recent(random, likely(random, kind, made, before)).at
  switch (made.length === 0 && kind !== "wait" ? "create" : kind) {
    case "repeat":
      return { do: "repeat", at, of, same: random.chance(0.8) }
    case "read":
      return { do: "read", at, of, stranger: random.chance(0.3) }
    case "simulate":
      return { do: "simulate", at, of, outcome: random.pick(OUTCOMES) }
    case "pay": {
      const method = random.pick(["bank", "bank", "wallet"] as const)
      const [ending, answer] = [random.pick(ENDINGS), random.pick(ANSWERS)]
      return { do: "pay", at, of, method, ending, answer, notice: random.pick(NOTICES) }
    }
    case "notice":
      return { do: "notice", at, times: 1 + random.below(2) }
    case "cancel":
      return { do: "cancel", at, of }
    case "refund": {
      const part = random.pick([30, 50, 70, 100, 101])
      return { do: "refund", at, of, part, keyed: random.chance(0.8) }
    }
    case "refund again":
      if (refunded.length === 0) return { do: "read", at, of, stranger: false }
      return { do: "refund again", at, of: recent(random, refunded).at }
    case "wait":
      return { do: "wait", at, ms: random.pick(WAITS_MS) }
    case "set back":
      return { do: "set back", at, node: random.below(nodes), ms: random.pick(SET_BACK_MS) }
    case "crash":
      return { do: "crash", at, node: random.below(nodes) }
    default:
      return hasChain && chosen(seed, `crypto ${at}`) < 0.75
        ? { ...newCreate(random, at), way: "pentagoo" }
        : newCreate(random, at)
  }
}

function chainStepAt(seed: number, at: number, chain: ChainPlan, before: readonly Step[]) {
  const made = before.filter((each) => each.do === "create" && isByChain(each))
  const refunded = before.filter((each) => each.do === "refund")
  const places = (steps: readonly Step[]) => steps.map((each) => each.at)
  return chainStepOf(seed, at, chain, places(made), places(refunded))
}

/** Whether its payer sends by himself. */
export function isByChain({ at, way }: Create): boolean {
  return way === "pentagoo" || (way === "caudal" && at % 2 === 0)
}

/** Ways whose payers choose on a page. */
const PAGE_WAYS: readonly Way[] = ["pentagoo", "palomma-pay", "caudal"]
/** What comes after a payment was paid, and is refused before. */
const AFTER: readonly Step["do"][] = ["refund", "simulate", "cancel"]

/** Whether a create is likely to be approved by the steps that there are. */
function isPaid(create: Create, before: readonly Step[]): boolean {
  const settles = (ending: string) => ending === "50" || ending === "99"
  if (!PAGE_WAYS.includes(create.way)) return settles(create.ending)
  return before.some((step) => {
    if (!("of" in step) || step.of !== create.at) return false
    if (step.do === "simulate") return step.outcome === "approved"
    return step.do === "pay" && step.answer === "approve" && settles(step.ending)
  })
}

/** Most steps are done to payments that they can change; some to any. */
function likely(
  random: Random,
  kind: Step["do"],
  made: readonly Create[],
  before: readonly Step[],
): readonly Create[] {
  const wanted = made.filter((create) => {
    if (kind === "pay") return PAGE_WAYS.includes(create.way)
    return !AFTER.includes(kind) || (create.way !== "tapila" && isPaid(create, before))
  })
  const share = kind === "simulate" || kind === "cancel" ? 0.4 : 0.8
  return wanted.length > 0 && random.chance(share) ? wanted : made
}

/** What was just done is what most is done to. */
function recent<T>(random: Random, from: readonly T[]): T {
  return random.pick(random.chance(0.6) ? from.slice(-3) : from)
}

function newCreate(random: Random, at: number): Create {
  return {
    do: "create",
    at,
    way: random.pick(WAYS),
    merchant: random.chance(0.8) ? 0 : 1,
    amount: 100 * (1_000 + random.below(3_000)),
    ending: random.pick(ENDINGS),
    keyed: random.chance(0.7),
    ttl: random.chance(0.4) ? random.pick([5, 60, 600]) : null,
  }
}

/** A step as a sentence. */
export function said(step: Step): string {
  switch (step.do) {
    case "create": {
      const who = step.merchant === 0 ? "Azul" : "Verde"
      const key = step.keyed ? "" : ", without a key"
      return `${who} creates by ${step.way}: ${step.amount}, …${step.ending}${key}`
    }
    case "repeat":
      return `step ${step.of} is sent again, ${step.same ? "the same" : "with another amount"}`
    case "read":
      return `${step.stranger ? "the other merchant" : "its merchant"} reads step ${step.of}`
    case "simulate":
      return `step ${step.of} is made ${step.outcome}`
    case "pay":
      return `a payer pays step ${step.of} by ${step.method} …${step.ending}: ${step.answer}`
    case "notice":
      return `the bank tells of an order${step.times === 1 ? "" : `, ${step.times} times`}`
    case "cancel":
      return `step ${step.of} is cancelled`
    case "refund":
      return `${step.part} % of step ${step.of} is given back`
    case "refund again":
      return `the refund of step ${step.of} is sent again`
    case "wait":
      return `${step.ms} ms pass`
    case "set back":
      return `the clock of node ${step.node + 1} is set back by ${step.ms} ms`
    case "crash":
      return `node ${step.node + 1} crashes`
    default:
      return saidOfChain(step)
  }
}
