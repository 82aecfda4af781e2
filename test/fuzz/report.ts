/** Says what a run came to, for people. */
import { dialects } from "../../src/dialects/index.ts"
import { documentOf } from "../support/contract.ts"
import { PAGE_AIMS, PAGES } from "./pages.ts"
import { LEFT_OUT } from "./requests.ts"
import type { Finding, Outcome } from "./sequence.ts"

export type Run = {
  readonly seed: string
  readonly dialect: string | null
  readonly tookMs: number
}

/** Findings that are printed whole. */
const SHOWN_MAX = 20

/** The summary of all processes of a run. */
export function summary(outcomes: readonly Outcome[], run: Run): string {
  const requests = total(outcomes.map((each) => each.requests))
  const overSockets = total(outcomes.map((each) => each.overSockets))
  const rate = Math.round(requests / (run.tookMs / 1_000))
  const found = total(outcomes.map((each) => each.found))
  const findings = outcomes.flatMap((each) => each.findings)
  const unreached = missed(outcomes, run.dialect)
  return [
    `seed ${run.seed}: ${requests} requests (${overSockets} over sockets of their own) ` +
      `in ${(run.tookMs / 1_000).toFixed(1)} s, ${rate}/s with ${outcomes.length} processes`,
    `statuses: ${table(merged(outcomes.map((each) => each.statuses)))}`,
    unreached.length === 0
      ? "every route answered with success at least once"
      : `no success yet from: ${unreached.join(", ")}`,
    found === 0 ? "nothing was wrong" : `${found} findings, ${grouped(findings).length} kinds:`,
    ...grouped(findings)
      .slice(0, SHOWN_MAX)
      .map((each) => shown(each, run)),
  ].join("\n")
}

function total(numbers: readonly number[]): number {
  return numbers.reduce((sum, each) => sum + each, 0)
}

function merged(all: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const sums: Record<string, number> = {}
  for (const each of all) {
    for (const [name, count] of Object.entries(each)) sums[name] = (sums[name] ?? 0) + count
  }
  return sums
}

function table(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([name, count]) => `${name} ${count}`)
    .join(", ")
}

/** What can't be reached here, each for a reason of its own. */
const NEVER = new Set([
  // It always refuses.
  "tapila POST /refresh",
  // What a merchant has still to sign is on a chain.
  "caudal POST /payments/{id}/refunds/{refund}/cancel",
  ...Object.keys(LEFT_OUT),
  // What could answer with success would go on for minutes.
  `${PAGES} GET /pay/{id}/changes`,
])

function missed(outcomes: readonly Outcome[], only: string | null): string[] {
  const reached = merged(outcomes.map((each) => each.reached))
  const pages = only === null ? PAGE_AIMS.map((aim) => `${PAGES} ${aim}`) : []
  const routes = dialects
    .filter(({ name }) => only === null || name === only)
    .flatMap((dialect) =>
      Object.entries(documentOf(dialect).paths).flatMap(([path, operations]) =>
        Object.keys(operations).map((verb) => `${dialect.name} ${verb.toUpperCase()} ${path}`),
      ),
    )
  return [...routes, ...pages].filter((aim) => !NEVER.has(aim) && !reached[aim])
}

/** One finding of each kind: numbers and ids tell them apart no further. */
function grouped(findings: readonly Finding[]): Finding[] {
  const kinds = new Map<string, Finding>()
  for (const finding of findings) {
    const kind = finding.what.replace(/[0-9a-f-]{8,}|\d+/g, "#")
    if (!kinds.has(kind)) kinds.set(kind, finding)
  }
  return [...kinds.values()]
}

function shown({ what, sequence, request, curl }: Finding, { seed, dialect }: Run): string {
  if (sequence < 0) return `\n- ${what}`
  const only = dialect === null ? "" : ` --dialect ${dialect}`
  const again = `npm run fuzz -- --seed ${seed} --sequence ${sequence}${only}`
  const where = `request ${request} of sequence ${sequence}: ${again}`
  return `\n- ${what}\n  ${where}\n  ${curl.slice(0, 3_000)}`
}
