/** Whose keys a page is about: a merchant's in its dialects, or operators'. */
import {
  type Credential,
  type DialectName,
  type KeyFlaw,
  type KeyTerms,
  newOperatorKey,
  type OperatorKey,
} from "../../core/index.ts"
import { merchantOf } from "../chosen.ts"
import { NotThere, type Permission, type Visit } from "../site.ts"
import { DIALECTS } from "../terms.ts"

/** What is made, replaced and ended together, as lists show it. */
export type Listed = {
  readonly id: string
  /** Null for an operator's. */
  readonly dialect: DialectName | null
  readonly name: string | null
  /** What its holder recognises it by: user names, public keys, the end of a secret. */
  readonly knownBy: readonly string[]
  readonly scopes: readonly string[] | null
  readonly createdAt: Date
  readonly expiresAt: Date | null
  readonly lastUsedAt: Date | null
  readonly revokedAt: Date | null
  readonly rolledTo: string | null
}

/** New credentials in the clear: shown once. */
export type Made = {
  readonly shown: Readonly<Record<string, string>>
  readonly baseUrl: string
  readonly curl: string | null
}

type Wrong = { readonly wrong: KeyFlaw }
type Overlap = {
  readonly overlapSeconds: number
  readonly expiresAt?: Date | null | undefined
  /** Made once with the form, so that sending it twice makes one key. */
  readonly once: string
}

export type Holder = {
  /** Where its pages are, below the console. */
  readonly base: "/keys" | "/keys/operators"
  /** What changing needs; `see` reads. */
  readonly permission: Permission
  list(visit: Visit): Promise<readonly Listed[]>
  make(
    visit: Visit,
    asked: {
      readonly dialect: DialectName | null
      readonly terms: KeyTerms
      readonly once: string
    },
  ): Promise<Made | Wrong>
  roll(visit: Visit, old: Listed, how: Overlap): Promise<Made | Wrong>
  /** Whether it was in use until now. */
  revoke(visit: Visit, id: string): Promise<boolean>
}

export const merchantKeys: Holder = {
  base: "/keys",
  permission: "keys",
  async list(visit) {
    const all = await visit.core.merchants.credentials(merchantOf(visit).id)
    return [...Map.groupBy(all, ({ issueId }) => issueId).values()].map(issueOf)
  },
  async make(visit, { dialect, terms, once }) {
    const { id } = merchantOf(visit)
    const made = await newSecrets(visit, dialect!)
    const how = { ...terms, issueId: once }
    const stored = await visit.core.merchants.issueKeys(id, dialect!, made.secrets, how)
    return "wrong" in stored ? stored : made
  },
  async roll(visit, { dialect, id }, { once, ...how }) {
    const made = await newSecrets(visit, dialect!)
    const { rollKeys } = visit.core.merchants
    const whose = merchantOf(visit).id
    const stored = await rollKeys(whose, id, made.secrets, { ...how, issueId: once })
    return "wrong" in stored ? stored : made
  },
  async revoke(visit, id) {
    const ended = await visit.core.merchants.revokeIssue(merchantOf(visit).id, id)
    if (ended === null) throw new NotThere("no such key")
    return ended
  },
}

export const operatorKeys: Holder = {
  base: "/keys/operators",
  permission: "operate",
  list: async ({ core }) => (await core.operators.list()).map(ofOperator),
  async make({ core }, { terms, once }) {
    const key = newOperatorKey(core.ids)
    const { name, ...rest } = terms
    const added = await core.operators.add(name ?? "", key, { ...rest, id: once })
    if (added.isNew) return operatorMade(core.publicUrl, key)
    return { wrong: { code: "repeated", field: null, message: "" } }
  },
  async roll({ core }, { id }, { once, ...how }) {
    const key = newOperatorKey(core.ids)
    const rolled = await core.operators.roll(id, key, { ...how, id: once })
    return "wrong" in rolled ? rolled : operatorMade(core.publicUrl, key)
  },
  async revoke({ core }, id) {
    const ended = await core.operators.revoke(id)
    if (ended === null) throw new NotThere("no such key")
    return ended
  },
}

/** The dialects in which a key may be made: only who runs the gateway agrees new terms. */
export async function dialectsFor(
  visit: Visit,
): Promise<readonly { readonly name: DialectName; readonly isNew: boolean }[]> {
  const { id } = merchantOf(visit)
  const all = await Promise.all(
    visit.core.doors.map(async ({ name }) => {
      const isNew = (await visit.core.merchants.terms(id, name)) === null
      return { name, isNew }
    }),
  )
  return all
    .filter(({ isNew }) => !isNew || visit.can("operate"))
    .sort((a, b) => DIALECTS[a.name].localeCompare(DIALECTS[b.name]))
}

async function newSecrets(visit: Visit, dialect: DialectName) {
  const { core } = visit
  const { id, name: merchantName } = merchantOf(visit)
  const door = core.doors.find(({ name }) => name === dialect)
  if (!door) throw new NotThere("no such dialect")
  const known = await core.merchants.signingKey(id, dialect)
  if (known === null && !visit.can("operate")) throw new NotThere("no such terms")
  const signingKey = known ?? (await core.merchants.agree(id, dialect))
  const { secrets, shown } = door.issue(core.ids, { merchantName, signingKey })
  const baseUrl = core.publicUrl + door.basePath
  return { secrets, shown, baseUrl, curl: door.curl(baseUrl, shown) }
}

function operatorMade(publicUrl: string, operatorKey: string): Made {
  return { shown: { operatorKey }, baseUrl: `${publicUrl}/v1/operator`, curl: null }
}

function issueOf(all: readonly Credential[]): Listed {
  const [first] = all
  const { issueId, dialect, name, scopes, createdAt, expiresAt } = first!
  const used = all.flatMap(({ lastUsedAt }) => lastUsedAt ?? [])
  const inUse = all.filter(({ revokedAt }) => revokedAt === null)
  return {
    id: issueId,
    dialect,
    name,
    knownBy: all.flatMap(({ hint, kind, lookup }) => [
      ...(kind === "key" ? [] : [lookup]),
      ...(hint === null ? [] : [`…${hint}`]),
    ]),
    scopes,
    createdAt,
    expiresAt,
    lastUsedAt: used.reduce<Date | null>((last, each) => (last && last > each ? last : each), null),
    // Ended is what is ended whole: one of several may have been revoked by itself.
    revokedAt: inUse.length === 0 ? first!.revokedAt : null,
    rolledTo: first!.rolledTo,
  }
}

function ofOperator({ hint, ...key }: OperatorKey): Listed {
  return { ...key, dialect: null, knownBy: hint === null ? [] : [`…${hint}`] }
}
