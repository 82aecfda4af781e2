/**
 * Presumes that what a batch adds is new, so that it is one round trip instead of two.
 *
 * A create names a reference or a key that hardly ever was there before, and the unique indexes
 * prove it as they are written. So a batch that only adds rows is decided at once, as if nothing of
 * it were known, and the database refuses it as a whole if something was, or if what was agreed
 * with a merchant has changed since it was read. It is loaded and decided anew then.
 */
import { begin, type Call } from "../db/database.ts"
import { type Draft, type Needs, referenceKey } from "./draft.ts"
import { type Agreements, recall } from "./store/load-merchants.ts"

/** Of what a create needs: all else has to be read, and most of it locked. */
const NEW: ReadonlySet<string> = new Set<keyof Needs>(["merchants", "references", "answers"])
/** After one that was wrong: where a client repeats itself it does so for a while. */
const CAREFUL_BATCHES = 64
/** What `expect_revisions` raises. */
const CHANGED = "CA001"
const TAKEN = "23505"

export type Presumption = {
  /** Fills a draft as if nothing of a batch were known; null where that can't be presumed. */
  presume(needs: Needs, draft: Draft): readonly Call[] | null
  /** Whether this error says that it was presumed wrongly: then nothing is presumed for a while. */
  wasWrong(error: unknown, needs: Needs): boolean
}

/** Makes what an engine presumes; `agreements` is its memory of merchants. */
export function makePresumption(agreements: Agreements): Presumption {
  let careful = 0

  return {
    presume(needs, draft) {
      if (careful > 0) {
        careful -= 1
        return null
      }
      if (!Object.keys(needs).every((kind) => NEW.has(kind))) return null
      const expected = recall(needs.merchants ?? [], draft, agreements)
      if (expected === null) return null
      for (const reference of needs.references ?? []) {
        draft.references.load(referenceKey(reference), null)
      }
      for (const key of needs.answers ?? []) draft.answers.load(key, null)
      return [begin, expected]
    },
    wasWrong(error, needs) {
      const code = error instanceof Error && "code" in error ? error.code : undefined
      if (code !== CHANGED && code !== TAKEN) return false
      careful = CAREFUL_BATCHES
      if (code === CHANGED) for (const id of needs.merchants ?? []) agreements.delete(id)
      return true
    },
  }
}
