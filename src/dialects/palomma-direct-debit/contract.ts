/** What the OpenAPI document of this API says beside its schemas. */
import { join } from "node:path"
import { z } from "zod"
import type { Contract } from "../dialect.ts"
import { updateSchema } from "./answers.ts"

export const contract: Contract = {
  title: "Palomma Direct Debit",
  description: "Stored bank accounts and wallets of customers, and debits from them, in pesos.",
  schemes: {
    apiKey: { type: "http", scheme: "bearer", description: "The merchant's API key." },
  },
  proof: ["apiKey"],
  problem: {
    schema: z.strictObject({ message: z.string().min(1) }),
    mediaType: "application/json",
  },
  routes: {
    "POST /customers": {
      summary: "Creates a customer",
      once: true,
      request: "create-customer.json#request",
      answers: { 201: "create-customer.json#answer" },
    },
    "GET /customers": { summary: "Lists customers, newest first" },
    "GET /customers/{customerId}": {
      summary: "Reads a customer",
      answers: { 200: "create-customer.json#answer" },
    },
    "POST /paymentMethods": {
      summary: "Stores an account of a customer, to be verified or consented to",
      once: true,
      request: "create-payment-method.json#request",
      answers: { 201: "create-payment-method.json#answer" },
    },
    "GET /paymentMethods": { summary: "Lists payment methods, newest first" },
    "GET /paymentMethods/{paymentMethodId}": { summary: "Reads a payment method" },
    "DELETE /paymentMethods/{paymentMethodId}": {
      summary: "Takes back the consent to a payment method",
    },
    "POST /paymentRequests": {
      summary: "Debits a payment method",
      once: true,
      request: "create-payment-request.json#request",
      answers: { 201: "create-payment-request.json#answer" },
    },
    "GET /paymentRequests": { summary: "Lists payment requests, newest first" },
    "GET /paymentRequests/{paymentRequestId}": {
      summary: "Reads a payment request",
      answers: { 200: "get-payment-request.json#answer" },
    },
  },
  webhooks: {
    update: {
      summary: "Tells what changed of a payment method or request",
      schema: updateSchema,
      example: "webhook.json#body",
    },
  },
  examples: join(import.meta.dirname, "examples"),
}
