/** The language of the help: what was asked for, or what this machine's user speaks. */
import { UsageError } from "./command.ts"

export const LANGUAGES = ["en", "es"] as const
export type Language = (typeof LANGUAGES)[number]

const OPTION = "--lang"

/**
 * Takes `--lang es|en` out of what was typed, wherever it stands. Without it the machine decides:
 * Node reads LC_ALL, LC_MESSAGES and LANG for its own default. Throws `UsageError`.
 */
export function takeLanguage(
  args: readonly string[],
  usual: Language = languageOf(Intl.DateTimeFormat().resolvedOptions().locale),
): { readonly language: Language; readonly rest: readonly string[] } {
  const at = args.findIndex((each) => each === OPTION || each.startsWith(`${OPTION}=`))
  if (at < 0) return { language: usual, rest: args }
  const joined = args[at]!.startsWith(`${OPTION}=`)
  const given = joined ? args[at]!.slice(OPTION.length + 1) : args[at + 1]
  const language = LANGUAGES.find((each) => each === given?.toLowerCase())
  if (!language) throw new UsageError(`${OPTION} ${given ?? ""}: there are ${LANGUAGES.join(", ")}`)
  const rest = args.toSpliced(at, joined ? 1 : 2)
  if (rest.some((each) => each === OPTION || each.startsWith(`${OPTION}=`)))
    throw new UsageError(`${OPTION} was given twice`)
  return { language, rest }
}

function languageOf(locale: string): Language {
  return locale.toLowerCase().startsWith("es") ? "es" : "en"
}

/** What stands around the commands' own texts. */
export const FRAME = {
  en: {
    title: "a payment gateway that you run yourself",
    more: "COMMAND --help says more, --json prints for programs, --lang es|en is the language,",
    version: "--version is the version. caudal completion bash|zsh completes what you type.",
    settings: "Settings come from the environment (.env.example lists them), as for the gateway.",
    example: "For example:",
    json: "print one line of JSON for a program to read",
    help: "print this",
  },
  es: {
    title: "una pasarela de pagos que usted mismo opera",
    more: "COMMAND --help dice más, --json imprime para programas, --lang es|en elige el idioma,",
    version: "--version es la versión. caudal completion bash|zsh completa lo que escribe.",
    settings: "La configuración viene del entorno (vea .env.example), como la de la pasarela.",
    example: "Por ejemplo:",
    json: "imprime una línea de JSON para que la lea un programa",
    help: "imprime esto",
  },
} as const satisfies Record<Language, Record<string, string>>
