/** What the OpenAPI document of this API says beside its schemas. */
import { join } from "node:path"
import { z } from "zod"
import type { Contract } from "../dialect.ts"
import { messageSchema } from "./answers.ts"
import { pingSchema } from "./answers-hooks.ts"
import { VERSIONS } from "./version.ts"

/** Problem details (RFC 9457). `errors` is there where several members were wrong. */
const problem = z.strictObject({
  type: z.string().regex(/^urn:caudal:problem:/),
  title: z.string().min(1),
  status: z.int(),
  detail: z.string().min(1),
  code: z.string().regex(/^[a-z_]+$/),
  field: z.string().optional(),
  errors: z.array(z.string()).min(2).optional(),
  /** What the code means, and what to do. */
  docs_url: z.url(),
  request_id: z.string().min(1),
})

const OPERATOR = ["operatorKey"]

export const contract: Contract = {
  title: "Caudal",
  description:
    "The gateway's own API: the payments of every dialect, the books, and endpoints. " +
    "Every answer names its version by the header Caudal-Version; " +
    `a request may ask for ${VERSIONS.join(", ")}.`,
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
    "GET /payments": {
      summary: "Lists payments of every dialect, newest first, or searches them",
      answers: { 200: "payments.json" },
    },
    "GET /payments/{id}": {
      summary: "Reads a payment with all that was tried and given back",
      answers: { 200: "payment.json" },
    },
    "POST /payments/{id}/cancel": { summary: "Cancels a payment" },
    "POST /payments/{id}/simulate": { summary: "Decides a payment's outcome (sandbox only)" },
    "POST /payments/{id}/refunds": { summary: "Gives money of a payment back", once: true },
    "POST /payments/{id}/refunds/{refund}/cancel": { summary: "Takes a refund back" },
    "GET /refunds": { summary: "Lists refunds of every dialect, newest first" },
    "GET /refunds/{id}": { summary: "Reads a refund", answers: { 200: "refund.json" } },
    "POST /customers": {
      summary: "Stores a customer, who can be charged again",
      once: true,
      request: "create-customer.json",
      answers: { 201: "customer.json" },
    },
    "GET /customers": { summary: "Lists customers of every dialect, or searches them" },
    "GET /customers/{id}": { summary: "Reads a customer", answers: { 200: "customer.json" } },
    "POST /instruments": {
      summary: "Stores an account of a customer; its rail verifies it before it is charged",
      once: true,
      request: "create-instrument.json",
      answers: { 201: "instrument.json" },
    },
    "GET /instruments": { summary: "Lists stored accounts of every dialect, masked" },
    "GET /instruments/{id}": {
      summary: "Reads a stored account, masked",
      answers: { 200: "instrument.json" },
    },
    "POST /instruments/{id}/revoke": {
      summary: "Takes the consent back: the account is charged no more",
      answers: { 200: "instrument.json" },
    },
    "POST /quotes": {
      summary: "Says what an amount costs now in each token that is offered",
      request: "create-quote.json",
      answers: { 200: "quote.json" },
    },
    "GET /reports/daily": {
      summary: "Reads what became of money on a day, beside the ledger's own sums",
      answers: { 200: "daily.json" },
    },
    "GET /balances": {
      summary: "Reads what the merchant has, asset by asset",
      answers: { 200: "balances.json" },
    },
    "GET /events": {
      summary: "Lists what happened, newest first; with `after` or `since` oldest first, settled",
    },
    "GET /events/{id}": { summary: "Reads an event", answers: { 200: "event.json" } },
    "GET /events/stream": {
      summary: "Tells events as they happen, as server-sent events",
      onlyAs: "text/event-stream",
    },
    "GET /deliveries": { summary: "Lists messages to endpoints, newest first" },
    "GET /deliveries/{id}": {
      summary: "Reads a message to an endpoint, with what was sent and how each try went",
      answers: { 200: "whole-delivery.json" },
    },
    "POST /deliveries/{id}/replay": {
      summary: "Sends a message again, with the same id and body",
      answers: { 200: "delivery.json" },
    },
    "GET /statement": {
      summary: "Reads a wallet's statement, page by page, or whole as CSV",
      answers: { 200: "statement.json" },
      alsoAs: ["text/csv"],
    },
    "GET /endpoints": { summary: "Lists endpoints" },
    "POST /endpoints": { summary: "Makes an endpoint; its secret is shown this once" },
    "GET /endpoints/{id}": { summary: "Reads an endpoint, and how it fared in the last day" },
    "PATCH /endpoints/{id}": {
      summary: "Changes an endpoint's address, headers or description",
      request: "update-endpoint.json",
      answers: { 200: "endpoint.json" },
    },
    "DELETE /endpoints/{id}": {
      summary: "Disables an endpoint",
      answers: { 200: "endpoint.json" },
    },
    "POST /endpoints/{id}/enable": { summary: "Tells an endpoint again that was disabled" },
    "POST /endpoints/{id}/pause": { summary: "Lets what is to be told to an endpoint wait" },
    "POST /endpoints/{id}/resume": { summary: "Sends what waited for a paused endpoint" },
    "POST /endpoints/{id}/rotate-secret": {
      summary: "Gives an endpoint another secret, shown this once; both sign while they overlap",
    },
    "POST /endpoints/{id}/test": {
      summary: "Sends an endpoint a message of no event, and answers what its receiver said",
      answers: { 200: "endpoint-test.json" },
    },
    "POST /endpoints/{id}/replay": {
      summary: "Sends an endpoint's messages again, those of a span of time and of some states",
      request: "create-replay.json",
      answers: { 200: "replay.json" },
    },
    "GET /sandbox/clock": {
      summary: "Reads the time of a sandbox",
      answers: { 200: "clock.json" },
    },
    "POST /sandbox/clock": {
      summary: "Moves the time of a sandbox on (sandbox only)",
      request: "advance-clock.json",
      answers: { 200: "clock.json" },
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
    ping: {
      summary: "Tries an endpoint out, whatever its dialect, and tells nothing",
      schema: pingSchema,
      example: "ping.json",
    },
  },
  examples: join(import.meta.dirname, "examples"),
}
