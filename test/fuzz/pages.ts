/** Requests to payers' pages: links, forms right and wrong, and forms that others' sites send. */
import * as hostile from "./hostile.ts"
import type { Answer } from "./judge.ts"
import type { Shot } from "./requests.ts"
import { MARKS, type Making } from "./values.ts"

/** What the pages are called where a dialect's name stands. */
export const PAGES = "pages"

const KNOWN_SHARE = 0.9
/** How often the newest link is taken: a payer stays with one, and a bank's comes of a form. */
const NEWEST_SHARE = 0.7
const SEGMENTS = hostile.SEGMENTS.filter((each) => !/^\.+$/.test(each))

/** What ids of payments are called where answers give them. */
const PAYMENTS = ["operationId", "paymentRequests", "payments", "paymentId", "payment-requests"]
const ACCOUNTS = ["paymentMethods", "instrument"]
/** Only pages name these: see `linksIn`. */
const AT_BANK = ["atBank"]

/** The pages: how often each is asked for, of what, and what stands behind `/pay`. */
const AIMS: Readonly<
  Record<string, readonly [weight: number, kinds: readonly string[], path: (id: string) => string]>
> = {
  "GET /pay/{id}": [8, PAYMENTS, (id) => `/${id}`],
  "GET /pay?transaccion": [2, PAYMENTS, (id) => `/?transaccion=${id}`],
  "POST /pay/{id}": [8, PAYMENTS, (id) => `/${id}`],
  "GET /pay/consent/{id}": [2, ACCOUNTS, (id) => `/consent/${id}`],
  "POST /pay/consent/{id}": [2, ACCOUNTS, (id) => `/consent/${id}`],
  "GET /pay/bank/{id}": [2, AT_BANK, (id) => `/bank/${id}`],
  "POST /pay/bank/{id}": [3, AT_BANK, (id) => `/bank/${id}`],
  // A right one is a stream that lasts for minutes: `src/checkout/changes.test.ts` has these.
  "GET /pay/{id}/changes": [1, PAYMENTS, (id) => `/${id}/changes?version=x`],
}
export const PAGE_AIMS: readonly string[] = Object.keys(AIMS)

const WEIGHTS = Object.fromEntries(PAGE_AIMS.map((aim) => [aim, AIMS[aim]![0]]))

/** The ids that a page leads on to, by what they name. */
export function linksIn(page: string): Readonly<Record<string, string>> {
  const [, atBank] = /\/pay\/bank\/([0-9a-f-]{36})/.exec(page) ?? []
  return atBank === undefined ? {} : { atBank }
}

/** Values that a payer may have typed, by the field's name. */
const FIELDS: Readonly<Record<string, (making: Making) => string>> = {
  do: ({ random }) =>
    random.pick(
      random.chance(0.5)
        ? ["pay"]
        : ["cancel", "change", "simulate", "approve", "decline", "expire", "agree", "withdraw", ""],
    ),
  version: ({ random }) =>
    random.chance(0.6) ? "1" : random.pick(["2", "3", "4", "0", "-1", "1e0", "x"]),
  method: ({ random }) => random.pick(["bank", "bank", "wallet", "crypto", "bancolombia", "none"]),
  bank: ({ random }) => random.pick(["bancolombia", "bancolombia", "nequi", ""]),
  accountType: ({ random }) => random.pick(["savings", "checking"]),
  accountNumber: ({ random }) => `${MARKS.account}${random.pick(["9099", "9001", "9008"])}`,
  phone: ({ random }) => `${MARKS.phone}${random.pick(["9099", "9002"])}`,
  holder: ({ random }) => random.pick(["person", "person", "business"]),
  name: () => "Ana Ruiz",
  businessName: () => "Rio Claro S.A.S.",
  documentType: ({ random }) => random.pick(["cc", "ce"]),
  documentNumber: ({ random }) => MARKS.document + String(10 + random.below(90)),
  nit: () => "890.903.938-8",
  email: () => `${MARKS.email}@example.test`,
  coin: ({ random }) => random.pick(["", "x/y"]),
  words: () => "0".repeat(64),
  notice: ({ random }) => random.pick(["instead", "none", "none", "nothing"]),
}

/** What a browser says of where a form stood; the last three are not our own page's. */
const ORIGINS: readonly Readonly<Record<string, string>>[] = [
  {},
  { "sec-fetch-site": "same-origin", origin: "null" },
  { origin: "http://localhost" },
  { "sec-fetch-site": "cross-site" },
  { "sec-fetch-site": "same-site", origin: "null" },
  { origin: "https://evil.example" },
]
const FOREIGN_FROM = 3

/** Half of the forms come from elsewhere, or are of a browser that says nothing. */
const OWN_FORM_SHARE = 0.5

function originOf({ random }: Making): Readonly<Record<string, string>> {
  return random.chance(OWN_FORM_SHARE) ? ORIGINS[1]! : random.pick(ORIGINS)
}

const FORM = "application/x-www-form-urlencoded"
const LANGUAGES = [
  "",
  "",
  "lang=en",
  "lang=pt",
  "lang=xx",
  "lang=en&lang=es",
  "from=bank",
  "step=withdraw",
]

/** One request to a page. */
export function pageShot(making: Making): Shot {
  const { random, pool } = making
  const aim = random.weighted(WEIGHTS)
  const [, kinds, pathTo] = AIMS[aim]!
  // Dots lead out of the pages; dialects' requests try these.
  const newest = kinds.flatMap((kind) => pool.all(kind).slice(-1)).at(-1)
  const drawn = random.chance(NEWEST_SHARE) ? newest : pool.draw(random, kinds)
  const known = random.chance(KNOWN_SHARE) ? drawn : undefined
  const id = known ? uuidOf(known.id) : encodeURIComponent(random.pick(SEGMENTS))
  const [method = "GET"] = aim.split(" ")
  const isForm = method === "POST"
  const path = withQuery(`/pay${pathTo(id)}`, random.pick([...LANGUAGES, ...odd(making)]))
  const headers = new Map<string, string>()
  if (random.chance(0.2)) headers.set("accept-encoding", random.pick(["gzip", "br", "x;q=z"]))
  if (isForm) {
    headers.set("content-type", media(making))
    for (const [name, value] of Object.entries(originOf(making))) headers.set(name, value)
  }
  if (random.chance(0.1)) headers.set(...random.pick(hostile.HEADERS))
  return {
    dialect: PAGES,
    aim,
    who: "nobody",
    method: random.chance(0.03) ? random.pick(hostile.METHODS) : method,
    path,
    headers: Object.fromEntries(headers),
    body: isForm ? bodyOf(making) : null,
    ids: [],
    collection: "",
    // Fields of a page come one by one through a browser; dialects' requests try the framings.
    overSocket: false,
    framing: "plain",
    times: random.chance(0.05) ? 3 : 1,
  }
}

function odd({ random }: Making): readonly string[] {
  return random.chance(0.1) ? hostile.QUERIES : []
}

function media({ random }: Making): string {
  return random.chance(0.06) ? random.pick(hostile.MEDIA) : FORM
}

/** Most forms are whole; some lack fields, have them twice, or hold what nobody types. */
function bodyOf(making: Making): Buffer {
  const { random } = making
  if (random.chance(0.06)) return random.pick(hostile.BODIES)()
  const form = new URLSearchParams()
  for (const [name, value] of Object.entries(FIELDS)) {
    if (random.chance(0.01)) continue
    const isOdd = random.chance(0.02) && name !== "do"
    form.append(name, isOdd ? random.pick(hostile.TEXTS).toWellFormed() : value(making))
    if (random.chance(0.01)) form.append(name, random.pick(hostile.TEXTS).toWellFormed())
  }
  if (random.chance(0.05)) form.append(random.pick(hostile.MEMBERS).toWellFormed(), "x")
  const text = form.toString()
  return Buffer.from(random.chance(0.02) ? `${text}&x=${"y".repeat(20_000)}` : text)
}

function withQuery(path: string, query: string): string {
  if (query === "") return path
  return `${path}${path.includes("?") ? "&" : "?"}${query}`
}

/** The form in which links have ids, whatever dialect named it. */
function uuidOf(id: string): string {
  const hex = id.replace(/^[a-z]{2,3}_/, "").replaceAll("-", "")
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5")
}

/** Statuses that a page has; all others are nobody's meaning. */
const STATUSES = new Set([200, 204, 303, 400, 403, 404, 405, 413, 414, 415, 422, 429, 503])
/** Text that a page may hold escaped, never as it came. */
const MARKUP = ["<script>alert(1)", "<img src=x", "{{7*7}}<%"]

/** The way on from a form stays with us; from a simulated bank it comes back with our name. */
const OWN_ADDRESS = /^(?:http:\/\/(?:localhost|127\.0\.0\.1)(?::\d+)?)?\/pay\/[\w?=&/-]*$/

/** Everything that is wrong with the answer of a page, each as one sentence. */
export function pageFaults({ aim, method, headers: sent }: Shot, answer: Answer): string[] {
  const { status, headers, body } = answer
  const found: string[] = []
  if (!STATUSES.has(status)) found.push(`a page answers ${status}`)
  const type = headers["content-type"] ?? ""
  const isPage = /^text\/html; charset=utf-8$/.test(type)
  const isPlain = aim.endsWith("/changes") || status === 303 || status === 204 || method === "HEAD"
  if (!isPage && !isPlain) found.push(`a page of the type ${type}`)
  const policy = headers["content-security-policy"] ?? ""
  if (!policy.includes("frame-ancestors 'none'")) found.push("a page that may be framed")
  if (/unsafe|\*/.test(policy)) found.push("a policy that allows what is written into a page")
  const isPacked = headers["content-encoding"] !== undefined
  const raw = isPacked ? undefined : MARKUP.find((each) => body.includes(each))
  if (raw !== undefined) found.push(`a page holds ${raw} as it came`)
  if (status === 303 && !OWN_ADDRESS.test(headers["location"] ?? "")) {
    found.push(`a page leads to ${headers["location"]}`)
  }
  if (isForeignForm(method, sent) && status < 400) {
    found.push(`another site's form is answered ${status}`)
  }
  return found
}

function isForeignForm(method: string, sent: Readonly<Record<string, string>>): boolean {
  if (method !== "POST") return false
  const foreign = ORIGINS.slice(FOREIGN_FROM)
  return foreign.some((origin) =>
    Object.entries(origin).every(([name, value]) => sent[name] === value),
  )
}
