/** Inside the gateway of the bench: a merchant who is told everything, and payments to tell of. */
import { setTimeout as sleep } from "node:timers/promises"
import { type Core, isRefusal } from "../../src/core/index.ts"
import { arrivals } from "../arrivals.ts"

/** `secret`: the Standard Webhooks secret of all endpoints. */
export type NewHooks = { readonly urls: readonly string[]; readonly secret: string }

/** A merchant of the native API, and where it is told, in the order of the addresses. */
export type Hooks = { readonly merchantName: string; readonly endpointIds: readonly string[] }

export type Charges = {
  readonly merchantName: string
  readonly perSecond: number
  readonly seconds: number
}

/** Makes a merchant with an endpoint at each address, and tells it of a first payment. */
export async function addHooks(core: Core, { secret, urls }: NewHooks): Promise<Hooks> {
  const merchantName = "Hooks"
  const { id: merchantId } = await core.merchants.add({ name: merchantName })
  await core.merchants.agree(merchantId, "caudal")
  const endpointIds: string[] = []
  for (const url of urls) {
    const added = await core.merchants.addEndpoint({ merchantId, dialect: "caudal", url, secret })
    endpointIds.push(added.endpoint.id)
  }
  await charge(core, { merchantName, perSecond: 1, seconds: 1 })
  return { merchantName, endpointIds }
}

/** Creates payments as they may come, and answers how many there were. */
export async function charge(core: Core, wanted: Charges): Promise<number> {
  const { merchantName, perSecond, seconds } = wanted
  const merchant = (await core.merchants.findByName(merchantName))!
  const beganMs = performance.now()
  const created: Promise<void>[] = []
  const failures: unknown[] = []
  for (const afterMs of arrivals(perSecond * seconds, seconds * 1_000)) {
    const waitMs = beganMs + afterMs - performance.now()
    if (waitMs > 0) await sleep(waitMs)
    // One that fails while others are still to come must not end the process.
    created.push(createOne(core, merchant).catch((error) => void failures.push(error)))
  }
  await Promise.all(created)
  if (failures.length > 0) throw failures[0]
  return created.length
}

type Merchant = NonNullable<Awaited<ReturnType<Core["merchants"]["findByName"]>>>

/** A payment of COP 100.00 whose payer hasn't chosen a way: all it does is to be told of. */
async function createOne(core: Core, merchant: Merchant): Promise<void> {
  const created = await core.pay.create({
    merchant,
    dialect: "caudal",
    kind: "charge",
    reference: null,
    amount: 10_000n,
    asset: "COP",
    description: "2 x cafe",
    purpose: {},
    customerId: null,
    instrumentId: null,
    expiresAt: null,
    way: null,
    repeat: "answer",
  })
  if (isRefusal(created)) throw new Error(created.message)
}
