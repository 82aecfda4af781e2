/** Users of the console and the invitations to them. */
import type { Queries } from "../../db/database.ts"
import type { Role, UserLanguage } from "./user.ts"

/** A user as it is stored. */
export type UserRow = {
  readonly id: string
  readonly emailLookup: string
  readonly emailSealed: Buffer
  readonly name: string
  readonly role: Role
  readonly merchantId: string | null
  readonly language: UserLanguage
  readonly password: string | null
  readonly totpSealed: Buffer | null
  readonly totpDraftSealed: Buffer | null
  readonly totpStep: bigint
  readonly recovery: readonly string[]
  readonly revision: number
  readonly createdAt: Date
  readonly signedInAt: Date | null
  readonly disabledAt: Date | null
}

export const userColumns = `u.id, u.email_lookup as "emailLookup", u.email_sealed as "emailSealed",
u.name, u.role, u.merchant_id as "merchantId", u.language, u.password,
u.totp_sealed as "totpSealed", u.totp_draft_sealed as "totpDraftSealed",
u.totp_step as "totpStep", u.recovery, u.revision, u.created_at as "createdAt",
u.signed_in_at as "signedInAt", u.disabled_at as "disabledAt"`

/** Adds a user; false when one has this address. */
export async function insertUser(db: Queries, user: UserRow): Promise<boolean> {
  const { rowCount } = await db.query(
    `insert into users
(id, email_lookup, email_sealed, name, role, merchant_id, language, password, created_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (email_lookup) do nothing`,
    [
      user.id,
      user.emailLookup,
      user.emailSealed,
      user.name,
      user.role,
      user.merchantId,
      user.language,
      user.password,
      user.createdAt,
    ],
  )
  return rowCount === 1
}

/** A user by its id. */
export async function findUser(db: Queries, id: string): Promise<UserRow | null> {
  const { rows } = await db.query<UserRow>(`select ${userColumns} from users u where u.id = $1`, [
    id,
  ])
  return rows[0] ?? null
}

/** A user by its id, locked until the transaction ends. */
export async function lockUser(transaction: Queries, id: string): Promise<UserRow | null> {
  const { rows } = await transaction.query<UserRow>(
    `select ${userColumns} from users u where u.id = $1 for update`,
    [id],
  )
  return rows[0] ?? null
}

/** A user by the hash of its address. */
export async function findByEmail(db: Queries, lookup: string): Promise<UserRow | null> {
  const { rows } = await db.query<UserRow>(
    `select ${userColumns} from users u where u.email_lookup = $1`,
    [lookup],
  )
  return rows[0] ?? null
}

/** More users than one page of the console can show; whoever has more uses the command. */
export const USERS_MAX = 1_000

/** All users by name, those that were disabled last. */
export async function listUsers(db: Queries): Promise<UserRow[]> {
  const { rows } = await db.query<UserRow>(
    `select ${userColumns} from users u
order by u.disabled_at is not null, lower(u.name), u.id limit ${USERS_MAX}`,
  )
  return rows
}

/** Owners who can sign in, locked: two who take each other's role away wait for one another. */
export async function lockOwners(transaction: Queries): Promise<string[]> {
  const { rows } = await transaction.query<{ id: string }>(
    `select u.id from users u
where u.role = 'owner' and u.disabled_at is null and u.password is not null
order by u.id for update`,
  )
  return rows.map(({ id }) => id)
}

/** Writes all that can change of a locked user, as its next revision. */
export async function updateUser(transaction: Queries, user: UserRow): Promise<void> {
  await transaction.query(
    `update users set name = $2, role = $3, merchant_id = $4, language = $5, password = $6,
totp_sealed = $7, totp_draft_sealed = $8, totp_step = $9, recovery = $10::text[],
disabled_at = $11, email_lookup = $12, email_sealed = $13, revision = revision + 1 where id = $1`,
    [
      user.id,
      user.name,
      user.role,
      user.merchantId,
      user.language,
      user.password,
      user.totpSealed,
      user.totpDraftSealed,
      user.totpStep,
      [...user.recovery],
      user.disabledAt,
      user.emailLookup,
      user.emailSealed,
    ],
  )
}

/** Notes the last sign-in. It is no change that an editor would have to hear of. */
export async function noteSignIn(db: Queries, id: string, at: Date): Promise<void> {
  await db.query("update users set signed_in_at = $2 where id = $1", [id, at])
}

/** Takes a code's step, unless it or a later one was taken before. */
export async function takeStep(db: Queries, id: string, step: bigint): Promise<boolean> {
  const { rowCount } = await db.query(
    "update users set totp_step = $2 where id = $1 and totp_step < $2",
    [id, step],
  )
  return rowCount === 1
}

/** Uses up a recovery code; false when it isn't one, or was used. */
export async function takeRecovery(db: Queries, id: string, hash: string): Promise<boolean> {
  const { rowCount } = await db.query(
    `update users set recovery = array_remove(recovery, $2), revision = revision + 1
where id = $1 and $2 = any(recovery)`,
    [id, hash],
  )
  return rowCount === 1
}

export type Invitation = {
  readonly userId: string
  readonly lookup: string
  readonly createdAt: Date
  readonly expiresAt: Date
}

/** Puts an invitation in the place of an earlier one. */
export async function putInvitation(db: Queries, invitation: Invitation): Promise<void> {
  await db.query(
    `insert into invitations (user_id, lookup, created_at, expires_at) values ($1, $2, $3, $4)
on conflict (user_id) do update set lookup = excluded.lookup, created_at = excluded.created_at,
  expires_at = excluded.expires_at`,
    [invitation.userId, invitation.lookup, invitation.createdAt, invitation.expiresAt],
  )
}

/** The invitation that a hash names, unless its time is over. */
export async function findInvitation(
  db: Queries,
  lookup: string,
  now: Date,
): Promise<Invitation | null> {
  const { rows } = await db.query<Invitation>(
    `select i.user_id as "userId", i.lookup, i.created_at as "createdAt",
i.expires_at as "expiresAt" from invitations i where i.lookup = $1 and i.expires_at > $2`,
    [lookup, now],
  )
  return rows[0] ?? null
}

/** Ends a user's invitation: whether it was this one, so that two who use it don't both. */
export async function useInvitation(db: Queries, lookup: string): Promise<boolean> {
  const { rowCount } = await db.query("delete from invitations where lookup = $1", [lookup])
  return rowCount === 1
}

/** Ends whatever invitation a user has. */
export async function dropInvitation(db: Queries, userId: string): Promise<void> {
  await db.query("delete from invitations where user_id = $1", [userId])
}

export type Rules = { readonly secondFactor: boolean; readonly revision: number }

/** What holds for all users. */
export async function readRules(db: Queries): Promise<Rules> {
  const { rows } = await db.query<Rules>(
    `select r.second_factor as "secondFactor", r.revision from console_rules r`,
  )
  return rows[0]!
}

/** Changes it, unless somebody else did so since `revision`. */
export async function writeRules(db: Queries, rules: Rules): Promise<boolean> {
  const { rowCount } = await db.query(
    `update console_rules set second_factor = $1, revision = revision + 1 where revision = $2`,
    [rules.secondFactor, rules.revision],
  )
  return rowCount === 1
}
