/** What the OpenAPI document of this API says beside its schemas. */
import { join } from "node:path"
import { z } from "zod"
import type { Contract } from "../dialect.ts"
import { messageSchema } from "./answers.ts"

/** Problem details (RFC 9457). `errors` is there where several members were wrong. */
const problem = z.strictObject({
  type: z.string().regex(/^urn:caudal:problem:/),
  title: z.string().min(1),
  status: z.int(),
  detail: z.string().min(1),
  code: z.string().regex(/^[a-z_]+$/),
  field: z.string().optional(),
  errors: z.array(z.string()).min(2).optional(),
  request_id: z.string().min(1),
})

const OPERATOR = ["operatorKey"]

export const contract: Contract = {
  title: "Caudal",
  description: "The gateway's own API: the payments of every dialect, the books, and endpoints.",
  schemes: {
    apiKey: { type: "http", scheme: "bearer", description: "A merchant's API key." },
    operatorKey: { type: "http", scheme: "bearer", description: "An operator's key." },
  },
  proof: ["apiKey"],
  problem: {
    schema: problem,
    mediaType: "application/problem+json",
    example: "problem.json",
  },
  routes: {
    "POST /payments": {
      summary: "Creates a payment, once for its reference",
      once: true,
      request: "create-payment.json",
      answers: { 201: "created.json" },
    },
    "GET /payments": { summary: "Lists payments of every dialect, newest first" },
    "GET /payments/{id}": {
      summary: "Reads a payment with all that was tried and given back",
      answers: { 200: "payment.json" },
    },
    "POST /payments/{id}/cancel": { summary: "Cancels a payment" },
    "POST /payments/{id}/simulate": { summary: "Decides a payment's outcome (sandbox only)" },
    "POST /payments/{id}/refunds": { summary: "Gives money of a payment back", once: true },
    "POST /payments/{id}/refunds/{refund}/cancel": { summary: "Takes a refund back" },
    "GET /balances": {
      summary: "Reads what the merchant has, asset by asset",
      answers: { 200: "balances.json" },
    },
    "GET /events": { summary: "Lists what happened, newest first" },
    "GET /deliveries": { summary: "Lists messages to endpoints, newest first" },
    "GET /statement": {
      summary: "Reads a wallet's statement, page by page, or whole as CSV",
      answers: { 200: "statement.json" },
      alsoAs: ["text/csv"],
    },
    "GET /endpoints": { summary: "Lists endpoints" },
    "POST /endpoints": { summary: "Makes an endpoint; its secret is shown this once" },
    "DELETE /endpoints/{id}": {
      summary: "Disables an endpoint",
      answers: { 200: "endpoint.json" },
    },
    "POST /operator/top-ups": { summary: "Books money that came in", proof: OPERATOR },
    "GET /operator/merchants/{id}/balances": {
      summary: "Reads what a merchant has",
      proof: OPERATOR,
    },
  },
  webhooks: {
    event: {
      summary: "Tells an event of a payment or a stored account, with its subject as it then was",
      schema: messageSchema,
      example: "webhook.json",
    },
  },
  examples: join(import.meta.dirname, "examples"),
}
