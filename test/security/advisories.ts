/** Reads what `npm audit --json` says: which packages are weak, and which of them can't wait. */

export type Report = {
  /** The form that npm 7 and newer write; another one isn't understood. */
  readonly auditReportVersion?: number
  /** Left out where the registry could not be asked; then there is a message. */
  readonly metadata?: { readonly dependencies: { readonly total: number } }
  readonly message?: string
  readonly error?: { readonly summary?: string }
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

const REPORT_VERSION = 2

/** Why a report says nothing about our packages; null for one that does. */
export function unknownFrom({
  auditReportVersion,
  error,
  message,
  metadata,
}: Report): string | null {
  if (!metadata) {
    const why = message ?? error?.summary ?? ""
    return (
      "The registry could not be asked, so nothing is known: this needs a network " +
      `and a registry that knows advisories. ${why}`.trim()
    )
  }
  if (auditReportVersion === REPORT_VERSION) return null
  return `npm answered in a form that isn't known here: version ${auditReportVersion}.`
}
