/** One process of the fuzzer: a gateway on a database of its own, its share of the sequences. */
import { dialects } from "../../src/dialects/index.ts"
import { rested } from "./rest.ts"
import type { Order } from "./run.ts"
import { runPlan } from "./sequence.ts"
import { startTarget } from "./target.ts"

let told = false
// Sequences that were begun end; what was found so far is worth as much as before.
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => {
    told = true
  })
}

function* numbers({ from, step, count }: Order): Generator<number> {
  for (let at = 0; at < count && !told; at += 1) yield from + at * step
}

async function run(order: Order): Promise<void> {
  const steps: (() => Promise<void>)[] = []
  const context = { after: (step: () => Promise<void>) => void steps.push(step) }
  try {
    const target = await startTarget(context)
    const dialect = dialects.find(({ name }) => name === order.dialect) ?? null
    const plan = { seed: order.seed, dialect, sequences: numbers(order) }
    const outcome = await runPlan(target, plan)
    for (const what of await rested(target)) {
      outcome.found += 1
      outcome.findings.push({ what, sequence: -1, request: -1, curl: "" })
    }
    process.send!(outcome)
  } finally {
    while (steps.length > 0) await steps.pop()!()
    process.disconnect()
  }
}

process.once("message", (order) => void run(order as Order))
