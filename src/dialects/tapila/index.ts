/** Tapila: mobile recharges out of a prefunded wallet, answered at once or told by a webhook. */
import type { Dialect } from "../dialect.ts"
import { authenticate, issue } from "./auth.ts"
import { callback } from "./callback.ts"
import { contract } from "./contract.ts"
import { problem } from "./errors.ts"
import { rateHeaders } from "./rate-limit.ts"
import { routes } from "./routes.ts"
import { sample } from "./sample.ts"

export const tapila: Dialect = {
  name: "tapila",
  prefix: "/tapila",
  about: "a mobile recharge: a login, then the recharge",
  basePath: "/tapila",
  // The vendor names no limit: what Standard Webhooks recommends.
  deliveryTimeoutMs: 15_000,
  proofs: ["hash"],
  authenticate,
  issue,
  routes,
  rateHeaders,
  problem,
  callback,
  contract,
  sample,
  curl: (baseUrl, { clientUsername, password, apiKey }) => {
    const login = JSON.stringify({ clientUsername, password })
    return [
      `TOKEN=$(curl -s ${baseUrl}/login -H 'Content-Type: application/json' \\`,
      `  -d '${login}' | sed 's/.*"accessToken":"\\([^"]*\\)".*/\\1/')`,
      `curl -X POST ${baseUrl}/payment \\`,
      `  -H "x-authorization-token: $TOKEN" \\`,
      `  -H 'x-api-key: ${apiKey}' \\`,
      "  -H 'Content-Type: application/json' \\",
      '  -d \'{"companyCode":"AR-R-0901","productId":"1","amount":1500,\'\\',
      `'"identifierValue":"1155550199","paymentMethod":"ACCOUNT",'\\`,
      `'"externalPaymentId":"demo-'$(date +%s)'","externalClientId":"user-77"}'`,
    ].join("\n")
  },
}
