/** Which scope each route needs, and the guard that asks for it: a key may be kept to some. */
import type { FastifyRequest } from "fastify"
import { allows, type Core, type OperatorScope, type Scope } from "../../core/index.ts"
import { type DialectApp, WireProblem } from "../dialect.ts"
import { caller } from "../mount.ts"

/** Of merchants' routes, by method and path as the contract names them. */
export const ROUTE_SCOPES: Readonly<Record<string, Scope>> = {
  "POST /payments": "payments:write",
  "GET /payments": "payments:read",
  "GET /payments/{id}": "payments:read",
  "POST /payments/{id}/cancel": "payments:write",
  "POST /payments/{id}/simulate": "sandbox:write",
  "POST /payments/{id}/refunds": "refunds:write",
  "POST /payments/{id}/refunds/{refund}/cancel": "refunds:write",
  "GET /refunds": "refunds:read",
  "GET /refunds/{id}": "refunds:read",
  "POST /customers": "customers:write",
  "GET /customers": "customers:read",
  "GET /customers/{id}": "customers:read",
  "POST /instruments": "customers:write",
  "GET /instruments": "customers:read",
  "GET /instruments/{id}": "customers:read",
  "POST /instruments/{id}/revoke": "customers:write",
  "POST /quotes": "payments:read",
  "GET /reports/daily": "books:read",
  "GET /balances": "books:read",
  "GET /statement": "books:read",
  "GET /events": "webhooks:read",
  "GET /events/{id}": "webhooks:read",
  "GET /events/stream": "webhooks:read",
  "GET /deliveries": "webhooks:read",
  "GET /deliveries/{id}": "webhooks:read",
  "POST /deliveries/{id}/replay": "webhooks:write",
  "GET /endpoints": "webhooks:read",
  "POST /endpoints": "webhooks:write",
  "GET /endpoints/{id}": "webhooks:read",
  "PATCH /endpoints/{id}": "webhooks:write",
  "DELETE /endpoints/{id}": "webhooks:write",
  "POST /endpoints/{id}/enable": "webhooks:write",
  "POST /endpoints/{id}/pause": "webhooks:write",
  "POST /endpoints/{id}/resume": "webhooks:write",
  "POST /endpoints/{id}/rotate-secret": "webhooks:write",
  "POST /endpoints/{id}/test": "webhooks:write",
  "POST /endpoints/{id}/replay": "webhooks:write",
  "GET /sandbox/clock": "sandbox:write",
  "POST /sandbox/clock": "sandbox:write",
}

/** Of operators' routes. */
export const OPERATOR_ROUTE_SCOPES = {
  "POST /operator/top-ups": "top-ups:write",
  "GET /operator/merchants/{id}/balances": "balances:read",
} as const satisfies Readonly<Record<string, OperatorScope>>

/**
 * Guards all routes that are registered from now on: a request whose key lacks the route's scope is
 * refused before its body is read. Throws `forbidden`.
 */
export function guardScopes(app: DialectApp, core: Core): void {
  app.addHook("preParsing", async (request) => {
    // A path that leads nowhere has no caller.
    if (request.is404 || request.routeOptions.config.open) return
    const { scopes } = caller(request).credential
    if (scopes !== null) requireScope(request, core, scopes, ROUTE_SCOPES[nameOf(app, request)])
  })
}

/** Throws `forbidden` when an operator's key lacks the scope of the route that it is shown to. */
export function requireOperatorScope(
  app: DialectApp,
  request: FastifyRequest,
  core: Core,
  scopes: readonly string[] | null,
): void {
  const routes: Readonly<Record<string, OperatorScope>> = OPERATOR_ROUTE_SCOPES
  if (scopes !== null) requireScope(request, core, scopes, routes[nameOf(app, request)])
}

/** A route that nobody gave a scope is closed to keys that are kept to some. */
function requireScope(
  request: FastifyRequest,
  core: Core,
  scopes: readonly string[],
  needed: Scope | OperatorScope | undefined,
): void {
  if (needed !== undefined && allows(scopes, needed)) return
  request.logged.security = "key-refused"
  request.logged.source = core.limits.sourceOf(request.ip)
  const lacked = needed === undefined ? "all scopes, which this route needs" : `the scope ${needed}`
  const message = `this key lacks ${lacked}; it has: ${scopes.join(", ")}`
  throw new WireProblem({ code: "forbidden", message })
}

/** The method and path of a route as the contract names them: `GET /payments/{id}`. */
function nameOf(app: DialectApp, { method, routeOptions }: FastifyRequest): string {
  const path = (routeOptions.url ?? "").slice(app.prefix.length)
  const template = path.replace(/:(\w+)(?:\([^)]*\))?/g, "{$1}")
  return `${method === "HEAD" ? "GET" : method} ${template}`
}
