/** The core's verbs in the name of somebody who is signed in, for the audit log. */
import type { Actor } from "./audit/entry.ts"
import { type NewRoutes, routeMerchant } from "./merchants/routes.ts"
import type { makeUsers } from "./users/users.ts"
import { makeVerbs, type VerbParts } from "./verbs.ts"

/** All verbs that write who changed something down, made for one who did. */
export function verbsFor(parts: VerbParts, users: ReturnType<typeof makeUsers>, by: Actor | null) {
  return {
    ...makeVerbs({ ...parts, by }),
    /** Changes which rails and which of our accounts a merchant's money takes. */
    route: (merchantId: string, change: NewRoutes) =>
      routeMerchant({ ...parts, by }, merchantId, change),
    /** Who signs in to the console. */
    users: { ...users, ...users.as(by) },
  }
}
