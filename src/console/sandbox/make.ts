/** Makes a sample payment of a dialect, as its own API would have made it. */
import { setTimeout as sleep } from "node:timers/promises"
import {
  type Core,
  type DialectName,
  isRefusal,
  type Merchant,
  type Payment,
  type Sample,
} from "../../core/index.ts"
import { say, type Visit } from "../site.ts"
import { PLAY } from "./texts.ts"

/** A simulated bank answers within a second; what takes longer is charged by the next click. */
const LOOKS = 25
const LOOK_EVERY_MS = 120

/** A payment, or a sentence that says why there is none. */
export async function makeSample(
  visit: Visit,
  merchant: Merchant,
  dialect: DialectName,
  digits: string,
): Promise<Payment | { readonly why: string }> {
  const { core, language } = visit
  const rail = core.railFor(merchant, "recharge")
  const sample = core.doors
    .find(({ name }) => name === dialect)
    ?.sample({
      merchant,
      digits,
      now: core.clock.now(),
      reference: `T-${core.ids.next().slice(0, 13)}`,
      companies: dialect === "tapila" ? await core.catalogue.list(null) : [],
      agent: (rail && core.rails.get(rail)?.displayName) ?? "",
    })
  if (!sample) return { why: say(PLAY.nothing, language) }
  const charged = await chargedIn(core, merchant, dialect, sample)
  if (charged === "refused") return { why: say(PLAY.pending, language) }
  const made = await core.pay.create({ ...sample.payment, ...charged })
  return isRefusal(made) ? { why: made.message } : made.payment
}

type Charged = Pick<Parameters<Core["pay"]["create"]>[0], "customerId" | "instrumentId" | "way">

/** The account that is charged, stored with its owner's consent first, where there is one. */
async function chargedIn(
  core: Core,
  { id: merchantId, ...merchant }: Merchant,
  dialect: DialectName,
  { account, payment }: Sample,
): Promise<Charged | "refused"> {
  const { way } = payment
  if (account === null || way === null) return { customerId: null, instrumentId: null, way }
  const { details, masked, person, type } = account
  const customer = await core.customers.create({ merchantId, dialect, person })
  const rail = core.railFor({ id: merchantId, ...merchant }, way.method)
  if (rail === null || isRefusal(customer)) return "refused"
  const { email: _email, ...owner } = person
  const made = await core.instruments.create({
    ...{ merchantId, dialect, customerId: customer.id, rail, type, details, masked },
    consent: {
      at: core.clock.now(),
      proof: { person: owner, channel: "merchant", givenBy: "console", reference: null },
    },
  })
  if (isRefusal(made)) return "refused"
  const { consentedAt, id } = made.instrument
  await verified(core, merchantId, id)
  const mandate = { id, consentedAt: consentedAt?.toISOString() ?? "" }
  return {
    customerId: customer.id,
    instrumentId: id,
    way: { method: way.method, target: { ...details, mandate } },
  }
}

/** Waits a moment for the bank to verify an account: before that nothing can be charged to it. */
async function verified(core: Core, merchantId: string, id: string): Promise<void> {
  for (let look = 0; look < LOOKS; look += 1) {
    const instrument = await core.instruments.find(merchantId, id)
    if (instrument?.state !== "pending") return
    await sleep(LOOK_EVERY_MS)
  }
}
