/** What the OpenAPI document of this API says beside its schemas. */
import { join } from "node:path"
import { z } from "zod"
import type { Contract } from "../dialect.ts"
import { callbackSchema } from "./callback.ts"

export const contract: Contract = {
  title: "Palomma Pay",
  description: "Hosted payment links in Colombian pesos, by bank account or wallet.",
  schemes: {
    privateKey: {
      type: "apiKey",
      in: "header",
      name: "Authorization",
      description: "The merchant's private key, as it is or behind the word Bearer.",
    },
  },
  proof: ["privateKey"],
  problem: {
    schema: z.strictObject({ message: z.string().min(1) }),
    mediaType: "application/json",
    example: "error.json#body",
  },
  routes: {
    "POST /payment-requests": {
      summary: "Creates a payment request, and the page on which it is paid",
      once: true,
      request: "create-payment-request.json#request",
      answers: { 200: "create-payment-request.json#answer" },
    },
    "GET /payment-requests/{id}": {
      summary: "Reads a payment request",
      answers: { 200: "get-payment-request.json#answer" },
    },
    "POST /payment-requests/{id}/cancel": { summary: "Cancels a payment request" },
  },
  webhooks: {
    status: {
      summary: "Tells each new status of a payment, as base64 of JSON and a hash of it",
      schema: callbackSchema,
      example: "webhook.json#body",
    },
  },
  examples: join(import.meta.dirname, "examples"),
}
