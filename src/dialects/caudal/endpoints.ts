/** The routes over endpoints: where a merchant wants to be told, and in which dialect's words. */
import type { FastifyReply, FastifyRequest } from "fastify"
import { z } from "zod"
import type { Core, Endpoint } from "../../core/index.ts"
import { type DialectApp, WireProblem } from "../dialect.ts"
import { allowEmptyBody, caller, orThrow } from "../mount.ts"
import { listSchema } from "./answers.ts"
import * as answers from "./answers-hooks.ts"
import { idIn } from "./ids.ts"
import { nothing } from "./requests.ts"
import * as requests from "./requests-hooks.ts"
import { allOut } from "./wire.ts"
import { endpointOut, lastDayOut, replayOut, testedOut } from "./wire-hooks.ts"

/** Endpoints in use at once: each of them makes every event a message more. */
const ENDPOINTS_MAX = 50

const named = z.object({ id: z.string() })

/** Registers the routes. */
export function endpointRoutes(app: DialectApp, core: Core): void {
  readRoutes(app, core)
  createRoute(app, core)
  changeRoutes(app, core)
  stateRoutes(app, core)
  sendRoutes(app, core)
}

function readRoutes(app: DialectApp, core: Core): void {
  const { merchants } = core

  app.get(
    "/endpoints",
    { schema: { response: { 200: listSchema(answers.watchedEndpointSchema) } } },
    async (request) => {
      const merchantId = caller(request).merchant.id
      const [all, health] = await Promise.all([
        merchants.endpoints(merchantId),
        merchants.endpointHealth(merchantId),
      ])
      return allOut(
        all.map((each) => {
          const own = health.find(({ endpointId }) => endpointId === each.id)
          return { ...shown(core, each), last_day: lastDayOut(own) }
        }),
      )
    },
  )

  app.get(
    "/endpoints/:id",
    { schema: { params: named, response: { 200: answers.watchedEndpointSchema } } },
    async (request) => {
      const merchantId = caller(request).merchant.id
      const endpoint = await found(core, request)
      const health = await merchants.endpointHealth(merchantId)
      const own = health.find(({ endpointId }) => endpointId === endpoint.id)
      return { ...shown(core, endpoint), last_day: lastDayOut(own) }
    },
  )
}

function createRoute(app: DialectApp, core: Core): void {
  app.post(
    "/endpoints",
    {
      schema: {
        body: requests.createEndpoint,
        response: { 201: answers.newEndpointSchema },
      },
    },
    async (request, reply) => {
      const merchantId = caller(request).merchant.id
      await refuseAddress(core, request.body.url)
      await refuseMany(core, merchantId)
      const made = await core.merchants.addEndpoint({ merchantId, ...request.body })
      reply.code(201)
      return { ...shown(core, made.endpoint), secret: made.secret }
    },
  )
}

function changeRoutes(app: DialectApp, core: Core): void {
  app.patch(
    "/endpoints/:id",
    {
      schema: {
        params: named,
        body: requests.updateEndpoint,
        response: { 200: answers.endpointSchema },
      },
    },
    async (request) => {
      const { id, merchantId, url } = await found(core, request)
      const { body } = request
      if (body.url !== undefined && body.url !== url) await refuseAddress(core, body.url)
      return shown(core, (await core.merchants.updateEndpoint(merchantId, id, body))!)
    },
  )

  app.post(
    "/endpoints/:id/rotate-secret",
    {
      schema: {
        params: named,
        body: requests.rotateSecret,
        response: { 200: answers.newEndpointSchema },
      },
      onRequest: allowEmptyBody,
    },
    async (request) => {
      const { id, merchantId } = await found(core, request)
      const { overlap_seconds: overlap } = request.body
      const rotated = (await core.merchants.rotateSecret(merchantId, id, overlap))!
      return { ...shown(core, rotated.endpoint), secret: rotated.secret }
    },
  )
}

/** What each of them does to an endpoint that is there. */
const TURNS = {
  pause: ({ merchants }: Core, { merchantId, id }: Endpoint) =>
    merchants.pauseEndpoint(merchantId, id),
  resume: ({ merchants }: Core, { merchantId, id }: Endpoint) =>
    merchants.resumeEndpoint(merchantId, id),
  async enable(core: Core, { merchantId, id, disabledAt }: Endpoint) {
    if (disabledAt) await refuseMany(core, merchantId)
    return turned(core, merchantId, id, null)
  },
  async disable(core: Core, endpoint: Endpoint) {
    if (endpoint.disabledAt) return endpoint
    const disabled = { at: core.clock.now(), reason: "disabled by the merchant" }
    return turned(core, endpoint.merchantId, endpoint.id, disabled)
  },
} satisfies Record<string, (core: Core, endpoint: Endpoint) => Promise<Endpoint | null>>

async function turned(
  { merchants }: Core,
  merchantId: string,
  id: string,
  disabled: Parameters<Core["merchants"]["disableEndpoint"]>[2],
): Promise<Endpoint | null> {
  await merchants.disableEndpoint(merchantId, id, disabled)
  return merchants.findEndpoint(merchantId, id)
}

function stateRoutes(app: DialectApp, core: Core): void {
  const options = {
    schema: { params: named, body: nothing, response: { 200: answers.endpointSchema } },
    onRequest: allowEmptyBody,
  }
  for (const name of ["pause", "resume", "enable"] as const) {
    app.post(`/endpoints/:id/${name}`, options, async (request) =>
      shown(core, (await TURNS[name](core, await found(core, request)))!),
    )
  }
  app.delete(
    "/endpoints/:id",
    {
      schema: { params: named, response: { 200: answers.endpointSchema } },
      onRequest: allowEmptyBody,
    },
    async (request) => shown(core, (await TURNS.disable(core, await found(core, request)))!),
  )
}

function sendRoutes(app: DialectApp, core: Core): void {
  app.post(
    "/endpoints/:id/test",
    {
      schema: { params: named, body: nothing, response: { 200: answers.testedSchema } },
      onRequest: allowEmptyBody,
    },
    async (request, reply) => {
      const { id, merchantId } = await found(core, request)
      const told = (await core.merchants.testEndpoint(merchantId, id))!
      if ("retryAfterS" in told) throw tooMany(reply, told.retryAfterS)
      return testedOut(id, told)
    },
  )

  app.post(
    "/endpoints/:id/replay",
    {
      schema: {
        params: named,
        body: requests.replay,
        response: { 200: answers.replaySchema },
      },
    },
    async (request) => {
      const { id, merchantId } = await found(core, request)
      const { cursor: after, ...which } = request.body
      const done = await core.events.replaySince(merchantId, id, { ...which, after })
      return replayOut(id, orThrow(done!))
    },
  )
}

/** The endpoint that a path names; one of somebody else is as unknown as one that never was. */
async function found(core: Core, request: FastifyRequest): Promise<Endpoint> {
  const id = idIn("endpoint", (request.params as z.infer<typeof named>).id)
  const endpoint = id && (await core.merchants.findEndpoint(caller(request).merchant.id, id))
  if (endpoint) return endpoint
  throw new WireProblem({ code: "route_not_found", message: "there is no such endpoint" })
}

function shown({ merchants }: Core, endpoint: Endpoint) {
  return endpointOut(endpoint, merchants.endpointHeaderNames(endpoint))
}

async function refuseAddress(core: Core, url: string): Promise<void> {
  const why = await core.checkAddress(url)
  if (why !== null) throw invalid(`url: ${why}`, "url")
}

async function refuseMany(core: Core, merchantId: string): Promise<void> {
  const known = await core.merchants.endpoints(merchantId)
  if (known.filter(({ disabledAt }) => disabledAt === null).length < ENDPOINTS_MAX) return
  throw invalid(`a merchant has at most ${ENDPOINTS_MAX} endpoints in use`)
}

function tooMany(reply: FastifyReply, retryAfterS: number): WireProblem {
  reply.header("retry-after", String(retryAfterS))
  const message = "this endpoint was tested too often: wait a little"
  return new WireProblem({ code: "too_many_requests", message })
}

function invalid(message: string, field?: string): WireProblem {
  return new WireProblem({ code: "body_invalid", message, ...(field && { field }) })
}
