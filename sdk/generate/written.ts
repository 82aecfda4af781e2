/** The generated files of the client, made of the native API's document. */
import { VERSIONS } from "../../src/dialects/caudal/version.ts"
import { dialects } from "../../src/dialects/index.ts"
import type { Document } from "../../src/openapi/document.ts"
import { documentOf } from "../../test/support/contract.ts"
import { objectsIn, writeObjects } from "./objects.ts"
import { callsOf } from "./operations.ts"
import { writeParams, writeResources } from "./resources.ts"
import type { Schema } from "./schema.ts"

/** The native API's document, as a sandbox serves it: it has every route. */
export function nativeDocument(): Document {
  return documentOf(dialects.find(({ name }) => name === "caudal")!)
}

/** The files by their names in `src/generated`. */
export function writtenFrom(document: Document): Readonly<Record<string, string>> {
  const calls = callsOf(document)
  const messages = messagesOf(document)
  const objects = objectsIn([...calls.flatMap(schemasOf), ...messages])
  return {
    "objects.ts": writeObjects(objects, { messages, version: VERSIONS[0] }),
    "params.ts": writeParams(calls, objects),
    "resources.ts": writeResources(calls, objects),
  }
}

function schemasOf({ answer }: ReturnType<typeof callsOf>[number]): readonly Schema[] {
  if (answer.way === "one") return answer.schemas
  if (answer.way === "pages") return [answer.page ?? answer.item]
  return answer.way === "stream" ? [answer.item] : []
}

function messagesOf({ webhooks }: Document): readonly Schema[] {
  return Object.values(webhooks).map(
    ({ post }) => post.requestBody!.content["application/json"]!.schema as Schema,
  )
}
