/** What somebody who has just started the gateway needs next: where it is, and calls to paste. */
import { relative } from "node:path"
import { styleText } from "node:util"
import type { Config } from "./config.ts"
import type { ConsoleOwner, Shown } from "./sandbox.ts"

export type Greeted = {
  readonly url: string
  /** What links carry. */
  readonly publicUrl: string
  readonly sandbox: readonly Shown[]
  /** Who can sign in to a sandbox's console; null in live mode. */
  readonly owner: ConsoleOwner | null
  /** The sandbox's own chain; null where there is none. */
  readonly chain: { readonly rpcUrl: string; readonly chainId: number } | null
  /** How many processes it has. */
  readonly processes: number
  readonly config: Pick<Config, "mode" | "dataDir" | "databaseUrl">
  /** Since the process began. */
  readonly startedInMs: number
}

/** Writes the greeting. In live mode there are no credentials to show. */
export function greeting(greeted: Greeted): string {
  const { url, publicUrl, sandbox, owner, chain, processes, config, startedInMs } = greeted
  const { mode, dataDir, databaseUrl } = config
  const several = processes > 1 ? `${processes} processes, ` : ""
  const seconds = (startedInMs / 1_000).toFixed(1)
  const facts: (readonly [string, string])[] = [
    ["Console", consoleText(publicUrl, owner)],
    ["Payers' pages", `${publicUrl}/pay/…  (the links that calls answer)`],
    [
      "Database",
      databaseUrl === null ? `a PostgreSQL of its own in ${near(dataDir)}` : "DATABASE_URL",
    ],
    ["Health", `${url}/health/ready, figures at ${url}/metrics`],
  ]
  if (chain) {
    const { rpcUrl, chainId } = chain
    facts.push(["Chain", `${rpcUrl}, chain id ${chainId}: a real one, with a test dollar`])
  }
  if (sandbox.length > 0) {
    facts.push(
      ["Credentials", `${near(dataDir)}/sandbox.json, for scripts; the same as below`],
      ["Outcomes", "by the last two digits of an account or phone: 01 no funds, 02 invalid,"],
      ["", "04 slow, 05 found later, 09 waits; most others are approved at once"],
      ["All of it", "npm run demo plays every flow and shows requests, answers, webhooks"],
    )
  }
  facts.push(["Stop", "Ctrl-C"])
  const width = Math.max(...facts.map(([name]) => name.length))
  return [
    "",
    `${bold("Caudal")} listens on ${bold(url)}  (${mode}, ${several}started in ${seconds} s)`,
    "",
    ...facts.map(([name, text]) => `  ${styleText("dim", name.padEnd(width))}  ${text}`),
    ...sandbox.flatMap(({ dialect, about, curl }) => [
      "",
      `${bold(dialect)}  ${styleText("dim", about)}`,
      // At the margin and plain: what is pasted must be exactly what is shown.
      curl,
    ]),
    "",
  ].join("\n")
}

/** Where people sign in, and in a sandbox as whom. */
function consoleText(publicUrl: string, owner: ConsoleOwner | null): string {
  if (owner === null) return `${publicUrl}/console  (first owner: caudal user add --help)`
  return `${owner.url}  ${owner.email}  ${owner.password ?? "(the password that was chosen)"}`
}

function bold(text: string): string {
  return styleText("bold", text)
}

/** A folder as one would type it here. */
function near(dir: string): string {
  const path = relative(process.cwd(), dir)
  return path === "" ? "." : path.startsWith("..") ? dir : `./${path}`
}
