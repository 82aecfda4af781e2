/** `npm run sdk`: writes the generated part of the client anew. */
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { nativeDocument, writtenFrom } from "./written.ts"

const folder = join(import.meta.dirname, "..", "src", "generated")
mkdirSync(folder, { recursive: true })
for (const [name, text] of Object.entries(writtenFrom(nativeDocument()))) {
  writeFileSync(join(folder, name), text)
}
