/** The version of this API: every answer says its date, and a request may ask for one. */
import type { DialectApp } from "../dialect.ts"
import { WireProblem } from "../dialect.ts"

/** What there is, newest first. A new one is a change that an old client could stumble over. */
export const VERSIONS = ["2026-11-22"] as const

/** What every answer carries. */
export const VERSION_HEADER = { "caudal-version": VERSIONS[0] } as const

/**
 * Answers all routes that are registered from now on in the version that is asked for by the header
 * `Caudal-Version`, the newest where none is. Throws `body_invalid` for one that there isn't.
 */
export function guardVersion(app: DialectApp): void {
  app.addHook("onRequest", async ({ headers }, reply) => {
    reply.headers(VERSION_HEADER)
    const asked = headers["caudal-version"]
    if (asked === undefined || VERSIONS.some((each) => each === asked)) return
    const message = `Caudal-Version must be left out or one of ${VERSIONS.join(", ")}`
    throw new WireProblem({ code: "body_invalid", field: "Caudal-Version", message })
  })
}
