/** The ids that earlier answers of a sequence gave, by what they name and whose they are. */
import type { Random } from "./random.ts"

export type Known = { readonly id: string; readonly owner: string }

export type Pool = {
  /** Keeps every id of an answer. `collection` is what the path's own ids name. */
  learn(answer: unknown, collection: string, owner: string): void
  /** An id of one of these kinds; null while there is none. */
  draw(random: Random, kinds: readonly string[]): Known | null
  /** Every id of a kind that is still known. */
  all(kind: string): readonly Known[]
  /** Whose an id is; null for one that no answer gave. */
  ownerOf(id: string): string | null
}

/** Enough to choose from; a sequence makes some dozen. */
const KNOWN_MAX = 40
const ID = /^(?:[a-z]{2,3}_[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/
const CURSOR = /^(?:cursor|next_cursor)$/
/** Not ids of things: they name the answer itself. */
const TRACES = new Set(["tx", "mainTx", "main_tx", "request_id"])
/** Lists whose items are what the path is about. */
const ITEMS = new Set(["data", "items"])

/** Makes an empty pool. */
export function makePool(): Pool {
  const byKind = new Map<string, Known[]>()
  const owners = new Map<string, string>()

  function keep(kind: string, id: string, owner: string): void {
    const list = byKind.get(kind) ?? []
    byKind.set(kind, list)
    if (list.some((known) => known.id === id)) return
    list.push({ id, owner })
    if (list.length > KNOWN_MAX) list.shift()
    if (!owners.has(plain(id))) owners.set(plain(id), owner)
  }

  function learn(answer: unknown, collection: string, owner: string): void {
    if (typeof answer !== "object" || answer === null) return
    for (const [name, value] of Object.entries(answer)) {
      if (typeof value === "string") {
        if (CURSOR.test(name)) keep("cursor", value, owner)
        else if (ID.test(value) && !TRACES.has(name))
          keep(name === "id" ? collection : name, value, owner)
      } else if (Array.isArray(value)) {
        for (const each of value) learn(each, ITEMS.has(name) ? collection : name, owner)
      } else learn(value, name, owner)
    }
  }

  return {
    learn,
    draw(random, kinds) {
      const known = kinds.flatMap((kind) => byKind.get(kind) ?? [])
      return known.length === 0 ? null : random.pick(known)
    },
    all: (kind) => byKind.get(kind) ?? [],
    ownerOf: (id) => owners.get(plain(id)) ?? null,
  }
}

/** An id without what one of the dialects writes around it. */
export function plain(id: string): string {
  return id.replace(/^[a-z]{2,3}_/, "").replaceAll("-", "")
}
