/** What the sections of the console are written against: a visit, what it asks, what is shown. */
import type { Caller, Core, Merchant, Permission, Role, SignedIn } from "../core/index.ts"
import type { Html } from "../pages/html.ts"
import type { Language, Words } from "./words.ts"

export type { Permission, Role } from "../core/index.ts"
export { type Language, say, type Words } from "./words.ts"

/** How the parts of a node are: the checks of /health/ready. */
export type Health = () => Promise<
  readonly {
    readonly name: string
    readonly ok: boolean
    readonly detail?: string
    readonly optional?: boolean
  }[]
>

/** One request of somebody who is signed in. */
export type Visit = {
  /** Its verbs write down this user as the one who changed something: see `Core.verbsFor`. */
  readonly core: Core
  readonly user: {
    readonly id: string
    readonly name: string
    readonly email: string
    readonly role: Role
    readonly merchantId: string | null
  }
  /** The same user as the audit log names it, for verbs that take `by`. */
  readonly by: { readonly kind: "console"; readonly name: string; readonly id: string }
  /** Whose things are shown: a merchant's user's own; others choose one, or null for all. */
  readonly merchant: Merchant | null
  readonly language: Language
  /** What each form carries as `csrf`; `form` in `form.ts` writes it. */
  readonly csrf: string
  /** When the password, and the second factor where there is one, was given last. */
  readonly signedInAt: Date
  /** Session and user as the core knows them, and where they ask from. */
  readonly signedIn: SignedIn
  readonly caller: Caller
  readonly health: Health
  can(permission: Permission): boolean
  /** A path below the console such as `/payments`, with the chosen merchant kept in the query. */
  href(path: string, query?: Readonly<Record<string, string | null>>): string
}

/** A page. The script fetches it again when something of `live` changes: see `live.ts`. */
export type Shown = {
  readonly title: string
  readonly body: Html
  readonly status?: number
  /** All that happens to the merchant that is shown, or to all; or to one payment. */
  readonly live?: "merchant" | { readonly payment: string }
  /** Whether it has a frame with a page of our own in it. */
  readonly frames?: boolean
}

/** `to`: a path as `href` makes it, sent as 303; `said` stands once on the page that follows. */
export type Answer =
  | Shown
  | { readonly to: string; readonly said?: string }
  | {
      readonly file: string | AsyncIterable<string>
      readonly type: string
      readonly name: string
    }

/** Parameters of the path, the query and the form, each a text; of repeated names the last one. */
export type Asked = {
  readonly params: Readonly<Record<string, string>>
  readonly query: Readonly<Record<string, string>>
  readonly form: Readonly<Record<string, string>>
  /** All values of a name that may be repeated in the form, such as check boxes. */
  all(name: string): readonly string[]
}

export type Handler = (visit: Visit, asked: Asked) => Promise<Answer>

export type RouteOptions = {
  /** Ask for the password again when it was given more than a few minutes ago. */
  readonly fresh?: boolean
  /** The largest body of this form in bytes, where it is larger than usual. */
  readonly bodyBytes?: number
}

/** Where sections register; nothing is reachable without a permission. */
export type Pages = {
  get(path: string, permission: Permission, show: Handler, options?: RouteOptions): void
  /** Origin, CSRF and role are checked before. `see` allows no form: it changes nothing. */
  post(path: string, permission: Permission, act: Handler, options?: RouteOptions): void
}

export type Section = {
  readonly name: string
  readonly nav: {
    readonly label: Words
    readonly path: string
    readonly permission: Permission
  } | null
  routes(pages: Pages): void
}

/** Thrown by a section where there is nothing, or nothing of this merchant's: the same 404. */
export class NotThere extends Error {
  override name = "NotThere"
}
