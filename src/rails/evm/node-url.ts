/** Judges the address of a node. Keys stand in such addresses, so no sentence repeats one. */

/** What browsers and servers agree on. */
const LENGTH_MAX = 2_048
/** Names that only a network of one's own answers for: RFC 6761, RFC 8375, and usual ones. */
const INSIDE = /^[^.]+$|\.(?:localhost|local|internal|intranet|lan|home\.arpa)$/
const V4 = /^\d{1,3}(?:\.\d{1,3}){3}$/

/**
 * What is wrong with the address of a node, as the end of a sentence; null when it can be used.
 * In live a node across the internet is asked over https only, for whoever sits between could
 * answer in its place.
 */
export function nodeUrlProblem(text: string, mode: "sandbox" | "live"): string | null {
  if (text.length > LENGTH_MAX) return `is longer than ${LENGTH_MAX} characters`
  if (!URL.canParse(text)) return "is no address"
  const url = new URL(text)
  if (url.protocol !== "http:" && url.protocol !== "https:") return "must be http or https"
  if (url.username !== "" || url.password !== "") {
    return "holds a user name or password; nodes take their key in the path or query"
  }
  if (url.hash !== "") return "ends in a fragment, which is never sent"
  if (mode === "live" && url.protocol === "http:" && !isInside(url.hostname)) {
    return "must be https in live, unless its host is private"
  }
  return null
}

/** Whether a host, as the parser writes it, lies on this machine or in a private network. */
function isInside(host: string): boolean {
  if (host.startsWith("["))
    return /^\[(?:::1|f[cd][0-9a-f]{2}:.*|fe[89ab][0-9a-f]:.*)\]$/.test(host)
  // The parser writes addresses in decimal; a name like 10.0.0.0e0 only looks like a number.
  if (!V4.test(host)) return INSIDE.test(host)
  const [first, second] = host.split(".").map(Number) as [number, number]
  return (
    first === 127 ||
    first === 10 ||
    (first === 172 && second >= 16 && second <= 31) ||
    (first === 192 && second === 168) ||
    // What carriers and private overlays share (RFC 6598).
    (first === 100 && second >= 64 && second <= 127)
  )
}
