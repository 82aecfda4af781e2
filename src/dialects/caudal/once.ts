/** Answers what makes something, once for each Idempotency-Key that a client gives. */
import type { FastifyReply, FastifyRequest } from "fastify"
import type { z } from "zod"
import {
  type Core,
  isRefusal,
  type Once,
  type Refusal,
  type StoredAnswer,
} from "../../core/index.ts"
import { asBefore, caller, idempotencyKey } from "../mount.ts"
import { keptAnswer, keptProblem, sendKept } from "./stored.ts"

export type Making<Made, S extends z.ZodType> = {
  readonly schema: S
  /** What was made, as this API shows it. */
  out(made: Made): z.input<S>
  make(): Promise<Made | Refusal>
  makeOnce(once: Once<Made>): Promise<StoredAnswer>
}

/**
 * Makes it and answers 201, or the problem. With and without a key the answer is rendered by the
 * same function, so that a repeat can't be told from the first. `prepare` looks up what the request
 * names, and may throw its problem.
 */
export async function made<Made extends object, S extends z.ZodType>(
  core: Core,
  request: FastifyRequest,
  reply: FastifyReply,
  prepare: () => Making<Made, S> | Promise<Making<Made, S>>,
): Promise<FastifyReply> {
  const bound = idempotencyKey(request, caller(request).merchant.id)
  const answer = await asBefore(core, bound, async () => {
    const { schema, out, make, makeOnce } = await prepare()
    const render = (result: Made | Refusal): StoredAnswer =>
      isRefusal(result)
        ? keptProblem({ code: result.refused, message: result.message }, request.id, core.publicUrl)
        : keptAnswer(201, schema, out(result))
    return bound ? makeOnce({ ...bound, render }) : render(await make())
  })
  return sendKept(reply, answer)
}
