/** Who calls: the header `OAuth: <integration key>:<integration secret>`, and nothing else. */
import type { FastifyRequest } from "fastify"
import { type Core, constantTimeEqual, type Found, hashSecret, type Ids } from "../../core/index.ts"
import { type Issued, WireProblem } from "../dialect.ts"

/** A UUID and 32 lower-case hex digits, as the vendor's panel shows them. */
const HEADER = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}):([0-9a-f]{32})$/
const SECRET_BYTES = 16

/** Finds the merchant behind the header; throws `unauthorized` for whatever isn't one. */
export async function authenticate(request: FastifyRequest, core: Core): Promise<Found> {
  const { oauth } = request.headers
  const [key, secret] = typeof oauth === "string" ? read(oauth) : []
  const found = key ? await core.merchants.authenticate("pentagoo", "pair", key) : null
  // Compared also for a key that isn't there, so that the time doesn't tell which keys exist.
  const same = constantTimeEqual(found?.credential.verifier ?? "", hashSecret(secret ?? ""))
  if (found && same) return found
  throw new WireProblem({
    code: "unauthorized",
    message: "OAuth must be an integration key, a colon and the integration's secret",
  })
}

function read(header: string): [key?: string, secret?: string] {
  const colon = header.indexOf(":")
  const match = HEADER.exec(header.slice(0, colon).toLowerCase() + header.slice(colon))
  return match ? [match[1]!, match[2]!] : []
}

/** Makes an integration's key and secret. */
export function issue(ids: Ids): Issued {
  const key = ids.next()
  const secret = ids.bytes(SECRET_BYTES).toString("hex")
  return { secrets: [{ kind: "pair", key, secret }], shown: { key, secret } }
}
