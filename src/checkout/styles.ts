/** The look of all pages but the simulated bank's, and what each page is sent with. */
import { readFileSync } from "node:fs"
import { headersOf } from "../pages/policy.ts"
import { stylesheet } from "../pages/stylesheet.ts"

export const STYLES = stylesheet(readFileSync(new URL("./styles.css", import.meta.url), "utf8"))

/** A page that has more parts than text replaces the policy. */
export const PAGE_HEADERS = headersOf([STYLES])
