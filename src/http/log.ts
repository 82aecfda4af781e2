/** The process's log: JSON lines by pino, in which credentials can't appear even by mistake. */
import { type DestinationStream, type Logger, pino } from "pino"

/** Header names that carry credentials; redacted wherever headers could be logged. */
export const CREDENTIAL_HEADERS: readonly string[] = [
  "authorization",
  "oauth",
  "x-api-key",
  "x-authorization-token",
  "proxy-authorization",
  "cookie",
  "set-cookie",
]

/** Fields that hold what proves somebody, or says who they are: as such, and within a body. */
const PRIVATE_FIELDS: readonly string[] = [
  ...["password", "secret", "token", "apiKey", "masterKey", "databaseUrl", "signingKey"],
  ...["accountNumber", "document", "documentNumber", "email", "phone", "phoneNumber", "payer"],
]

// How deep causes are followed: ours have at most three, a loop of causes has no end.
const CAUSES_MAX = 5

/**
 * Makes the logger. `destination` is for tests; without it lines go to standard output.
 * `level` is one of pino's: fatal, error, warn, info, debug, trace, silent.
 */
export function makeLogger(options: {
  readonly level: string
  readonly destination?: DestinationStream
}): Logger {
  const settings = {
    level: options.level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { err: plainError },
    redact: { paths: redactedPaths(), censor: "[redacted]" },
  }
  return options.destination ? pino(settings, options.destination) : pino(settings)
}

// Who has headers. Named one by one: a wildcard costs 6 µs a line, five times the line itself.
const HEADER_OWNERS = ["req", "request", "res", "response", "reply", "raw", "answer"]

/** Credentials as fields of their own, among headers, and among those of some owner; and people. */
function redactedPaths(): string[] {
  const ofHeaders = CREDENTIAL_HEADERS.flatMap((name) => [
    `["${name}"]`,
    `headers["${name}"]`,
    ...HEADER_OWNERS.map((owner) => `${owner}.headers["${name}"]`),
  ])
  return [...ofHeaders, ...PRIVATE_FIELDS, ...PRIVATE_FIELDS.map((name) => `body.${name}`)]
}

/**
 * An error as fields. Only these: a database's error also carries the row that it refused, and
 * other libraries' carry the request.
 */
function plainError(error: unknown, depth = 0): Record<string, unknown> {
  if (!(error instanceof Error)) return { message: typeof error }
  const code = (error as { code?: unknown }).code
  return {
    type: error.name,
    message: error.message,
    ...(typeof code === "string" || typeof code === "number" ? { code } : {}),
    stack: error.stack,
    ...(error.cause !== undefined && depth < CAUSES_MAX
      ? { cause: plainError(error.cause, depth + 1) }
      : {}),
  }
}
