/** Finds the command that was asked for, runs it, and says in a line what went wrong. */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { styleText } from "node:util"
import { type Command, helpOf, OutputGone, parse, UsageError, usageOf } from "./command.ts"
import { makeShell, type Outside } from "./shell.ts"

/** The commands' files are read when they are asked for: most of a short command is its start. */
const GROUPS: readonly {
  readonly word: string
  readonly about: string
  load(): Promise<{
    commands: readonly Command[]
    /** Looks at all that was typed before anything of it may be repeated; throws `UsageError`. */
    checkWords?(args: readonly string[]): void
  }>
}[] = [
  { word: "start", about: "runs the gateway", load: () => import("./start.ts") },
  { word: "demo", about: "plays every flow and shows it", load: () => import("./demo/demo.ts") },
  { word: "merchant", about: "add, list, show, style", load: () => import("./merchant.ts") },
  { word: "key", about: "add, list, revoke: API credentials", load: () => import("./key.ts") },
  {
    word: "endpoint",
    about: "add, list, disable, enable: where webhooks go",
    load: () => import("./endpoint.ts"),
  },
  {
    word: "wallet",
    about: "top-up, balance, statement, providers: prepaid money",
    load: () => import("./wallet.ts"),
  },
  { word: "terms", about: "show, set: fees, times and limits", load: () => import("./terms.ts") },
  {
    word: "xpub",
    about: "add, list, gaps, advance: keys of own wallets",
    load: () => import("./xpub.ts"),
  },
  {
    word: "mandate",
    about: "list, show, revoke: consents to charge stored accounts",
    load: () => import("./mandate.ts"),
  },
  {
    word: "catalogue",
    about: "load, check, import, list, show, export: what recharges are sold",
    load: () => import("./catalogue.ts"),
  },
  { word: "payment", about: "show: all that is known of one", load: () => import("./payment.ts") },
  {
    word: "attempts",
    about: "unknown: money whose fate nobody knows yet",
    load: () => import("./attempts.ts"),
  },
  {
    word: "bank-files",
    about: "list, show, lines, clear, dry-run, send, adopt",
    load: () => import("./bank-files.ts"),
  },
  {
    word: "report",
    about: "daily, bank: what became of money on a day",
    load: () => import("./report.ts"),
  },
  {
    word: "retention",
    about: "show, drop: months of events and deliveries",
    load: () => import("./retention.ts"),
  },
  {
    word: "master-key",
    about: "show, rotate: what everything secret is sealed under",
    load: () => import("./master-key.ts"),
  },
  { word: "verify", about: "says whether the books are right", load: () => import("./verify.ts") },
  {
    word: "audit",
    about: "list, verify, export: what operators did",
    load: () => import("./audit.ts"),
  },
]

const REFUSED = 1
const MISUSED = 2
/** Errors whose message says all that helps; of others the stack is shown, too. */
const EXPECTED = new Set(["CommandError", "UsageError", "ConfigError", "OpenError", "SealError"])

/** Runs what was typed after `caudal` and answers the exit code: 0, 1 for a no, 2 for a mistake. */
export async function run(args: readonly string[], outside: Outside): Promise<number> {
  try {
    return await find(args, outside)
  } catch (error) {
    if (error instanceof OutputGone) return REFUSED
    tell(error, args.includes("--json"), outside)
    return error instanceof UsageError ? MISUSED : REFUSED
  }
}

async function find(args: readonly string[], outside: Outside): Promise<number> {
  const { out } = outside
  const [word] = args
  if (word === undefined || word === "help" || word === "--help" || word === "-h") {
    out.write(`${overview()}\n`)
    return word === undefined ? MISUSED : 0
  }
  if (word === "--version") {
    out.write(`${version()}\n`)
    return 0
  }
  const group = GROUPS.find((each) => each.word === word)
  if (!group)
    throw new UsageError(`There is no command "${word}"; there are: ${words().join(", ")}`)
  const { commands, checkWords } = await group.load()
  checkWords?.(args)
  const found = commands.find(({ name }) => matches(name, args))
  if (!found) {
    out.write(`${groupHelp(word, commands, args[1])}\n`)
    return args[1] === undefined ? MISUSED : 0
  }
  const given = parse(found, args.slice(found.name.split(" ").length))
  if (given.help) {
    out.write(`${helpOf(found)}\n`)
    return 0
  }
  const shell = makeShell(given.json, outside)
  await found.run(given, shell)
  return shell.code()
}

/** What follows `merchant`, when that stands alone or with --help. */
function groupHelp(word: string, commands: readonly Command[], next: string | undefined): string {
  if (next !== undefined && next !== "--help" && next !== "-h") {
    const known = commands.map(({ name }) => name).join(", ")
    throw new UsageError(`There is no command "${word} ${next}"; there are: ${known}`)
  }
  const usage = (each: Command) => usageOf(each).map((line) => `  ${line}\n`)
  return commands.map((each) => `${usage(each).join("")}      ${each.about}`).join("\n")
}

function matches(name: string, args: readonly string[]): boolean {
  return name.split(" ").every((word, at) => args[at] === word)
}

function words(): string[] {
  return GROUPS.map(({ word }) => word)
}

function overview(): string {
  const width = Math.max(...words().map((word) => word.length))
  return [
    `${styleText("bold", "caudal")}: a payment gateway that you run yourself`,
    "",
    ...GROUPS.map(({ word, about }) => `  caudal ${word.padEnd(width)}  ${about}`),
    "",
    "  caudal COMMAND --help says more, --json prints for programs, --version is the version.",
    "  Settings come from the environment (.env.example lists them), as for the gateway.",
  ].join("\n")
}

function version(): string {
  const path = join(import.meta.dirname, "..", "..", "package.json")
  return (JSON.parse(readFileSync(path, "utf8")) as { version: string }).version
}

function tell(error: unknown, json: boolean, { err }: Outside): void {
  const { name, message, stack } = error as Error
  if (json) {
    err.write(`${JSON.stringify({ error: { kind: name, message } })}\n`)
    return
  }
  err.write(`${EXPECTED.has(name) ? message : (stack ?? message)}\n`)
  if (error instanceof UsageError) err.write("caudal --help shows what there is.\n")
}
