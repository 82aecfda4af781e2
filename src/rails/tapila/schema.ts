/** What may stand in caudal.json under `rails.tapila`, member by member, each judged alone. */
import { readFileSync, statSync } from "node:fs"
import { isAbsolute } from "node:path"
import { z } from "zod"
import { providerUrlProblem } from "../../outbound/index.ts"
import { COUNTRIES } from "./countries.ts"

const CONNECTIONS_MAX = 50
/** Longer than any password or key, and than a token that was put here by mistake. */
const SECRET_MAX = 8_192
/** A name is a part of an address: `/rails/tapila/notify/{name}`. */
const NAME = /^[a-z][a-z0-9-]{0,39}$/
/** Printable ASCII: what a header can carry. */
const PRINTABLE = /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/

/** Text, or the file in which the text stands; what is read is never shown. */
const secret = z
  .union(
    [
      z.string().max(SECRET_MAX),
      z.strictObject({
        file: z.string().min(1).max(4_096).refine(isAbsolute, "must be an absolute path"),
      }),
    ],
    { error: 'must be text, or {"file": "/an/absolute/path"}' },
  )
  .transform((given, context) => {
    const read = typeof given === "string" ? { text: given } : readSecret(given.file)
    const message = "wrong" in read ? read.wrong : PRINTABLE.test(read.text) ? null : NOT_PRINTABLE
    if (message === null && "text" in read) return read.text
    context.addIssue({ code: "custom", message: message ?? NOT_PRINTABLE })
    return z.NEVER
  })
const NOT_PRINTABLE = "must be printable ASCII, and not empty"

function readSecret(path: string): { readonly text: string } | { readonly wrong: string } {
  try {
    if (statSync(path).size > SECRET_MAX) return { wrong: "the file is too large for a secret" }
    // Editors, and `echo`, end a file with a line break.
    return { text: readFileSync(path, "utf8").replace(/\r?\n$/, "") }
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "unreadable"
    return { wrong: `the file can't be read (${code})` }
  }
}

const HEADER = /^[a-z0-9!#$%&'*+.^_`|~-]{1,100}$/

const webhookHeader = z.strictObject({
  name: z
    .string()
    .transform((name) => name.toLowerCase())
    .refine((name) => HEADER.test(name), "must be the name of a header"),
  value: secret,
})

/** The settings as they may be given; addresses are judged for `mode`. */
export function schemaFor(mode: "sandbox" | "live") {
  const url = z.string().superRefine((text, context) => {
    const problem = providerUrlProblem(text, mode)
    if (problem) context.addIssue({ code: "custom", message: `the address ${problem}` })
  })
  const connection = z.strictObject({
    baseUrl: url.optional(),
    hosts: z
      .strictObject({ login: url, companies: url, recharges: url, tools: url.optional() })
      .optional(),
    clientUsername: z.string().regex(PRINTABLE, NOT_PRINTABLE).max(200),
    password: secret,
    apiKey: secret.optional(),
    apiKeys: z
      .strictObject({
        login: secret.optional(),
        companies: secret,
        recharges: secret,
        tools: secret.optional(),
      })
      .optional(),
    webhookKey: secret.optional(),
    webhookHeader: webhookHeader.optional(),
    countries: z.array(z.enum(COUNTRIES, { error: `must be one of ${COUNTRIES.join(", ")}` })),
    // Gateways before such APIs give up after 30 s at the latest.
    timeoutMs: z.int().min(1_000).max(30_000).default(20_000),
  })
  const name = z.string().regex(NAME, "must be 1 to 40 of a-z, 0-9 and -, a letter first")
  return z.strictObject({
    connections: z
      .record(name, connection)
      .refine((all) => Object.keys(all).length > 0, "needs at least one connection")
      .refine((all) => Object.keys(all).length <= CONNECTIONS_MAX, "has too many connections"),
  })
}
export type GivenConnection = z.infer<ReturnType<typeof schemaFor>>["connections"][string]
