/** What a command is, and how its arguments are read; what is wrong is told with what exists. */
import { parseArgs } from "node:util"
import { meant } from "./nearest.ts"
import type { Shell } from "./shell.ts"

/** A mistake in what was typed; the process ends with 2. */
export class UsageError extends Error {
  override name = "UsageError"
}

/** What was asked for can't be done; the process ends with 1. */
export class CommandError extends Error {
  override name = "CommandError"
}

/** Nobody reads what is printed any more; whoever holds the output tells why, if that helps. */
export class OutputGone extends Error {
  override name = "OutputGone"
}

/** `value` names what follows the option, in the help; null makes it a switch. */
export type Option = {
  readonly value: string | null
  readonly about: string
  readonly required?: boolean
  /** It may be given several times. */
  readonly many?: boolean
}
export type Options = Readonly<Record<string, Option>>

/** What was given for each option. */
export type Values<O extends Options> = {
  readonly [K in keyof O]: O[K]["value"] extends null
    ? boolean
    : O[K]["many"] extends true
      ? readonly string[]
      : O[K]["required"] extends true
        ? string
        : string | undefined
}

export type Command = {
  /** As it is typed, such as `merchant add`. */
  readonly name: string
  readonly about: string
  /** Names of what is given without an option, all of them required. */
  readonly operands: readonly string[]
  /** The name of one more that may be given; null where none may. */
  readonly optional: string | null
  readonly options: Options
  /** What may follow the operands, where options exclude one another; none: all of them may. */
  readonly forms: readonly string[]
  /** Something to copy, without the program's name. */
  readonly example: string | null
  /** What to do instead of asking for JSON, where there is none to print; null where there is. */
  readonly noJson: string | null
  run(given: Given, shell: Shell): Promise<void>
}

export type Given = {
  readonly values: Readonly<Record<string, string | boolean | readonly string[] | undefined>>
  readonly operands: readonly string[]
}

/** Defines a command whose `run` sees its options with their types. */
export function command<const O extends Options, const P extends readonly string[] = []>(spec: {
  readonly name: string
  readonly about: string
  readonly operands?: P
  readonly optional?: string
  readonly options?: O
  readonly forms?: readonly string[]
  readonly example?: string
  readonly noJson?: string
  run(
    values: Values<O>,
    shell: Shell,
    operands: { readonly [K in keyof P]: string },
    optional: string | undefined,
  ): Promise<void>
}): Command {
  const own = spec.operands ?? []
  return {
    name: spec.name,
    about: spec.about,
    operands: own,
    optional: spec.optional ?? null,
    options: spec.options ?? {},
    forms: spec.forms ?? [],
    example: spec.example ?? null,
    noJson: spec.noJson ?? null,
    run: ({ values, operands }, shell) =>
      spec.run(values as Values<O>, shell, operands as never, operands[own.length]),
  }
}

const JSON_OPTION: Option = { value: null, about: "print one line of JSON for a program to read" }
const HELP_OPTION: Option = { value: null, about: "print this" }

/** A command's own options, and those that all have. */
export function allOptions({ options, noJson }: Command): Options {
  const json: Options = noJson === null ? { json: JSON_OPTION } : {}
  return { ...options, ...json, help: HELP_OPTION }
}

export type Parsed = Given & { readonly json: boolean; readonly help: boolean }

/** Reads what follows a command's name. Throws `UsageError`. */
export function parse(command: Command, args: readonly string[]): Parsed {
  const options = allOptions(command)
  const { tokens } = parseArgs({
    args: [...args],
    options: Object.fromEntries(
      Object.entries(options).map(([name, { value }]) => [
        name,
        {
          type: value === null ? ("boolean" as const) : ("string" as const),
          multiple: true,
          ...(name === "help" ? { short: "h" } : {}),
        },
      ]),
    ),
    // Read token by token: parseArgs' own complaints don't say what exists.
    strict: false,
    tokens: true,
    allowPositionals: true,
  })
  const operands: string[] = []
  const values: Record<string, string | boolean | string[] | undefined> = {}
  for (const token of tokens) {
    if (token.kind === "positional") operands.push(token.value)
    if (token.kind !== "option") continue
    const option = Object.hasOwn(options, token.name) ? options[token.name] : undefined
    if (!option) throw new UsageError(unknownOption(command, token.rawName))
    // Without strictness `--merchant --json` takes the next option for a value.
    const swallowed = token.inlineValue === false && token.value?.startsWith("--")
    const value = swallowed ? undefined : token.value
    values[token.name] = taken(option, token.rawName, value, values[token.name])
  }
  const { json = false, help = false } = values as { json?: boolean; help?: boolean }
  if (!help) checkComplete(command, values, operands)
  for (const [name, option] of Object.entries(options)) {
    values[name] ??= option.value === null ? false : option.many ? [] : undefined
  }
  return { values, operands, json, help }
}

function taken(
  option: Option,
  name: string,
  value: string | undefined,
  before: string | boolean | string[] | undefined,
): string | boolean | string[] {
  if (option.value === null) {
    if (value !== undefined) throw new UsageError(`${name} takes no value`)
    return true
  }
  if (value === undefined || value === "") {
    throw new UsageError(`${name} needs a value: ${name} ${option.value}`)
  }
  if (option.many) return [...((before as string[] | undefined) ?? []), value]
  if (before !== undefined) throw new UsageError(`${name} was given twice`)
  return value
}

function checkComplete(
  { name, options, operands: wanted, optional }: Command,
  values: Readonly<Record<string, unknown>>,
  operands: readonly string[],
): void {
  const missing = [
    ...wanted.slice(operands.length),
    ...Object.entries(options)
      .filter(([each, { required }]) => required && values[each] === undefined)
      .map(([each, { value }]) => `--${each} ${value}`),
  ]
  if (missing.length > 0) throw new UsageError(`${name} also needs ${missing.join(" and ")}`)
  const most = wanted.length + (optional === null ? 0 : 1)
  if (operands.length > most) {
    const surplus = operands.slice(most).join(" ")
    throw new UsageError(`${name} does not know what to do with "${surplus}"`)
  }
}

function unknownOption(command: Command, given: string): string {
  const { name, noJson } = command
  if (given === "--json" && noJson !== null) return `${name} prints no JSON: ${noJson}`
  const known = Object.keys(allOptions(command))
  const guess = meant(given.replace(/^--?/, ""), known).replace('"', '"--')
  return `${name} has no option ${given}${guess}; it has ${known.map((each) => `--${each}`).join(", ")}`
}
