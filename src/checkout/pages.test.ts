/** The decisions behind the pages: what is shown when, where a payer goes back to, who may post. */
import assert from "node:assert/strict"
import { test } from "node:test"
import {
  type Attempt,
  type Method,
  type Payment,
  type PayOption,
  REASONS,
  STATES,
  type Target,
} from "../core/index.ts"
import { isForeign } from "../pages/guard.ts"
import { toText } from "../pages/html.ts"
import { chosenOf, sourceText } from "./chosen.ts"
import { maskKnown } from "./form.ts"
import { amountText, timeText } from "./layout.ts"
import { offeredTo, type PageMethod } from "./methods.ts"
import { type Brief, briefOf, descriptionOf, returnUrl } from "./purpose.ts"
import { dictionaries } from "./texts/index.ts"
import { chosenAttempt, hasPage, viewOf } from "./view.ts"

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
  held: 0n,
  commission: 0n,
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
    assert.deepEqual(viewOf({ ...payment, ...over }, attempts, ["crypto"]), { kind, ...more })
  }
  for (const state of STATES.filter((each) => each !== "pending" && each !== "processing")) {
    const ended = viewOf({ ...payment, state, reason: "other" }, [declined], [])
    assert.deepEqual(ended, { kind: "ended", state, reason: "other" })
    // The bank may have taken the money in time: nobody is sent for another link yet.
    const asked = viewOf({ ...payment, state, reason: "other" }, [visit], [])
    const atBank = state === "expired" && { atBank: true }
    assert.deepEqual(asked, { kind: "ended", state, reason: "other", ...atBank })
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
    const view = viewOf({ ...payment, openAttemptId: attempt.id }, [sending], [])
    assert.ok(view.kind === "send")
    assert.equal(view.offers[0]!.missing, missing)
  }
})

test("who had an address chooses anew where there is another way, else asks for another", () => {
  const left: Attempt = { ...attempt, method: "crypto", state: "closed" }
  const rows: [offered: Method[], kind: string][] = [
    [[], "resend"],
    [["crypto"], "resend"],
    [["bank", "crypto"], "choose"],
    [["wallet"], "choose"],
  ]
  for (const [offered, kind] of rows) {
    assert.deepEqual(viewOf(payment, [left], offered), { kind, declined: null })
  }
})

test("a payer is offered what the merchant has, the payment allows and a document permits", () => {
  const all: Method[] = ["bank", "wallet", "crypto", "recharge"]
  const brief = { methods: null, enforcedDocument: null } as Brief
  const rows: [available: Method[], asset: string, brief: Partial<Brief>, offered: PageMethod[]][] =
    [
      [all, "COP", {}, ["bank", "wallet", "bancolombia", "crypto"]],
      [["wallet"], "COP", {}, ["wallet"]],
      [["bank"], "COP", {}, ["bank", "bancolombia"]],
      [[], "COP", {}, []],
      [all, "USD", {}, ["crypto"]],
      [all, "COP", { enforcedDocument: "1020304050" }, ["bank", "wallet", "bancolombia"]],
      [all, "USD", { enforcedDocument: "1020304050" }, []],
      [all, "COP", { methods: ["crypto"] }, ["crypto"]],
      [all, "COP", { methods: ["wallet", "nonsense"] }, ["wallet"]],
      [all, "COP", { methods: [] }, []],
    ]
  for (const [available, asset, over, offered] of rows) {
    assert.deepEqual(offeredTo({ ...payment, asset }, { ...brief, ...over }, available), offered)
  }
})

test("what was chosen is shown masked, and never more of it", () => {
  const holder = { name: "Ana Ruiz", documentType: "cc", documentNumber: "1020304050" }
  const account = { bank: "bbva", accountType: "savings", accountNumber: "1234567899" }
  const rows: [method: Method, target: Target, method: PageMethod, source: string | null][] = [
    ["bank", { ...account, holder }, "bank", "BBVA •••7899"],
    ["bank", { bank: "bancolombia", holder }, "bancolombia", "Bancolombia"],
    ["bank", { ...account, bank: "bancolombia", holder }, "bank", "Bancolombia •••7899"],
    ["wallet", { phoneNumber: "3001234567", holder }, "wallet", "Nequi •••67"],
    ["bank", {}, "bank", null],
    ["crypto", {}, "crypto", null],
  ]
  for (const [method, target, shown, source] of rows) {
    const chosen = chosenOf({ ...attempt, method }, target)
    assert.deepEqual([chosen.method, sourceText(chosen)], [shown, source])
    assert.equal(chosen.holder, target.holder ? "A•• R•••" : null)
    assert.doesNotMatch(JSON.stringify(chosen), /1020304050|123456|Ruiz/)
  }
})

test("a page names the attempt that its payer is at, or that paid", () => {
  const [first, second] = [
    { ...attempt, id: "a" },
    { ...attempt, id: "b" },
  ]
  const paid: Attempt = { ...first, state: "settled" }
  const refund: Attempt = { ...second, kind: "refund", state: "settled" }
  const rows: [over: Partial<Payment>, attempts: Attempt[], id: string | null][] = [
    [{}, [first], null],
    [{ openAttemptId: "b" }, [first, second], "b"],
    [{ state: "approved" }, [paid, refund], "a"],
    [
      { state: "approved" },
      [
        { ...first, state: "declined" },
        { ...paid, id: "b" },
      ],
      "b",
    ],
    [{ state: "approved" }, [], null],
    [{ state: "returned" }, [paid], null],
    [{ state: "expired" }, [first], null],
  ]
  for (const [over, attempts, id] of rows) {
    assert.equal(chosenAttempt({ ...payment, ...over }, attempts)?.id ?? null, id)
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

test("a description is for people: documents of a shop's program are not shown", () => {
  const rows: [description: string | null, shown: string | null][] = [
    [null, null],
    ["Pedido 1009", "Pedido 1009"],
    ['{"customer_id":7,"transaction_id":"9"}', null],
    [" [1, 2]", null],
    ["{oferta} dos por uno", "{oferta} dos por uno"],
    ["[urgente] Pedido 7", "[urgente] Pedido 7"],
    ["1009", "1009"],
    // A sign that would turn the rest of the page's line around.
    ["Pedido \u202e9001", "Pedido 9001"],
  ]
  for (const [description, shown] of rows) {
    assert.equal(descriptionOf({ ...payment, description }), shown, String(description))
  }
})

test("the page opens whatever a dialect left for it", () => {
  const look = { displayName: null, colour: null, language: null, logo: null }
  const settings = {
    ...look,
    supportInfo: "help",
    rails: {},
    bankAccount: null,
    lateMoneyHours: 24,
  }
  const merchant = { id: "m", name: "Shop", timeZone: "UTC", settings, createdAt: NOW }
  const nothing = { redirectUrl: null, enforcedDocument: null, methods: null, payer: null }
  const purposes: object[] = [
    {},
    {
      redirectUrl: 7,
      displayName: {},
      supportInfo: "",
      enforcedDocument: [],
      methods: 1,
      payer: "x",
    },
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
