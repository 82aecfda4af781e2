/** Texts that payers will read: how long they may be, and that there is something to see. */
import { UsageError } from "./command.ts"

/** A merchant's name, which payers see where it has no other. */
export const NAME_MAX = 120
/** What a merchant's settings hold. */
export const DISPLAY_MAX = 80
export const SUPPORT_MAX = 200

/**
 * Refuses what can't be seen, or turns around what stands beside it on a payer's page; throws
 * `UsageError`. What was left out is fine.
 */
export function checkText(what: string, text: string | undefined, most: number): void {
  if (text === undefined) return
  const visible = /[\p{L}\p{N}]/u.test(text) && !/[\p{Cc}\p{Bidi_Control}]/u.test(text)
  if (visible && text.length <= most) return
  throw new UsageError(
    `${what} must have 1 to ${most} characters, a letter or digit among them, and none that controls`,
  )
}
