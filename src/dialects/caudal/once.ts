/** Answers what makes something, once for each Idempotency-Key that a client gives. */
import type { FastifyReply, FastifyRequest } from "fastify"
import type { z } from "zod"
import type { Core } from "../../core/index.ts"
import { type Making, makeOnce } from "../once.ts"
import { keptProblem, sendKept } from "./stored.ts"

/** Makes it and answers 201, or the problem: see `makeOnce`. */
export async function made<Made extends object, S extends z.ZodType>(
  core: Core,
  request: FastifyRequest,
  reply: FastifyReply,
  prepare: () => Making<Made, S> | Promise<Making<Made, S>>,
): Promise<FastifyReply> {
  const answer = await makeOnce(
    core,
    request,
    ({ refused, message }) => keptProblem({ code: refused, message }, request.id, core.publicUrl),
    prepare,
  )
  return sendKept(reply, answer)
}
