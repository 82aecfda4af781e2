/** Somebody who uses the console without a browser: pages and forms by injection. */
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import type { LightMyRequestResponse } from "fastify"
import type { Core, Role, User } from "../../src/core/index.ts"
import { codeOf } from "../../src/core/users/totp.ts"
import type { Gateway } from "./gateway.ts"

/** What a visitor can do. */
export type Visitor = {
  readonly cookie: string
  readonly csrf: string
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<LightMyRequestResponse>
  /** Sends a form with its CSRF token, as a browser does from a page of ours. */
  post(
    path: string,
    form?: Readonly<Record<string, string>>,
    headers?: Readonly<Record<string, string>>,
  ): Promise<LightMyRequestResponse>
}

export const PASSWORD = "trece pelicanos miran el faro"

/** The owner that a sandbox comes with. */
export function demoOwner({ dataDir }: Pick<Gateway, "dataDir">): {
  readonly url: string
  readonly email: string
  readonly password: string
} {
  return JSON.parse(readFileSync(join(dataDir, "sandbox.json"), "utf8")).console
}

/** Adds a user who has chosen `PASSWORD`. */
export async function addUser(
  core: Core,
  role: Role,
  merchantId: string | null = null,
  email = `${role}@users.example`,
) {
  const spec = { email, name: `Una ${role}`, role, merchantId, language: "es" } as const
  const added = await core.users.add(spec)
  assert.ok("token" in added, JSON.stringify(added))
  const accepted = await core.users.accept(added.token, PASSWORD)
  assert.ok(!("wrong" in accepted), JSON.stringify(accepted))
  return accepted
}

/** Gives somebody a second factor; answers the code that its app shows next. */
export async function addFactor(core: Core, user: User): Promise<string> {
  const draft = await core.users.beginTotp(user)
  assert.ok("secret" in draft, JSON.stringify(draft))
  const secret = bytesOf(draft.secret)
  const code = (steps: number) => codeOf(secret, new Date(Date.now() + steps * 30_000))
  const confirmed = await core.users.confirmTotp(user, code(0))
  assert.ok(!("wrong" in confirmed), JSON.stringify(confirmed))
  return code(1)
}

/** The bytes of a base32 text. */
export function bytesOf(text: string): Buffer {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
  const bits = [...text].map((each) => alphabet.indexOf(each).toString(2).padStart(5, "0")).join("")
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((each) => Number.parseInt(each, 2)))
}

/** A form as browsers write it. */
export function encoded(form: Readonly<Record<string, string>>): string {
  return new URLSearchParams(form).toString()
}

/** The cookies that an answer sets, as a browser sends them back. */
export function cookiesOf(answer: LightMyRequestResponse): string {
  return answer.cookies
    .filter(({ value }) => value !== "")
    .map(({ name, value }) => `${name}=${value}`)
    .join("; ")
}

/** Signs somebody in and answers what it can do then. */
export async function signIn(
  server: Gateway["server"],
  email: string,
  password: string = PASSWORD,
): Promise<Visitor> {
  return visitor(server, await visitorsCookie(server, email, password))
}

/** The cookie of somebody who signs in. */
export async function visitorsCookie(
  server: Gateway["server"],
  email: string,
  password: string = PASSWORD,
): Promise<string> {
  const answer = await server.inject({
    method: "POST",
    url: "/console/sign-in",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    payload: encoded({ email, password }),
  })
  assert.equal(answer.statusCode, 303, answer.body.slice(0, 2_000))
  return cookiesOf(answer)
}

/** Somebody with this cookie. */
export async function visitor(server: Gateway["server"], cookie: string): Promise<Visitor> {
  const get: Visitor["get"] = (path, headers = {}) =>
    server.inject({ url: `/console${path}`, headers: { cookie, ...headers } })
  const page = await get("/account")
  const csrf = /name="csrf" value="([^"]+)"/.exec(page.body)?.[1] ?? ""
  return {
    cookie,
    csrf,
    get,
    post: (path, form = {}, headers = {}) =>
      server.inject({
        method: "POST",
        url: `/console${path}`,
        headers: {
          "content-type": "application/x-www-form-urlencoded",
          "sec-fetch-site": "same-origin",
          cookie,
          ...headers,
        },
        payload: encoded({ csrf, ...form }),
      }),
  }
}
