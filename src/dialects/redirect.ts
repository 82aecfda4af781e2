/** Where a payer may be sent back to when a payment is over, the same in every dialect. */

/**
 * Reads where a payer may be sent back to: an absolute https address without user info; in a
 * sandbox also http on this machine. Null when it is anything else.
 */
export function readRedirect(url: string, mode: "sandbox" | "live"): string | null {
  // The parser would drop blanks and line ends that somebody may have meant as part of the address,
  // and parsers disagree on where a host with a backslash behind it ends.
  if (/[\s\\\p{Cc}]/u.test(url) || !/^https?:\/\/[^/?#@]+(?:[/?#]|$)/i.test(url)) return null
  const parsed = URL.parse(url)
  if (!parsed) return null
  const local = /^(?:(?:.+\.)?localhost|127(?:\.\d+){3}|\[::1\])$/.test(parsed.hostname)
  if (parsed.protocol === "http:" && !(mode === "sandbox" && local)) return null
  return parsed.href
}
