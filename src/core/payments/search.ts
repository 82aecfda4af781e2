/** Looks for payments: by what indexes name at once, and for the rest newest first, in pieces. */
import type { Clock, Ids } from "../../clock.ts"
import type { Database } from "../../db/database.ts"
import { makeWhoIs } from "../customers/search.ts"
import { LAST_ID, PAGE_MAX } from "../page.ts"
import type { Rail } from "../rail.ts"
import { firstIdAt, timeOfId } from "../retention/months.ts"
import type { Keyring } from "../seal.ts"
import { fold, foldNumber, waysToWrite } from "../search-words.ts"
import { openPurpose } from "../store/sealed.ts"
import type { Payment } from "./payment.ts"
import { orderOf } from "./prepare.ts"
import { type Meant, type Personal, readSearch } from "./search-text.ts"
import * as store from "./store/search.ts"
import { attemptsOfMany } from "./store.ts"

export type SearchParts = {
  readonly database: Database
  readonly clock: Clock
  readonly ids: Ids
  readonly keyring: Keyring
  readonly rails: ReadonlyMap<string, Rail>
  /** For tests: how many payments are looked at, piece by piece. */
  readonly pieces?: readonly number[]
}

/**
 * What is looked for. `text` is read as an id, a reference, a transaction or address on a chain, an
 * amount, a payer's e-mail, document, number or name, and as a part of a reference or description.
 */
export type Search = store.SearchFilter & { readonly text?: string | undefined }

/** `after` is the `cursor` of the page before. */
export type SearchPage = { readonly limit: number; readonly after: string | null }

export type SearchFound = {
  /**
   * What the text names exactly, newest first; behind those whatever else fits, newest first. There
   * may be fewer than asked for, or none, though there are more: `cursor` says so.
   */
  readonly items: readonly Payment[]
  readonly cursor: string | null
  /** Down to which instant all payments were looked at; null when that is all of them. */
  readonly lookedBackTo: Date | null
}

/** How many are looked at, one piece after the other: what is new is found without reading more. */
const PIECES = [2_000, 8_000, 40_000]
/** The same where something was named exactly: that is mostly what was looked for. */
const PIECES_BESIDE = [2_000]
/** Payments whose sealed part is opened for one page: about 50 ms of a node's time. */
const OPENED_MAX = 5_000
const OPENED_AT_ONCE = 500
/** An id is made before its payment: it waited for its turn, or its node's clock was behind. */
const SLACK_MS = 600_000
/** A cursor: the last payment that was looked at, and whether it was among the named ones. */
const CURSOR = /^(named\.)?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/
const NAMED = "named."

const NOTHING: SearchFound = { items: [], cursor: null, lookedBackTo: null }

/** Whether a text can be the cursor of a search. */
export function isSearchCursor(text: string): boolean {
  return CURSOR.test(text)
}

/** A node's searches that look through payments at once; others wait for their turn. */
const AT_ONCE = 3

/** What is looked through, and how. */
type Looking = {
  readonly asked: store.Asked
  readonly sealed: Personal | null
  readonly limit: number
  readonly pieces: readonly number[]
}

/** Makes the search of one node. A text that can't be looked for finds nothing. */
export function makeSearch(parts: SearchParts) {
  const { clock, database, keyring, pieces: all = PIECES } = parts
  const whoIs = makeWhoIs(database, keyring)
  const inTurn = makeTurns(AT_ONCE)

  return async function search(filter: Search, page: SearchPage): Promise<SearchFound> {
    const limit = Math.min(page.limit, PAGE_MAX)
    const [, inNamed, id = null] = CURSOR.exec(page.after ?? "") ?? []
    const meant = filter.text === undefined ? null : readSearch(filter.text)
    if (meant === null) {
      return filter.text === undefined ? through(filter, null, null, limit, id) : NOTHING
    }
    const named = await namedBy(filter, meant)
    if (id !== null && !inNamed) return through(filter, meant, named, limit, id)
    const exact = await store.listNamed(database, filter, named, { limit: limit + 1, before: id })
    const items = exact.slice(0, limit)
    const last = items.at(-1)
    if (exact.length > limit && last) {
      return { items, cursor: NAMED + last.id, lookedBackTo: clock.now() }
    }
    const pieces = last ? PIECES_BESIDE : all
    const rest = await through(filter, meant, named, limit - items.length, null, pieces)
    return { ...rest, items: [...items, ...rest.items] }
  }

  /** Whom and what a text names by an index. */
  async function namedBy({ merchantId }: Search, meant: Meant): Promise<store.Named> {
    const [paymentIds, customerIds] = await Promise.all([
      store.paymentsNamed(database, meant, [...parts.rails.keys()]),
      meant.personal === null ? [] : whoIs(merchantId, meant.exact),
    ])
    return {
      paymentIds,
      customerIds: meant.id === null ? customerIds : [meant.id],
      instrumentId: meant.id,
      reference: meant.exact,
    }
  }

  /** Looks through payments newest first, as far as one page goes. */
  function through(
    filter: Search,
    meant: Meant | null,
    named: store.Named | null,
    limit: number,
    before: string | null,
    pieces = all,
  ): Promise<SearchFound> | SearchFound {
    // An id names what it names: there is nothing to look through.
    if (meant !== null && meant.part === null) return NOTHING
    const sealed = meant?.personal ?? null
    const range = rangeOf(parts, filter)
    const asked = { filter, range, meant, named, sealed: sealed !== null }
    return inTurn(() => look({ asked, sealed, limit, pieces }, before ?? LAST_ID))
  }

  async function look(looking: Looking, from: string): Promise<SearchFound> {
    const { asked, sealed, limit, pieces } = looking
    const items: Payment[] = []
    let at = { before: from, lookedBackTo: clock.now() }
    let opened = 0
    const soFar = () => ({ items, cursor: at.before, lookedBackTo: at.lookedBackTo })
    for (const size of pieces) {
      for (let rows = size; rows > 0; ) {
        const most = sealed ? OPENED_AT_ONCE : limit + 1 - items.length
        const piece = { before: at.before, rows, limit: most }
        const seen = await store.lookThrough(database, asked, piece)
        const fitting = await fittingOf(seen, sealed)
        for (const { place: _place, fits: _fits, opens: _opens, ...payment } of seen) {
          if (fitting.has(payment.id)) {
            if (items.length === limit) return soFar()
            items.push(payment)
          }
          at = { before: payment.id, lookedBackTo: payment.createdAt }
        }
        const place = seen.at(-1)?.place ?? 0
        // Fewer than asked for, and not the last one of the piece: there are no more.
        if (seen.length < most && place < rows) return { items, cursor: null, lookedBackTo: null }
        rows -= place
        opened += sealed ? seen.length : 0
        if (opened >= OPENED_MAX) return soFar()
      }
    }
    return soFar()
  }

  /** Those that fit, after what is sealed beside them was opened. */
  async function fittingOf(
    seen: readonly store.LookedAt[],
    sealed: Personal | null,
  ): Promise<Set<string>> {
    const fitting = new Set(seen.filter(({ fits }) => fits).map(({ id }) => id))
    const closed = sealed === null ? [] : seen.filter(({ fits, opens }) => opens && !fits)
    if (sealed === null || closed.length === 0) return fitting
    const recharges = closed.filter(({ kind }) => kind === "recharge").map(({ id }) => id)
    const tries = sealed.kind === "number" ? await attemptsOfMany(database, recharges) : []
    const triesOf = Map.groupBy(tries, ({ paymentId }) => paymentId)
    for (const { id, purpose } of closed) {
      const said = [
        "personal" in purpose ? readable(() => openPurpose(purpose, keyring)) : null,
        ...(triesOf.get(id) ?? []).map((each) =>
          readable(() => orderOf(each, keyring).target.identifier),
        ),
      ]
      if (said.some((each) => says(each, sealed))) fitting.add(id)
    }
    return fitting
  }
}

/** Lets so many run at once, the others in the order in which they came. */
function makeTurns(most: number) {
  const waiting: (() => void)[] = []
  let running = 0
  return async <Answer>(work: () => Promise<Answer>): Promise<Answer> => {
    if (running >= most) await new Promise<void>((resolve) => waiting.push(resolve))
    else running += 1
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      if (next) next()
      else running -= 1
    }
  }
}

/** What is sealed for a key that isn't given says nothing. */
function readable<Content>(open: () => Content): Content | null {
  try {
    return open()
  } catch {
    return null
  }
}

/** Whether some text within a value is the number, or has the words in it. */
function says(value: unknown, sealed: Personal): boolean {
  if (typeof value === "object" && value !== null) {
    return Object.values(value).some((each) => says(each, sealed))
  }
  if (typeof value !== "string") return false
  if (sealed.kind === "words") return fold(value).includes(sealed.part)
  const number = foldNumber(value)
  if (number === null) return false
  const asked = waysToWrite(sealed.number)
  return waysToWrite(number).some((way) => asked.includes(way))
}

/**
 * Between which ids the payments of a time are. Ids rise with their clock, which may be another
 * than the payments' (a sandbox's is moved): as far as the two are apart now, and some more.
 */
function rangeOf({ clock, ids }: SearchParts, { from, to }: Search): store.IdRange {
  const apartMs = timeOfId(ids.next()).getTime() - clock.now().getTime()
  const idAt = (at: Date, ms: number) => firstIdAt(new Date(Math.max(0, at.getTime() + ms)))
  return {
    first: from ? idAt(from, Math.min(0, apartMs) - SLACK_MS) : null,
    end: to ? idAt(to, Math.max(0, apartMs) + SLACK_MS) : null,
  }
}
