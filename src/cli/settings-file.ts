/** A merchant's settings as a file: what `export settings` writes and `import settings` reads. */
import { readFileSync } from "node:fs"
import {
  type Core,
  DIALECT_NAMES,
  type DialectName,
  type Merchant,
  type MerchantSettings,
  merchantSettings,
  type TermsSettings,
  termsSettings,
} from "../core/index.ts"
import { CommandError } from "./command.ts"

export type SettingsFile = {
  readonly caudalSettings: 1
  readonly merchant: {
    readonly name: string
    readonly timeZone: string
    /** Without the logo: a picture goes by `merchant style --logo`. */
    readonly settings: Omit<MerchantSettings, "logo">
  }
  readonly terms: Partial<Readonly<Record<DialectName, TermsSettings>>>
  readonly endpoints: readonly {
    readonly dialect: DialectName
    readonly url: string
    readonly description: string | null
  }[]
}

const FILE_MAX_BYTES = 1_048_576
const ENDPOINTS_MAX = 1_000
const DESCRIPTION_MAX = 200
/** Files of before it could be set have none of what was added since. */
const LOOK = merchantSettings.omit({ logo: true }).partial()
const TERMS = termsSettings.partial()

/** All that can be set for a merchant; no secret, no key, no header of an endpoint. */
export async function settingsOf(core: Core, merchant: Merchant): Promise<SettingsFile> {
  const { name, timeZone } = merchant
  const { logo: _picture, ...settings } = merchant.settings
  const terms: [DialectName, TermsSettings][] = []
  for (const dialect of DIALECT_NAMES) {
    const found = await core.merchants.terms(merchant.id, dialect)
    if (found) terms.push([dialect, found.settings])
  }
  const endpoints = (await core.merchants.endpoints(merchant.id))
    .filter(({ disabledAt }) => disabledAt === null)
    .map(({ dialect, url, description }) => ({ dialect, url, description }))
  return {
    caudalSettings: 1,
    merchant: { name, timeZone, settings },
    terms: Object.fromEntries(terms),
    endpoints,
  }
}

/** Reads one; throws `CommandError` that says where it is wrong. */
export function readSettings(path: string): SettingsFile {
  const wrong = (why: string) => new CommandError(`${path}: ${why}`)
  let text: string
  try {
    text = readFileSync(path, "utf8")
  } catch (error) {
    throw wrong((error as Error).message)
  }
  if (text.length > FILE_MAX_BYTES) throw wrong("it is too long for one merchant's settings")
  let file: unknown
  try {
    file = JSON.parse(text)
  } catch {
    throw wrong("it is no JSON; caudal export settings writes such a file")
  }
  const problem = problemIn(file)
  if (problem) throw wrong(`${problem}; caudal export settings writes such a file`)
  return file as SettingsFile
}

/**
 * What keeps it from being such a file, the core's own rules for each value included: what is wrong
 * at its end must be known before its beginning is brought.
 */
function problemIn(file: unknown): string | null {
  if (!isObject(file) || file["caudalSettings"] !== 1) return "it holds no settings of Caudal's"
  const { merchant, terms, endpoints } = file
  if (!isObject(merchant)) return "merchant: it is missing"
  const { name, timeZone, settings } = merchant
  if (typeof name !== "string" || name.trim() === "") return "merchant.name: it must be text"
  if (typeof timeZone !== "string") return "merchant.timeZone: it must be text"
  if (!isObject(settings)) return "merchant.settings: it is missing"
  const flaw = flawIn("merchant.settings", LOOK, settings)
  if (flaw) return flaw
  if (!isObject(terms)) return "terms: it is missing"
  const strange = Object.keys(terms).find((each) => !isDialect(each))
  if (strange !== undefined) return `terms.${strange}: there is no such dialect`
  for (const [dialect, given] of Object.entries(terms)) {
    const wrong = flawIn(`terms.${dialect}`, TERMS, given)
    if (wrong) return wrong
  }
  if (!Array.isArray(endpoints) || endpoints.length > ENDPOINTS_MAX) {
    return `endpoints: it must be a list of at most ${ENDPOINTS_MAX}`
  }
  const at = endpoints.findIndex(
    (each) => !isObject(each) || !isDialect(each["dialect"]) || typeof each["url"] !== "string",
  )
  if (at >= 0) return `endpoints[${at}]: it needs dialect and url`
  const told = endpoints.findIndex(({ description }) => !isDescription(description ?? null))
  return told < 0
    ? null
    : `endpoints[${told}].description: it must be 1 to ${DESCRIPTION_MAX} characters, or null`
}

function isDescription(text: unknown): boolean {
  if (text === null) return true
  return typeof text === "string" && text !== "" && Array.from(text).length <= DESCRIPTION_MAX
}

type Rules = typeof LOOK | typeof TERMS

/** The first thing that breaks a rule, with its place; null where nothing does. */
function flawIn(place: string, rules: Rules, value: unknown): string | null {
  const [issue] = rules.safeParse(value).error?.issues ?? []
  return issue ? `${[place, ...issue.path].join(".")}: ${issue.message}` : null
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value)
}

function isDialect(text: unknown): text is DialectName {
  return DIALECT_NAMES.some((each) => each === text)
}
