/** The decisions behind the pages: what is shown when, where a payer goes back to, who may post. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { type Attempt, type Payment, type PayOption, REASONS, STATES } from "../core/index.ts"
import { maskKnown } from "./form.ts"
import { isForeign } from "./guard.ts"
import { toText } from "./html.ts"
import { amountText, timeText } from "./layout.ts"
import { briefOf, returnUrl } from "./purpose.ts"
import { dictionaries } from "./texts/index.ts"
import { hasPage, viewOf } from "./view.ts"

const t = dictionaries.es
const NOW = new Date("2026-01-05T14:03:00.000Z")

const payment: Payment = {
  id: "019b8e42-0fd0-4003-8c33-5e7f3b20ad21",
  merchantId: "019b8e40-0000-4000-8000-000000000001",
  dialect: "palomma-pay",
  kind: "charge",
  reference: null,
  amount: 1_250_000n,
  asset: "COP",
  state: "pending",
  reason: null,
  description: null,
  purpose: {},
  customerId: null,
  instrumentId: null,
  openAttemptId: null,
  captured: 0n,
  refunded: 0n,
  fee: 0n,
  deferred: false,
  version: 1,
  expiresAt: null,
  createdAt: NOW,
  updatedAt: NOW,
  approvedAt: null,
  settledAt: null,
}

const attempt: Attempt = {
  id: "019b8e42-0fd1-4004-8d44-6f804c31be32",
  paymentId: payment.id,
  merchantId: payment.merchantId,
  refundId: null,
  rail: "simulator",
  method: "bank",
  kind: "charge",
  amount: payment.amount,
  asset: "COP",
  state: "unknown",
  reason: null,
  targetSealed: Buffer.alloc(0),
  instructions: null,
  received: {},
  seen: {},
  paidAsset: null,
  paidAmount: null,
  railReference: null,
  looks: 0,
  lookAt: null,
  leaseOwner: null,
  fence: 1,
  begunAt: NOW,
  createdAt: NOW,
  updatedAt: NOW,
}

const option: PayOption = {
  blockchain: "Ethereum",
  chainId: 1,
  token: "USDT",
  decimals: 6,
  asset: "eip155:1/erc20:0x00",
  amount: "25500000",
  address: "0x01",
  uri: "ethereum:0x00",
}

test("a payer sees the one thing that can be done now", () => {
  const open = { openAttemptId: attempt.id }
  const declined: Attempt = { ...attempt, state: "declined", reason: "not_enough_funds" }
  const crypto: Attempt = { ...attempt, method: "crypto", instructions: { options: [option] } }
  const visit = { ...attempt, instructions: { url: "https://bank.example/a" } }
  const unsafe = { ...attempt, instructions: { url: "javascript:alert(1)" } }
  const refund: Attempt = { ...declined, kind: "refund" }
  const rows: [over: Partial<Payment>, attempts: Attempt[], kind: string, more?: object][] = [
    [{}, [], "choose", { declined: null }],
    [{}, [declined], "choose", { declined: "not_enough_funds" }],
    [{}, [{ ...declined, reason: null }], "choose", { declined: "other" }],
    [{}, [refund], "choose", { declined: null }],
    [open, [attempt], "wait", { crypto: false }],
    [open, [{ ...declined, id: "x" }, attempt], "wait", { crypto: false }],
    [{ ...open, state: "processing" }, [crypto], "wait", { crypto: true }],
    [open, [visit], "visit", { url: "https://bank.example/a" }],
    [open, [unsafe], "wait", { crypto: false }],
    [{}, [{ ...crypto, state: "declined" }], "resend", { declined: "other" }],
    [{}, [{ ...crypto, state: "closed" }], "resend", { declined: null }],
  ]
  for (const [over, attempts, kind, more] of rows) {
    assert.deepEqual(viewOf({ ...payment, ...over }, attempts), { kind, ...more })
  }
  for (const state of STATES.filter((each) => each !== "pending" && each !== "processing")) {
    const ended = viewOf({ ...payment, state, reason: "other" }, [declined])
    assert.deepEqual(ended, { kind: "ended", state, reason: "other" })
  }
})

test("what already came in is taken off what is asked for", () => {
  const rows: [received: string | null, missing: bigint][] = [
    [null, 25_500_000n],
    ["500000", 25_000_000n],
    ["25500000", 0n],
    ["99000000", 0n],
  ]
  for (const [amount, missing] of rows) {
    const received = amount === null ? {} : { [option.asset]: amount }
    const crypto: Attempt = { ...attempt, method: "crypto", received }
    const sending = { ...crypto, instructions: { options: [option] } }
    const view = viewOf({ ...payment, openAttemptId: attempt.id }, [sending])
    assert.ok(view.kind === "send")
    assert.equal(view.offers[0]!.missing, missing)
  }
})

test("only payments whose payer chooses have a page", () => {
  assert.equal(hasPage(payment), true)
  assert.equal(hasPage({ ...payment, kind: "recharge" }), false)
  assert.equal(hasPage({ ...payment, instrumentId: attempt.id }), false)
})

test("a payer goes back with the id and how it ended, beside the merchant's own query", () => {
  const tail = `transaccion=${payment.id}&estado=`
  const rows: [url: string | null, over: Partial<Payment>, back: string | null][] = [
    ["https://a.example", { state: "approved" }, `https://a.example/?${tail}APPROVED`],
    ["https://a.example/x?b=%20+c", {}, `https://a.example/x?b=%20+c&${tail}PENDING`],
    ["https://a.example/#f", { state: "expired" }, `https://a.example/?${tail}REJECTED#f`],
    ["https://a.example/?", { state: "processing" }, `https://a.example/?${tail}PENDING`],
    [
      "https://a.example",
      { state: "declined", reason: "operator_unavailable" },
      `https://a.example/?${tail}ERROR`,
    ],
    ["https://a.example", { state: "returned" }, `https://a.example/?${tail}REJECTED`],
    ["javascript:alert(1)", {}, null],
    ["nothing", {}, null],
    [null, {}, null],
  ]
  for (const [url, over, back] of rows) {
    assert.equal(returnUrl(url, { ...payment, ...over }), back)
  }
})

test("the page opens whatever a dialect left for it", () => {
  const settings = { displayName: null, supportInfo: "help", rails: {}, lateMoneyHours: 24 }
  const merchant = { id: "m", name: "Shop", timeZone: "UTC", settings, createdAt: NOW }
  const nothing = { redirectUrl: null, enforcedDocument: null, payer: null }
  const purposes: object[] = [
    {},
    { redirectUrl: 7, displayName: {}, supportInfo: "", enforcedDocument: [], payer: "x" },
  ]
  for (const purpose of purposes) {
    const brief = briefOf({ ...purpose }, merchant)
    assert.deepEqual(brief, { ...nothing, displayName: "Shop", supportInfo: "help" })
  }
})

test("amounts and times are written as people in Colombia do", () => {
  const rows: [amount: bigint, currency: string, written: string][] = [
    [1_250_000n, "COP", "$ 12.500"],
    [1_250_050n, "COP", "$ 12.500,50"],
    [2_550n, "USD", "$ 25,50"],
    [950n, "CLP", "$ 950"],
    [900_719_925_474_099_301n, "COP", "$ 9.007.199.254.740.993,01"],
  ]
  for (const [amount, currency, written] of rows) {
    assert.equal(amountText(amount, currency, t).replace(/\s/g, " "), written)
  }
  const time = toText(timeText(NOW, "America/Bogota", t)).replace(/\s/g, " ")
  assert.match(
    time,
    /^<time datetime="2026-01-05T14:03:00\.000Z">5 de enero de 2026.* 9:03 a\. m\.</,
  )
})

test("what a merchant knows of a payer is shown as little of as helps", () => {
  const rows = [
    ["name", "Ana María Ruiz", "A•• M•••• R•••"],
    ["documentNumber", "1020304050", "•••050"],
    ["documentNumber", "123456", "•••"],
    ["email", "ana@example.test", "a•••@example.test"],
    ["phoneNumber", "3001234567", "•••567"],
  ] as const
  for (const [field, value, shown] of rows) assert.equal(maskKnown(field, value), shown)
})

test("a form counts as ours unless a browser says otherwise", () => {
  const rows: [headers: Record<string, string>, foreign: boolean][] = [
    [{}, false],
    [{ "sec-fetch-site": "same-origin" }, false],
    [{ "sec-fetch-site": "same-origin", origin: "null" }, false],
    [{ "sec-fetch-site": "none" }, false],
    [{ "sec-fetch-site": "same-site" }, true],
    [{ "sec-fetch-site": "cross-site", origin: "https://pay.example" }, true],
    [{ origin: "null" }, false],
    [{ origin: "https://pay.example" }, false],
    [{ origin: "http://127.0.0.1:8080" }, false],
    [{ origin: "http://127.0.0.1:9090" }, true],
    [{ origin: "https://pay.example.evil.example" }, true],
    [{ origin: "nonsense" }, true],
  ]
  for (const [headers, foreign] of rows) {
    const hosts = ["pay.example", "127.0.0.1:8080"]
    assert.equal(isForeign(headers, hosts), foreign, JSON.stringify(headers))
  }
})

test("every reason has a sentence for its payer", () => {
  for (const reason of REASONS) assert.match(t.reasons[reason], /^\p{Lu}.*\.$/u)
})
