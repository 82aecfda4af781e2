/** The route of a wallet's statement: pages of JSON, or all of it as CSV. */
import { once } from "node:events"
import { PassThrough } from "node:stream"
import type { FastifyReply, FastifyRequest } from "fastify"
import type { Balances, Core, StatementAsked, StatementLine } from "../../core/index.ts"
import { type DialectApp, WireProblem } from "../dialect.ts"
import { caller } from "../mount.ts"
import * as answers from "./answers.ts"
import { statementCsvOut, statementOut } from "./movements.ts"
import * as requests from "./requests.ts"

/** Of a page of JSON, when nobody says. */
const LIMIT_DEFAULT = 100
/** Each holds one of a node's few connections to the database while its reader reads. */
const AT_ONCE = 2
/** A reader that takes nothing for so long is cut off. */
const STALLED_MS = 10_000

/** Registers the route. */
export function statementRoute(app: DialectApp, core: Core): void {
  let reading = 0
  app.get(
    "/statement",
    {
      schema: {
        querystring: requests.readStatement,
        response: { 200: answers.statementSchema },
      },
    },
    async (request, reply) => {
      const { asset, from, to, limit, cursor } = request.query
      const asked = { merchantId: caller(request).merchant.id, asset, from, to }
      if (!wantsCsv(request)) {
        const page = { limit: limit ?? LIMIT_DEFAULT, after: cursor ?? null }
        return statementOut(asset, await core.reports.statementPage(asked, page))
      }
      if (limit !== undefined || cursor !== undefined) {
        const message = "limit and cursor are for pages of JSON: CSV is whole"
        throw new WireProblem({ code: "body_invalid", message })
      }
      if (reading >= AT_ONCE) {
        const message = "other statements are being read as CSV now: try again"
        throw new WireProblem({ code: "too_many_requests", message })
      }
      reading += 1
      const stream = await begun(core, asked, () => {
        reading -= 1
      })
      return csvReply(reply, stream)
    },
  )
}

/** Who names JSON, too, or nothing, gets JSON. */
function wantsCsv({ headers }: FastifyRequest): boolean {
  const types = (headers.accept ?? "").split(",").map((each) => each.split(";")[0]!.trim())
  return types.includes("text/csv") && !types.includes("application/json")
}

function csvReply(reply: FastifyReply, stream: PassThrough) {
  // The schema is that of a page: a stream passes it by.
  return reply.type("text/csv; charset=utf-8").send(stream as never)
}

/**
 * Starts reading, and answers the stream once it has begun: what fails before that is answered as a
 * problem. What fails later, or doesn't agree with the ledger, cuts the stream off before its last
 * line. `over` is called at the end.
 */
async function begun(core: Core, asked: StatementAsked, over: () => void): Promise<PassThrough> {
  const csv = statementCsvOut(asked.asset)
  const stream = new PassThrough()
  const gone = new AbortController()
  stream.on("close", () => gone.abort())
  // Whoever has the stream is told by its end; an error that nobody listens for stops the node.
  stream.on("error", () => {})
  const opened = Promise.withResolvers<void>()
  const visit = async (lines: readonly StatementLine[], opening: Balances) => {
    await write(stream, csv.part(lines, opening), gone.signal)
    opened.resolve()
  }
  const read = core.reports.statement(asked, visit).then((said) => {
    if (!said.agrees) throw new Error(`the statement of ${asked.merchantId} doesn't agree`)
    stream.end(csv.end(said.closing))
  })
  void read
    .catch((error: Error) => {
      opened.reject(error)
      // A reader that went away, or sleeps, is no fault of ours.
      if (error.name !== "AbortError") core.log.error({ err: error }, "statement")
      stream.destroy(error)
    })
    .finally(over)
  await opened.promise
  return stream
}

/** Waits for a reader that is slower than we are; throws when it is gone, or might as well be. */
async function write(stream: PassThrough, text: string, gone: AbortSignal): Promise<void> {
  gone.throwIfAborted()
  if (stream.write(text)) return
  const signal = AbortSignal.any([gone, AbortSignal.timeout(STALLED_MS)])
  await once(stream, "drain", { signal })
}
