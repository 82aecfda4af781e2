/** Answers a create, once for each Idempotency-Key that a client gives. */
import type { FastifyReply, FastifyRequest } from "fastify"
import type { z } from "zod"
import type { Core, Refusal, StoredAnswer } from "../../core/index.ts"
import { sendStored } from "../mount.ts"
import { type Making, makeOnce } from "../once.ts"
import { problem } from "./errors.ts"

/** Makes it and answers 201, or the problem: see `makeOnce`. */
export async function create<Made extends object, S extends z.ZodType>(
  core: Core,
  request: FastifyRequest,
  reply: FastifyReply,
  prepare: () => Making<Made, S> | Promise<Making<Made, S>>,
): Promise<FastifyReply> {
  return sendStored(reply, await makeOnce(core, request, refusedAs, prepare))
}

function refusedAs({ refused, message }: Refusal): StoredAnswer {
  const { status, body } = problem({ code: refused, message })
  return { status, body: JSON.stringify(body) }
}
