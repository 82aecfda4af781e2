/** Writes the help: of the program, of a group of commands, of one, in the reader's language. */
import { styleText } from "node:util"
import { allOptions, type Command } from "./command.ts"
import { GROUPS } from "./groups.ts"
import { FRAME, type Language } from "./language.ts"
import type { Texts } from "./texts/texts.ts"

/** The texts of another language than the one that stands in the commands; null for that one. */
async function textsIn(language: Language): Promise<Texts | null> {
  return language === "en" ? null : (await import("./texts/es.ts")).ES
}

/** All that `caudal` alone says. */
export async function overview(language: Language): Promise<string> {
  const frame = FRAME[language]
  const texts = await textsIn(language)
  const width = Math.max(...GROUPS.map(({ word }) => word.length))
  return [
    `${styleText("bold", "caudal")}: ${frame.title}`,
    "",
    ...GROUPS.map(
      ({ word, about }) => `  caudal ${word.padEnd(width)}  ${texts?.groups[word] ?? about}`,
    ),
    "",
    `  caudal ${frame.more}`,
    `  ${frame.version}`,
    `  ${frame.settings}`,
  ].join("\n")
}

/** What follows `merchant`, when that stands alone or with --help. */
export async function groupHelp(commands: readonly Command[], language: Language): Promise<string> {
  const texts = await textsIn(language)
  return commands
    .map((each) => {
      const usage = usageOf(each).map((line) => `  ${line}\n`)
      return `${usage.join("")}      ${texts?.commands[each.name]?.about ?? each.about}`
    })
    .join("\n")
}

/** All that `--help` says about a command. */
export async function commandHelp(command: Command, language: Language): Promise<string> {
  const frame = FRAME[language]
  const texts = await textsIn(language)
  const own = texts?.commands[command.name]
  const everywhere: Readonly<Record<string, string>> = { json: frame.json, help: frame.help }
  const options = Object.entries(allOptions(command))
  const names = options.map(([name, { value }]) => `--${name}${value === null ? "" : ` ${value}`}`)
  const width = Math.max(...names.map((name) => name.length))
  return [
    own?.about ?? command.about,
    "",
    ...usageOf(command).map((line) => `  ${line}`),
    "",
    ...options.map(([name, { about }], at) => {
      const text = everywhere[name] ?? own?.options?.[name] ?? texts?.options[name] ?? about
      return `  ${names[at]!.padEnd(width)}  ${text}`
    }),
    ...(command.example ? ["", frame.example, "", `  caudal ${command.example}`] : []),
  ].join("\n")
}

/** The words by which a command is called, options included: a line for each of its forms. */
function usageOf({ name, operands, optional, options, forms }: Command): readonly string[] {
  const more = optional === null || forms.length > 0 ? [] : [`[${optional}]`]
  const beginning = ["caudal", name, ...operands, ...more].join(" ")
  if (forms.length > 0) return forms.map((form) => `${beginning} ${form}`)
  const written = Object.entries(options).map(([option, { value, required, many }]) => {
    const text = `--${option}${value === null ? "" : ` ${value}`}`
    return `${required ? text : `[${text}]`}${many ? "…" : ""}`
  })
  return [[beginning, ...written].join(" ")]
}
