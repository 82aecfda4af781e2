/** What the OpenAPI document of this API says beside its schemas. */
import { join } from "node:path"
import type { Contract } from "../dialect.ts"
import { confirmPayment, errorAnswer } from "./answers.ts"

export const contract: Contract = {
  title: "Tapila",
  description:
    "Mobile recharges out of a prefunded wallet, answered at once (200), taken on (202), or " +
    "refused by the operator (500 with the code XX05000).",
  schemes: {
    token: {
      type: "apiKey",
      in: "header",
      name: "x-authorization-token",
      description: "The accessToken of a login.",
    },
    apiKey: {
      type: "apiKey",
      in: "header",
      name: "x-api-key",
      description: "The API key of the client that logged in.",
    },
  },
  proof: ["token", "apiKey"],
  problem: {
    schema: errorAnswer,
    mediaType: "application/json",
    example: "recharge.error.json",
  },
  routes: {
    "POST /login": {
      summary: "Gives a token for a user name and a password",
      request: "login.request.json",
      answers: { 200: "login.response.json" },
    },
    "POST /refresh": { summary: "Always refuses: a client logs in again" },
    "GET /recharges": {
      summary: "Lists the catalogue page by page",
      answers: { 200: "catalogue.response.json" },
      unchanged: true,
    },
    "GET /tags": {
      summary: "Lists the tags of the companies that are sold",
      answers: { 200: "tags.response.json" },
      unchanged: true,
    },
    "GET /{companyCode}": {
      summary: "Reads one company with its products",
      answers: { 200: "company.response.json" },
      unchanged: true,
    },
    "POST /payment": {
      summary: "Recharges a number",
      request: "recharge.request.json",
      answers: { 200: "recharge.response.json", 202: "recharge-later.response.json" },
    },
    "GET /operation/{operationId}": {
      summary: "Reads a recharge, by its id or by the client's own",
      answers: { 200: "operation.response.json" },
    },
    "POST /wallet/balance": {
      summary: "Reads the wallet",
      answers: { 200: "wallet.response.json" },
    },
    "POST /exchange/rate": {
      summary: "Reads exchange rates",
      answers: { 200: "rates.response.json" },
    },
  },
  webhooks: {
    confirmPayment: {
      summary: "Tells how a recharge ended that was answered 202",
      schema: confirmPayment,
      example: "confirm-payment.json",
    },
  },
  examples: join(import.meta.dirname, "examples"),
}
