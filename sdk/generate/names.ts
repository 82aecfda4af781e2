/** What the calls of the client are called: made of method and path, and of a few exceptions. */

/** A call as it stands in the client: `payments.create`. */
export type Name = { readonly resource: string; readonly call: string }

/** Where the rules below would say it badly. */
const SPOKEN: Readonly<Record<string, string>> = {
  "POST /payments/{id}/refunds": "payments.refund",
  "POST /payments/{id}/refunds/{refund}/cancel": "payments.cancelRefund",
  "DELETE /endpoints/{id}": "endpoints.disable",
  "GET /statement": "statement.read",
  "POST /sandbox/clock": "sandbox.advanceClock",
  "POST /operator/top-ups": "operator.topUp",
  "GET /operator/merchants/{id}/balances": "operator.balances",
}

const BY_METHOD: Readonly<Record<string, { readonly many: string; readonly one: string }>> = {
  GET: { many: "list", one: "get" },
  POST: { many: "create", one: "update" },
  PUT: { many: "set", one: "set" },
  PATCH: { many: "update", one: "update" },
  DELETE: { many: "delete", one: "delete" },
}

/**
 * The name of an operation: `GET /payments` is `payments.list`, `GET /payments/{id}` is
 * `payments.get`, `POST /payments/{id}/cancel` is `payments.cancel`.
 */
export function nameOf(method: string, path: string, isList: boolean): Name {
  const spoken = SPOKEN[`${method} ${path}`]
  if (spoken !== undefined) {
    const [resource, call] = spoken.split(".")
    return { resource: resource!, call: call! }
  }
  const [resource = "", ...rest] = path.slice(1).split("/")
  const words = rest.filter((part) => !part.startsWith("{"))
  const usual = BY_METHOD[method]!
  const isOne = rest.length > 0 || (method === "GET" && !isList)
  const call = words.length > 0 ? camel(words.join("-")) : isOne ? usual.one : usual.many
  return { resource: camel(resource), call }
}

/** `rotate-secret` becomes `rotateSecret`. */
export function camel(words: string): string {
  return words.replace(/[-_]+(\w)/g, (_, letter: string) => letter.toUpperCase())
}

/** `payments` and `create` become `PaymentCreate`, as the types of what calls take begin. */
export function pascal({ resource, call }: Name): string {
  const noun = resource.replace(/ies$/, "y").replace(/s$/, "")
  return upper(noun) + upper(call)
}

/** With a capital. */
export function upper(word: string): string {
  return word.slice(0, 1).toUpperCase() + word.slice(1)
}
