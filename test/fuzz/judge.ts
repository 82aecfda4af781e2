/** What every answer is held to, whatever was asked. */
import { complaintAbout, operationAt, ownerOf } from "../support/contract.ts"
import { PAGES, pageFaults } from "./pages.ts"
import { type Pool, plain } from "./pool.ts"
import type { Framing, Shot } from "./requests.ts"

/** An answer as it came. */
export type Answer = {
  readonly status: number
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: string
}

/** Secrets of the installation, and those that answers hand out while it is asked. */
export type Secrets = {
  /** The first secret that a text holds, by its name; null when it holds none. */
  in(text: string): string | null
  add(name: string, secret: string): void
}

/** Headers of every answer, with what they must say. */
const HEADERS: Readonly<Record<string, RegExp>> = {
  "x-content-type-options": /^nosniff$/,
  "referrer-policy": /^no-referrer$/,
  "content-security-policy": /default-src 'none'/,
  "cache-control": /no-store|private|public/,
  "x-request-id": /^[\w-]{1,64}$/,
  "caudal-mode": /^sandbox$/,
}
/** Statuses from 500 on that are meant, by who says them. */
const DELIBERATE: readonly ((shot: Shot, answer: Answer) => boolean)[] = [
  (_shot, { status, headers }) => status === 503 && headers["retry-after"] !== undefined,
  (shot, { status, body }) =>
    shot.dialect === "tapila" && status === 500 && body.includes('"code":"XX05000"'),
]
/** How the framework's own answers begin. */
const FRAMEWORK = /^\{"statusCode":|"error":"[A-Z][a-z ]+","message"|FST_ERR|<pre>/
/** What an answer to a mistake must not tell about the inside. */
const INSIDE = /\bat \/|node_modules|\.ts:\d+|ECONNREFUSED|pg_|relation "|syntax error at/
const ID = /(?:[a-z]{2,3}_[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/g
/** Routes that hand a secret out: it is theirs to say, once. */
const HANDS_OUT = /"(secret|accessToken|refreshToken)":"([^"]+)"/g
const MAY_HAND_OUT = /^POST \/(?:v1\/endpoints(?:\/[^/]+\/rotate-secret)?|tapila\/login)$/

/** Everything that is wrong with an answer, each as one sentence. */
export function judged(shot: Shot, answer: Answer, pool: Pool, secrets: Secrets): string[] {
  const ofAll = [
    ...statusFaults(shot, answer),
    ...textFaults(answer),
    ...headerFaults(answer),
    ...secretFaults(shot, answer, secrets),
  ]
  // A page belongs to whoever has its link.
  if (shot.dialect === PAGES) return [...ofAll, ...pageFaults(shot, answer)]
  return [...ofAll, ...shapeFaults(shot, answer), ...strangerFaults(shot, answer, pool)]
}

function statusFaults(shot: Shot, answer: Answer): string[] {
  if (answer.status < 500 || DELIBERATE.some((isMeant) => isMeant(shot, answer))) return []
  return [`status ${answer.status}, which nobody meant`]
}

function textFaults({ status, body }: Answer): string[] {
  const found: string[] = []
  if (FRAMEWORK.test(body)) found.push("a body of the framework's own making")
  if (status >= 400 && INSIDE.test(body)) found.push("an error that tells of the inside")
  return found
}

function shapeFaults({ method, path, framing }: Shot, { status, headers, body }: Answer): string[] {
  const found: string[] = []
  const contentType = headers["content-type"] ?? null
  const owner = READABLE.has(framing) ? ownerOf(path) : null
  if (owner) {
    const complaint = complaintAbout({ method, path, status, contentType, body })
    if (complaint !== null) found.push(`not by the ${owner.name} document: ${complaint}`)
  } else if (status < 400 && !MAY_BE_READ.has(framing)) {
    found.push("an answer to what is nobody's")
  }
  return found
}

/** Node reads these where they do no harm; what it can't read has no path, and so no dialect. */
const MAY_BE_READ: ReadonlySet<Framing> = new Set(["short", "folded", "lineFeeds", "noVersion"])
const READABLE: ReadonlySet<Framing> = new Set(["plain", "chunked", "absolute", "http10"])

function headerFaults({ headers }: Answer): string[] {
  return Object.entries(HEADERS)
    .filter(([name, rule]) => !rule.test(headers[name] ?? ""))
    .map(([name]) => `the header ${name} is ${headers[name] ?? "missing"}`)
}

function secretFaults({ method, path }: Shot, answer: Answer, secrets: Secrets): string[] {
  const text = `${JSON.stringify(answer.headers)}${answer.body}`
  const told = secrets.in(text)
  const found = told === null ? [] : [`the answer holds ${told}`]
  if (answer.status >= 300) return found
  const mayHandOut = MAY_HAND_OUT.test(`${method} ${path.split("?")[0]}`)
  for (const [, name, secret] of answer.body.matchAll(HANDS_OUT)) {
    if (mayHandOut) secrets.add(`a ${name} that ${path} handed out`, secret!)
    else found.push(`a member ${name} where none is handed out`)
  }
  return found
}

/** B must neither reach nor be shown what is A's, nor must anybody who isn't known. */
function strangerFaults(shot: Shot, answer: Answer, pool: Pool): string[] {
  const { who, method, path } = shot
  if (answer.status >= 300) return []
  const open =
    operationAt(method === "HEAD" ? "GET" : method, path)?.operation.security?.length === 0
  const nameless = who === "stranger" || who === "otherDialect" || who === "nobody"
  // A sandbox on its own machine takes one dialect's nameless calls for the demo merchant's.
  const demo = who === "nobody" && shot.dialect === "palomma-pay"
  if (nameless && !open && !demo) return [`${who} was let in`]
  if (who !== "B" || method === "HEAD") return []
  const line = path.split("?")[0]!
  const reached = shot.ids.find((id) => pool.ownerOf(id) === "A" && line.includes(id))
  if (reached !== undefined) return [`B reached ${reached}, which is A's`]
  const shown = answer.body.match(ID)?.find((id) => pool.ownerOf(id) === "A")
  // What B itself wrote may come back.
  const echoed = shown !== undefined && shot.ids.some((id) => plain(id) === plain(shown))
  return shown === undefined || echoed ? [] : [`B was shown ${shown}, which is A's`]
}
