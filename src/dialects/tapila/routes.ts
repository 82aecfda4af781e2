/** The routes of this API: catalogue, recharge, look-up, wallet and exchange rates. */
import { z } from "zod"
import type { Core, Payment } from "../../core/index.ts"
import { type DialectApp, WireProblem } from "../dialect.ts"
import { caller, readJson } from "../mount.ts"
import { operationAnswer, ratesAnswer, walletAnswer } from "./answers.ts"
import { makeCatalogue } from "./catalogue.ts"
import { catalogueRoutes } from "./catalogue-routes.ts"
import { loginRoutes } from "./login.ts"
import { rechargeRoutes } from "./recharge.ts"
import { operationParams, operationQuery, ratesQuery } from "./requests.ts"
import { balancesOf, ratesOf } from "./tools.ts"
import { traceOf } from "./trace.ts"
import { operationOf } from "./wire.ts"

/** Registers all routes, with their paths as on the vendor's pages. */
export function routes(app: DialectApp, core: Core): void {
  const catalogue = makeCatalogue(core)
  const trace = (request: { id: string }) => traceOf(request.id, core.ids.next())
  // Every call of this API has a JSON content type, also those that have no body to go with it.
  readJson(app, "take empty")
  loginRoutes(app, core)
  catalogueRoutes(app, core, catalogue)
  rechargeRoutes(app, core, catalogue)

  app.get(
    "/operation/:operationId",
    {
      schema: {
        params: operationParams,
        querystring: operationQuery,
        response: { 200: operationAnswer },
      },
    },
    async (request) => {
      const { operationId } = request.params
      const { merchant } = caller(request)
      const byReference = request.query.type !== undefined
      const payment = byReference
        ? await core.payments.findByReference(merchant.id, "tapila", operationId)
        : await findOperation(merchant.id, operationId)
      if (payment?.dialect !== "tapila") {
        throw new WireProblem({ code: "payment_not_found", message: "there is no such operation" })
      }
      return { operation: operationOf(payment), ...trace(request) }
    },
  )

  app.post("/wallet/balance", { schema: { response: { 200: walletAnswer } } }, async (request) => {
    const { merchant, terms } = caller(request)
    const accounts = await core.books.accounts(merchant.id)
    return { balances: balancesOf(accounts, terms.settings.country), ...trace(request) }
  })

  app.post(
    "/exchange/rate",
    { schema: { querystring: ratesQuery, response: { 200: ratesAnswer } } },
    async (request) => ({ exchanges: ratesOf(request.query, core.mode), ...trace(request) }),
  )

  async function findOperation(merchantId: string, id: string): Promise<Payment | null> {
    return z.guid().safeParse(id).success ? core.payments.find(merchantId, id) : null
  }
}
