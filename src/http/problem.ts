/** The root's way to say no: problem details (RFC 9457), for paths that belong to no dialect. */

/**
 * What each status is called. Not imported: an import of all of node:http also reads Node's own
 * fetch and WebSocket, some 15 MB that nobody here needs.
 */
export const { STATUS_CODES } = process.getBuiltinModule("node:http")

/** What is known of an error that the framework found before any dialect saw the request. */
export type Problem = {
  readonly status: number
  /** The phrase of the status, such as "Not Found". */
  readonly title: string
  /** One English sentence for the caller; never holds anything that the caller sent. */
  readonly detail: string
  readonly requestId: string
}

/** An answer ready to be written. */
export type PlainAnswer = {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

// Our own words for each: the parser's would repeat pieces of the body.
const DETAILS: Readonly<Record<number, string>> = {
  400: "The request isn't well-formed.",
  404: "There is nothing at this address.",
  405: "This address doesn't take that method.",
  408: "The request didn't arrive in time.",
  413: "The request body is too large.",
  414: "The address, or a part of it, is too long.",
  415: "The content type isn't one that is read here.",
  417: "The expectation in the Expect header can't be met.",
  429: "Too many requests of this kind came from this address; try again later.",
  431: "The request's headers are too large.",
  503: "The server is closing or not ready; try again.",
}

/** Describes a status. An unknown 4xx is told as 400 is, everything else as a fault of ours. */
export function problemOf(status: number, requestId: string): Problem {
  const fallback = status < 500 ? DETAILS[400]! : "Something failed here; it was recorded."
  return {
    status,
    title: STATUS_CODES[status] ?? "Error",
    detail: DETAILS[status] ?? fallback,
    requestId,
  }
}

/** Renders a problem as `application/problem+json`. */
export function renderProblem(problem: Problem): PlainAnswer {
  const { status, title, detail, requestId } = problem
  return {
    status,
    headers: { "content-type": "application/problem+json; charset=utf-8" },
    body: JSON.stringify({ type: "about:blank", title, status, detail, request_id: requestId }),
  }
}
