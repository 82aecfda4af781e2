/** Values that a JSON Schema takes, with a meaning where the member's name has one. */
import type { JsonSchema } from "../../src/openapi/schema.ts"
import type { Pool } from "./pool.ts"
import type { Random } from "./random.ts"

/** What values are made of. */
export type Making = {
  readonly random: Random
  readonly pool: Pool
  /** The number of the sequence: references repeat within one, and never among several. */
  readonly sequence: number
  /** Ids that no answer gives, such as a merchant's own. */
  readonly fixed: Readonly<Record<string, string>>
}

/** Digits by which numbers of accounts, documents and phones are known wherever they turn up. */
export const MARKS = {
  account: "44004400",
  phone: "300997",
  document: "77001122",
  email: "fuzz-person",
  identifier: "116600",
} as const

/** Where an id of each name may come from. */
const KINDS: Readonly<Record<string, readonly string[]>> = {
  customerId: ["customers", "customerId"],
  customer: ["customers", "customer"],
  paymentMethodId: ["paymentMethods"],
  instrument: ["paymentMethods", "instrument"],
  paymentRequestId: ["paymentRequests"],
  paymentId: ["paymentId"],
  operationId: ["operationId"],
  refund: ["refunds"],
  subject: ["payments", "paymentMethods", "subject"],
  cursor: ["cursor"],
}

/** Endings that the simulator settles or refuses at once; a slow one now and then. */
const ENDINGS = ["99", "99", "98", "01", "02", "03", "07", "08"]
const SLOW_SHARE = 0.002

function ending({ random }: Making): string {
  return random.chance(SLOW_SHARE) ? random.pick(["04", "05", "06", "09"]) : random.pick(ENDINGS)
}

function digits({ random }: Making, count: number): string {
  return Array.from({ length: count }, () => random.below(10)).join("")
}

const reference = (making: Making) => `ref-${making.sequence}-${making.random.below(6)}`

/** Values that mean something, by the name of the member; of several, any that its schema takes. */
const MEANT: Readonly<Record<string, (making: Making) => unknown>> = {
  refId: reference,
  reference,
  externalPaymentId: reference,
  externalClientId: () => "user-77",
  amount: () => ["25.50", "2550", "100000", 45_000, 1_500],
  amount_cents: ({ random }) => 500_000 + random.below(1_000) * 100,
  companyCode: ({ random }) => random.pick(["AR-R-0901", "AR-R-0901", "CO-R-0901", "MX-R-0901"]),
  productId: () => "1",
  identifierValue: (making) => MARKS.identifier + digits(making, 2) + ending(making),
  name: () => "Ana Ruiz",
  documentNumber: (making) => MARKS.document + digits(making, 2),
  document_number: (making) => MARKS.document + digits(making, 2),
  email: () => `${MARKS.email}@example.test`,
  accountNumber: (making) => MARKS.account + digits(making, 2) + ending(making),
  phoneNumber: (making) => MARKS.phone + digits(making, 2) + ending(making),
  phone_number: (making) => MARKS.phone + digits(making, 4),
  acceptedAt: () => "2026-01-05T14:00:00Z",
  redirect_url: () => "https://shop.example/done",
  url: () => "https://shop.example/webhooks",
  from: () => "2026-01-01",
  to: () => "2027-12-31",
  limit: ({ random }) => String(1 + random.below(5)),
  searchCompany: () => "movil",
  asset: ({ random }) => random.pick(["COP", "COP", "USD", "ARS"]),
  ttl: () => 600,
  ttl_seconds: () => 600,
}

/** Texts of many kinds, for members whose name means nothing here. */
const TEXTS = [
  "25.50",
  "2550",
  "100000",
  "1500",
  "2 x cafe",
  "a",
  "1",
  "COP",
  "AR",
  "true",
  "2026-01-05",
  "2026-01-05T14:00:00Z",
  "https://shop.example/x",
  "x@example.test",
  "019b8e42-0fd0-4003-8c33-5e7f3b20ad21",
  "3001234567",
  "123456",
  "ABC123",
]
const NUMBERS = [1_500, 45_000, 500_000, 1, 600]
/** How often a member whose name means something gets any value that its schema takes. */
const MEANINGLESS_SHARE = 0.02
/** How often a member that may be left out is there. */
const OPTIONAL_SHARE = 0.4

/** A value that a schema takes, as far as the schema tells; undefined where nothing may be. */
export function valueFor(schema: JsonSchema, name: string, making: Making): unknown {
  const { random, pool, fixed } = making
  const known = KINDS[name] && pool.draw(random, KINDS[name])
  if (known && takesText(schema)) return known.id
  const own = fixed[name]
  if (own !== undefined && takesText(schema)) return own
  const meant = [MEANT[name]?.(making)].flat().filter((each) => takes(schema, each))
  if (meant.length > 0 && !random.chance(MEANINGLESS_SHARE)) return random.pick(meant)
  return plainValue(schema, name, making)
}

function plainValue(schema: JsonSchema, name: string, making: Making): unknown {
  const { random } = making
  if ("const" in schema) return schema["const"]
  if (Array.isArray(schema["enum"])) return random.pick(schema["enum"])
  const choices = (schema["anyOf"] ?? schema["oneOf"]) as readonly JsonSchema[] | undefined
  if (choices) return valueFor(random.pick(choices), name, making)
  switch (random.pick(typesOf(schema))) {
    case "object":
      return objectFor(schema, making)
    case "array":
      return [valueFor(schema["items"] as JsonSchema, name, making)]
    case "integer":
    case "number":
      return numberFor(schema, random)
    case "boolean":
      return random.chance(0.5)
    case "null":
      return null
    case "string":
      return textFor(schema, random)
  }
  if ("not" in schema) return undefined
  return random.pick(NUMBERS)
}

function objectFor(schema: JsonSchema, making: Making): Record<string, unknown> {
  const members = (schema["properties"] ?? {}) as Record<string, JsonSchema>
  const required = (schema["required"] ?? []) as readonly string[]
  const made: Record<string, unknown> = {}
  for (const [name, member] of Object.entries(members)) {
    if (!required.includes(name) && !making.random.chance(OPTIONAL_SHARE)) continue
    const value = valueFor(member, name, making)
    if (value !== undefined) made[name] = value
  }
  return made
}

function numberFor(schema: JsonSchema, random: Random): number {
  const fitting = NUMBERS.filter((each) => takes(schema, each))
  return fitting.length > 0 ? random.pick(fitting) : Number(schema["minimum"] ?? 0)
}

function textFor(schema: JsonSchema, random: Random): string {
  const fitting = TEXTS.filter((each) => takes(schema, each))
  return random.pick(fitting.length > 0 ? fitting : TEXTS)
}

function typesOf({ type }: JsonSchema): readonly unknown[] {
  return [type].flat()
}

function takesText(schema: JsonSchema): boolean {
  const choices = (schema["anyOf"] ?? []) as readonly JsonSchema[]
  return typesOf(schema).includes("string") || choices.some(takesText)
}

/** Kinds that a number is of; a schema that names none takes everything. */
const NUMERIC: ReadonlySet<unknown> = new Set(["number", "integer", undefined])

const patterns = new Map<string, RegExp>()

function matches(source: unknown, text: string): boolean {
  if (typeof source !== "string") return true
  const known = patterns.get(source) ?? new RegExp(source, "u")
  patterns.set(source, known)
  return known.test(text)
}

/** Whether a schema takes a text or a number, as far as that is quickly said. */
function takes(schema: JsonSchema, value: unknown): boolean {
  const choices = (schema["anyOf"] ?? schema["oneOf"]) as readonly JsonSchema[] | undefined
  if (choices) return choices.some((each) => takes(each, value))
  if (Array.isArray(schema["enum"])) return schema["enum"].includes(value)
  if (typeof value === "number") {
    const { minimum = Number.NEGATIVE_INFINITY, maximum = Number.POSITIVE_INFINITY } = schema
    const isNumber = typesOf(schema).some((each) => NUMERIC.has(each))
    return isNumber && value >= Number(minimum) && value <= Number(maximum)
  }
  if (typeof value !== "string" || !typesOf(schema).includes("string")) return false
  const { minLength = 0, maxLength = Number.POSITIVE_INFINITY, allOf = [] } = schema
  const all = [schema["pattern"], ...(allOf as JsonSchema[]).map(({ pattern }) => pattern)]
  if (value.length < Number(minLength) || value.length > Number(maxLength)) return false
  return all.every((pattern) => matches(pattern, value))
}
