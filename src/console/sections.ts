/** The sections of the console, in the order of the navigation: one line each. */
import { account } from "./account/index.ts"
import { customers } from "./customers/index.ts"
import { home } from "./home/index.ts"
import { keys } from "./keys/index.ts"
import { payments } from "./payments/index.ts"
import type { Section } from "./site.ts"
import { webhooks } from "./webhooks/index.ts"

export const SECTIONS: readonly Section[] = [home, payments, customers, webhooks, keys]

/** What everybody may change: its own account. */
export const OWN_SECTION: Section = account
