/** Palomma Direct Debit v1: stored bank accounts of customers, and debits from them. */
import type { Dialect } from "../dialect.ts"
import { authenticate, issue } from "./auth.ts"
import { callback } from "./callback.ts"
import { contract } from "./contract.ts"
import { problem } from "./errors.ts"
import { routes } from "./routes.ts"
import { sample } from "./sample.ts"

/** The first step of three: what it answers leads to a payment method, and that to a request. */
const ANA = {
  name: "Ana Ruiz",
  documentType: "cc",
  documentNumber: "1020304050",
  email: "ana@example.test",
}

export const palommaDirectDebit: Dialect = {
  name: "palomma-direct-debit",
  prefix: "/palomma-direct-debit",
  about: "a customer, whose account can then be stored and debited",
  basePath: "/palomma-direct-debit/v1",
  /** The vendor's own limit for receivers. */
  deliveryTimeoutMs: 5_000,
  proofs: ["x-signature"],
  callback,
  contract,
  sample,
  problem,
  authenticate,
  routes,
  issue,
  curl: (baseUrl, { apiKey }) =>
    [
      `curl --request POST --url ${baseUrl}/customers \\`,
      `  --header 'Authorization: Bearer ${apiKey}' \\`,
      "  --header 'Content-Type: application/json' \\",
      `  --data '${JSON.stringify(ANA)}'`,
    ].join("\n"),
}
