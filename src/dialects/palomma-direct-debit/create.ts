/** Answers a create, once for each Idempotency-Key that a client gives. */
import type { FastifyReply, FastifyRequest } from "fastify"
import type { z } from "zod"
import {
  type Core,
  isRefusal,
  type Once,
  type Refusal,
  type StoredAnswer,
} from "../../core/index.ts"
import { asBefore, caller, idempotencyKey, sendStored } from "../mount.ts"
import { problem } from "./errors.ts"

export type Creation<T, S extends z.ZodType> = {
  readonly schema: S
  /** What was made, as this API shows it. */
  out(made: T): z.input<S>
  make(): Promise<T | Refusal>
  makeOnce(once: Once<T>): Promise<StoredAnswer>
}

/**
 * Makes it and answers 201, or the problem. With and without a key the answer is rendered by the
 * same function, so that a repeat can't be told from the first. `prepare` looks up what the request
 * names, and may throw its problem.
 */
export async function create<T extends object, S extends z.ZodType>(
  core: Core,
  request: FastifyRequest,
  reply: FastifyReply,
  prepare: () => Creation<T, S> | Promise<Creation<T, S>>,
): Promise<FastifyReply> {
  const bound = idempotencyKey(request, caller(request).merchant.id)
  const answer = await asBefore(core, bound, async () => {
    const { schema, out, make, makeOnce } = await prepare()
    const render = (made: T | Refusal): StoredAnswer => {
      if (!isRefusal(made)) return { status: 201, body: JSON.stringify(schema.parse(out(made))) }
      const said = problem({ code: made.refused, message: made.message })
      return { status: said.status, body: JSON.stringify(said.body) }
    }
    return bound ? makeOnce({ ...bound, render }) : render(await make())
  })
  return sendStored(reply, answer)
}
