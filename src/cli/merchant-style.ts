/** `caudal merchant style`: how a merchant looks to its payers. */
import { closeSync, openSync, readSync } from "node:fs"
import { LOGO_MAX_BYTES, type NewStyle, PAGE_LANGUAGES } from "../core/index.ts"
import { CommandError, command, UsageError } from "./command.ts"
import { findMerchant } from "./named.ts"
import { checkText, DISPLAY_MAX, SUPPORT_MAX } from "./payer-text.ts"
import { list } from "./shell.ts"

/** Takes a setting away. */
const NONE = "none"
const LANGUAGES = PAGE_LANGUAGES.join("|")

export const style = command({
  name: "merchant style",
  about: "Changes how a merchant looks to its payers; what is left out stays as it is.",
  operands: ["MERCHANT"],
  options: {
    "display-name": { value: "TEXT", about: "what payers see; none: the merchant's name" },
    "support-info": { value: "TEXT", about: "whom payers can ask; none: nobody" },
    colour: { value: "#RRGGBB", about: "of buttons and links; none: the gateway's own" },
    language: {
      value: LANGUAGES,
      about: "where the payer's browser asks for none of them; or none",
    },
    logo: {
      value: "FILE",
      about: "a PNG, JPEG or WebP of at most 16 KiB and 1,024 pixels; or none",
    },
  },
  example: 'merchant style "Tienda Azul" --colour "#1d4ed8" --logo logo.png',
  async run(values, shell, [name]) {
    const { logo: path } = values
    const change: NewStyle = {
      displayName: readText("--display-name", values["display-name"], DISPLAY_MAX),
      supportInfo: readText("--support-info", values["support-info"], SUPPORT_MAX),
      colour: orNone(values.colour, readColour),
      language: orNone(values.language, readLanguage),
      logo: orNone(path, readFile),
    }
    if (Object.values(change).every((value) => value === undefined)) {
      throw new UsageError("merchant style needs something to change: --colour, --logo, …")
    }
    await shell.withCore(async (core) => {
      const merchant = await findMerchant(core, name)
      const styled = await core.merchants.style(merchant.id, change)
      if ("wrong" in styled) throw new CommandError(`--logo ${path}: ${styled.wrong}`)
      const { settings } = styled
      shell.show({ merchantId: merchant.id, settings }, () =>
        [`${merchant.name} looks like this to payers from now on:`, list(styleRows(settings))].join(
          "\n",
        ),
      )
    })
  },
})

type Settings = {
  readonly displayName: string | null
  readonly supportInfo: string | null
  readonly colour: string | null
  readonly language: string | null
  readonly logo: { readonly width: number; readonly height: number } | null
}

/** How a merchant looks, as names and values; also for `merchant show`. */
export function styleRows(settings: Settings): [name: string, value: string][] {
  const { displayName, supportInfo, colour, language, logo } = settings
  return [
    ["shown as", displayName ?? "-"],
    ["support", supportInfo ?? "-"],
    ["colour", colour ?? "-"],
    ["language", language ?? "-"],
    ["logo", logo ? `${logo.width} × ${logo.height} pixels` : "-"],
  ]
}

/** Null for the word none, undefined for what was left out. */
function orNone<Value>(
  text: string | undefined,
  read: (text: string) => Value,
): Value | null | undefined {
  if (text === undefined) return undefined
  return text === NONE ? null : read(text)
}

function readText(what: string, text: string | undefined, most: number) {
  return orNone(text, (given) => {
    checkText(what, given, most)
    return given
  })
}

function readColour(text: string): string {
  const colour = text.toLowerCase()
  if (/^#[0-9a-f]{6}$/.test(colour)) return colour
  throw new UsageError(`--colour ${text}: write it like "#1d4ed8", in quotes, or ${NONE}`)
}

function readLanguage(text: string): (typeof PAGE_LANGUAGES)[number] {
  const known = PAGE_LANGUAGES.find((language) => language === text)
  if (known) return known
  throw new UsageError(`--language ${text}: there are ${PAGE_LANGUAGES.join(", ")}, and ${NONE}`)
}

/** The file, or so much of it that the core sees that it is too large. */
function readFile(path: string): Buffer {
  const content = Buffer.alloc(LOGO_MAX_BYTES + 1)
  let length = 0
  try {
    const file = openSync(path, "r")
    try {
      for (let count = -1; count !== 0 && length < content.length; length += count) {
        count = readSync(file, content, length, content.length - length, null)
      }
    } finally {
      closeSync(file)
    }
  } catch (error) {
    throw new CommandError(`--logo ${path}: ${(error as Error).message}`)
  }
  return content.subarray(0, length)
}
