/** Tokens: who may read them, until when, and which of them are somebody else's. */
import assert from "node:assert/strict"
import { createSecretKey, generateKeyPairSync } from "node:crypto"
import { test } from "node:test"
import { SignJWT, UnsecuredJWT } from "jose"
import { type TestClock, testClock } from "../../clock.ts"
import type { Found } from "../../core/index.ts"
import { makeTokens } from "./token.ts"

const OLD = { id: "00000001", key: Buffer.alloc(32, 1) }
const NEW = { id: "00000002", key: Buffer.alloc(32, 2) }
const ids = {
  next: () => "01a1f93e-d05d-4038-8d3b-a310504cc938",
  bytes: (n: number) => Buffer.alloc(n),
}
const at = new Date("2026-01-05T14:00:00.000Z")

const holder = {
  credential: { id: "the credential", lookup: "acme.3fa19c" },
  merchant: { name: "Acme" },
  terms: { settings: { country: "AR" } },
} as unknown as Found

function tokens(keys: readonly (typeof OLD)[], clock: TestClock = testClock(at)) {
  return makeTokens({ clock, ids, deriveKeys: () => keys })
}

type Over = {
  key?: Buffer
  /** Null for a token that names none. */
  kid?: string | null
  alg?: string
  audience?: string
  expiresIn?: number
}

/** A token like ours, but for what a test changes of it. */
function forged(over: Over) {
  const now = at.getTime() / 1_000
  const kid = over.kid === undefined ? NEW.id : over.kid
  return new SignJWT({ clientUsername: "acme.3fa19c" })
    .setProtectedHeader({ alg: over.alg ?? "HS256", ...(kid !== null && { kid }) })
    .setSubject("the credential")
    .setAudience(over.audience ?? "access")
    .setExpirationTime(now + (over.expiresIn ?? 60))
    .sign(createSecretKey(over.key ?? NEW.key))
}

test("a token says whose it is, for four hours", async () => {
  const clock = testClock(at)
  const own = tokens([NEW], clock)
  const { accessToken } = await own.issue(holder)
  assert.deepEqual(await own.read(accessToken), {
    clientCompany: "Acme",
    clientCountryCode: "AR",
    clientUsername: "acme.3fa19c",
    credentialId: "the credential",
  })
  clock.advance(4 * 3_600_000 - 1)
  assert.notEqual(await own.read(accessToken), null)
  clock.advance(1)
  assert.equal(await own.read(accessToken), null)
})

test("a token's claims can be read by whoever holds it", async () => {
  const { accessToken } = await tokens([NEW]).issue(holder)
  const [head, claims] = accessToken
    .split(".")
    .slice(0, 2)
    .map((part) => JSON.parse(Buffer.from(part, "base64url").toString()))
  assert.deepEqual(head, { alg: "HS256", typ: "JWT", kid: NEW.id })
  assert.equal(claims.clientCompany, "Acme")
  assert.equal(claims.clientCountryCode, "AR")
  assert.equal(claims.exp, at.getTime() / 1_000 + 14_400)
})

test("after a rotation the older key still verifies, and the newer one signs", async () => {
  const { accessToken } = await tokens([OLD]).issue(holder)
  const rotated = tokens([NEW, OLD])
  assert.notEqual(await rotated.read(accessToken), null)
  assert.equal(await tokens([NEW]).read(accessToken), null)
  const next = await rotated.issue(holder)
  assert.notEqual(await tokens([NEW]).read(next.accessToken), null)
})

test("several tokens of one holder are good at the same time", async () => {
  const clock = testClock(at)
  const own = tokens([NEW], clock)
  const first = (await own.issue(holder)).accessToken
  clock.advance(60_000)
  const second = (await own.issue(holder)).accessToken
  assert.notEqual(first, second)
  for (const token of [first, second, first]) assert.notEqual(await own.read(token), null)
})

/** One part of a token, with something else in it; the signature is what it was. */
async function edited(part: 0 | 1, change: object): Promise<string> {
  const parts = (await forged({})).split(".")
  const said = JSON.parse(Buffer.from(parts[part]!, "base64url").toString())
  parts[part] = Buffer.from(JSON.stringify({ ...said, ...change })).toString("base64url")
  return parts.join(".")
}

/** An RSA token that a careless reader would check with our key, or with one that it brings. */
const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2_048 })
const rsa = new SignJWT({ clientUsername: "acme.3fa19c" })
  .setProtectedHeader({ alg: "RS256", kid: NEW.id, jwk: publicKey.export({ format: "jwk" }) })
  .setSubject("the credential")
  .setAudience("access")
  .setExpirationTime(at.getTime() / 1_000 + 60)
  .sign(privateKey)

const unsecured = new UnsecuredJWT({ clientUsername: "acme.3fa19c" })
  .setSubject("the credential")
  .setAudience("access")
  .setExpirationTime(at.getTime() / 1_000 + 60)
  .encode()

/** The same signature, written as only careless readers take it. */
function withSpareBits(good: string): string {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
  return good.slice(0, -1) + letters[letters.indexOf(good.at(-1)!) + 1]
}

const BAD: [what: string, token: Promise<string> | string][] = [
  [
    "is a refresh token",
    tokens([NEW])
      .issue(holder)
      .then(({ refreshToken }) => refreshToken),
  ],
  ["was signed with another key", forged({ key: Buffer.alloc(32, 9) })],
  ["names a key that isn't ours", forged({ kid: "00000009" })],
  ["names no key", forged({ kid: null })],
  ["names an older key than it was signed with", forged({ kid: OLD.id })],
  ["was signed with a key that was dropped", forged({ key: OLD.key, kid: OLD.id })],
  ["uses HS512", forged({ alg: "HS512", key: Buffer.alloc(64, 2) })],
  ["uses RS256", rsa],
  ["says RS256 over a signature with our key", edited(0, { alg: "RS256" })],
  ["says none over a signature with our key", edited(0, { alg: "none" })],
  ["has another user than was signed", edited(1, { clientUsername: "other.000000" })],
  ["has another end than was signed", edited(1, { exp: at.getTime() / 1_000 + 9_999 })],
  ["has expired", forged({ expiresIn: -1 })],
  ["expires at this very second", forged({ expiresIn: 0 })],
  ["is for something else", forged({ audience: "console" })],
  ["isn't signed at all", unsecured],
  ["is no token", "Bearer x"],
  ["is empty", ""],
  ["has parts that are no base64", "a.b.c"],
  ["is followed by what base64 is filled with", forged({}).then((good) => `${good}=`)],
  ["has bits that no signature has", forged({}).then(withSpareBits)],
  ["has a blank in its signature", forged({}).then((good) => good.replace(/(.)$/, " $1"))],
  ["is very long", "a".repeat(10_000)],
  ["is very long and of three parts", ["a", "b", "c"].map((each) => each.repeat(3_333)).join(".")],
]
for (const [what, token] of BAD) {
  test(`a token that ${what} is refused`, async () => {
    assert.notEqual(await tokens([NEW]).read(await forged({})), null)
    assert.equal(await tokens([NEW]).read(await token), null)
  })
}
