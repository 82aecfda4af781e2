/** The routes that read refunds; they are made below their payment. */
import { z } from "zod"
import { type Core, REFUND_STATES, type RefundShown } from "../../core/index.ts"
import { type DialectApp, WireProblem } from "../dialect.ts"
import { caller } from "../mount.ts"
import { listSchema, refundSchema } from "./answers.ts"
import { idIn } from "./ids.ts"
import * as requests from "./requests.ts"
import { listOut, refundOut } from "./wire.ts"

const listRefunds = z.strictObject({
  ...requests.page("refund"),
  state: requests.several(REFUND_STATES).optional(),
  payment: requests.idOf("payment").optional(),
})

/** Registers the routes. */
export function refundRoutes(app: DialectApp, core: Core): void {
  app.get(
    "/refunds",
    { schema: { querystring: listRefunds, response: { 200: listSchema(refundSchema) } } },
    async (request) => {
      const { limit, cursor, state, payment } = request.query
      const merchantId = caller(request).merchant.id
      const page = await core.refunds.list(
        { merchantId, states: state, paymentId: payment },
        { limit, before: cursor ?? null },
      )
      return listOut("refund", page, shownOut)
    },
  )

  app.get(
    "/refunds/:id",
    { schema: { params: z.object({ id: z.string() }), response: { 200: refundSchema } } },
    async (request) => {
      const id = idIn("refund", request.params.id)
      const found = id && (await core.refunds.find(caller(request).merchant.id, id))
      if (found) return shownOut(found)
      throw new WireProblem({ code: "route_not_found", message: "there is no such refund" })
    },
  )
}

function shownOut({ refund, payment, attempt }: RefundShown) {
  return refundOut(refund, payment, attempt ?? undefined)
}
