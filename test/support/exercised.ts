/** Which operations of the documents no test exercised: asked once the whole suite has run. */
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { dialects } from "../../src/dialects/index.ts"
import { documentOf } from "./contract.ts"

/** Every operation of every document, such as `caudal GET /payments/{id}`. */
export function operations(): string[] {
  return dialects.flatMap((dialect) =>
    Object.entries(documentOf(dialect).paths).flatMap(([template, verbs]) =>
      Object.keys(verbs).map((verb) => `${dialect.name} ${verb.toUpperCase()} ${template}`),
    ),
  )
}

/** Those that are in none of a folder's files, which tests wrote: see `promised.ts`. */
export function missedIn(folder: string): string[] {
  const files = readdirSync(folder).map((name) => readFileSync(join(folder, name), "utf8"))
  const exercised = new Set(files.flatMap((text) => text.split("\n")))
  return operations().filter((operation) => !exercised.has(operation))
}
