/** Lists: a promise of the first page, and all items or pages one after the other. */
import { CaudalError } from "./error.ts"
import type { Request } from "./request.ts"

/** A page of a list, whatever else it holds. */
export type PageBody<T> = {
  readonly data: readonly T[]
  readonly has_more: boolean
  readonly next_cursor: string | null
}

/** A page of a plain list. */
export type Page<T> = PageBody<T> & { readonly object: "list" }

/**
 * A list that is being read. Await it for the first page; `for await` gives every item, and asks
 * for the next page when the items of one are used up.
 */
export type Pages<T, P extends PageBody<T> = Page<T>> = Promise<P> &
  AsyncIterable<T> & {
    /** Page after page. */
    byPage(): AsyncGenerator<P, void, undefined>
    /** At most `max` items as an array. */
    toArray(max: number): Promise<T[]>
  }

/** Starts to read a list. */
export function pagesOf<T, P extends PageBody<T>>(
  read: (request: Request) => Promise<P>,
  request: Request,
): Pages<T, P> {
  const first = read(request)

  async function* byPage(): AsyncGenerator<P, void, undefined> {
    let page = await first
    for (;;) {
      yield page
      const cursor = page.next_cursor
      if (!page.has_more || cursor === null) return
      page = await read({ ...request, query: next(request.query, cursor) })
      if (page.next_cursor === cursor) {
        const message = "the list goes round in circles: a page names itself as the next"
        throw new CaudalError({ code: "answer_unreadable", message })
      }
    }
  }

  async function* items(): AsyncGenerator<T, void, undefined> {
    for await (const page of byPage()) yield* page.data
  }

  async function toArray(max: number): Promise<T[]> {
    const found: T[] = []
    if (max < 1) return found
    for await (const item of items()) {
      found.push(item)
      if (found.length >= max) break
    }
    return found
  }

  return Object.assign(first, { [Symbol.asyncIterator]: items, byPage, toArray })
}

/** What asks for the next page. A list that is read oldest first goes on after where it is. */
function next(query: Query = {}, cursor: string): Query {
  const { after, since, ...rest } = query
  return after === undefined && since === undefined
    ? { ...rest, cursor }
    : { ...rest, after: cursor }
}

type Query = { readonly after?: string; readonly cursor?: string; readonly since?: string }
