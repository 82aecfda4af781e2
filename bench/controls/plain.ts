/** The plain server in a process of its own: see `server.ts`. */
import { serveStarted, settings } from "../child.ts"
import { makeBegin } from "./begin.ts"
import { createRoutes } from "./creates.ts"
import { fillWallet, rechargeRoute, type Wallet } from "./recharge.ts"
import { type Access, makePlain } from "./server.ts"
import { type Account, addStored } from "./stored.ts"

export type PlainSettings = {
  readonly databaseUrl: string
  /** Who is debited, and how much may be recharged, in centavos. */
  readonly person: object
  readonly account: Account
  readonly wallet: string
}

/** What the clients of the server have to know. */
export type PlainAccess = Access & { readonly paymentMethodId: string }

const { account, databaseUrl, person, wallet: amount } = settings<PlainSettings>()

async function start() {
  const plain = await makePlain(databaseUrl)
  const begin = makeBegin(plain)
  const wallet: Wallet = await fillWallet(plain, amount)
  createRoutes(plain, begin)
  rechargeRoute(plain, wallet)
  const paymentMethodId = await addStored(plain, { account, person })
  const access: PlainAccess = { ...(await plain.listen()), paymentMethodId }
  return { access, begin, plain }
}

serveStarted(
  start,
  {
    access: ({ access }) => access,
    /** What goes on behind answers: how much there is, and when it is over. */
    queued: ({ begin }) => begin.underWay(),
    idle: ({ begin }) => begin.idle(),
  },
  ({ plain }) => plain.close(),
)
