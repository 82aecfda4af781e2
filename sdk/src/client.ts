/** Makes a client: checks what it is given, and puts the calls together. */
import { makeCall } from "./call.ts"
import { API_VERSION } from "./generated/objects.ts"
import { type Resources, resourcesOf } from "./generated/resources.ts"

/** What a client is made of. */
export type CaudalOptions = {
  /** The native API's address, such as `https://pay.example.com/v1`. */
  readonly baseUrl: string
  /** A merchant's or operator's key. Keep it on servers: a page's visitor reads all that it has. */
  readonly apiKey: string
  /** Milliseconds that one try may take, its answer included; 30,000 by default. */
  readonly timeoutMs?: number
  /** How often a call that failed is sent again, where that is safe; 3 by default. */
  readonly maxRetries?: number
  /** Milliseconds before the first of them, doubled before each further one; 250 by default. */
  readonly retryWaitMs?: number
  /** The API's version; by default the one that this client was made for, null for the newest. */
  readonly version?: string | null
  /** Instead of the platform's, for proxies and tests. */
  readonly fetch?: typeof fetch
}

/** A gateway, as one merchant or operator sees it. */
export type Caudal = Resources

const TIMEOUT_MS = 30_000
/** What a timer can count; more would fire at once. */
const TIMEOUT_MAX_MS = 2 ** 31 - 1
const RETRIES = 3
const RETRY_WAIT_MS = 250

/** Makes a client. Throws `TypeError` for options that can't be meant; no request is made yet. */
export function createCaudal(options: CaudalOptions): Caudal {
  const { apiKey, version = API_VERSION } = options
  const { maxRetries = RETRIES, retryWaitMs = RETRY_WAIT_MS, timeoutMs = TIMEOUT_MS } = options
  if (typeof apiKey !== "string" || !/^[\x21-\x7e]{1,200}$/.test(apiKey)) {
    throw new TypeError("apiKey must be a key of the gateway's")
  }
  if (!Number.isInteger(maxRetries) || maxRetries < 0) {
    throw new TypeError("maxRetries must be a whole number from 0 on")
  }
  if (!(timeoutMs > 0 && timeoutMs <= TIMEOUT_MAX_MS)) {
    throw new TypeError(`timeoutMs must be above 0 and at most ${TIMEOUT_MAX_MS}`)
  }
  if (!(retryWaitMs > 0)) throw new TypeError("retryWaitMs must be above 0")
  // Called by its name, so that one that a test puts in its place later is used.
  const fetch = options.fetch ?? ((input, init) => globalThis.fetch(input, init))
  const baseUrl = readBaseUrl(options.baseUrl)
  const settings = { apiKey, baseUrl, fetch, maxRetries, retryWaitMs, timeoutMs, version }
  return resourcesOf(makeCall(settings))
}

function readBaseUrl(text: string): string {
  const url = typeof text === "string" && URL.canParse(text) ? new URL(text) : null
  const isPlain = url && /^https?:$/.test(url.protocol) && !url.search && !url.hash
  if (!isPlain || url.username !== "" || url.password !== "") {
    throw new TypeError("baseUrl must be an address such as https://pay.example.com/v1")
  }
  return url.href.replace(/\/+$/, "")
}
