/** Pentagoo: a payment that its payer settles with tokens, told by one callback. */
import type { Dialect } from "../dialect.ts"
import { authenticate, issue } from "./auth.ts"
import { callback } from "./callback.ts"
import { contract } from "./contract.ts"
import { problem } from "./errors.ts"
import { routes } from "./routes.ts"
import { sample } from "./sample.ts"

export const pentagoo: Dialect = {
  name: "pentagoo",
  prefix: "/pentagoo",
  about: "a payment in tokens; its answer holds the payer's page",
  basePath: "/pentagoo",
  // The vendor names no limit: what Standard Webhooks recommends.
  deliveryTimeoutMs: 15_000,
  authenticate,
  issue,
  routes,
  problem,
  callback,
  contract,
  sample,
  curl: (baseUrl, { key, secret }) =>
    [
      `curl -X POST ${baseUrl}/api/payment/create \\`,
      "  -H 'Content-Type: application/json' \\",
      `  -H 'OAuth: ${key}:${secret}' \\`,
      `  -d '{"refId":"ORD-1009","description":"2 x cafe","amount":"25.50"}'`,
    ].join("\n"),
}
