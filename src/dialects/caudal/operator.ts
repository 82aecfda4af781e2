/** The routes of operators: they book money that came in for merchants, with keys of their own. */
import type { FastifyReply, FastifyRequest } from "fastify"
import { z } from "zod"
import type { Core, Merchant, OperatorKey } from "../../core/index.ts"
import { type DialectApp, WireProblem } from "../dialect.ts"
import { askWho } from "../limit.ts"
import { orThrow } from "../mount.ts"
import * as answers from "./answers.ts"
import { authenticateOperator } from "./auth.ts"
import { idIn, idOut } from "./ids.ts"
import * as requests from "./requests.ts"
import { requireOperatorScope } from "./scopes.ts"
import { allOut, balancesOut } from "./wire.ts"

/** Merchants that were found and are not looked for again: none ever goes away. */
const REMEMBERED_MAX = 10_000

/** Registers the routes. They are open to no merchant: each asks for an operator itself. */
export function operatorRoutes(app: DialectApp, core: Core): void {
  const operators = new WeakMap<FastifyRequest, OperatorKey>()
  const known = new Set<string>()
  const forOperators = {
    config: { open: true },
    async onRequest(request: FastifyRequest, reply: FastifyReply) {
      const ask = () => authenticateOperator(request, core)
      const operator = await askWho(core, request, reply, ask)
      request.logged.operatorKey = operator.id
      core.operators.used(operator)
      requireOperatorScope(app, request, core, operator.scopes)
      operators.set(request, operator)
    },
  }

  app.post(
    "/operator/top-ups",
    {
      ...forOperators,
      schema: {
        body: requests.topUp,
        response: { 200: answers.topUpSchema, 201: answers.topUpSchema },
      },
    },
    async (request, reply) => {
      const { merchant: given, asset, amount } = request.body
      const reference = referenceIn(core, request.body.reference)
      const merchantId = known.has(given) ? given : (await found(core, given)).id
      if (known.size >= REMEMBERED_MAX) known.clear()
      known.add(merchantId)
      const { id: operatorKey, name: operator } = operators.get(request)!
      const by = { kind: "operator-key", name: operator, id: operatorKey } as const
      const booked = orThrow(await core.wallet.topUp({ merchantId, asset, amount, reference }, by))
      const { balance, repeated } = booked
      const about = { merchant: merchantId, asset, amount: amount.toString(), reference, repeated }
      core.log.info({ operatorKey, operator, ...about }, "top-up")
      return reply.code(repeated ? 200 : 201).send({
        object: "top_up",
        ...about,
        merchant: idOut("merchant", merchantId),
        available: balance.toString(),
      })
    },
  )

  app.get(
    "/operator/merchants/:id/balances",
    {
      ...forOperators,
      schema: {
        params: z.object({ id: z.string() }),
        response: { 200: answers.listSchema(answers.balanceSchema) },
      },
    },
    async (request) => {
      const { id } = await found(core, idIn("merchant", request.params.id))
      return allOut(balancesOut(await core.books.accounts(id)))
    },
  )
}

/** The reference as it is booked; throws a `WireProblem` that says which rule it breaks. */
function referenceIn(core: Core, text: string): string {
  const read = core.readTopUpReference(text)
  if ("reference" in read) return read.reference
  const message = `reference: ${read.rule}`
  throw new WireProblem({ code: "body_invalid", message, field: "reference" })
}

async function found(core: Core, id: string | null): Promise<Merchant> {
  const merchant = id && (await core.merchants.find(id))
  if (merchant) return merchant
  throw new WireProblem({ code: "route_not_found", message: "there is no such merchant" })
}
