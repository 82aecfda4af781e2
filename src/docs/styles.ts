/** The look of the documents' pages. */
import { readFileSync } from "node:fs"
import { stylesheet } from "../pages/stylesheet.ts"

export const STYLES = stylesheet(readFileSync(new URL("./styles.css", import.meta.url), "utf8"))
