/** The script that payers' pages load. */
import { scriptOf } from "../pages/script.ts"

/** The parts, each after those that it imports. */
const PARTS = ["copy", "countdown", "wallet", "once", "stream", "live", "page"]

export const SCRIPT = scriptOf("page.js", new URL("./client/", import.meta.url), PARTS)
