/** Reads what `npm audit --json` says: which packages are weak, and which of them can't wait. */

export type Report = {
  /** Left out where the registry could not be asked; then there is a message. */
  readonly metadata?: { readonly dependencies: { readonly total: number } }
  readonly message?: string
  readonly vulnerabilities?: Readonly<Record<string, Weakness>>
}

type Weakness = {
  readonly name: string
  readonly severity: string
  readonly range: string
  /** Advisories, or names of packages by which this one is weak. */
  readonly via: readonly (string | { readonly title: string; readonly url: string })[]
}

/** Weaker ones are told, and wait for the next release: see SECURITY.md. */
const FAILING = ["high", "critical"]

/** A line for each weak package, the worst first, and whether one of them can't wait. */
export function advisoriesIn({ vulnerabilities = {} }: Report): {
  readonly lines: readonly string[]
  readonly fails: boolean
} {
  const order = ["critical", "high", "moderate", "low", "info"]
  const all = Object.values(vulnerabilities)
  const sorted = all.sort((a, b) => order.indexOf(a.severity) - order.indexOf(b.severity))
  return {
    lines: sorted.map(lineOf),
    fails: all.some(({ severity }) => FAILING.includes(severity)),
  }
}

function lineOf({ name, severity, range, via }: Weakness): string {
  const why = via.map((each) => (typeof each === "string" ? `by ${each}` : each.title))
  return `${severity}: ${name} ${range}: ${why.join("; ")}`
}
