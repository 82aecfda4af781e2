/** A call on its way out: its address, and the options that all calls take. */

/** What a call is made of; the generated part writes these. */
export type Request = {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE"
  /** The path's parts below the base URL, not yet encoded. */
  readonly path: readonly string[]
  readonly query?: object
  readonly body?: unknown
  /** Whether it takes an Idempotency-Key. */
  readonly once?: true
}

/** What each call takes beside what it is about. */
export type CallOptions = {
  /** Ends the call; it then rejects with the signal's reason. */
  readonly signal?: AbortSignal
  /** For this call instead of the client's. */
  readonly timeoutMs?: number
  /** For this call instead of the client's. */
  readonly maxRetries?: number
  /** Your own, for calls that make something; left out: a random one for each call. */
  readonly idempotencyKey?: string
}

/** The address of a request. Throws `TypeError` for an id that would lead elsewhere. */
export function urlOf(baseUrl: string, { path, query = {} }: Request): string {
  const parts = path.map((part) => {
    // Browsers and servers read dots as ways up, also encoded ones; nothing is at an empty one.
    if (typeof part !== "string" || /^\.{0,2}$/.test(part)) {
      throw new TypeError(`${JSON.stringify(part)} is no id`)
    }
    return encodeURIComponent(part)
  })
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    for (const each of Array.isArray(value) ? value : [value]) {
      if (each !== undefined && each !== null) search.append(name, String(each))
    }
  }
  const text = search.toString()
  return `${baseUrl}/${parts.join("/")}${text === "" ? "" : `?${text}`}`
}

/** Whether a second arrival of it changes nothing. */
export function isSafe({ method, once }: Request): boolean {
  return once === true || method === "GET" || method === "PUT" || method === "DELETE"
}
