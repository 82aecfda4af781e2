/** Who calls: the holder of the API key in `Authorization: Bearer`. */
import type { FastifyRequest } from "fastify"
import { type Core, type Found, hashSecret, type Ids } from "../../core/index.ts"
import { type Issued, WireProblem } from "../dialect.ts"

/** Keys have 256 random bits; what is much longer than one isn't looked at. */
const KEY_BYTES = 32
const BEARER = /^Bearer +([\x21-\x7e]{1,200})$/i

/** Finds the merchant that a request's key belongs to; throws `WireProblem` when there is none. */
export async function authenticate(request: FastifyRequest, core: Core): Promise<Found> {
  const key = BEARER.exec(request.headers.authorization ?? "")?.[1]
  const found =
    key === undefined
      ? null
      : await core.merchants.authenticate("palomma-direct-debit", "key", hashSecret(key))
  if (found) return found
  const message = "Unauthorized: the Authorization header must be Bearer and a valid API key"
  throw new WireProblem({ code: "unauthorized", message })
}

/** Makes a merchant's API key; the integrity key is what its callbacks are signed with. */
export function issue(ids: Ids, { signingKey }: { readonly signingKey: string }): Issued {
  const apiKey = `dd_${ids.bytes(KEY_BYTES).toString("base64url")}`
  return {
    secrets: [{ kind: "key", key: apiKey }],
    shown: { apiKey, integrityKey: signingKey },
  }
}
