/** The routes over endpoints: where a merchant wants to be told, and in which dialect's words. */
import { z } from "zod"
import type { Core } from "../../core/index.ts"
import { type DialectApp, WireProblem } from "../dialect.ts"
import { allowEmptyBody, caller } from "../mount.ts"
import * as answers from "./answers.ts"
import { idIn } from "./ids.ts"
import * as requests from "./requests.ts"
import { allOut, endpointOut } from "./wire.ts"

/** Endpoints in use at once: each of them makes every event a message more. */
const ENDPOINTS_MAX = 50

/** Registers the routes. */
export function endpointRoutes(app: DialectApp, core: Core): void {
  const { merchants } = core

  app.get(
    "/endpoints",
    { schema: { response: { 200: answers.listSchema(answers.endpointSchema) } } },
    async (request) => {
      const all = await merchants.endpoints(caller(request).merchant.id)
      return allOut(all.map(endpointOut))
    },
  )

  app.post(
    "/endpoints",
    {
      schema: { body: requests.createEndpoint, response: { 201: answers.newEndpointSchema } },
    },
    async (request, reply) => {
      const { merchant } = caller(request)
      const { url, dialect, headers } = request.body
      const why = await core.checkAddress(url)
      if (why !== null) throw invalid(`url: ${why}`, "url")
      const known = await merchants.endpoints(merchant.id)
      if (known.filter((each) => each.disabledAt === null).length >= ENDPOINTS_MAX) {
        throw invalid(`a merchant has at most ${ENDPOINTS_MAX} endpoints in use`)
      }
      const spec = { merchantId: merchant.id, dialect, url, headers }
      const { endpoint, secret } = await merchants.addEndpoint(spec)
      reply.code(201)
      return { ...endpointOut(endpoint), secret }
    },
  )

  app.delete(
    "/endpoints/:id",
    {
      schema: {
        params: z.object({ id: z.string() }),
        response: { 200: answers.endpointSchema },
      },
      onRequest: allowEmptyBody,
    },
    async (request) => {
      const merchantId = caller(request).merchant.id
      const id = idIn("endpoint", request.params.id)
      const endpoint = id && (await merchants.findEndpoint(merchantId, id))
      if (!endpoint) {
        throw new WireProblem({ code: "route_not_found", message: "there is no such endpoint" })
      }
      if (endpoint.disabledAt) return endpointOut(endpoint)
      const disabled = { at: core.clock.now(), reason: "disabled by the merchant" }
      await merchants.disableEndpoint(merchantId, endpoint.id, disabled)
      const { at: disabledAt, reason: disabledReason } = disabled
      return endpointOut({ ...endpoint, disabledAt, disabledReason })
    },
  )
}

function invalid(message: string, field?: string): WireProblem {
  return new WireProblem({ code: "body_invalid", message, ...(field && { field }) })
}
