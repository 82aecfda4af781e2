/**
 * Sorts every fault that the database or the way to it can produce into the few kinds that callers
 * act on.
 */

/**
 * What a caller can do about a fault: load again (`unique`), run the same again (`retry`), wait for
 * the server (`connection`: the outcome of a commit in flight is unknown), look for the primary
 * (`readonly`), make room (`disk`), or give up on this piece of work (`other`).
 */
export type Fault = "unique" | "retry" | "connection" | "readonly" | "disk" | "other"

/** SQLSTATEs, an exact code before its class (the first two characters). */
const byState: Record<string, Fault> = {
  "23505": "unique",
  "40001": "retry", // serialization failure
  "40P01": "retry", // deadlock
  "55P03": "retry", // lock_timeout: somebody held the rows for too long
  "40003": "connection", // the server doesn't know whether the statement completed
  "25006": "readonly",
  "25P03": "connection", // idle in transaction for too long: the session was ended
  "08": "connection",
  "53300": "connection", // too many connections: waiting helps, making room doesn't
  "57P01": "connection", // administrator's shutdown
  "57P02": "connection", // crash of another server process
  "57P03": "connection", // starting up or shutting down
  "57P05": "connection", // idle session timeout
  "53": "disk",
  "58030": "disk", // input or output error
}

/** Codes of Node's sockets and its resolver. */
const bySocket: Record<string, Fault> = {
  ECONNREFUSED: "connection",
  ECONNRESET: "connection",
  ECONNABORTED: "connection",
  EPIPE: "connection",
  ENOENT: "connection", // the unix socket isn't there (yet)
  EAGAIN: "connection", // the unix socket's queue is full
  ETIMEDOUT: "connection",
  EHOSTUNREACH: "connection",
  ENETUNREACH: "connection",
  EHOSTDOWN: "connection",
  ENETDOWN: "connection",
  EADDRNOTAVAIL: "connection",
  ENOTFOUND: "connection",
  ENOSPC: "disk",
  EDQUOT: "disk",
  EAI_AGAIN: "connection",
  ERR_STREAM_DESTROYED: "connection",
  ERR_STREAM_WRITE_AFTER_END: "connection",
}

/** The driver's own errors carry no code, only these words. */
const byMessage: ReadonlyArray<readonly [RegExp, Fault]> = [
  [/^Connection terminated/, "connection"],
  [/^Client has encountered a connection error/, "connection"],
  [/^Client was closed/, "connection"],
  [/^timeout expired$/, "connection"],
  [/^timeout exceeded when trying to connect$/, "connection"],
  [/^Query read timeout$/, "connection"],
]

/**
 * Says which kind of fault an error is; looks through `cause` where the error itself doesn't tell.
 */
export function classify(error: unknown): Fault {
  for (let at = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth += 1) {
    const fault = classifyOne(at)
    if (fault !== undefined) return fault
  }
  return "other"
}

/**
 * Whether only a new session helps: the connection is lost; the server takes no writes any more,
 * and a new connection may lead to one that does (25006); or a statement that was prepared before a
 * migration no longer fits (0A000, 26000), which a session forgets with its end.
 */
export function wantsNewSession(error: unknown): boolean {
  const fault = classify(error)
  const code = error instanceof Error && "code" in error ? error.code : undefined
  return fault === "connection" || fault === "readonly" || code === "0A000" || code === "26000"
}

function classifyOne(error: Error): Fault | undefined {
  const code = "code" in error && typeof error.code === "string" ? error.code : ""
  const known = byState[code] ?? bySocket[code]
  if (known !== undefined) return known
  if (/^[0-9A-Z]{5}$/.test(code)) return byState[code.slice(0, 2)] ?? "other"
  return byMessage.find(([words]) => words.test(error.message))?.[1]
}
