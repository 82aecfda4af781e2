/** Answers that are kept for an Idempotency-Key: written once, and sent byte for byte. */
import type { FastifyReply } from "fastify"
import type { z } from "zod"
import type { StoredAnswer } from "../../core/index.ts"
import type { Problem } from "../dialect.ts"
import { PROBLEM_TYPE, problem } from "./errors.ts"

/** An answer, cut to its schema. */
export function keptAnswer<S extends z.ZodType>(
  status: number,
  schema: S,
  out: z.input<S>,
): StoredAnswer {
  return { status, body: JSON.stringify(schema.parse(out)) }
}

/** A problem, with the id of the request that it was first answered to. */
export function keptProblem(about: Problem, requestId: string, publicUrl: string): StoredAnswer {
  const { status, body } = problem(about, requestId, publicUrl)
  return { status, body: JSON.stringify(body) }
}

/** Sends one with the media type of its kind. */
export function sendKept(reply: FastifyReply, { status, body }: StoredAnswer): FastifyReply {
  return reply
    .code(status)
    .type(status < 400 ? "application/json; charset=utf-8" : PROBLEM_TYPE)
    .serializer((text: unknown) => text as string)
    .send(body)
}
