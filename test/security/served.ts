/** All that a node serves, mounted without a socket, with the list of its routes. */
import type { FastifyInstance, RouteOptions } from "fastify"
import type { z } from "zod"
import { mountCheckout } from "../../src/checkout/index.ts"
import { mountConsole } from "../../src/console/index.ts"
import type { Core } from "../../src/core/index.ts"
import { dialects, mountDialect } from "../../src/dialects/index.ts"
import { mountDocs } from "../../src/docs/index.ts"
import { mountHealth } from "../../src/http/health.ts"
import { makeLogger } from "../../src/http/log.ts"
import { makeMetrics } from "../../src/http/metrics.ts"
import { mountNotices } from "../../src/http/notices.ts"
import { makeServer } from "../../src/http/server.ts"
import { mountOpenApi } from "../../src/openapi/index.ts"
import type { Cleanup } from "../support/database.ts"

/** A part of a request that a route names members of. */
export type Part = "params" | "querystring" | "body"

export type Route = {
  /** Such as `GET /pay/:id`. */
  readonly name: string
  readonly method: string
  readonly url: string
  /** The dialect that it belongs to; null for pages and what machines ask. */
  readonly dialect: string | null
  /** Served to anybody, by the dialect's own door. */
  readonly open: boolean
  /** The names that each part may have, by the route's schemas and its path. */
  readonly members: Readonly<Record<Part, readonly string[]>>
}

export type Served = { readonly app: FastifyInstance; readonly routes: readonly Route[] }

/** Mounts everything as `src/system.ts` does, around the core of a running gateway. */
export async function serve(
  context: Cleanup,
  core: Core,
  options: Partial<Parameters<typeof makeServer>[0]> = {},
): Promise<Served> {
  const routes: Route[] = []
  const metrics = makeMetrics({ defaults: false })
  const app = makeServer({
    clock: core.clock,
    ids: core.ids,
    logger: makeLogger({ level: "silent" }),
    metrics,
    mode: core.mode,
    ...options,
  })
  context.after(async () => void (await app.close()))
  app.addHook("onRoute", (route) => {
    // Fastify adds HEAD to each GET, and a dialect the methods that a path doesn't have.
    if (typeof route.method === "string" && route.method !== "HEAD") routes.push(routeOf(route))
  })
  mountHealth(app, { metrics, checks: async () => [] })
  mountOpenApi(app, dialects, core.publicUrl)
  for (const dialect of dialects) await mountDialect(app, dialect, core)
  await mountCheckout(app, core)
  await mountConsole(app, core, async () => [])
  const apis = dialects.map(({ name, contract }) => ({ name, title: contract.title }))
  await mountDocs(app, { publicUrl: core.publicUrl, apis })
  await mountNotices(app, core)
  await app.ready()
  return { app, routes }
}

function routeOf({ config, method, schema, url }: RouteOptions): Route {
  const dialect = dialects.find(({ prefix }) => url.startsWith(`${prefix}/`))
  const inPath = [...url.matchAll(/:(\w+)/g)].map(([, name]) => name!)
  return {
    name: `${method} ${url}`,
    method: String(method),
    url,
    dialect: dialect?.name ?? null,
    open: (config as { open?: boolean } | undefined)?.open === true,
    members: {
      params: inPath,
      querystring: membersOf(schema?.querystring),
      body: membersOf(schema?.body),
    },
  }
}

/** The members of an object's schema, however it is wrapped; of objects within, as `a.b`. */
function membersOf(schema: unknown): string[] {
  if (schema === undefined) return []
  return [...new Set(shapesOf(schema as z.ZodType).flatMap(namesIn))]
}

type Shape = Readonly<Record<string, z.ZodType>>
type Definition = {
  readonly type: string
  readonly shape?: Shape
  readonly innerType?: z.ZodType
  readonly in?: z.ZodType
  readonly options?: readonly z.ZodType[]
}

function namesIn(shape: Shape): string[] {
  return Object.entries(shape).flatMap(([name, schema]) => {
    const inner = shapesOf(schema).flatMap(namesIn)
    return inner.length === 0 ? [name] : inner.map((each) => `${name}.${each}`)
  })
}

/** The objects that a schema may be. */
function shapesOf(schema: z.ZodType): Shape[] {
  const { def } = (schema as unknown as { _zod: { def: Definition } })._zod
  if (def.type === "object") return [def.shape ?? {}]
  const inner = def.options ?? [def.innerType ?? def.in].filter((each) => each !== undefined)
  return inner.flatMap(shapesOf)
}
