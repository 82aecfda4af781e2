/** The tokens that a login hands out: signed, never stored, good for four hours. */
import { createSecretKey, type KeyObject } from "node:crypto"
import { JOSEError, JWKSNoMatchingKey } from "jose/errors"
import { SignJWT } from "jose/jwt/sign"
import { jwtVerify } from "jose/jwt/verify"
import type { Core, Found } from "../../core/index.ts"

/** What a token says of its holder. Clients may read the first three and rely on them. */
export type Claims = {
  readonly clientCompany: string
  readonly clientCountryCode: string
  readonly clientUsername: string
  /** The login by which it was got: without it the token is worth nothing. */
  readonly credentialId: string
}

export type Tokens = {
  issue(holder: Found): Promise<{ accessToken: string; refreshToken: string }>
  /** What an access token says; null when it is forged, too old, or something else. */
  read(token: string): Promise<Claims | null>
}

const LIFETIME_S = 4 * 3_600
/** A signature is checked once in this time; whether the login still stands is asked elsewhere. */
const REMEMBERED_MS = 1_000
const REMEMBERED_MAX = 10_000
const ALGORITHM = "HS256"
/** Several times the longest of ours: what is longer isn't looked at. */
const TOKEN_MAX = 4_096
/** A refresh token must not pass for an access token. */
const ACCESS = "access"
const REFRESH = "refresh"

/** Makes the tokens of an installation. Its current key signs, the older ones still verify. */
export function makeTokens(core: Pick<Core, "clock" | "deriveKeys" | "ids">): Tokens {
  const { clock, ids } = core
  const derived = core.deriveKeys("tapila.token")
  const keys = new Map(derived.map(({ id, key }) => [id, createSecretKey(key)]))
  const current = derived[0]!.id
  const known = new Map<string, { claims: Claims; untilMs: number }>()

  function sign({ credential, merchant, terms }: Found, audience: string): Promise<string> {
    const now = Math.floor(clock.now().getTime() / 1_000)
    return new SignJWT({
      clientCompany: merchant.name,
      clientCountryCode: terms.settings.country ?? "",
      clientUsername: credential.lookup,
    })
      .setProtectedHeader({ alg: ALGORITHM, typ: "JWT", kid: current })
      .setSubject(credential.id)
      .setAudience(audience)
      .setJti(ids.next())
      .setIssuedAt(now)
      .setExpirationTime(now + LIFETIME_S)
      .sign(keys.get(current)!)
  }

  function keyOf({ kid }: { kid?: string }): KeyObject {
    const key = keys.get(kid ?? "")
    if (!key) throw new JWKSNoMatchingKey()
    return key
  }

  async function verify(token: string): Promise<{ claims: Claims; expiresMs: number }> {
    const { payload } = await jwtVerify(token, keyOf, {
      algorithms: [ALGORITHM],
      audience: ACCESS,
      currentDate: clock.now(),
      requiredClaims: ["sub", "exp", "clientUsername"],
    })
    const claims: Claims = {
      clientCompany: String(payload["clientCompany"]),
      clientCountryCode: String(payload["clientCountryCode"]),
      clientUsername: String(payload["clientUsername"]),
      credentialId: payload.sub!,
    }
    return { claims, expiresMs: payload.exp! * 1_000 }
  }

  return {
    issue: async (holder) => ({
      accessToken: await sign(holder, ACCESS),
      refreshToken: await sign(holder, REFRESH),
    }),
    async read(token) {
      if (token.length > TOKEN_MAX) return null
      const nowMs = clock.now().getTime()
      const entry = known.get(token)
      if (entry && nowMs < entry.untilMs) return entry.claims
      if (!isCanonical(token)) return null
      try {
        const { claims, expiresMs } = await verify(token)
        if (known.size >= REMEMBERED_MAX) known.clear()
        known.set(token, { claims, untilMs: Math.min(nowMs + REMEMBERED_MS, expiresMs) })
        return claims
      } catch (error) {
        if (error instanceof JOSEError || error instanceof TypeError) return null
        throw error
      }
    },
  }
}

/** Whether its parts are base64url in the one way to write it: readers take others as well. */
function isCanonical(token: string): boolean {
  const parts = token.split(".")
  return parts.every((part) => Buffer.from(part, "base64url").toString("base64url") === part)
}

const made = new WeakMap<object, Tokens>()

/** The tokens of a core: who is asked for one and who hands it out meet here. */
export function tokensOf(core: Core): Tokens {
  const tokens = made.get(core) ?? makeTokens(core)
  made.set(core, tokens)
  return tokens
}
