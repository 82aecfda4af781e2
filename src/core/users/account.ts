/** What users change about themselves: password, second factor, language; and what binds all. */
import { outside } from "../../clock.ts"
import { append } from "../audit/audited.ts"
import { type Actor, type Change, differences } from "../audit/entry.ts"
import { hashSecret } from "../seal.ts"
import { SEALED } from "../store/sealed.ts"
import type { Caller, makeEntry } from "./entry.ts"
import { passwordFlaw } from "./password-rule.ts"
import { type UserParts, type UserProblem, userOf, type Wrong } from "./people.ts"
import * as sessions from "./store/sessions.ts"
import * as store from "./store.ts"
import { base32, otpAddress, SECRET_BYTES, stepOf } from "./totp.ts"
import type { User, UserLanguage } from "./user.ts"

const RECOVERY_CODES = 10
/** 80 bits each, written in four groups. */
const RECOVERY_BYTES = 10
const ISSUER = "Caudal"

/** A secret for an app, until its first code is right. */
export type TotpDraft = { readonly secret: string; readonly address: string }

const PROBLEMS = { wrong: "password_wrong", wait: "too_many", busy: "busy" } as const

/** Makes the verbs; `entry` counts the failures of whoever has to prove itself again. */
export function makeAccount(parts: UserParts, entry: ReturnType<typeof makeEntry>) {
  const { clock, database, ids, keyring, passwords } = parts

  /** Changes the password of somebody who knows it; all other sessions end. */
  async function changePassword(
    { user, session }: { readonly user: User; readonly session: { readonly id: string } },
    { old, next }: { readonly old: string; readonly next: string },
    caller: Caller,
  ): Promise<Wrong | null> {
    const flaw = passwordFlaw(next, [user.email, user.name])
    if (flaw) return { wrong: `password_${flaw}` }
    const row = await store.findUser(database, user.id)
    if (!row) return { wrong: "not_there" }
    const suspects = entry.suspectsOf(row.emailLookup, caller.ip)
    const proved = await entry.guarded(suspects, async () =>
      (await passwords.verifyPassword(old, row.password)) ? ({ kind: "right" } as const) : null,
    )
    if (proved.kind !== "right") return { wrong: PROBLEMS[proved.kind] }
    const hashed = await passwords.hashPassword(next)
    return inRow(user.id, {}, "user.password", async (tx, now) => {
      // Somebody who changed it meanwhile has ended this session.
      if (now.password !== row.password) return { wrong: "changed_meanwhile" }
      await sessions.endSessions(tx, user.id, session.id)
      return { ...now, password: hashed }
    })
  }

  /** Makes a secret and keeps it aside, until `confirmTotp` proves that an app has it. */
  async function beginTotp(user: User): Promise<TotpDraft | Wrong> {
    const secret = ids.bytes(SECRET_BYTES)
    const begun = await inRow(user.id, null, null, async (_tx, row) => ({
      ...row,
      totpDraftSealed: keyring.seal(secret, SEALED.totp),
    }))
    return begun ?? draftOf(user, secret)
  }

  /** The secret that is kept aside; null when there is none. */
  async function totpDraft(user: User): Promise<TotpDraft | null> {
    const row = await store.findUser(database, user.id)
    if (!row?.totpDraftSealed) return null
    return draftOf(user, keyring.unseal(row.totpDraftSealed, SEALED.totp))
  }

  /** Takes the secret into use, and answers the codes for its loss: shown once. */
  async function confirmTotp(user: User, code: string): Promise<readonly string[] | Wrong> {
    const codes = Array.from({ length: RECOVERY_CODES }, () => base32(ids.bytes(RECOVERY_BYTES)))
    const on = { secondFactor: { old: user.secondFactor, new: true } }
    const flaw = await inRow(user.id, on, "user.second-factor", async (_tx, row) => {
      if (row.totpDraftSealed === null) return { wrong: "changed_meanwhile" }
      const secret = keyring.unseal(row.totpDraftSealed, SEALED.totp)
      const step = stepOf(secret, code, outside(clock))
      if (step === null) return { wrong: "code_wrong" }
      const recovery = codes.map((each) => hashSecret(`${row.id} ${each.toLowerCase()}`))
      const totp = { totpSealed: row.totpDraftSealed, totpDraftSealed: null, totpStep: step }
      return { ...row, ...totp, recovery }
    })
    return flaw ?? codes.map((each) => each.toLowerCase().replace(/.{4}(?=.)/g, "$&-"))
  }

  /** Signs in without a second factor from now on, where the rules allow that. */
  async function dropTotp(user: User): Promise<Wrong | null> {
    if ((await store.readRules(database)).secondFactor) return { wrong: "factor_required" }
    const off = { secondFactor: { old: true, new: false } }
    return inRow(user.id, off, "user.second-factor", async (_tx, row) => ({
      ...row,
      totpSealed: null,
      totpDraftSealed: null,
      recovery: [],
    }))
  }

  /** The language that the console speaks to a user. It is nothing that an audit would ask for. */
  async function speak(user: User, language: UserLanguage): Promise<void> {
    await inRow(user.id, null, null, async (_tx, row) => ({ ...row, language }))
  }

  /** What binds all users; `revision` is what the change was made from. */
  async function setRules(rules: store.Rules): Promise<Wrong | null> {
    return database.transaction(async (tx) => {
      const before = await store.readRules(tx)
      if (!(await store.writeRules(tx, rules))) return { wrong: "changed_meanwhile" }
      const change = differences(
        { secondFactor: before.secondFactor },
        { secondFactor: rules.secondFactor },
      )
      const about = { action: "console.set", merchantId: null, subject: null } as const
      await append(tx, parts, { ...about, outcome: "done", change })
      return null
    })
  }

  /** Ends the sessions of a user, as an owner or the user itself; written down. */
  async function signOutAll(user: User, except: string | null): Promise<number> {
    return database.transaction(async (tx) => {
      const ended = await sessions.endSessions(tx, user.id, except)
      const change = { sessions: { old: null, new: ended } }
      const about = { action: "user.sign-out", merchantId: user.merchantId } as const
      await append(tx, parts, { ...about, subject: user.id, outcome: "done", change })
      return ended
    })
  }

  /** Writes a user's row as `work` makes it of the one that is there, and the audit log's. */
  function inRow(
    id: string,
    change: Change | null,
    action: "user.password" | "user.second-factor" | null,
    work: (
      tx: Parameters<Parameters<typeof database.transaction>[0]>[0],
      row: store.UserRow,
    ) => Promise<store.UserRow | { readonly wrong: UserProblem }>,
  ): Promise<Wrong | null> {
    return database.transaction(async (tx) => {
      const row = await store.lockUser(tx, id)
      if (!row || row.disabledAt !== null) return { wrong: "not_there" }
      const next = await work(tx, row)
      if ("wrong" in next) return next
      await store.updateUser(tx, next)
      if (action === null) return null
      const by: Actor = { kind: "console", name: row.name, id }
      const { merchantId } = row
      const entry = { action, merchantId, subject: id, outcome: "done" } as const
      await append(tx, { ...parts, by }, { ...entry, change: change ?? {} })
      return null
    })
  }

  function draftOf(user: User, secret: Buffer): TotpDraft {
    return { secret: base32(secret), address: otpAddress(secret, ISSUER, user.email) }
  }

  return {
    changePassword,
    beginTotp,
    totpDraft,
    confirmTotp,
    dropTotp,
    speak,
    rules: () => store.readRules(database),
    setRules,
    signOutAll,
    /** How many codes for the loss of the second factor are left. */
    async recoveryLeft(user: User): Promise<number> {
      return (await store.findUser(database, user.id))?.recovery.length ?? 0
    },
    /** A user as it is now. */
    async again(id: string): Promise<User | null> {
      const row = await store.findUser(database, id)
      return row && userOf(row, keyring)
    },
  }
}
