/** Decides where we may send: the public internet and what the operator listed, nothing else. */
import { isIP } from "node:net"
import ipaddr from "ipaddr.js"

/** What the operator lets through although the rules would refuse it. Made by `parseAllowList`. */
export type AllowList = {
  readonly names: readonly { readonly host: string; readonly port: number | null }[]
  readonly ranges: readonly {
    readonly range: [ipaddr.IPv4 | ipaddr.IPv6, number]
    readonly port: number | null
  }[]
}

export type AddressRules = { readonly mode: "sandbox" | "live"; readonly allow: AllowList }

/** Whether an address may be connected to; `why` is a sentence that is fit for the merchant. */
export type Verdict =
  | {
      readonly kind: "allowed"
      /** The address as it is to be used: parsed once, so nobody can read it in another way. */
      readonly url: URL
      readonly port: number
      /** The host was listed by name: whatever it resolves to is the operator's choice. */
      readonly listed: boolean
    }
  | Refused
export type Refused = { readonly kind: "refused"; readonly why: string }

// What browsers and servers agree on; webhook addresses are far shorter.
const URL_LENGTH_MAX = 2_048
// RFC 1035, section 2.3.4.
const NAME_LENGTH_MAX = 253
const LABEL = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/
const LIVE_PORTS: readonly number[] = [443, 8_443]
// Names that only some inside network answers for. `localhost` has no dot and is refused for that.
const INSIDE_NAMES = /\.(?:localhost|local|localdomain|internal|intranet|lan|home|corp|home\.arpa)$/
// IANA has given nothing outside of this to the public.
const PUBLIC_V6: [ipaddr.IPv6, number] = [ipaddr.IPv6.parse("2000::"), 3]
/**
 * Public by its number, but answered inside: Azure tells its machines there about themselves. The
 * other clouds use link-local and private addresses for that.
 */
const INSIDE_ADDRESSES: readonly string[] = ["168.63.129.16"]

/** How ranges are called towards a merchant; one that isn't here is "reserved". */
const RANGE_NAMES: Readonly<Record<string, string>> = {
  unspecified: "unspecified",
  broadcast: "broadcast",
  multicast: "multicast",
  loopback: "loopback",
  private: "private",
  uniqueLocal: "private",
  deprecatedSiteLocal: "private",
  carrierGradeNat: "private",
  linkLocal: "link-local",
  rfc6052: "translated",
  rfc6145: "translated",
  "6to4": "translated",
  teredo: "translated",
}

/**
 * Reads the operator's list: host names, `host:port`, addresses (`[…]` around IPv6 with a port) and
 * CIDR ranges. Throws `RangeError` that names the entry when one is none of these.
 */
export function parseAllowList(entries: readonly string[]): AllowList {
  const names: AllowList["names"][number][] = []
  const ranges: AllowList["ranges"][number][] = []
  for (const entry of entries) {
    const text = entry.trim().toLowerCase()
    const [, host = text, port] = /^(\[[^\]]+\]|[^:/]+):(\d{1,5})$/.exec(text) ?? []
    const bare = host.replace(/^\[(.*)\]$/, "$1")
    const range = parseRange(bare)
    const portNumber = port === undefined ? null : Number(port)
    const portFits = portNumber === null || (portNumber >= 1 && portNumber <= 65_535)
    if (range && portFits) ranges.push({ range, port: portNumber })
    else if (isName(bare) && bare === host && portFits) names.push({ host, port: portNumber })
    else throw new RangeError(`"${entry}" is no host name, host:port, address or CIDR range`)
  }
  return { names, ranges }
}

function parseRange(text: string): [ipaddr.IPv4 | ipaddr.IPv6, number] | null {
  if (isIP(text) !== 0) {
    const ip = canonical(text)
    return ip && [ip, ip.kind() === "ipv4" ? 32 : 128]
  }
  const [base = "", bits = ""] = text.split("/")
  if (isIP(base) === 0 || !/^\d{1,3}$/.test(bits) || !ipaddr.isValidCIDR(text)) return null
  return ipaddr.parseCIDR(text)
}

/**
 * Judges an outbound address by its text alone. A name that passes here must still be resolved, and
 * each address found be judged by `checkResolved`, in the same step that connects.
 */
export function checkAddress(text: string, rules: AddressRules): Verdict {
  if (text.length > URL_LENGTH_MAX) return refused("The address is too long.")
  // The parser would silently drop line breaks and mend slashes; an honest address needs neither.
  if (/[\u0000-\u0020\u007f\\]/.test(text)) return refused("The address has a forbidden character.")
  if (!/^https?:\/\/[^/]/i.test(text)) return refused("Only http and https addresses are served.")
  if (/^[^/]*\/\/[^/?#]*@/.test(text)) {
    return refused("The address may not hold a user name or password.")
  }
  if (!URL.canParse(text)) return refused("The address isn't well-formed.")
  const url = new URL(text)
  const port = portOf(url)
  if (port === 0) return refused("There is no port 0.")

  const host = url.hostname.replace(/^\[(.*)\]$/, "$1")
  if (isListed(host, port, rules.allow)) return { kind: "allowed", url, port, listed: true }
  const live = rules.mode === "live"
  const literal = isIP(host) !== 0
  if (literal && inListedRange(host, port, rules.allow)) {
    return { kind: "allowed", url, port, listed: false }
  }
  if (live && url.protocol !== "https:") return refused("Live addresses must begin with https.")
  if (live && !LIVE_PORTS.includes(port)) {
    return refused("Live addresses may use ports 443 and 8443 only.")
  }
  const no = literal ? checkResolved(host, port, rules) : checkName(host)
  return no ?? { kind: "allowed", url, port, listed: false }
}

/**
 * Judges one address that a name resolved to (or a literal): null when it may be connected to. The
 * sentence doesn't repeat it, because what a name resolves to inside is nobody's business outside.
 */
export function checkResolved(address: string, port: number, rules: AddressRules): Refused | null {
  const ip = canonical(address)
  if (!ip) return refused("The host resolves to something that is no address.")
  if (inListedRange(address, port, rules.allow)) return null
  const range = INSIDE_ADDRESSES.includes(ip.toString()) ? "linkLocal" : ip.range()
  const outside = ip.kind() === "ipv6" && !ip.match(...PUBLIC_V6)
  if (range === "unicast" && !outside) return null
  const name = RANGE_NAMES[range] ?? "reserved"
  return refused(`The host has a ${name} address; only public ones are served.`)
}

function checkName(host: string): Refused | null {
  if (!isName(host)) return refused("The host name isn't well-formed.")
  if (!host.includes(".")) return refused("The host name has no domain.")
  if (INSIDE_NAMES.test(host)) return refused("The host name belongs to an inside network.")
  return null
}

/** Labels of letters, digits, - and _, none of them empty: so no dot at the end either. */
function isName(host: string): boolean {
  if (host.length > NAME_LENGTH_MAX || !host.split(".").every((label) => LABEL.test(label))) {
    return false
  }
  // As WHATWG does: a name whose last label is a number is an address, or nothing.
  return !/(?:^|\.)(?:\d+|0x[0-9a-f]*)$/.test(host)
}

/**
 * An address in its one form, v4-mapped ones as IPv4; null for what isn't one, and for zone ids.
 * By way of the URL parser, because `ipaddr.js` takes "::8.8.8.8", which isn't mapped, for mapped.
 */
function canonical(address: string): ipaddr.IPv4 | ipaddr.IPv6 | null {
  const version = isIP(address)
  if (version === 0 || address.includes("%")) return null
  if (version === 4) return ipaddr.IPv4.parse(address)
  const ip = ipaddr.IPv6.parse(new URL(`http://[${address}]`).hostname.slice(1, -1))
  return ip.isIPv4MappedAddress() ? ip.toIPv4Address() : ip
}

function isListed(host: string, port: number, allow: AllowList): boolean {
  return allow.names.some((n) => n.host === host && (n.port === null || n.port === port))
}

function inListedRange(address: string, port: number, allow: AllowList): boolean {
  const ip = canonical(address)
  return allow.ranges.some(({ range: [base, bits], port: wanted }) => {
    const samePort = wanted === null || wanted === port
    return samePort && ip?.kind() === base.kind() && ip.match(base as ipaddr.IPv4, bits)
  })
}

function portOf(url: URL): number {
  if (url.port !== "") return Number(url.port)
  return url.protocol === "https:" ? 443 : 80
}

function refused(why: string): Refused {
  return { kind: "refused", why }
}
