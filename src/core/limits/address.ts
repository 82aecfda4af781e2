/** The name under which a caller's address is counted. */

/** The name of callers who closed their socket. */
const GONE = "gone"

/**
 * The name of an address: an IPv4 address itself, also where it is written as IPv6; of IPv6 the
 * network of 64 bits, all of which is one host's to use. A request whose socket is closed has none:
 * who leaves before the answer must not be counted nowhere, so all of those have one name.
 */
export function addressName(ip: string | undefined): string {
  if (ip === undefined) return GONE
  const mapped = /^::ffff:(\d{1,3}(?:\.\d{1,3}){3})$/i.exec(ip)
  if (mapped) return mapped[1]!
  if (!ip.includes(":") || ip.includes(".")) return ip
  const [head = "", tail] = ip.toLowerCase().replace(/%.*$/, "").split("::")
  const left = groups(head)
  const right = groups(tail ?? "")
  const zeros = Array<string>(Math.max(8 - left.length - right.length, 0)).fill("0")
  return `${[...left, ...zeros, ...right].slice(0, 4).join(":")}::/64`
}

function groups(text: string): string[] {
  return text === "" ? [] : text.split(":").map((group) => group.replace(/^0+(?=.)/, ""))
}

/** Whether limits count an address: a sandbox leaves out what its own machine does. */
export function isCounted(mode: "sandbox" | "live", ip: string | undefined): boolean {
  return mode === "live" || !isOwnMachine(ip)
}

/** Whether an address is the caller's own machine, which is ours. */
export function isOwnMachine(ip: string | undefined): boolean {
  return ip === "::1" || addressName(ip).startsWith("127.")
}
