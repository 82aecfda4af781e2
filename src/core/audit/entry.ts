/** What the audit log keeps of an action: who did what, when, on whom, and its outcome. Pure. */
import { createHash } from "node:crypto"

/** Who acted. A command's user is the operating system's; a key's and the console's have an id. */
export type Actor = {
  readonly kind: "command" | "operator-key" | "console"
  readonly name: string
  readonly id: string | null
}

/** All that is written down. Each has one place that writes it, found by its name. */
export const ACTIONS = [
  "merchant.add",
  "merchant.style",
  "merchant.set",
  "terms.agree",
  "terms.set",
  "key.add",
  "key.roll",
  "key.revoke",
  "operator-key.add",
  "operator-key.roll",
  "operator-key.revoke",
  "endpoint.add",
  "endpoint.disable",
  "endpoint.enable",
  "endpoint.set",
  "endpoint.rotate",
  "endpoint.pause",
  "endpoint.resume",
  "delivery.replay",
  "clock.advance",
  "wallet.top-up",
  "payment.refund",
  "payment.cancel",
  "payment.simulate",
  "refund.cancel",
  "xpub.add",
  "xpub.advance",
  "mandate.show",
  "mandate.revoke",
  "catalogue.load",
  "catalogue.import",
  "bank-files.clear",
  "bank-files.send",
  "bank-files.adopt",
  "retention.drop",
  "master-key.rotate",
  "user.add",
  "user.set",
  "user.disable",
  "user.enable",
  "user.reset",
  "user.password",
  "user.second-factor",
  "user.sign-out",
  "console.set",
  "export.reveal",
] as const
export type Action = (typeof ACTIONS)[number]

type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json }

/** Each value that changed, by its name. Never a secret, an account number or a person's data. */
export type Change = { readonly [name: string]: { readonly old: Json; readonly new: Json } }

export type Entry = {
  readonly action: Action
  readonly merchantId: string | null
  /** The id of what was acted on; null where the merchant, or the gateway, is all there is. */
  readonly subject: string | null
  /** `unchanged`: it was so before. `refused`: nothing was done. */
  readonly outcome: "done" | "unchanged" | "refused"
  readonly change: Change
}

/** An entry as it stands in the log. */
export type Content = Entry & { readonly at: string; readonly by: Actor }

/** The exact text that is stored and hashed: JSON with sorted keys and no blanks. */
export function contentOf(entry: Entry, by: Actor, at: Date): string {
  return canonical({ ...entry, by, at: at.toISOString() } satisfies Content)
}

function canonical(value: unknown): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${members.map(([name, each]) => `${JSON.stringify(name)}:${canonical(each)}`).join(",")}}`
}

/** What the first row follows on: 32 bytes of zero. */
export const BEGINNING = Buffer.alloc(32)

/** A row's hash, as `append_audits` in the database makes it. */
export function hashOf(previous: Buffer, position: bigint, content: string): Buffer {
  return createHash("sha256").update(previous).update(`${position} ${content}`).digest()
}

/**
 * What differs between two states of something, by dotted names; null stands for what isn't there.
 * Of a web address only what can't hold a secret is shown.
 */
export function differences(before: object | null, after: object | null): Change {
  const [old, next] = [flat(before ?? {}), flat(after ?? {})]
  const names = [...new Set([...old.keys(), ...next.keys()])].sort()
  return Object.fromEntries(
    names.flatMap((name) => {
      const change = { old: old.get(name) ?? null, new: next.get(name) ?? null }
      return canonical(change.old) === canonical(change.new) ? [] : [[name, change]]
    }),
  )
}

function flat(value: object, prefix = ""): Map<string, Json> {
  const found = new Map<string, Json>()
  for (const [name, each] of Object.entries(value)) {
    if (typeof each === "object" && each !== null && !Array.isArray(each)) {
      for (const [inner, deep] of flat(each, `${prefix}${name}.`)) found.set(inner, deep)
    } else found.set(prefix + name, typeof each === "string" ? withoutSecrets(each) : each)
  }
  return found
}

/** An address without its user, path and query, any of which may be somebody's key. */
function withoutSecrets(text: string): string {
  return /^[a-z]+:\/\//i.test(text) && URL.canParse(text) ? new URL(text).origin : text
}
