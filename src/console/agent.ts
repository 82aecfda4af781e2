/** Who asks: an address, and what the browser calls itself, as people know it. */
import type { FastifyRequest } from "fastify"
import type { Caller } from "../core/index.ts"

/** The first that fits: most browsers claim to be the ones after them, too. */
const BROWSERS: readonly (readonly [pattern: RegExp, name: string])[] = [
  [/\bEdgA?\//, "Edge"],
  [/\bOPR\//, "Opera"],
  [/\bSamsungBrowser\//, "Samsung Internet"],
  [/\b(?:Firefox|FxiOS)\//, "Firefox"],
  [/\b(?:HeadlessChrome|Chrome|CriOS)\//, "Chrome"],
  [/\bSafari\//, "Safari"],
]
const SYSTEMS: readonly (readonly [pattern: RegExp, name: string])[] = [
  [/\bAndroid\b/, "Android"],
  [/\b(?:iPhone|iPad|iPod)\b/, "iOS"],
  [/\bWindows\b/, "Windows"],
  [/\bMac OS X\b/, "macOS"],
  [/\bCrOS\b/, "ChromeOS"],
  [/\bLinux\b/, "Linux"],
]

/** "Firefox, Linux": enough to tell one's own sessions from another's, and no fingerprint. */
export function agentOf(header: string | undefined): string {
  const text = (header ?? "").slice(0, 500)
  const found = [BROWSERS, SYSTEMS].flatMap(
    (names) => names.find(([pattern]) => pattern.test(text))?.[1] ?? [],
  )
  return found.length === 0 ? "?" : found.join(", ")
}

/** Who asks, for limits and for the list of sessions. */
export function callerOf({ ip, headers }: FastifyRequest): Caller {
  return { ip, agent: agentOf(headers["user-agent"]) }
}
