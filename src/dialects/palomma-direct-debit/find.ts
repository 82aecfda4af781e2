/** Looks up what a request names; what is somebody else's is as unknown as what never was. */
import {
  type Core,
  type Customer,
  type Instrument,
  type Merchant,
  type Payment,
  refuse,
} from "../../core/index.ts"
import { orThrow } from "../mount.ts"
import { knownForm } from "./requests.ts"
import { isError, paymentRequestOut } from "./wire.ts"

export const DIALECT = "palomma-direct-debit"

/** A merchant's customer; throws the problem of one that isn't there. */
export async function findCustomer(
  core: Core,
  merchant: Merchant,
  given: string,
): Promise<Customer> {
  const id = knownForm(given)
  const customer = id && (await core.customers.find(merchant.id, id))
  if (customer && customer.dialect === DIALECT) return customer
  return orThrow<Customer>(refuse("customer_not_found", "there is no such customer"))
}

/** A merchant's payment method; throws the problem of one that isn't there. */
export async function findInstrument(
  core: Core,
  merchant: Merchant,
  given: string,
): Promise<Instrument> {
  const id = knownForm(given)
  const instrument = id && (await core.instruments.find(merchant.id, id))
  if (instrument && instrument.dialect === DIALECT) return instrument
  return orThrow<Instrument>(refuse("instrument_not_found", "there is no such payment method"))
}

/** A merchant's payment request; throws the problem of one that isn't there. */
export async function findPayment(core: Core, merchant: Merchant, given: string): Promise<Payment> {
  const id = knownForm(given)
  const payment = id && (await core.payments.find(merchant.id, id))
  if (payment && payment.dialect === DIALECT) return payment
  return orThrow<Payment>(refuse("payment_not_found", "there is no such payment request"))
}

/**
 * Payment requests as this API shows them, with one look at customers, one at methods, and one at
 * when those that failed did.
 */
export async function shownRequests(core: Core, merchant: Merchant, payments: readonly Payment[]) {
  const failed = payments.filter(({ state }) => isError(state))
  const [customers, instruments, since] = await Promise.all([
    core.customers.findMany(
      merchant.id,
      payments.map((payment) => payment.customerId!),
    ),
    core.instruments.findMany(
      merchant.id,
      payments.map((payment) => payment.instrumentId!),
    ),
    failed.length === 0 ? null : core.payments.statesSince(failed),
  ])
  return payments.map((payment) => {
    const instrument = instruments.get(payment.instrumentId!)!
    const customer = customers.get(payment.customerId!)!
    const endedAt = since?.get(payment.id) ?? null
    return paymentRequestOut(payment, customer, instrument, instrument.details, endedAt)
  })
}
