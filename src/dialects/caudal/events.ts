/** The routes over events: lists in either order, one alone, and all as they happen. */
import { z } from "zod"
import type { Core } from "../../core/index.ts"
import { type DialectApp, WireProblem } from "../dialect.ts"
import { caller } from "../mount.ts"
import * as answers from "./answers.ts"
import { streamRoute } from "./event-stream.ts"
import { idIn } from "./ids.ts"
import { listEvents } from "./requests-hooks.ts"
import { eventOut, listOut } from "./wire.ts"

/** Registers the routes. */
export function eventRoutes(app: DialectApp, core: Core): void {
  app.get(
    "/events",
    {
      schema: {
        querystring: listEvents,
        response: { 200: answers.listSchema(answers.eventSchema) },
      },
    },
    async (request) => {
      const { limit, cursor, subject, after, since } = request.query
      const filter = { merchantId: caller(request).merchant.id, subjectId: subject }
      const from = after ? { after } : since && { since }
      const page = await (from
        ? core.events.settled(filter, { from, limit })
        : core.events.list(filter, { limit, before: cursor ?? null }))
      return listOut("event", page, eventOut)
    },
  )

  app.get(
    "/events/:id",
    {
      schema: {
        params: z.object({ id: z.string() }),
        response: { 200: answers.eventSchema },
      },
    },
    async (request) => {
      const id = idIn("event", request.params.id)
      const event = id && (await core.events.find(caller(request).merchant.id, id))
      if (event) return eventOut(event)
      throw new WireProblem({ code: "route_not_found", message: "there is no such event" })
    },
  )

  streamRoute(app, core)
}
