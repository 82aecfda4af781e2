/** Makes something, once for each Idempotency-Key that a client gives. */
import type { FastifyRequest } from "fastify"
import type { z } from "zod"
import { type Core, isRefusal, type Once, type Refusal, type StoredAnswer } from "../core/index.ts"
import { asBefore, caller, idempotencyKey } from "./mount.ts"

/** What is to be made, and how it is shown. */
export type Making<Made, S extends z.ZodType> = {
  readonly schema: S
  /** What was made, as this API shows it. */
  out(made: Made): z.input<S>
  make(): Promise<Made | Refusal>
  makeOnce(once: Once<Made>): Promise<StoredAnswer>
}

/**
 * Makes it and answers 201, or what `refused` makes of a refusal. With and without a key the answer
 * is rendered by the same function, so that a repeat can't be told from the first. `prepare` looks
 * up what the request names, and may throw its problem.
 */
export async function makeOnce<Made extends object, S extends z.ZodType>(
  core: Core,
  request: FastifyRequest,
  refused: (refusal: Refusal) => StoredAnswer,
  prepare: () => Making<Made, S> | Promise<Making<Made, S>>,
): Promise<StoredAnswer> {
  const bound = idempotencyKey(request, caller(request).merchant.id)
  return asBefore(core, bound, async () => {
    const { schema, out, make, makeOnce } = await prepare()
    const render = (made: Made | Refusal): StoredAnswer =>
      isRefusal(made)
        ? refused(made)
        : { status: 201, body: JSON.stringify(schema.parse(out(made))) }
    return bound ? makeOnce({ ...bound, render }) : render(await make())
  })
}
