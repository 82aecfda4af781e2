/** Caudal's own API: list, read, cancel, refund and simulate the payments of every dialect. */
import type { Dialect } from "../dialect.ts"
import { authenticate, issue } from "./auth.ts"
import { callback } from "./callback.ts"
import { contract } from "./contract.ts"
import { problem } from "./errors.ts"
import { routes } from "./routes.ts"
import { sample } from "./sample.ts"

export const caudal: Dialect = {
  name: "caudal",
  prefix: "/v1",
  about: "the payments of all of them, newest first",
  basePath: "/v1",
  // What Standard Webhooks recommends.
  deliveryTimeoutMs: 15_000,
  authenticate,
  issue,
  routes,
  problem,
  callback,
  contract,
  sample,
  curl: (baseUrl, { apiKey }) =>
    [`curl '${baseUrl}/payments?limit=5' \\`, `  -H 'Authorization: Bearer ${apiKey}'`].join("\n"),
}
