/** All that a payment's page is made of, read for whoever may see it. */
import type { Core, Merchant, Payment, Story } from "../../core/index.ts"
import { type Reading, readingFor } from "../figures.ts"
import { type Masked, payerOf, personOf } from "../payers.ts"
import { NotThere, type Visit } from "../site.ts"
import { type Possible, possibleFor } from "./possible.ts"

type WholeDelivery = NonNullable<Awaited<ReturnType<Core["events"]["delivery"]>>>

export type Whole = {
  readonly story: Story
  readonly merchant: Merchant
  readonly reading: Reading
  readonly possible: Possible
  readonly payer: Masked
  readonly deliveries: ReadonlyMap<string, WholeDelivery>
}

/** So many messages are opened for one page; the others have pages of their own. */
const OPENED_MAX = 20

const ID = /^(?:pay_)?([0-9a-f]{8})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{12})$/i

/**
 * The payment that an address names. One of another merchant's is not there, as one that never was:
 * both are told apart from what is there by the same one look-up.
 */
export async function findPayment(
  { core, merchant }: Pick<Visit, "core" | "merchant">,
  text: string | undefined,
): Promise<Payment> {
  const id = ID.exec(text ?? "")
    ?.slice(1)
    .join("-")
    .toLowerCase()
  if (id === undefined) throw new NotThere()
  const payment = merchant
    ? await core.payments.find(merchant.id, id)
    : await core.payments.findByLink(id)
  if (payment === null) throw new NotThere()
  return payment
}

/** Reads what its page shows. */
export async function readWhole(visit: Visit, payment: Payment): Promise<Whole> {
  const { core } = visit
  const [story, merchant, customer] = await Promise.all([
    core.story(payment.id),
    core.merchants.find(payment.merchantId),
    payment.customerId && core.customers.find(payment.merchantId, payment.customerId),
  ])
  if (story === null || merchant === null) throw new NotThere()
  const shown = story.chapters.filter((each) => each.what === "delivery").slice(0, OPENED_MAX)
  const deliveries = await Promise.all(
    shown.map(({ deliveryId }) => core.events.delivery(payment.merchantId, deliveryId)),
  )
  return {
    story,
    merchant,
    reading: readingFor(visit, merchant),
    possible: possibleFor(story, { rails: core.rails, sandbox: core.mode === "sandbox" }),
    payer: customer ? personOf(customer.person) : payerOf(openPurpose(core, payment)),
    deliveries: new Map(
      deliveries.flatMap((each) => (each === null ? [] : [[each.delivery.id, each]])),
    ),
  }
}

/** What can't be opened keeps nothing else back. */
function openPurpose(core: Core, payment: Payment): Payment["purpose"] {
  try {
    return core.payments.openPurpose(payment)
  } catch {
    return {}
  }
}
