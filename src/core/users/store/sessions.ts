/** Sessions of the console, by the hash of what a browser's cookie holds. */
import type { Queries } from "../../../db/database.ts"
import { type UserRow, userColumns } from "../store.ts"

export type SessionRow = {
  readonly id: string
  readonly lookup: string
  readonly userId: string
  /** The password was right; the second factor is still to come. */
  readonly half: boolean
  readonly agent: string
  readonly source: string
  readonly createdAt: Date
  /** When password and second factor were given last. */
  readonly signedInAt: Date
  readonly seenAt: Date
  readonly expiresAt: Date
}

const columns = `s.id, s.lookup, s.user_id as "userId", s.half, s.agent, s.source,
s.created_at as "createdAt", s.signed_in_at as "signedInAt", s.seen_at as "seenAt",
s.expires_at as "expiresAt"`

/** Adds a session. */
export async function insertSession(db: Queries, session: SessionRow): Promise<void> {
  await db.query(
    `insert into sessions
(id, lookup, user_id, half, agent, source, created_at, signed_in_at, seen_at, expires_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    [
      session.id,
      session.lookup,
      session.userId,
      session.half,
      session.agent,
      session.source,
      session.createdAt,
      session.signedInAt,
      session.seenAt,
      session.expiresAt,
    ],
  )
}

/** The session of a cookie and its user, unless either has ended. */
export async function findSession(
  db: Queries,
  lookup: string,
  { now, seenSince }: { readonly now: Date; readonly seenSince: Date },
): Promise<Found | null> {
  const { rows } = await db.query<UserRow & Beside>(
    `select ${userColumns}, s.id as "sessionId", s.half, s.agent, s.source,
s.created_at as "begunAt", s.signed_in_at as "provedAt", s.seen_at as "seenAt",
s.expires_at as "expiresAt", r.second_factor as "factorAsked"
from sessions s join users u on u.id = s.user_id cross join console_rules r
where s.lookup = $1 and s.expires_at > $2 and s.seen_at > $3 and u.disabled_at is null`,
    [lookup, now, seenSince],
  )
  const row = rows[0]
  if (!row) return null
  const { sessionId, begunAt, provedAt, half, agent, source, seenAt, expiresAt, ...rest } = row
  const { factorAsked, ...user } = rest
  const times = { createdAt: begunAt, signedInAt: provedAt, seenAt, expiresAt }
  const session = { id: sessionId, lookup, userId: user.id, half, agent, source, ...times }
  return { session, user, factorAsked }
}

/** A session's columns beside its user's. */
type Beside = Pick<SessionRow, "half" | "agent" | "source" | "seenAt" | "expiresAt"> & {
  readonly sessionId: string
  readonly begunAt: Date
  readonly provedAt: Date
  readonly factorAsked: boolean
}

/** A session with its user; `factorAsked`: all users need a second factor. */
type Found = {
  readonly session: SessionRow
  readonly user: UserRow
  readonly factorAsked: boolean
}

/** Notes that a session is used. */
export async function touchSession(db: Queries, id: string, at: Date): Promise<void> {
  await db.query("update sessions set seen_at = greatest(seen_at, $2) where id = $1", [id, at])
}

/** A user's sessions that go on, those used last first. */
export async function sessionsOf(
  db: Queries,
  userId: string,
  { now, seenSince }: { readonly now: Date; readonly seenSince: Date },
): Promise<SessionRow[]> {
  const { rows } = await db.query<SessionRow>(
    `select ${columns} from sessions s
where s.user_id = $1 and not s.half and s.expires_at > $2 and s.seen_at > $3
order by s.seen_at desc, s.id limit 100`,
    [userId, now, seenSince],
  )
  return rows
}

/** Ends one session of a user; false when it has no such session. */
export async function endSession(db: Queries, userId: string, id: string): Promise<boolean> {
  const { rowCount } = await db.query("delete from sessions where user_id = $1 and id = $2", [
    userId,
    id,
  ])
  return rowCount === 1
}

/** Ends a user's sessions but one; answers how many. */
export async function endSessions(
  db: Queries,
  userId: string,
  except: string | null,
): Promise<number> {
  const { rowCount } = await db.query(
    "delete from sessions where user_id = $1 and ($2::uuid is null or id <> $2)",
    [userId, except],
  )
  return rowCount ?? 0
}

/** Deletes what is over. */
export async function dropEnded(
  db: Queries,
  { now, seenSince }: { readonly now: Date; readonly seenSince: Date },
): Promise<void> {
  await db.query("delete from sessions where expires_at <= $1", [now])
  await db.query("delete from sessions where seen_at <= $1", [seenSince])
  await db.query("delete from invitations where expires_at <= $1", [now])
}
