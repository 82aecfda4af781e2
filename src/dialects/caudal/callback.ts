/** What an endpoint of this API is told: every event, with its subject as it then was. */
import type { Callback, Notice } from "../../core/index.ts"
import { eventOut, instrumentOut, paymentOut } from "./wire.ts"

/** The message for an event. It is signed by the Standard Webhooks headers alone. */
export function callback({ event, payment, instrument }: Notice): Callback | null {
  const object =
    event.subject === "instrument"
      ? instrument && instrumentOut(instrument)
      : payment && paymentOut(payment)
  if (!object) return null
  return { headers: {}, body: JSON.stringify({ ...eventOut(event), data: { object } }) }
}
