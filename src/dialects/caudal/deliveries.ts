/** The routes over deliveries: lists, one with its message and its tries, sending one again. */
import type { FastifyRequest } from "fastify"
import { z } from "zod"
import type { Core } from "../../core/index.ts"
import { type DialectApp, WireProblem } from "../dialect.ts"
import { allowEmptyBody, caller, orThrow } from "../mount.ts"
import { listSchema } from "./answers.ts"
import * as answers from "./answers-hooks.ts"
import { idIn } from "./ids.ts"
import { nothing } from "./requests.ts"
import { listDeliveries } from "./requests-hooks.ts"
import { listOut } from "./wire.ts"
import { deliveryOut, wholeDeliveryOut } from "./wire-hooks.ts"

const named = z.object({ id: z.string() })

/** Registers the routes. */
export function deliveryRoutes(app: DialectApp, core: Core): void {
  app.get(
    "/deliveries",
    {
      schema: {
        querystring: listDeliveries,
        response: { 200: listSchema(answers.deliverySchema) },
      },
    },
    async (request) => {
      const { limit, cursor, endpoint, event, subject, state } = request.query
      const merchantId = caller(request).merchant.id
      const about = { endpointId: endpoint, eventId: event, subjectId: subject, state }
      const page = { limit, before: cursor ?? null }
      const deliveries = await core.events.deliveries({ merchantId, ...about }, page)
      return listOut("delivery", deliveries, deliveryOut)
    },
  )

  app.get(
    "/deliveries/:id",
    { schema: { params: named, response: { 200: answers.wholeDeliverySchema } } },
    async (request) => {
      const id = idOf(request)
      const found = await core.events.delivery(caller(request).merchant.id, id)
      return wholeDeliveryOut(found ?? missing())
    },
  )

  app.post(
    "/deliveries/:id/replay",
    {
      schema: { params: named, body: nothing, response: { 200: answers.deliverySchema } },
      onRequest: allowEmptyBody,
    },
    async (request) => {
      const id = idOf(request)
      const again = await core.events.replay(caller(request).merchant.id, id)
      return deliveryOut(orThrow(again) ?? missing())
    },
  )
}

function idOf({ params }: FastifyRequest): string {
  return idIn("delivery", (params as z.infer<typeof named>).id) ?? missing()
}

function missing(): never {
  throw new WireProblem({ code: "route_not_found", message: "there is no such delivery" })
}
