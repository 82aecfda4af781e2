/** Holds every file that we write, and every sample that we read, against the official schemas. */
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { parseArgs } from "node:util"
import { XmlDocument, XmlValidateError, XsdValidator } from "libxml2-wasm"
import { ANSWER_KINDS, ORDER_KINDS } from "../src/iso20022/items.ts"
import { exchanged } from "./support/bank-files.ts"
import { accepted, type Sample, written } from "./support/bank-samples.ts"

const USAGE = "Usage: npm run check:schemas -- --schemas DIR (a folder with ISO 20022's .xsd files)"

/** Nothing was checked: another end than that of a check that found something. */
function stop(sentence: string): never {
  console.error(sentence)
  process.exit(2)
}

function folder(): string {
  try {
    const { values } = parseArgs({ options: { schemas: { type: "string" } } })
    return values.schemas ?? stop(`No folder of schemas was named.\n${USAGE}`)
  } catch (error) {
    return stop(`${(error as Error).message}\n${USAGE}`)
  }
}

function validatorsIn(dir: string): ReadonlyMap<string, XsdValidator> {
  if (!existsSync(dir)) stop(`There is no folder ${dir}.\n${USAGE}`)
  const kinds: readonly string[] = [...ORDER_KINDS, ...ANSWER_KINDS]
  const missing = kinds.filter((kind) => !existsSync(join(dir, `${kind}.xsd`)))
  if (missing.length > 0) stop(`${dir} lacks ${missing.map((kind) => `${kind}.xsd`).join(", ")}.`)
  return new Map(
    kinds.map((kind) => {
      const schema = XmlDocument.fromBuffer(readFileSync(join(dir, `${kind}.xsd`)))
      try {
        return [kind, XsdValidator.fromDoc(schema)]
      } catch (error) {
        return stop(`${kind}.xsd is no schema: ${(error as Error).message}`)
      } finally {
        schema.dispose()
      }
    }),
  )
}

/** What the schema has against a sample; nothing when it is valid. */
function complaints({ kind, text }: Sample, validators: ReadonlyMap<string, XsdValidator>) {
  const validator = validators.get(kind)
  if (!validator) return [`no schema is known for ${kind}`]
  try {
    const document = XmlDocument.fromBuffer(Buffer.from(text))
    try {
      validator.validate(document)
      return []
    } finally {
      document.dispose()
    }
  } catch (error) {
    if (error instanceof XmlValidateError) return error.details.map(({ message }) => message.trim())
    return [(error as Error).message]
  }
}

const validators = validatorsIn(folder())
const samples: readonly (readonly [from: string, sample: Sample])[] = [
  ...(await written()).map((sample) => ["written", sample] as const),
  ...(await exchanged()).map((sample) => ["folder", sample] as const),
  ...accepted().map((sample) => ["read", sample] as const),
]
const results = samples.map(([from, sample]) => {
  return { from, sample, found: complaints(sample, validators) }
})
for (const { from, sample, found } of results) {
  const mark = found.length === 0 ? "valid  " : "INVALID"
  console.log(`${mark}  ${sample.kind}  ${from.padEnd(7)}  ${sample.name}`)
  for (const each of found) console.log(`         ${each}`)
}
const invalid = results.filter(({ found }) => found.length > 0).length
console.log(`${results.length} files, ${invalid} invalid`)
process.exitCode = invalid === 0 ? 0 : 1
