/** What the forms of a payment's page do. Each is decided by the core, and written down there. */
import { isRefusal, OUTCOMES, type Payment, type Refusal } from "../../core/index.ts"
import { amountText, readAmount } from "../figures.ts"
import { saidOf } from "../refusals.ts"
import { type Answer, type Asked, NotThere, type Shown, type Visit } from "../site.ts"
import { STATES } from "../terms.ts"
import { say } from "../words.ts"
import { NOT_TRIED, type Tried } from "./actions.ts"
import { paymentBody } from "./page.ts"
import { ACT, PAGE } from "./page-texts.ts"
import { findPayment, readWhole, type Whole } from "./whole.ts"

/** More digits than any amount has. */
const AMOUNT_MAX = 60
const ADDRESS_MAX = 200
const KEY_MAX = 100
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** The page itself. */
export async function showPayment(visit: Visit, { params }: Asked): Promise<Answer> {
  return pageOf(visit, await findPayment(visit, params["id"]), NOT_TRIED)
}

async function pageOf(visit: Visit, payment: Payment, tried: Tried): Promise<Shown> {
  return shown(visit, await readWhole(visit, payment), tried)
}

function shown(visit: Visit, whole: Whole, tried: Tried): Shown {
  const { payment } = whole.story
  const id = payment.reference ?? payment.id.slice(0, 8)
  const isWrong = tried.refused !== null || Object.keys(tried.wrong).length > 0
  return {
    title: say(PAGE.title, visit.language, { id }),
    body: paymentBody(visit, whole, tried),
    // The answer to a form stands at the form's address, where there is nothing to fetch again.
    ...(isWrong
      ? { status: tried.refused === null ? 422 : 409 }
      : { live: { payment: payment.id } }),
  }
}

/** The way back after something was done, with a sentence that says so. */
function back(visit: Visit, { id }: Payment, said: string): Answer {
  return { to: visit.href(`/payments/${id}`), said }
}

async function refused(visit: Visit, id: string, why: Refusal, typed: Tried["typed"] = {}) {
  const payment = await findPayment(visit, id)
  return pageOf(visit, payment, { typed, wrong: {}, refused: saidOf(why, visit.language) })
}

/** Gives back a part, or all that is left. */
export async function refund(visit: Visit, { params, form }: Asked): Promise<Answer> {
  const payment = await findPayment(visit, params["id"])
  const whole = await readWhole(visit, payment)
  const { reading } = whole
  const { asset } = payment
  const typed = {
    amount: (form["amount"] ?? "").slice(0, AMOUNT_MAX + 1),
    to: (form["to"] ?? "").trim().slice(0, ADDRESS_MAX + 1),
  }
  const amount = readAmount(typed.amount, asset, reading)
  const seenRefunded = readWholeNumber(form["seen"])
  // By what its form showed: what was done since is the core's to say, a repeat of it among that.
  const left = payment.captured - (seenRefunded < 0n ? payment.refunded : seenRefunded)
  const wrong = wrongWith(visit, whole, typed, { amount, left })
  if (amount === null || Object.keys(wrong).length > 0) {
    return shown(visit, whole, { typed, wrong, refused: null })
  }
  const done = await visit.core.byHand(visit.by).refund(payment, {
    amount,
    to: typed.to || null,
    from: null,
    key: (form["key"] || visit.core.ids.next()).slice(0, KEY_MAX),
    seenRefunded,
  })
  if (isRefusal(done)) return refused(visit, payment.id, done, typed)
  const words = whole.possible.refund?.needsAddress ? ACT.refundedToSign : ACT.refunded
  return back(
    visit,
    payment,
    say(words, visit.language, { amount: amountText(amount, asset, reading) }),
  )
}

function wrongWith(
  { language }: Visit,
  { possible, reading, story }: Whole,
  typed: { readonly amount: string; readonly to: string },
  { amount, left }: { readonly amount: bigint | null; readonly left: bigint },
): Tried["wrong"] {
  const wrong: Record<string, string> = {}
  const { refund: way } = possible
  if (amount === null || amount === 0n) wrong["amount"] = say(ACT.amountWrong, language)
  else if (way !== null && amount > left) {
    const shownLeft = amountText(left, story.payment.asset, reading)
    wrong["amount"] = say(ACT.amountMost, language, { left: shownLeft })
  }
  const isAddress = typed.to !== "" && typed.to.length <= ADDRESS_MAX
  if (way?.needsAddress && !isAddress) wrong["to"] = say(ACT.toMissing, language)
  return wrong
}

function readWholeNumber(text: string | undefined): bigint {
  return /^\d{1,78}$/.test(text ?? "") ? BigInt(text!) : -1n
}

/** Cancels it in its merchant's name. */
export async function cancel(visit: Visit, { params }: Asked): Promise<Answer> {
  const payment = await findPayment(visit, params["id"])
  const done = await visit.core.byHand(visit.by).cancel(payment)
  if (isRefusal(done)) return refused(visit, payment.id, done)
  return back(visit, payment, say(ACT.cancelled, visit.language))
}

/** Takes a refund back that nobody signed. */
export async function takeBack(visit: Visit, { params, form }: Asked): Promise<Answer> {
  const payment = await findPayment(visit, params["id"])
  const refundId = UUID.test(form["refund"] ?? "") ? form["refund"]! : null
  const refunds = await visit.core.payments.refunds(payment.id)
  if (refundId === null || !refunds.some(({ id }) => id === refundId)) throw new NotThere()
  const done = await visit.core.byHand(visit.by).cancelRefund(payment, refundId)
  if (isRefusal(done)) return refused(visit, payment.id, done)
  return back(visit, payment, say(ACT.takenBack, visit.language))
}

/** Sandbox only: makes the far side say how it ended. */
export async function simulate(visit: Visit, { params, form }: Asked): Promise<Answer> {
  const payment = await findPayment(visit, params["id"])
  const outcome = OUTCOMES.find((each) => each === form["outcome"])
  const merchant = await visit.core.merchants.find(payment.merchantId)
  if (outcome === undefined || merchant === null) throw new NotThere()
  const done = await visit.core.byHand(visit.by).simulate(merchant, payment, outcome, null)
  if (isRefusal(done)) return refused(visit, payment.id, done)
  const state = say(STATES[done.state], visit.language).toLowerCase()
  return back(visit, payment, say(ACT.simulated, visit.language, { state }))
}

/** Sends one of its webhooks again. */
export async function replay(visit: Visit, { params, form }: Asked): Promise<Answer> {
  const payment = await findPayment(visit, params["id"])
  const id = UUID.test(form["delivery"] ?? "") ? form["delivery"]! : null
  const done = id && (await visit.core.events.replay(payment.merchantId, id))
  if (!done) throw new NotThere()
  if (isRefusal(done)) return refused(visit, payment.id, done)
  return back(visit, payment, say(ACT.replayed, visit.language))
}
