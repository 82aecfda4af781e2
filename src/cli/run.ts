/** Finds the command that was asked for, runs it, and says in a line what went wrong. */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { OutputGone, parse, UsageError } from "./command.ts"
import { GROUPS } from "./groups.ts"
import { commandHelp, groupHelp, overview } from "./help.ts"
import { takeLanguage } from "./language.ts"
import { meant } from "./nearest.ts"
import { makeShell, type Outside } from "./shell.ts"

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

async function find(given: readonly string[], outside: Outside): Promise<number> {
  const { out } = outside
  const { language, rest: args } = takeLanguage(given, outside.language)
  const [word] = args
  if (word === undefined || word === "help" || word === "--help" || word === "-h") {
    out.write(`${await overview(language)}\n`)
    return word === undefined ? MISUSED : 0
  }
  if (word === "--version") {
    out.write(`${version()}\n`)
    return 0
  }
  const group = GROUPS.find((each) => each.word === word)
  if (!group) throw new UsageError(unknown(`"${word}"`, word, words()))
  const { commands, checkWords } = await group.load()
  checkWords?.(args)
  const found = commands.find(({ name }) => matches(name, args))
  if (!found) {
    const next = args[1]
    if (next !== undefined && next !== "--help" && next !== "-h") {
      const known = commands.map(({ name }) => name)
      throw new UsageError(unknown(`"${word} ${next}"`, `${word} ${next}`, known))
    }
    out.write(`${await groupHelp(commands, language)}\n`)
    return next === undefined ? MISUSED : 0
  }
  const parsed = parse(found, args.slice(found.name.split(" ").length))
  if (parsed.help) {
    out.write(`${await commandHelp(found, language)}\n`)
    return 0
  }
  const shell = makeShell(parsed.json, outside)
  await found.run(parsed, shell)
  return shell.code()
}

function unknown(shown: string, typed: string, known: readonly string[]): string {
  return `There is no command ${shown}${meant(typed, known)}; there are: ${known.join(", ")}`
}

function matches(name: string, args: readonly string[]): boolean {
  return name.split(" ").every((word, at) => args[at] === word)
}

function words(): string[] {
  return GROUPS.map(({ word }) => word)
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
