/** Who calls: the private key in `Authorization`, as it is or behind the word Bearer. */
import type { FastifyRequest } from "fastify"
import { type Core, type Found, hashSecret, type Ids } from "../../core/index.ts"
import { type Issued, WireProblem } from "../dialect.ts"

const KEY_BYTES = 24

/**
 * Finds the merchant behind the key; throws `unauthorized`. The vendor's page prints its curl
 * without any header: where a sandbox allows callers without a name, such a request is the demo
 * merchant's, if it names this machine. A page of the web can reach us under a name of its own.
 */
export async function authenticate(request: FastifyRequest, core: Core): Promise<Found> {
  const { authorization } = request.headers
  const found =
    authorization === undefined
      ? namesThisMachine(request.hostname, core) && (await core.openCaller("palomma-pay"))
      : await core.merchants.authenticate("palomma-pay", "key", lookup(authorization))
  if (found) return found
  throw new WireProblem({
    code: "unauthorized",
    message: "Authorization must be the private key of a merchant",
  })
}

function namesThisMachine(hostname: string, core: Core): boolean {
  const own = new URL(core.publicUrl).hostname
  return hostname === own || /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(hostname)
}

function lookup(authorization: string): string {
  return hashSecret(authorization.replace(/^Bearer +/i, ""))
}

/** Makes a private key; the integrity key is the one that signs the merchant's webhooks. */
export function issue(ids: Ids, { signingKey }: { readonly signingKey: string }): Issued {
  const key = `pp_${ids.bytes(KEY_BYTES).toString("base64url")}`
  return {
    secrets: [{ kind: "key", key }],
    shown: { privateKey: key, integrityKey: signingKey },
  }
}
