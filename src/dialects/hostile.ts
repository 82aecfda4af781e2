/** Refuses text that no client means, and bodies that no client writes, for all dialects alike. */
import { WireProblem } from "./dialect.ts"

/** Deeper JSON than this is nobody's request. */
const DEPTH_MAX = 20

/**
 * Throws `body_invalid` for text with NUL or half a character, which can't be stored, and for what
 * is nested too deeply.
 */
export function refuseHostileText(value: unknown, depth = 0): void {
  if (typeof value === "string") {
    if (value.includes("\u0000") || !value.isWellFormed()) {
      throw new WireProblem({
        code: "body_invalid",
        message: "text must be valid Unicode without NUL characters",
      })
    }
    return
  }
  if (typeof value !== "object" || value === null) return
  if (depth > DEPTH_MAX) {
    throw new WireProblem({ code: "body_invalid", message: "the body is nested too deeply" })
  }
  for (const [key, member] of Object.entries(value)) {
    refuseHostileText(key, depth)
    refuseHostileText(member, depth + 1)
  }
}
