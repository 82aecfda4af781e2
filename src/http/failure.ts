/** Why a message was not delivered: sorts the errors of sockets, TLS and HTTP into a few words. */

/** A try that brought no answer. `message` is fit for the merchant: no header, body or address. */
export type Failure = {
  readonly kind: "failed"
  readonly why:
    | "refused_address"
    | "invalid_request"
    | "timeout"
    | "dns"
    | "connection"
    | "tls"
    | "protocol"
    | "too_large"
    | "cancelled"
    | "busy"
  readonly message: string
}

/** Thrown inside a connection attempt when the guard refuses what a name resolved to. */
export class AddressRefused extends Error {
  override name = "AddressRefused"
}

export function failed(why: Failure["why"], message: string): Failure {
  return { kind: "failed", why, message }
}

const BY_CODE: Readonly<Record<string, readonly [Failure["why"], string]>> = {
  UND_ERR_CONNECT_TIMEOUT: ["timeout", "The host didn't accept the connection in time."],
  ETIMEDOUT: ["timeout", "The host didn't accept the connection in time."],
  UND_ERR_HEADERS_OVERFLOW: ["too_large", "The answer's headers are too large."],
  HPE_HEADER_OVERFLOW: ["too_large", "The answer's headers are too large."],
  ECONNREFUSED: ["connection", "The host refused the connection."],
  ECONNRESET: ["connection", "The host closed the connection before it answered."],
  EPIPE: ["connection", "The host closed the connection before it answered."],
  UND_ERR_SOCKET: ["connection", "The host closed the connection before it answered."],
  EHOSTUNREACH: ["connection", "There is no way to the host."],
  ENETUNREACH: ["connection", "There is no way to the host."],
  ENOTFOUND: ["dns", "The host name doesn't exist."],
  EAI_AGAIN: ["dns", "The host name couldn't be looked up just now."],
}
// OpenSSL's verification results, as Node spells them, and its own codes.
const TLS_CODE =
  /^(?:ERR_TLS|ERR_SSL|EPROTO$|CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|CRL_|HOSTNAME_|INVALID_CA)/

/** Sorts what a connection or an exchange threw. The error's code is told, never its message. */
export function failureOf(error: unknown): Failure {
  if (error instanceof AddressRefused) return failed("refused_address", error.message)
  const code = codeOf(error)
  const known = BY_CODE[code]
  if (known) return failed(known[0], known[1])
  if (TLS_CODE.test(code)) return failed("tls", `The host's TLS can't be trusted (${code}).`)
  // undici's parser error has a code only sometimes, but always this name.
  if ((error as Error | null)?.name === "HTTPParserError" || code.startsWith("UND_ERR_RES")) {
    return failed("protocol", "The answer isn't proper HTTP.")
  }
  return failed("connection", `The connection failed${code === "" ? "" : ` (${code})`}.`)
}

function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code
  return typeof code === "string" && /^[A-Z0-9_]{1,60}$/.test(code) ? code : ""
}
