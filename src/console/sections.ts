/** The sections of the console, in the order of the navigation: one line each. */
import { account } from "./account/index.ts"
import { audit } from "./audit/index.ts"
import { books } from "./books/index.ts"
import { customers } from "./customers/index.ts"
import { home } from "./home/index.ts"
import { keys } from "./keys/index.ts"
import { payments } from "./payments/index.ts"
import { sandbox } from "./sandbox/index.ts"
import { settings } from "./settings/index.ts"
import type { Section } from "./site.ts"
import { users } from "./users/index.ts"
import { webhooks } from "./webhooks/index.ts"

export const SECTIONS: readonly Section[] = [
  home,
  payments,
  customers,
  books,
  webhooks,
  keys,
  settings,
  sandbox,
  users,
  audit,
]

/** What everybody may change: its own account. */
export const OWN_SECTION: Section = account
