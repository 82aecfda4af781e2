/** Why a provider's answer is missing: a closed set, told apart by what it means for money. */

/** `never_sent`: no byte of the request left. `unknown`: it may have been acted on. */
export type FaultKind = "never_sent" | "unknown"

/** What stood in the way. `resting`: the provider isn't asked at present. */
export type FaultWhy =
  | "connect"
  | "dns"
  | "tls"
  | "timeout"
  | "connection"
  | "protocol"
  | "too_large"
  | "resting"
  | "closed"
  | "login"

/** No answer. The message says why, without the provider's address. */
export class ProviderFault extends Error {
  override readonly name = "ProviderFault"
  readonly kind: FaultKind
  readonly why: FaultWhy
  /** What the provider did, as the end of a sentence about it. */
  readonly did: string

  constructor(kind: FaultKind, why: FaultWhy, did: string, cause?: unknown) {
    super(`the provider ${did}`, cause === undefined ? {} : { cause })
    this.kind = kind
    this.why = why
    this.did = did
  }
}

/** OpenSSL's verification results, as Node spells them, and its own codes. */
const TLS_CODE =
  /^(?:ERR_TLS|ERR_SSL|EPROTO$|CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|CRL_|HOSTNAME_|INVALID_CA)/

const BY_CODE: Readonly<Record<string, readonly [FaultWhy, string]>> = {
  UND_ERR_CONNECT_TIMEOUT: ["connect", "didn't accept a connection in time"],
  ETIMEDOUT: ["connect", "didn't accept a connection in time"],
  ECONNREFUSED: ["connect", "refused the connection"],
  EHOSTUNREACH: ["connect", "can't be reached"],
  ENETUNREACH: ["connect", "can't be reached"],
  ENOTFOUND: ["dns", "has a name that doesn't exist"],
  EAI_AGAIN: ["dns", "has a name that can't be looked up just now"],
  UND_ERR_CLOSED: ["closed", "isn't asked any more: the program ends"],
  UND_ERR_DESTROYED: ["closed", "isn't asked any more: the program ends"],
  UND_ERR_HEADERS_OVERFLOW: ["too_large", "answered with headers that are too large"],
}

/**
 * Sorts what a connection or an exchange threw. `sent` says whether the request had begun to be
 * written: whatever went wrong before that, the provider has none of it.
 */
export function faultOf(error: unknown, sent: boolean): ProviderFault {
  const code = codeOf(error)
  const [why, did] = sortedOf(error, code)
  return new ProviderFault(sent ? "unknown" : "never_sent", why, did, error)
}

function sortedOf(error: unknown, code: string): readonly [FaultWhy, string] {
  const known = BY_CODE[code]
  if (known) return known
  if (TLS_CODE.test(code)) return ["tls", `has TLS that can't be trusted (${code})`]
  // The parser's error has a code only sometimes, but always this name.
  const name = (error as Error | null)?.name
  if (name === "HTTPParserError" || code.startsWith("UND_ERR_RES")) {
    return ["protocol", "answered what isn't proper HTTP"]
  }
  return ["connection", `broke the connection off${code === "" ? "" : ` (${code})`}`]
}

function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code
  return typeof code === "string" && /^[A-Z0-9_]{1,60}$/.test(code) ? code : ""
}
