/** What a company calls the number it recharges, in its provider's own words. */
import { z } from "zod"
import type { Clock } from "../../core/index.ts"
import { ProviderFault } from "../../outbound/index.ts"
import type { Connection } from "./connection.ts"

/** How long a name is believed: clients are told to ask for the catalogue about hourly. */
const KEPT_MS = 3_600_000
/** How soon it is asked for again when it wasn't to be had. */
const AGAIN_MS = 5_000
/** A recharge doesn't wait longer for a name that many providers can do without. */
const TIMEOUT_MS = 2_000
/** More companies than all countries have; past this the memory starts anew. */
const KEPT_MAX = 5_000

const company = z.object({ identifierName: z.string().min(1).max(64) })

export type Names = {
  /** The name; null where it isn't known. Rejects for nothing that a provider did. */
  of(connection: Connection, companyCode: string, untilAt: Date): Promise<string | null>
}

/** Makes the memory of names of one rail. */
export function makeNames(clock: Clock): Names {
  const known = new Map<string, { readonly name: Promise<string | null>; untilMs: number }>()

  async function ask(connection: Connection, code: string, untilAt: Date) {
    const path = `/${encodeURIComponent(code)}`
    const request = {
      method: "GET",
      path,
      pattern: "/{companyCode}",
      timeoutMs: TIMEOUT_MS,
    } as const
    const { status, body } = await connection.ask("companies", request, untilAt)
    return status === 200 ? (company.safeParse(body).data?.identifierName ?? null) : null
  }

  return {
    async of(connection, code, untilAt) {
      const entry = known.get(code)
      if (entry && clock.elapsedMs() < entry.untilMs) return entry.name
      const last = entry?.name ?? null
      // The one call that tries whether a provider is well again is for what nobody can do without.
      if (!connection.isWell("recharges")) return last
      if (known.size >= KEPT_MAX) known.clear()
      const found = ask(connection, code, untilAt).catch((error) => {
        // The recharge itself will say whether the provider can be asked.
        if (error instanceof ProviderFault) return null
        throw error
      })
      const name = found.then((word) => {
        if (word !== null) mine.untilMs = clock.elapsedMs() + KEPT_MS
        // An older word is better than none.
        return word ?? last
      })
      const mine = { name, untilMs: clock.elapsedMs() + AGAIN_MS }
      known.set(code, mine)
      return name
    },
  }
}
