/** Who calls: the holder of a token from the login, who must also know its client's API key. */
import type { FastifyRequest } from "fastify"
import { type Core, type Found, hashSecret, type Ids } from "../../core/index.ts"
import { type Issued, WireProblem } from "../dialect.ts"
import { tokensOf } from "./token.ts"

/** 256 random bits: nothing that could be guessed. */
const KEY_BYTES = 32
/** 144 random bits, and still short enough to be typed. */
const PASSWORD_BYTES = 18
const NAME_MAX = 40
/** What is much longer than one of our keys isn't looked at. */
const API_KEY = /^[\x21-\x7e]{1,200}$/

/**
 * Finds the client that a token and a key both belong to, the token first. Throws `WireProblem`:
 * `unauthorized` for a token that isn't good, `forbidden` for a key that isn't the client's.
 */
export async function authenticate(request: FastifyRequest, core: Core): Promise<Found> {
  const token = request.headers["x-authorization-token"]
  const claims = typeof token === "string" ? await tokensOf(core).read(token) : null
  // Nothing is looked up for whoever can't show a token of ours.
  if (!claims) throw noToken(token === undefined ? "is required" : "is not valid or has expired")
  const [login, key] = await Promise.all([
    core.merchants.authenticate("tapila", "login", claims.clientUsername),
    holderOfKey(request, core),
  ])
  if (login?.credential.id !== claims.credentialId) throw noToken("was revoked")
  if (key?.merchant.id !== login.merchant.id) throw wrongKey()
  return login
}

/** Who holds the key in `x-api-key`; null when it is missing or nobody's. */
export async function holderOfKey(request: FastifyRequest, core: Core): Promise<Found | null> {
  const key = request.headers["x-api-key"]
  if (typeof key !== "string" || !API_KEY.test(key)) return null
  return core.merchants.authenticate("tapila", "key", hashSecret(key))
}

/** The problem of a key that is missing, unknown, or another client's: all the same to a caller. */
export function wrongKey(): WireProblem {
  const message = "x-api-key is missing or is not a key of this client"
  return new WireProblem({ code: "forbidden", message })
}

function noToken(what: string): WireProblem {
  return new WireProblem({ code: "unauthorized", message: `x-authorization-token ${what}` })
}

/** Makes a login and an API key; `signingKey` is what the hash of the webhooks is made with. */
export function issue(
  ids: Ids,
  { merchantName, signingKey }: { readonly merchantName: string; readonly signingKey: string },
): Issued {
  // Two merchants may be called alike, and one may get a second login: the name alone won't do.
  const username = `${slug(merchantName)}.${ids.bytes(3).toString("hex")}`
  const password = ids.bytes(PASSWORD_BYTES).toString("base64url")
  const apiKey = ids.bytes(KEY_BYTES).toString("base64url")
  return {
    secrets: [
      { kind: "login", username, password },
      { kind: "key", key: apiKey },
    ],
    shown: { clientUsername: username, password, apiKey, webhookKey: signingKey },
  }
}

function slug(name: string): string {
  const plain = name.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase()
  const words = plain.replace(/[^a-z0-9]+/g, "-").slice(0, NAME_MAX)
  return words.replace(/^-+|-+$/g, "") || "client"
}
