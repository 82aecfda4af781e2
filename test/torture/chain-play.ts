/** Does the steps of a chain: its payers look at their payments as a page would show them. */
import type { Queries } from "../../src/db/database.ts"
import { addressOf, hashOf } from "../support/rpc.ts"
import type { Chain, Move, Transaction } from "./chain.ts"
import { type ChainSide, PAYER, TOKENS, UNKNOWN_TOKEN } from "./chain-far-side.ts"
import type { ChainStep } from "./chain-steps.ts"
import type { Clients } from "./clients.ts"
import { plainId } from "./clients.ts"
import { chosen } from "./random.ts"
import type { Create, Step } from "./workload.ts"

type Send = Extract<ChainStep, { do: "send" }>
type Offer = { readonly address: string; readonly asset: string; readonly amount: string }

/** What a step needs of the run. */
export type Stage = {
  readonly side: ChainSide
  readonly seed: number
  readonly nowMs: number
  readonly database: Queries
  /** What clients were told. */
  readonly clients: Clients
  /** The create that the step is about, where it is about one. */
  readonly create: Create | null
}

const DEPTH_MAX = 64
/** Of all transactions in a reorganisation so many come again just so, and so on. */
const FATES = [
  ...([
    "same",
    "same",
    "turned round",
    "turned round",
    "later",
    "waits",
    "never",
    "never",
  ] as const),
]
/** Beyond the hours in which late money still counts. */
const DAYS_MS = 30 * 3_600_000

const CHAIN_STEPS: readonly string[] = ["send", "sign", "mine", "fork", "lie", "lag"]

/** Whether it is the chain that does a step. */
export const isChainStep = (step: Step): step is ChainStep => CHAIN_STEPS.includes(step.do)

const tokenOf = (asset: string) => asset.slice(asset.lastIndexOf(":") + 1)

/** Does a step; answers what came of it, or null where it could not be done. */
export async function play(stage: Stage, step: ChainStep): Promise<string | null> {
  const { nowMs, seed, side } = stage
  const { chain, nodes, plan } = side
  switch (step.do) {
    case "mine":
      chain.mine(step.blocks, nowMs)
      return `the newest is ${chain.head.number}`
    case "fork":
      chain.fork(depthOf(chain, step), step.grows, nowMs, ({ hash }) => {
        const which = chosen(seed, `fate of ${hash} in step ${step.at}`) * FATES.length
        return FATES[Math.floor(which)]!
      })
      return `the newest is ${chain.head.number}`
    case "lag":
      nodes.lag(step.node % plan.nodes, step.blocks)
      return ""
    case "lie":
      // Who is asked alone is believed: it may be silent or slow, but not a liar.
      if (plan.nodes === 1) return null
      nodes.lie(plan.liar, step.lie, await wishOf(stage, step.at), step.back)
      return ""
    case "sign":
      return sign(stage, step)
    default:
      return send(stage, step)
  }
}

/** How deep a reorganisation is: none is deeper than 64 blocks. */
function depthOf(chain: Chain, { aims, depth }: Extract<ChainStep, { do: "fork" }>): number {
  const newest = chain.moves.at(-1)
  if (!aims || !newest) return depth
  return Math.min(DEPTH_MAX, Math.max(depth, chain.head.number - newest.block + 1))
}

/** A transfer that a liar might make up: much money, to whoever was given an address last. */
async function wishOf({ database, seed }: Stage, at: number) {
  const { rows } = await database.query<{ address: string }>(
    "select address from addresses where rail = 'evm' order by created_at desc, address limit 1",
  )
  const to = rows[0]?.address ?? addressOf("nobody")
  const transaction = hashOf(`made up ${seed} ${at}`)
  return { transaction, token: TOKENS[0]!, from: PAYER, to, amount: 10n ** 9n }
}

/** What the merchant was told to sign for the refund of a step, is signed. */
function sign({ clients, nowMs, seed, side }: Stage, step: Extract<ChainStep, { do: "sign" }>) {
  const told = clients.told.find((each) => each.step.at === step.of && each.body?.to_sign)
  if (!told) return null
  const toSign = told.body.to_sign
  for (let time = 1; time <= step.times; time += 1) {
    const hash = hashOf(`signed ${seed} ${step.at} ${time}`)
    const move: Move = {
      token: tokenOf(toSign.asset),
      from: toSign.from.toLowerCase(),
      to: toSign.to.toLowerCase(),
      amount: BigInt(toSign.amount),
    }
    side.chain.send({ hash, moves: [move] }, nowMs)
  }
  return `${toSign.amount} leave`
}

async function send(stage: Stage, step: Send): Promise<string | null> {
  const { clients, create, database, nowMs, seed, side } = stage
  const paymentId = create && clients.ids.get(create.at)
  if (!paymentId) return null
  const { rows } = await database.query<{ options: readonly Offer[] | null }>(
    `select instructions -> 'options' as options from attempts
where payment_id = $1 and rail = 'evm' and kind = 'charge' order by created_at desc, id limit 1`,
    [plainId(paymentId)],
  )
  const options = rows[0]?.options ?? []
  const offer = options[step.offer % options.length]
  if (!offer) return null
  const to = offer.address.toLowerCase()
  const token = tokenOf(offer.asset)
  const came = side.chain.moves
    .filter((move) => move.to === to && move.token === token)
    .reduce((sum, { amount }) => sum + amount, 0n)
  const due = BigInt(offer.amount)
  const move: Move = { token, from: PAYER, to, amount: due }
  const sent = movesOf(step, move, came)
  for (const [at, moves] of sent.entries()) {
    const transaction: Transaction = { hash: hashOf(`sent ${seed} ${step.at} ${at}`), moves }
    side.chain.send(transaction, step.manner === "days later" ? nowMs + DAYS_MS : nowMs)
  }
  return `${sent.flat().map(({ amount }) => amount)} of ${due} due`
}

/** What a payer's manner comes to: the movements of each transaction. */
function movesOf({ manner }: Send, move: Move, came: bigint): readonly (readonly Move[])[] {
  const { amount } = move
  const of = (part: bigint): Move => ({ ...move, amount: part })
  switch (manner) {
    case "too little":
      return [[of(amount / 2n)]]
    case "the rest":
      return came < amount ? [[of(amount - came)]] : []
    case "too much":
      return [[of(amount + amount / 3n)]]
    case "twice":
      return [[move], [move]]
    case "twice in one transaction":
      return [[move, move]]
    case "another token":
      return [[{ ...move, token: TOKENS[2]! }]]
    case "a token that nobody asked for":
      return [[{ ...move, token: UNKNOWN_TOKEN }]]
    case "nothing":
      return [[of(0n)]]
    case "to a stranger":
      return [[{ ...move, to: addressOf("stranger") }]]
    default:
      return [[move]]
  }
}
