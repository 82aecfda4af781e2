/**
 * Runs the pure tests of a copy against one mutant after the other, in one process.
 *
 * The modules are loaded once, and a switch says which mutant is the program. A mutant of what is
 * read while a module is loaded gets its modules loaded anew.
 */
import { registerHooks } from "node:module"
import { join } from "node:path"
import { setImmediate } from "node:timers/promises"
import { pathToFileURL } from "node:url"
import { end, type Kept, takeKept } from "./collect.ts"

export type Order = {
  readonly folder: string
  readonly tests: readonly string[]
  readonly mutants: readonly { readonly id: number; readonly atLoad: boolean }[]
}

/** A mutant with the test that noticed it, or null; `reached` by how many tests at all. */
export type Verdict = {
  readonly id: number
  readonly noticedBy: string | null
  readonly reached: number
}

/** What is told: that all is well without a mutant, what is tried next, and what came of it. */
export type News =
  | { readonly kind: "sound"; readonly tests: number }
  | { readonly kind: "trying"; readonly id: number }
  | ({ readonly kind: "verdict" } & Verdict)

const NONE = -1
const COLLECT = pathToFileURL(join(import.meta.dirname, "collect.ts")).href

let chosen = NONE
let reached = new Set<number>()

declare global {
  var caudalMutant: (id: number) => boolean
}

globalThis.caudalMutant = (id) => {
  reached.add(id)
  return id === chosen
}

process.once("disconnect", () => process.exit())
process.once("message", (order: Order) => {
  run(order)
    .finally(end)
    .then(
      () => process.disconnect?.(),
      (error: unknown) => {
        console.error(error)
        process.exit(1)
      },
    )
})

async function run({ folder, tests, mutants }: Order): Promise<void> {
  const within = pathToFileURL(`${folder}/`).href
  registerHooks({
    resolve(name, context, next) {
      if (name === "node:test" && context.parentURL?.startsWith(within)) {
        return { url: COLLECT, shortCircuit: true }
      }
      const found = next(name, context)
      // Below a module that is loaded anew all others of the copy are, too.
      const again = new URL(context.parentURL ?? "file:///").search
      const isOwn = found.url.startsWith(within) && !found.url.includes("/node_modules/")
      return again && isOwn && !found.url.includes("?")
        ? { ...found, url: found.url + again }
        : found
    },
  })
  const load = async (again: string): Promise<Kept[]> => {
    for (const file of tests) await import(pathToFileURL(join(folder, file)).href + again)
    return takeKept()
  }
  // What is loaded anew has to be as sound, or each mutant would look as if it were noticed.
  if (mutants.some(({ atLoad }) => atLoad)) {
    for (const test of await load("?mutant=none")) await test.run()
  }
  const suite = await load("")
  const reachedBy: { readonly test: Kept; readonly reached: Set<number>; readonly ms: number }[] =
    []
  for (const test of suite) {
    reached = new Set()
    const startedMs = performance.now()
    await test.run()
    reachedBy.push({ test, reached, ms: performance.now() - startedMs })
  }
  reachedBy.sort((a, b) => a.ms - b.ms)
  tell({ kind: "sound", tests: suite.length })

  for (const { id, atLoad } of mutants) {
    // A moment in which it can be heard that nobody waits for this any more.
    await setImmediate()
    tell({ kind: "trying", id })
    const candidates = reachedBy.filter((each) => each.reached.has(id)).map(({ test }) => test)
    chosen = id
    const verdict = atLoad
      ? await tryAnew(id, load)
      : { id, noticedBy: await firstFailure(candidates), reached: candidates.length }
    chosen = NONE
    tell({ kind: "verdict", ...verdict })
  }
}

async function tryAnew(id: number, load: (again: string) => Promise<Kept[]>): Promise<Verdict> {
  try {
    const suite = await load(`?mutant=${id}`)
    return { id, noticedBy: await firstFailure(suite), reached: suite.length }
  } catch {
    takeKept()
    return { id, noticedBy: "it can't be loaded", reached: 1 }
  }
}

/** The name of the first test that fails, or null. */
async function firstFailure(tests: readonly Kept[]): Promise<string | null> {
  for (const { name, run: runTest } of tests) {
    try {
      await runTest()
    } catch {
      return name
    }
  }
  return null
}

function tell(news: News): void {
  process.send?.(news)
}
