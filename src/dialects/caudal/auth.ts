/** Who calls: the header `Authorization: Bearer <API key>`. */
import type { FastifyRequest } from "fastify"
import { type Core, type Found, hashSecret, type Ids, type OperatorKey } from "../../core/index.ts"
import { type Issued, WireProblem } from "../dialect.ts"

/** The prefix lets scanners of leaked secrets recognise one. */
const KEY_PREFIX = "ck_"
const KEY_BYTES = 32
const HEADER = /^Bearer +([\x21-\x7e]{1,200})$/i

/**
 * Finds the merchant behind the header; throws `forbidden` for an operator, `unauthorized` for
 * whatever else isn't one.
 */
export async function authenticate(request: FastifyRequest, core: Core): Promise<Found> {
  const lookup = lookupOf(request)
  const found = lookup && (await core.merchants.authenticate("caudal", "key", lookup))
  if (found) return found
  if (lookup && (await core.operators.authenticate(lookup))) {
    throw forbidden("this is an operator's key, and the call is a merchant's")
  }
  throw unauthorized("an API key")
}

/**
 * Finds the operator behind the header; throws `forbidden` for a merchant, `unauthorized` for
 * whatever else isn't one. Nobody is one without a key, not even on a sandbox's own machine.
 */
export async function authenticateOperator(
  request: FastifyRequest,
  core: Core,
): Promise<OperatorKey> {
  const lookup = lookupOf(request)
  const found = lookup && (await core.operators.authenticate(lookup))
  if (found) return found
  if (lookup && (await core.merchants.authenticate("caudal", "key", lookup))) {
    throw forbidden("this is a merchant's key, and the call is an operator's")
  }
  throw unauthorized("an operator's key")
}

/** What the key of a request is found by; null when it has none. */
function lookupOf({ headers }: FastifyRequest): string | null {
  const [, key] = HEADER.exec(headers.authorization ?? "") ?? []
  return key ? hashSecret(key) : null
}

function unauthorized(what: string): WireProblem {
  const message = `Authorization must be Bearer, a blank and ${what}`
  return new WireProblem({ code: "unauthorized", message })
}

function forbidden(message: string): WireProblem {
  return new WireProblem({ code: "forbidden", message })
}

/** Makes an API key. */
export function issue(ids: Ids): Issued {
  const apiKey = KEY_PREFIX + ids.bytes(KEY_BYTES).toString("base64url")
  return { secrets: [{ kind: "key", key: apiKey }], shown: { apiKey } }
}
