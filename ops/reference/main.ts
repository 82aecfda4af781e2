/** `npm run reference`: writes the pages of all settings anew. */
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { configurationPage } from "./page.ts"
import { ENGLISH } from "./words-en.ts"
import { SPANISH } from "./words-es.ts"

const docs = join(import.meta.dirname, "..", "..", "docs")
writeFileSync(join(docs, "operating", "configuration.md"), configurationPage(ENGLISH))
writeFileSync(join(docs, "es", "operating", "configuration.md"), configurationPage(SPANISH))
