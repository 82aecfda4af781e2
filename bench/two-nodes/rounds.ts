/** Rounds in which two nodes are asked for the same at once, in orders that cross. */
import { type Answer, headOf, requestOf } from "../connection.ts"
import { type NativeKeys, withKey } from "../sandbox-keys.ts"
import type { Crowd } from "./crowd.ts"

export type Rounds = {
  readonly counts: Counts
  /** One round of everything; answers how many requests were answered, and in what time. */
  run(crowds: readonly [Crowd, Crowd]): Promise<Round>
}
export type Round = { readonly requests: number; readonly elapsedMs: number }
export type Counts = {
  created: number
  toppedUp: number
  /** Answers that say that something failed. */
  errors: number
  /** Of two that asked for the same, or of an answer and what was read afterwards. */
  differing: number
  readonly shown: string[]
}

const SHOWN = 3
const SHOWN_LENGTH = 200
/** In minor units. */
export const TOP_UP = 700
export const ASSET = "COP"

const ID = /"id":"(pay_[0-9a-f]{32})"/
const STATE = /"state":"(\w+)"/
const OVER = ["approved", "cancelled"]
/** What a node may say: it did it, it was done, or the other was first. */
const FINE = [200, 201, 409]

/** Makes the rounds of one gateway, of `size` payments each, whichever of its nodes are asked. */
export function makeRounds(keys: NativeKeys, merchant: string, size: number): Rounds {
  const { apiKey, baseUrl, operatorKey } = keys
  const head = headOf("POST", `${baseUrl}/payments`, withKey(apiKey))
  const readHead = headOf("GET", `${baseUrl}/payments`, withKey(apiKey))
  const topUpHead = headOf("POST", `${baseUrl}/operator/top-ups`, withKey(operatorKey))
  const on = (start: string, path: string) =>
    start.replace("/payments HTTP", `/payments${path} HTTP`)
  const counts: Counts = { created: 0, toppedUp: 0, errors: 0, differing: 0, shown: [] }
  let rounds = 0

  function show(text: string): void {
    if (counts.shown.length < SHOWN) counts.shown.push(text.slice(0, SHOWN_LENGTH))
  }

  /** Both sides at once, each with its requests in an order of its own. */
  async function both(
    crowds: readonly [Crowd, Crowd],
    requests: readonly [readonly string[], readonly string[]],
  ): Promise<readonly [readonly Answer[], readonly Answer[]]> {
    const [left, right] = requests
    const order = crossing(right.length, rounds)
    const [there, mixed] = await Promise.all([
      crowds[0].ask(left),
      crowds[1].ask(order.map((at) => right[at]!)),
    ])
    const back: Answer[] = []
    for (const [at, from] of order.entries()) back[from] = mixed[at]!
    for (const answer of [...there, ...back]) {
      if (FINE.includes(answer.status)) continue
      counts.errors += 1
      show(`${answer.status} ${answer.text}`)
    }
    return [there, back]
  }

  function compare(what: string, one: readonly unknown[], other: readonly unknown[]): void {
    for (const [at, each] of one.entries()) {
      if (each === other[at] && each !== undefined) continue
      counts.differing += 1
      show(`${what}: ${each} and ${other[at]}`)
    }
  }

  async function run(crowds: readonly [Crowd, Crowd]): Promise<Round> {
    rounds += 1
    const references = Array.from({ length: size }, (_, at) => `two-${rounds}-${at}`)
    const startedMs = performance.now()
    const created = references.map((reference) => {
      const about = { amount: "2550", asset: "USD", method: "crypto", description: "2 x cafe" }
      return requestOf(head, JSON.stringify({ ...about, reference }))
    })
    const ids = (await both(crowds, [created, created])).map((answers) =>
      answers.map(({ text }) => ID.exec(text)?.[1]),
    )
    compare("ids", ids[0]!, ids[1]!)
    counts.created += size

    // One approves what the other cancels, each half of them.
    const ends = ids[0]!.map((id, at) => {
      const pair = [
        requestOf(on(head, `/${id}/simulate`), JSON.stringify({ outcome: "approved" })),
        requestOf(on(head, `/${id}/cancel`), "{}"),
      ]
      return at % 2 === 0 ? pair : pair.toReversed()
    })
    const ended = await both(crowds, [ends.map(([end]) => end!), ends.map(([, end]) => end!)])

    const topUps = references.map((reference) =>
      requestOf(
        topUpHead,
        JSON.stringify({ merchant, asset: ASSET, amount: String(TOP_UP), reference }),
      ),
    )
    await both(crowds, [topUps, topUps])
    counts.toppedUp += size
    const elapsedMs = performance.now() - startedMs

    const reads = ids[0]!.map((id) => requestOf(on(readHead, `/${id}`)))
    const states = (await both(crowds, [reads, reads])).map((answers) => answers.map(stateOf))
    compare("states", states[0]!, states[1]!)
    for (const [at, state] of states[0]!.entries()) {
      const said = ended.flatMap((answers) =>
        answers[at]!.status < 300 ? [stateOf(answers[at]!)] : [],
      )
      if (OVER.includes(state!) && said.length > 0 && said.every((each) => each === state)) continue
      counts.differing += 1
      show(`${state} after ${ended.map((answers) => answers[at]!.text).join(" and ")}`)
    }
    return { requests: size * 6, elapsedMs }
  }

  return { counts, run }
}

function stateOf({ text }: Answer): string | undefined {
  return STATE.exec(text)?.[1]
}

/** What the connections to a node ask at once: the other node has the same, in another order. */
const AT_ONCE = 32
/** A multiplier and an addend that visit every number below 2^31 before one comes again. */
const STEP = { by: 1_103_515_245n, plus: 12_345n, below: 2n ** 31n }

/** The numbers below `length`, those that are asked at once shuffled, otherwise for each seed. */
function crossing(length: number, seed: number): number[] {
  let state = BigInt(seed)
  const random = () => {
    state = (state * STEP.by + STEP.plus) % STEP.below
    // The lower bits come again soon.
    return state >> 8n
  }
  const all = Array.from({ length }, (_, at) => ({ at, block: Math.floor(at / AT_ONCE) }))
  const drawn = all.map(({ at, block }) => ({ at, block, draw: random() }))
  return drawn.sort((a, b) => a.block - b.block || Number(a.draw - b.draw)).map(({ at }) => at)
}
