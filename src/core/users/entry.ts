/** How a user signs in and out: at the same price whether it exists, under limits of all nodes. */
import { setTimeout as sleep } from "node:timers/promises"
import { outside } from "../../clock.ts"
import { addressName, isCounted } from "../limits/address.ts"
import type { Patience, Suspect } from "../limits/failures.ts"
import { makeNamedTurns } from "../limits/turns.ts"
import { PasswordsBusy } from "../password.ts"
import { hashSecret } from "../seal.ts"
import { SEALED } from "../store/sealed.ts"
import { emailLookup, type UserParts, userOf } from "./people.ts"
import * as sessions from "./store/sessions.ts"
import * as store from "./store.ts"
import { stepOf } from "./totp.ts"
import type { User } from "./user.ts"

/** One user from one address: somebody whose fingers slip, or a guesser. */
const FOR_USER: Patience = { free: 5, most: 15, stops: true, wearOffMs: 30_000 }
/** An address may be a whole office's. */
const FOR_ADDRESS: Patience = { free: 20, most: 60, stops: true, wearOffMs: 10_000 }
/** A user from anywhere is slowed down, never locked out: strangers could do that for ever. */
const FROM_ANYWHERE: Patience = { free: 15, most: 60, stops: false, wearOffMs: 10_000 }
/** Codes have six digits: whoever knows the password must not get to try many, from wherever. */
const FOR_CODE: Patience = { free: 3, most: 8, stops: true, wearOffMs: 300_000 }

/** Nobody worked there for half a day. */
export const IDLE_MS = 12 * 3_600_000
/** The longest anybody stays signed in. */
export const SESSION_MS = 7 * 24 * 3_600_000
/** Between password and second factor. */
const HALF_MS = 10 * 60_000
/** A session's last use is written this seldom: reading a page must not be a write. */
const TOUCH_MS = 60_000
const TOKEN_BYTES = 32
const AGENT_MAX = 80

/** Who asks, for limits and for the list of sessions. */
export type Caller = { readonly ip: string; readonly agent: string }

export type Entered =
  /** `half`: the second factor is still to come. */
  | { readonly kind: "in" | "half"; readonly token: string; readonly user: User }
  | { readonly kind: "wrong" | "wait" | "busy" }

/** A session as its user sees it. */
export type Session = Omit<sessions.SessionRow, "lookup">

/** Who a cookie stands for. */
export type SignedIn = {
  readonly session: Session
  readonly user: User
  /** Whether all users need a second factor, this one included. */
  readonly factorAsked: boolean
}

/** Makes the verbs of signing in. */
export function makeEntry(parts: UserParts & { readonly mode: "sandbox" | "live" }) {
  const { clock, database, ids, keyring, limits, passwords } = parts
  const inTurn = makeNamedTurns()

  /** Checks address and password. What is wrong about them isn't told. */
  async function signIn(email: string, password: string, caller: Caller): Promise<Entered> {
    const lookup = emailLookup(email)
    return guarded(suspectsOf(lookup, caller.ip), async () => {
      const row = await store.findByEmail(database, lookup)
      const usable = row?.disabledAt === null ? row.password : null
      const right = await passwords.verifyPassword(password, usable)
      if (!right || row === null) return null
      const half = row.totpSealed !== null
      const token = await open(row, caller, half)
      return { kind: half ? ("half" as const) : ("in" as const), token, user: seen(row) }
    })
  }

  /** Checks the second factor: a code of the app, or one of those kept for its loss. */
  async function giveCode(token: string, code: string, caller: Caller): Promise<Entered> {
    const found = await sessions.findSession(database, hashSecret(token), times())
    if (!found?.session.half) return { kind: "wrong" }
    const { session, user } = found
    const suspects = [
      { name: `console-code|${user.id}`, patience: FOR_CODE },
      ...addressSuspects(caller.ip),
    ]
    return guarded(suspects, async () => {
      if (!(await isRight(user, code))) return null
      await sessions.endSession(database, user.id, session.id)
      return { kind: "in" as const, token: await open(user, caller, false), user: seen(user) }
    })
  }

  /** Whether a code is this user's, and wasn't taken before. */
  async function isRight(user: store.UserRow, code: string): Promise<boolean> {
    if (user.totpSealed === null) return false
    const secret = keyring.unseal(user.totpSealed, SEALED.totp)
    const step = stepOf(secret, code, outside(clock))
    if (step !== null) return store.takeStep(database, user.id, step)
    const plain = code.toLowerCase().replace(/[^a-z0-9]/g, "")
    return store.takeRecovery(database, user.id, hashSecret(`${user.id} ${plain}`))
  }

  /**
   * Does what may fail under the limits of these suspects: waits as long as earlier failures ask
   * for, counts one more where it answers null, forgets those of the first where it doesn't.
   */
  async function guarded<Done>(
    suspects: readonly Suspect[],
    work: () => Promise<Done | null>,
  ): Promise<Done | { readonly kind: "wrong" | "wait" | "busy" }> {
    const { failures } = limits
    const waitMs = await failures.waitMs(suspects)
    if (waitMs === null) return { kind: "wait" }
    if (waitMs > 0) await sleep(waitMs)
    return inTurn(suspects[0]!.name, async () => {
      if ((await failures.waitMs(suspects)) === null) return { kind: "wait" as const }
      try {
        const done = await work()
        if (done === null) await failures.failed(suspects)
        else await failures.succeeded(suspects.slice(0, 1))
        return done ?? { kind: "wrong" as const }
      } catch (error) {
        if (error instanceof PasswordsBusy) return { kind: "busy" as const }
        throw error
      }
    })
  }

  function suspectsOf(lookup: string, ip: string): readonly Suspect[] {
    return [
      { name: `console|${addressName(ip)}|${lookup}`, patience: FOR_USER },
      ...addressSuspects(ip),
      { name: `console|anywhere|${lookup}`, patience: FROM_ANYWHERE },
    ]
  }

  /** A sandbox's own machine is where its tests sign in all the time: it isn't counted. */
  function addressSuspects(ip: string): readonly Suspect[] {
    if (!isCounted(parts.mode, ip)) return []
    return [{ name: `console|${addressName(ip)}`, patience: FOR_ADDRESS }]
  }

  async function open(user: store.UserRow, caller: Caller, half: boolean): Promise<string> {
    const token = ids.bytes(TOKEN_BYTES).toString("base64url")
    const now = outside(clock)
    const lastsMs = half ? HALF_MS : SESSION_MS
    await sessions.dropEnded(database, times())
    await sessions.insertSession(database, {
      id: ids.next(),
      lookup: hashSecret(token),
      userId: user.id,
      half,
      agent: caller.agent.slice(0, AGENT_MAX),
      source: limits.sourceOf(caller.ip),
      createdAt: now,
      signedInAt: now,
      seenAt: now,
      expiresAt: new Date(now.getTime() + lastsMs),
    })
    if (!half) await store.noteSignIn(database, user.id, now)
    return token
  }

  /**
   * Who a cookie stands for, also between password and second factor; null for nobody. Unless
   * somebody uses it, as a page that keeps itself up to date doesn't, the session grows idle.
   */
  async function read(token: string, isUse = true): Promise<SignedIn | null> {
    const found = await sessions.findSession(database, hashSecret(token), times())
    if (!found) return null
    const now = outside(clock)
    const { lookup: _, ...session } = found.session
    if (isUse && now.getTime() - session.seenAt.getTime() > TOUCH_MS) {
      await sessions.touchSession(database, session.id, now)
    }
    return { session, user: seen(found.user), factorAsked: found.factorAsked }
  }

  function times() {
    const now = outside(clock)
    return { now, seenSince: new Date(now.getTime() - IDLE_MS) }
  }

  function seen(row: store.UserRow): User {
    return userOf(row, keyring)
  }

  return {
    signIn,
    giveCode,
    read,
    /** For verbs that ask for a password or a code once more. */
    guarded,
    suspectsOf,
    /** Ends the session of a cookie. */
    async signOut(token: string): Promise<void> {
      const found = await sessions.findSession(database, hashSecret(token), times())
      if (found) await sessions.endSession(database, found.user.id, found.session.id)
    },
    sessions: async (userId: string): Promise<readonly Session[]> =>
      (await sessions.sessionsOf(database, userId, times())).map(({ lookup: _, ...each }) => each),
    /** Ends one session of a user; false when it has no such one. */
    endSession: (userId: string, id: string) => sessions.endSession(database, userId, id),
    /** Ends a user's sessions but this one; answers how many. */
    endOthers: (userId: string, except: string | null) =>
      sessions.endSessions(database, userId, except),
  }
}
