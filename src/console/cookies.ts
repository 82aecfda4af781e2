/** The cookies of the console: who is signed in, and what the next page says once. */
import { createHmac } from "node:crypto"
import type { FastifyReply, FastifyRequest } from "fastify"
import { constantTimeEqual } from "../core/index.ts"

/** Where cookies are good for, and whether browsers reach us by https alone. */
export type CookiePlace = { readonly base: string; readonly secure: boolean }

/** What is longer is none of ours. */
const TOKEN = /^[A-Za-z0-9_-]{43}$/
const SAID_MAX = 500
const SAID_S = 60

/**
 * `__Host-` binds a cookie to this very host, https and the whole host (RFC 6265bis, 4.1.3.2): no
 * neighbour can plant one. Browsers take the prefix over https only.
 */
function nameOf({ secure }: CookiePlace, name: string): string {
  return secure ? `__Host-${name}` : name
}

function put(reply: FastifyReply, place: CookiePlace, name: string, value: string, ageS: number) {
  const path = place.secure ? "/" : place.base
  const parts = [`${nameOf(place, name)}=${value}`, `Path=${path}`, `Max-Age=${ageS}`]
  parts.push("HttpOnly", "SameSite=Lax", ...(place.secure ? ["Secure"] : []))
  const before = reply.getHeader("set-cookie")
  const all = before === undefined ? [] : Array.isArray(before) ? before : [String(before)]
  reply.header("set-cookie", [...all, parts.join("; ")])
}

function read(request: FastifyRequest, place: CookiePlace, name: string): string | null {
  const wanted = `${nameOf(place, name)}=`
  const cookies = (request.headers.cookie ?? "").split(";").map((each) => each.trim())
  return cookies.find((each) => each.startsWith(wanted))?.slice(wanted.length) ?? null
}

/** What a browser shows for its session; null for none, or what can't be one. */
export function sessionToken(request: FastifyRequest, place: CookiePlace): string | null {
  const token = read(request, place, "caudal-console")
  return token !== null && TOKEN.test(token) ? token : null
}

/** Gives a session to a browser; null takes it away. It ends with the database's row. */
export function giveSession(reply: FastifyReply, place: CookiePlace, token: string | null): void {
  put(reply, place, "caudal-console", token ?? "", token === null ? 0 : 7 * 24 * 3_600)
}

/** What the forms of a session carry: nobody who doesn't have its cookie can work it out. */
export function csrfOf(token: string): string {
  return createHmac("sha256", token).update("csrf").digest("base64url")
}

/** Leaves a sentence for the next page. It is bound to the session, so no link can make one up. */
export function leaveSaid(
  reply: FastifyReply,
  place: CookiePlace,
  token: string,
  said: string,
): void {
  const text = Buffer.from(said.slice(0, SAID_MAX)).toString("base64url")
  put(reply, place, "caudal-said", `${text}.${macOf(token, text)}`, SAID_S)
}

/** Takes the sentence that was left; null for none. */
export function takeSaid(
  request: FastifyRequest,
  reply: FastifyReply,
  place: CookiePlace,
  token: string,
): string | null {
  const value = read(request, place, "caudal-said")
  if (value === null || value === "") return null
  put(reply, place, "caudal-said", "", 0)
  const [text = "", mac = ""] = value.split(".")
  const ours = constantTimeEqual(mac, macOf(token, text))
  return ours ? Buffer.from(text, "base64url").toString().slice(0, SAID_MAX) : null
}

function macOf(token: string, text: string): string {
  return createHmac("sha256", token).update(`said|${text}`).digest("base64url")
}
