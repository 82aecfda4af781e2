/** Writes a zod schema as JSON Schema, the way OpenAPI 3.1 takes it; pure. */
import { z } from "zod"

/** A JSON Schema of draft 2020-12, or a part of one. */
export type JsonSchema = { readonly [keyword: string]: unknown }

/**
 * The JSON Schema of what is sent (`input`) or answered (`output`). Rules that only a function
 * knows are left out: a document may promise less than is checked, never more.
 */
export function jsonSchemaOf(schema: z.ZodType, io: "input" | "output"): JsonSchema {
  const { $schema: _, ...written } = z.toJSONSchema(schema, {
    io,
    // What a refinement or a conversion takes has no other form than that of its first step.
    unrepresentable: "any",
    override({ zodSchema, jsonSchema }) {
      const { def } = zodSchema._zod
      // Left out, and nothing else.
      if (def.type === "undefined") jsonSchema.not = {}
      // Text that is then one of some words.
      if (def.type === "pipe" && io === "input") {
        const { out } = def as z.core.$ZodPipeDef
        if (out._zod.def.type === "enum") jsonSchema.enum = [...out._zod.values!] as string[]
      }
      if (jsonSchema.maxLength === Number.POSITIVE_INFINITY) delete jsonSchema.maxLength
      // What every program's JSON can hold needs no saying.
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum
    },
  })
  return written as JsonSchema
}

/** An object's members, and which of them must be there; none for anything else. */
export function membersOf(schema: JsonSchema): {
  readonly members: Readonly<Record<string, JsonSchema>>
  readonly required: readonly string[]
} {
  const { properties = {}, required = [] } = schema
  return {
    members: properties as Record<string, JsonSchema>,
    required: required as readonly string[],
  }
}
