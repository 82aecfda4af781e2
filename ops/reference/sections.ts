/** What can be set, section by section, with the schemas that judge it when a gateway starts. */
import { z } from "zod"
import { environmentSchema, FROM_FILES, fileSchema } from "../../src/config.ts"
import { account, bankFilesSchema } from "../../src/rails/bank-files/schema.ts"
import {
  aggregator,
  coin,
  evmSchema,
  fixed,
  inFull,
  onPreset,
  token,
} from "../../src/rails/evm/schema.ts"
import { simulatorSchema } from "../../src/rails/simulator/settings.ts"
import { schemaFor } from "../../src/rails/tapila/schema.ts"

/** A JSON Schema, as far as the pages tell of it. */
export type Told = {
  readonly type?: string | readonly string[]
  readonly enum?: readonly string[]
  readonly const?: unknown
  readonly default?: unknown
  readonly minimum?: number
  readonly maximum?: number
  readonly minLength?: number
  readonly maxLength?: number
  readonly minItems?: number
  readonly maxItems?: number
  readonly items?: Told
  readonly properties?: Readonly<Record<string, Told>>
  readonly additionalProperties?: boolean | Told
  readonly required?: readonly string[]
  readonly anyOf?: readonly Told[]
}

export type SectionName = (typeof SECTIONS)[number]["name"]

/** Settings that are one table of the page. */
export type Section = {
  readonly name: string
  /** Where its members stand: before the name of each. Empty for variables. */
  readonly path: string
  readonly members: Readonly<Record<string, Told>>
  readonly required: readonly string[]
  /** Whether a value can be used there: examples are held to it. */
  takes(member: string, value: unknown): boolean
}

/** The members of `caudal.json` that aren't a rail's, by their whole paths. */
const file = z.object({
  hosts: fileSchema.shape.hosts,
  "webhooks.allow": fileSchema.shape.webhooks.unwrap().shape.allow,
  "rails.default": fileSchema.shape.rails.unwrap().shape.default,
})
const secretFiles = z.object(
  Object.fromEntries(FROM_FILES.map((name) => [`${name}_FILE`, z.string().min(1).optional()])),
)
const tapila = schemaFor("sandbox").shape.connections.valueType
const aggregated = aggregator.in.shape.aggregator

/** Where each section's settings are judged, in the order of the page. */
const SECTIONS = [
  { name: "environment", path: "", schema: environmentSchema },
  { name: "secretFiles", path: "", schema: secretFiles },
  { name: "file", path: "", schema: file },
  { name: "simulator", path: "rails.simulator.", schema: simulatorSchema },
  { name: "evm", path: "rails.evm.", schema: evmSchema },
  { name: "preset", path: "rails.evm.chains[].", schema: onPreset },
  { name: "chain", path: "rails.evm.chains[].", schema: inFull },
  { name: "token", path: "rails.evm.chains[].tokens[].", schema: token.in },
  { name: "coin", path: "rails.evm.chains[].native.", schema: coin.in },
  { name: "fixed", path: "….rate.", schema: fixed.in },
  { name: "aggregator", path: "….rate.aggregator.", schema: aggregated },
  { name: "bankFiles", path: "rails.bank-files.", schema: bankFilesSchema },
  { name: "account", path: "rails.bank-files.accounts.<name>.", schema: account },
  { name: "tapila", path: "rails.tapila.connections.<name>.", schema: tapila },
] as const

/** All sections; the same schemas give the same. */
export function sections(): readonly Section[] {
  return SECTIONS.map(({ name, path, schema }) => {
    const told = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as Told
    const shape = schema.shape as Readonly<Record<string, z.ZodType>>
    return {
      name,
      path,
      members: told.properties ?? {},
      required: told.required ?? [],
      takes: (member, value) => shape[member]?.safeParse(value).success ?? false,
    }
  })
}
