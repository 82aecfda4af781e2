/**
 * Holds every answer that a dialect gives in this process against its OpenAPI document, whoever
 * asked for it, and writes down which operations were answered.
 *
 * Answers are noted as they leave and checked when the test ends: compiling the documents' schemas
 * in between would take time from what is measured there.
 */
import { subscribe } from "node:diagnostics_channel"
import { appendFileSync } from "node:fs"
import { join } from "node:path"
import type { FastifyInstance } from "fastify"
import { dialects } from "../../src/dialects/index.ts"
import type { Operation } from "../../src/openapi/document.ts"
import type { Exchange } from "./contract.ts"

/** A folder, where the whole suite runs: each process has a file in it. */
const folder = process.env.CAUDAL_TEST_EXERCISED
/** More than a test asks for at once; a load that asks for more is checked in between. */
const NOTED_MAX = 2_000

let noted: Exchange[] = []
const exercised = new Set<string>()
const complaints: Error[] = []

subscribe("fastify.initialization", (message) => {
  const { fastify } = message as { readonly fastify: FastifyInstance }
  fastify.addHook("onSend", async (request, reply, payload) => {
    const { method, url: path } = request.raw
    if (!path || !dialects.some(({ prefix }) => path.startsWith(`${prefix}/`))) return payload
    const type = reply.getHeader("content-type")
    const contentType = type === undefined ? null : String(type)
    const body = typeof payload === "string" ? payload : (payload?.toString?.() ?? "")
    note({ method: method!, path, status: reply.statusCode, contentType, body })
    if (noted.length >= NOTED_MAX) await check()
    return payload
  })
})

/** Notes an answer of a dialect. */
export function note(exchange: Exchange): void {
  noted.push(exchange)
}

async function check(): Promise<void> {
  const taken = noted
  noted = []
  if (taken.length === 0) return
  const { checkAnswer, operationAt } = await import("./contract.ts")
  for (const exchange of taken) {
    const { method, path, status } = exchange
    const found = operationAt(method, path)
    if (found && (status < 400 || refusesAlways(found.operation))) {
      exercised.add(`${found.dialect.name} ${method} ${found.template}`)
    }
    try {
      checkAnswer(exchange)
    } catch (error) {
      complaints.push(error as Error)
    }
  }
}

/** An operation that its document promises nothing of but a problem. */
function refusesAlways({ responses }: Operation): boolean {
  return Object.keys(responses).every((status) => status === "default")
}

/** Throws the first complaint about what was answered since it was last asked. */
export async function keepPromises(): Promise<void> {
  await check()
  if (folder !== undefined && exercised.size > 0) {
    appendFileSync(join(folder, String(process.pid)), `${[...exercised].join("\n")}\n`)
    exercised.clear()
  }
  const [first] = complaints.splice(0)
  if (first) throw first
}
