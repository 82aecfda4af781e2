/** What merchants are told: a signed message for each change that this API shows. Pure. */
import {
  type Callback,
  type Customer,
  hmacHex,
  maskDocument,
  type Notice,
} from "../../core/index.ts"
import { paymentMethodOut, paymentRequestOut } from "./wire.ts"

/**
 * The events that change what a read answers. Nothing is told of a create, which its caller was
 * just answered with, nor of refunds and unapplied money, for which this API has no words.
 */
const TOLD: ReadonlySet<string> = new Set([
  "payment.processing",
  "payment.approved",
  "payment.settled",
  "payment.declined",
  "payment.expired",
  "payment.cancelled",
  "payment.returned",
  "instrument.active",
  "instrument.error",
  "instrument.revoked",
])

/**
 * The message for an event: the whole object with the numbers of its account and of its customer's
 * document masked; null when nobody is told.
 */
export function callback(notice: Notice): Callback | null {
  const { event, payment, instrument } = notice
  if (!TOLD.has(event.type) || !notice.customer || !instrument) return null
  const customer = masked(notice.customer)
  const told =
    event.subject === "instrument"
      ? {
          eventType: "payment-method.update",
          // The page where its owner agrees is shown only before anything of this is told.
          event: paymentMethodOut(instrument, customer, instrument.masked, ""),
        }
      : payment && {
          eventType: "payment-request.update",
          event: paymentRequestOut(
            payment,
            customer,
            instrument,
            instrument.masked,
            // Of what is told, only the end itself has the status error.
            event.createdAt,
          ),
        }
  if (!told) return null
  const body = JSON.stringify({
    webhookId: notice.deliveryId,
    timestamp: event.createdAt.toISOString(),
    ...told,
  })
  return { headers: signed(body, notice.signingKey), body }
}

function masked({ person, ...customer }: Customer): Customer {
  return {
    ...customer,
    person: { ...person, documentNumber: maskDocument(person.documentNumber) },
  }
}

/** The headers by which a receiver proves a body: its base64, and the HMAC-SHA-256 of that text. */
export function signed(body: string, integrityKey: string): Readonly<Record<string, string>> {
  const encoded = Buffer.from(body).toString("base64")
  const signature = hmacHex(integrityKey, encoded)
  return { "x-encoded-data": encoded, "x-signature": signature }
}
