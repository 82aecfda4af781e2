/** The door of the client of Caudal's native API. */
export { type AnswerFacts, answerOf } from "./call.ts"
export { type Caudal, type CaudalOptions, createCaudal } from "./client.ts"
export { CaudalError, type ClientCode } from "./error.ts"
export * from "./generated/objects.ts"
export type * from "./generated/params.ts"
export type { Page, PageBody, Pages } from "./pages.ts"
export type { CallOptions } from "./request.ts"
export type { StreamOptions } from "./stream.ts"
export {
  verifyWebhook,
  WebhookError,
  type WebhookFlaw,
  type WebhookHeaders,
  type WebhookOptions,
} from "./webhook.ts"
