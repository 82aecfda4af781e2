/** The routes over a sandbox's time: read, and moved on. They aren't there in live. */
import type { Core } from "../../core/index.ts"
import type { DialectApp } from "../dialect.ts"
import { orThrow } from "../mount.ts"
import { clockSchema } from "./answers-hooks.ts"
import { advanceClock } from "./requests-hooks.ts"

/** Registers the routes. */
export function sandboxRoutes(app: DialectApp, core: Core): void {
  const clockOut = () => ({
    object: "clock" as const,
    now: core.clock.now().toISOString(),
    ahead_seconds: Math.round(core.testClock.offsetMs() / 1_000),
  })

  app.get("/sandbox/clock", { schema: { response: { 200: clockSchema } } }, async () => clockOut())

  app.post(
    "/sandbox/clock",
    { schema: { body: advanceClock, response: { 200: clockSchema } } },
    async (request) => {
      orThrow(await core.testClock.advance(request.body.advance_seconds))
      return clockOut()
    },
  )
}
