/** Tells whether a form came from a page of ours or from somebody else's. */
import type { IncomingHttpHeaders } from "node:http"

/**
 * Whether another site sent this form. There is no cookie to abuse, the link itself is the
 * permission; but nobody's browser should be made to press a button unseen.
 *
 * Our pages send no referrer, and a browser then says `Origin: null` even to ourselves: such a
 * request is judged by Sec-Fetch-Site, which browsers older than that lack. Programs send neither
 * header.
 */
export function isForeign(headers: IncomingHttpHeaders, hosts: readonly string[]): boolean {
  const site = headers["sec-fetch-site"]
  if (site !== undefined) return site !== "same-origin" && site !== "none"
  const { origin } = headers
  if (origin === undefined || origin === "null") return false
  const from = URL.parse(origin)
  return from === null || !hosts.includes(from.host)
}
