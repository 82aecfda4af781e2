/** Users as an owner makes, changes and ends them, and the links to choose passwords by. */
import { hash } from "node:crypto"
import { type Clock, type Ids, outside } from "../../clock.ts"
import type { Database, Transaction } from "../../db/database.ts"
import { type AuditParts, append } from "../audit/audited.ts"
import { type Action, type Change, differences } from "../audit/entry.ts"
import type { Limits } from "../limits/limits.ts"
import type { Passwords } from "../password.ts"
import { hashSecret, type Keyring } from "../seal.ts"
import { SEALED } from "../store/sealed.ts"
import { type PasswordFlaw, passwordFlaw } from "./password-rule.ts"
import * as sessions from "./store/sessions.ts"
import * as store from "./store.ts"
import type { Role, User, UserLanguage } from "./user.ts"

export type UserParts = AuditParts & {
  readonly database: Database
  /** People live by the real time, also where a sandbox's was moved: see `outside`. */
  readonly clock: Clock
  readonly ids: Ids
  readonly keyring: Keyring
  readonly passwords: Passwords
  readonly limits: Limits
}

/** What can be wrong with what an owner or a user wants. */
export type UserProblem =
  | "email_taken"
  | "email_wrong"
  | "name_wrong"
  | "merchant_wrong"
  | "last_owner"
  | "changed_meanwhile"
  | "not_there"
  | "link_over"
  | "password_wrong"
  | "too_many"
  | "busy"
  | "code_wrong"
  | "factor_required"
  | `password_${PasswordFlaw}`

export type Wrong = { readonly wrong: UserProblem }

/** A link is good for so long: it travels by chat or by hand, over a weekend. */
export const INVITED_MS = 72 * 3_600_000
const INVITATION_BYTES = 32
const NAME_MAX = 80
/** RFC 5321, 4.5.3.1.3. */
const EMAIL_MAX = 254
/** Not the grammar of addresses, which nobody needs: what can't be one, or would be misread. */
const EMAIL = /^[^\s@<>"'\\,;:()[\]\p{C}]{1,64}@[^\s@<>"'\\,;:()[\]\p{C}]{1,190}$/u
const NAME = /^[^\p{C}<>]+$/u

/** An address as it is compared: people write theirs with capitals as they like. */
export function emailLookup(email: string): string {
  return hash("sha256", `user|${email.trim().normalize("NFKC").toLowerCase()}`, "hex")
}

/** A stored user as others may see it. */
export function userOf(row: store.UserRow, keyring: Keyring): User {
  const { id, name, role, merchantId, language, revision, createdAt, signedInAt, disabledAt } = row
  const email = keyring.unseal(row.emailSealed, SEALED.email).toString()
  const states = { invited: row.password === null, secondFactor: row.totpSealed !== null }
  const times = { createdAt, signedInAt, disabledAt }
  return { id, email, name, role, merchantId, language, revision, ...states, ...times }
}

export type NewUser = {
  readonly email: string
  readonly name: string
  readonly role: Role
  readonly merchantId: string | null
  readonly language: UserLanguage
}

/** A user, and the part of the link that is secret; shown once and kept as a hash. */
export type Invited = { readonly user: User; readonly token: string; readonly until: Date }

/** Makes the verbs over users. */
export function makePeople(parts: UserParts) {
  const { clock, database, ids, keyring, passwords } = parts

  /** Adds a user with an invitation. */
  async function add(spec: NewUser): Promise<Invited | Wrong> {
    const flaw = flawOf(spec)
    if (flaw) return { wrong: flaw }
    return database.transaction(async (tx) => {
      const row = newRow(spec)
      if (!(await store.insertUser(tx, row))) return { wrong: "email_taken" as const }
      const invited = await invite(tx, row)
      await note(tx, "user.add", row, differences(null, shownOf(row)))
      return invited
    })
  }

  /** Changes name, role, merchant and language; `revision` is what the change was made from. */
  async function change(
    id: string,
    revision: number,
    next: Omit<NewUser, "email">,
  ): Promise<User | Wrong> {
    const flaw = flawOf({ ...next, email: "any@example.com" })
    if (flaw) return { wrong: flaw }
    return locked(id, async (tx, row, owners) => {
      if (row.revision !== revision) return { wrong: "changed_meanwhile" }
      const { name, role, merchantId, language } = next
      const changed = { ...row, name: name.trim(), role, merchantId, language }
      if (role !== "owner" && isLastOwner(row, owners)) return { wrong: "last_owner" }
      await store.updateUser(tx, changed)
      // What somebody may see and do has changed: pages that are open must not go on as before.
      if (row.role !== role || row.merchantId !== merchantId) {
        await sessions.endSessions(tx, id, null)
      }
      await note(tx, "user.set", row, differences(shownOf(row), shownOf(changed)))
      return userOf({ ...changed, revision: revision + 1 }, keyring)
    })
  }

  /** Ends a user's access at once, or gives it back; its past stays in the audit log. */
  async function disable(id: string, disabled: boolean): Promise<User | Wrong> {
    return locked(id, async (tx, row, owners) => {
      if (disabled === (row.disabledAt !== null)) return userOf(row, keyring)
      if (disabled && isLastOwner(row, owners)) return { wrong: "last_owner" }
      const changed = { ...row, disabledAt: disabled ? outside(clock) : null }
      await store.updateUser(tx, changed)
      await sessions.endSessions(tx, id, null)
      await store.dropInvitation(tx, id)
      await note(tx, disabled ? "user.disable" : "user.enable", row, {})
      return userOf({ ...changed, revision: row.revision + 1 }, keyring)
    })
  }

  /**
   * Takes password and second factor from a user who lost them, ends its sessions, and makes a new
   * link. The last owner is reset by the command alone: `evenLast`.
   */
  async function reset(id: string, evenLast = false): Promise<Invited | Wrong> {
    return locked(id, async (tx, row, owners) => {
      if (row.disabledAt !== null) return { wrong: "not_there" }
      if (!evenLast && isLastOwner(row, owners)) return { wrong: "last_owner" }
      const changed = { ...row, ...NOTHING_PROVED }
      await store.updateUser(tx, changed)
      await sessions.endSessions(tx, id, null)
      const invited = await invite(tx, { ...changed, revision: row.revision + 1 })
      await note(tx, "user.reset", row, {})
      return invited
    })
  }

  /** Whom a link invites; null when there is no such link, or not any more. */
  async function invitedBy(token: string): Promise<User | null> {
    const invitation = await store.findInvitation(database, hashSecret(token), outside(clock))
    const row = invitation && (await store.findUser(database, invitation.userId))
    return row && row.disabledAt === null ? userOf(row, keyring) : null
  }

  /** Chooses the password that a link was made for; the link is used up. */
  async function accept(token: string, password: string): Promise<User | Wrong> {
    const user = await invitedBy(token)
    if (!user) return { wrong: "link_over" }
    const flaw = passwordFlaw(password, [user.email, user.name])
    if (flaw) return { wrong: `password_${flaw}` }
    const hashed = await passwords.hashPassword(password)
    return locked(user.id, async (tx, row) => {
      if (!(await store.useInvitation(tx, hashSecret(token)))) return { wrong: "link_over" }
      await store.updateUser(tx, { ...row, password: hashed })
      await sessions.endSessions(tx, row.id, null)
      await note(tx, "user.password", row, {}, true)
      return { ...user, invited: false }
    })
  }

  /** Gives a user this password without a link: for a sandbox's own user. */
  async function give(id: string, password: string): Promise<void> {
    const hashed = await passwords.hashPassword(password)
    await locked(id, async (tx, row) => {
      await store.updateUser(tx, { ...row, password: hashed })
      await store.dropInvitation(tx, id)
      return userOf(row, keyring)
    })
  }

  /** Whether a user has this password: for a sandbox's own user, under no limit. */
  async function has(id: string, password: string): Promise<boolean> {
    const row = await store.findUser(database, id)
    return passwords.verifyPassword(password, row?.password ?? null)
  }

  /** Owners are locked first, in one order: two who change each other wait for one another. */
  async function locked<Done>(
    id: string,
    work: (tx: Transaction, row: store.UserRow, owners: readonly string[]) => Promise<Done | Wrong>,
  ): Promise<Done | Wrong> {
    return database.transaction(async (tx) => {
      const owners = await store.lockOwners(tx)
      const row = await store.lockUser(tx, id)
      return row ? work(tx, row, owners) : { wrong: "not_there" }
    })
  }

  async function invite(tx: Transaction, row: store.UserRow): Promise<Invited> {
    const token = ids.bytes(INVITATION_BYTES).toString("base64url")
    const createdAt = outside(clock)
    const until = new Date(createdAt.getTime() + INVITED_MS)
    const lookup = hashSecret(token)
    await store.putInvitation(tx, { userId: row.id, lookup, createdAt, expiresAt: until })
    return { user: userOf(row, keyring), token, until }
  }

  /** Writes a row of the audit log; `own`: the user did it to itself, before it could sign in. */
  function note(
    tx: Transaction,
    action: Action,
    { id, name, merchantId }: store.UserRow,
    changes: Change,
    own = false,
  ): Promise<void> {
    const by = own ? ({ kind: "console", name, id } as const) : parts.by
    const entry = { action, merchantId, subject: id, outcome: "done", change: changes } as const
    return append(tx, { ...parts, by }, entry)
  }

  function newRow({ email, name, role, merchantId, language }: NewUser): store.UserRow {
    return {
      ...NOTHING_PROVED,
      id: ids.next(),
      emailLookup: emailLookup(email),
      emailSealed: keyring.seal(email.trim(), SEALED.email),
      name: name.trim(),
      role,
      merchantId,
      language,
      revision: 1,
      createdAt: outside(clock),
      signedInAt: null,
      disabledAt: null,
    }
  }

  return {
    add,
    change,
    disable,
    reset,
    invitedBy,
    accept,
    give,
    has,
    async list(): Promise<User[]> {
      return (await store.listUsers(database)).map((row) => userOf(row, keyring))
    },
    async find(id: string): Promise<User | null> {
      const row = await store.findUser(database, id)
      return row && userOf(row, keyring)
    },
    async findByEmail(email: string): Promise<User | null> {
      const row = await store.findByEmail(database, emailLookup(email))
      return row && userOf(row, keyring)
    },
  }
}

/** A user without password and second factor. */
const NOTHING_PROVED = {
  password: null,
  totpSealed: null,
  totpDraftSealed: null,
  totpStep: 0n,
  recovery: [],
} as const

/** Whether nobody else of those who can sign in is an owner. */
function isLastOwner(row: store.UserRow, owners: readonly string[]): boolean {
  if (row.role !== "owner" || row.disabledAt !== null || row.password === null) return false
  return owners.every((id) => id === row.id)
}

/** What the audit log tells of a user; not its address, which is personal. */
function shownOf({ name, role, merchantId, language }: store.UserRow) {
  return { name, role, merchantId, language }
}

function flawOf({ email, name, role, merchantId }: NewUser): UserProblem | null {
  if (email.trim().length > EMAIL_MAX || !EMAIL.test(email.trim())) return "email_wrong"
  const shown = name.trim()
  if (shown.length > NAME_MAX || !NAME.test(shown)) return "name_wrong"
  return (role === "merchant") === (merchantId !== null) ? null : "merchant_wrong"
}
