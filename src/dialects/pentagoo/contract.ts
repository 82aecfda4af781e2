/** What the OpenAPI document of this API says beside its schemas. */
import { join } from "node:path"
import { z } from "zod"
import type { Contract } from "../dialect.ts"
import { callbackSchema } from "./wire.ts"

export const contract: Contract = {
  title: "Pentagoo",
  description:
    "A payment that its payer settles with tokens, told by one callback. " +
    "What was wrong with a request stands in the header caudal-detail.",
  schemes: {
    integration: {
      type: "apiKey",
      in: "header",
      name: "OAuth",
      description: "The integration's key, a colon and its secret.",
    },
  },
  proof: ["integration"],
  problem: {
    schema: z.strictObject({ code: z.string().regex(/^[45]\d\d$/), message: z.string().min(1) }),
    mediaType: "application/json",
    example: "error.json#body",
  },
  routes: {
    "POST /api/payment/create": {
      summary: "Creates a payment, once for its refId",
      request: "create-payment.json#request",
      answers: { 200: "create-payment.json#answer" },
    },
    "GET /api/payment/{paymentId}": {
      summary: "Reads a payment by its id",
      answers: { 200: "get-payment.json#answer" },
    },
    "GET /api/payment": { summary: "Reads a payment by its refId" },
  },
  webhooks: {
    callback: {
      summary: "Tells that a payment was approved",
      schema: callbackSchema,
      example: "callback.json#body",
    },
  },
  examples: join(import.meta.dirname, "examples"),
}
