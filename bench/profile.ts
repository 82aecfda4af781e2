/**
 * Sums up what `node --cpu-prof --cpu-prof-dir=FOLDER bench/run.ts NAME` leaves: of the time that a
 * process was busy, which part of the program had how much. `node bench/profile.ts FOLDER`.
 */
import { globSync, readFileSync } from "node:fs"
import { join } from "node:path"

type Frame = { readonly functionName: string; readonly url: string }
type Node = { readonly id: number; readonly callFrame: Frame; readonly children?: number[] }
type Profile = {
  readonly nodes: readonly Node[]
  readonly samples: readonly number[]
  /** Microseconds. */
  readonly timeDeltas: readonly number[]
}

/**
 * Which part a function belongs to, the first that fits. What is in none of them (Node's buffers
 * and events, natives) counts for whoever called it.
 */
const PARTS: readonly [part: string, fits: RegExp][] = [
  ["deciding", /\/src\/core\/(?:decide|ledger|draft|fold)/],
  ["rows and statements", /\/src\/core\/(?:store|[^/]+\/store|engine|presume)|\/src\/db\//],
  ["the database's driver", /\/node_modules\/pg/],
  ["webhooks and loops", /\/src\/core\/(?:loops|webhooks)\/|\/src\/http\/(?:send|exchange|slots)/],
  ["the HTTP client", /\/node_modules\/undici\//],
  ["the rest of the core", /\/src\/core\//],
  ["rails", /\/src\/rails\//],
  ["checking bodies", /\/node_modules\/(?:zod|secure-json-parse)\//],
  ["dialects", /\/src\/dialects\//],
  ["log and metrics", /\/node_modules\/(?:pino|prom-client)\/|\/src\/http\/(?:metrics|log)/],
  ["the HTTP framework", /\/node_modules\/(?:fastify|find-my-way|avvio)|\/src\/http\//],
  ["HTTP in Node", /^node:(?:_http|internal\/http)/],
  ["loading modules", /^node:internal\/modules/],
  ["the bench", /\/bench\//],
]
/** What the profiler itself names. */
const OWN = new Map([
  ["(garbage collector)", "collecting garbage"],
  ["(program)", "the engine of JavaScript"],
])
const IDLE = "(idle)"
const OTHER = "all else"
/** Processes that hardly did anything aren't shown. */
const SHOWN_MS = 200

function partOf(node: Node, parents: ReadonlyMap<number, Node>): string {
  const own = OWN.get(node.callFrame.functionName)
  if (own) return own
  for (let at: Node | undefined = node; at; at = parents.get(at.id)) {
    const { url } = at.callFrame
    const found = PARTS.find(([, fits]) => fits.test(url))
    if (found) return found[0]
  }
  return OTHER
}

/** The file that a process began with, as far as it is one of ours. */
function nameOf({ nodes }: Profile): string {
  const files = nodes.map(({ callFrame }) => /\/(bench\/.*)$/.exec(callFrame.url)?.[1])
  const named = new Set(files.filter((file) => file !== undefined && file !== "bench/child.ts"))
  return named.has("bench/run.ts") ? "the load" : ([...named][0] ?? "another process")
}

function sumUp(profile: Profile): { readonly busyMs: number; readonly parts: [string, number][] } {
  const byId = new Map(profile.nodes.map((node) => [node.id, node]))
  const parents = new Map<number, Node>()
  for (const node of profile.nodes) {
    for (const child of node.children ?? []) parents.set(child, node)
  }
  const parts = new Map<string, number>()
  let busy = 0
  for (const [at, id] of profile.samples.entries()) {
    const node = byId.get(id)!
    const took = profile.timeDeltas[at]!
    if (node.callFrame.functionName === IDLE) continue
    const part = partOf(node, parents)
    parts.set(part, (parts.get(part) ?? 0) + took)
    busy += took
  }
  return { busyMs: busy / 1_000, parts: [...parts].sort(([, a], [, b]) => b - a) }
}

const folder = process.argv[2]
const files = folder === undefined ? [] : globSync("*.cpuprofile", { cwd: folder })
if (files.length === 0) {
  console.error("There must be a folder with profiles: node bench/profile.ts FOLDER")
  process.exit(2)
}
for (const file of files.sort()) {
  const profile = JSON.parse(readFileSync(join(folder!, file), "utf8")) as Profile
  const { busyMs, parts } = sumUp(profile)
  if (busyMs < SHOWN_MS) continue
  console.log(`\n${nameOf(profile)}: busy for ${Math.round(busyMs)} ms`)
  for (const [part, us] of parts) {
    console.log(`${((us / busyMs / 1_000) * 100).toFixed(1).padStart(6)} %  ${part}`)
  }
}
