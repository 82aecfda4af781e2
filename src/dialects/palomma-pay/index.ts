/** Palomma Pay: a payment request in pesos that its payer settles on a hosted page. */
import type { Dialect } from "../dialect.ts"
import { authenticate, issue } from "./auth.ts"
import { callback } from "./callback.ts"
import { contract } from "./contract.ts"
import { problem } from "./errors.ts"
import { routes } from "./routes.ts"
import { sample } from "./sample.ts"

export const palommaPay: Dialect = {
  name: "palomma-pay",
  prefix: "/palomma-pay",
  about: "a payment link in pesos; open it and pay",
  basePath: "/palomma-pay",
  // The vendor names no limit for this API: what Standard Webhooks recommends.
  deliveryTimeoutMs: 15_000,
  proofs: ["signature"],
  authenticate,
  issue,
  routes,
  problem,
  callback,
  contract,
  sample,
  curl: (baseUrl, { privateKey }) =>
    [
      `curl -X POST ${baseUrl}/payment-requests \\`,
      "  -H 'Content-Type: application/json' \\",
      `  -H 'Authorization: ${privateKey}' \\`,
      `  -d '{"amount_cents":500000,"description":"Pedido 1009","redirect_url":"https://tienda.example"}'`,
    ].join("\n"),
}
