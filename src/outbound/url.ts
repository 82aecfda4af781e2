/** Judges the address of a provider. Secrets may stand in one by mistake: none is repeated. */

/** What browsers and servers agree on. */
const LENGTH_MAX = 2_048

/**
 * What is wrong with a provider's base URL, as the end of a sentence; null when it can be used. In
 * live only this machine is asked without TLS, for passwords travel to it.
 */
export function providerUrlProblem(text: string, mode: "sandbox" | "live"): string | null {
  if (text.length > LENGTH_MAX) return `is longer than ${LENGTH_MAX} characters`
  if (!URL.canParse(text)) return "is no address"
  const url = new URL(text)
  if (url.protocol !== "http:" && url.protocol !== "https:") return "must be http or https"
  if (url.username !== "" || url.password !== "") return "holds a user name or password"
  if (url.search !== "" || url.hash !== "") return "must end before the query"
  if (mode === "live" && url.protocol === "http:" && !isLoopback(url.hostname)) {
    return "must be https in live"
  }
  return null
}

/** Whether a host, as the parser writes it, is this machine. */
function isLoopback(host: string): boolean {
  return host === "localhost" || host === "[::1]" || /^127(?:\.\d{1,3}){3}$/.test(host)
}
