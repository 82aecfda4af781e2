/** What one may ask about users of the console, and tell of them. */
import type { Actor } from "../audit/entry.ts"
import { makeAccount } from "./account.ts"
import { makeEntry } from "./entry.ts"
import { makePeople, type UserParts } from "./people.ts"

/** Makes the verbs of a node; `by` of the parts is written down as who changed something. */
export function makeUsers(parts: UserParts & { readonly mode: "sandbox" | "live" }) {
  const entry = makeEntry(parts)
  const made = (by: Actor | null) => ({
    ...makePeople({ ...parts, by }),
    ...makeAccount({ ...parts, by }, entry),
  })
  const { guarded: _guarded, suspectsOf: _suspectsOf, ...asked } = entry
  return {
    ...made(parts.by),
    ...asked,
    /** The same in the name of somebody else. */
    as: made,
  }
}
