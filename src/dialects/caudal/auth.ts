/** Who calls: the header `Authorization: Bearer <API key>`. */
import type { FastifyRequest } from "fastify"
import { type Core, type Found, hashSecret, type Ids } from "../../core/index.ts"
import { type Issued, WireProblem } from "../dialect.ts"

/** The prefix lets scanners of leaked secrets recognise one. */
const KEY_PREFIX = "ck_"
const KEY_BYTES = 32
const HEADER = /^Bearer +([\x21-\x7e]{1,200})$/i

/** Finds the merchant behind the header; throws `unauthorized` for whatever isn't one. */
export async function authenticate(request: FastifyRequest, core: Core): Promise<Found> {
  const [, key] = HEADER.exec(request.headers.authorization ?? "") ?? []
  const found = key ? await core.merchants.authenticate("caudal", "key", hashSecret(key)) : null
  if (found) return found
  throw new WireProblem({
    code: "unauthorized",
    message: "Authorization must be Bearer, a blank and an API key",
  })
}

/** Makes an API key. */
export function issue(ids: Ids): Issued {
  const apiKey = KEY_PREFIX + ids.bytes(KEY_BYTES).toString("base64url")
  return { secrets: [{ kind: "key", key: apiKey }], shown: { apiKey } }
}
