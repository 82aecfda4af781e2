/** What pages of payments are drawn from, without a payment: for tests of what a payer reads. */

import type { Site } from "../../src/checkout/layout.ts"
import { paymentPage } from "../../src/checkout/page.ts"
import type { Shown } from "../../src/checkout/shown.ts"
import { dictionaries, type Language } from "../../src/checkout/texts/index.ts"
import type { Offer, View } from "../../src/checkout/view.ts"
import type { Attempt, Merchant, Payment, SightingView } from "../../src/core/index.ts"
import { toText } from "../../src/pages/html.ts"

export const NOW = new Date("2026-01-05T14:03:00.000Z")
export const CONTRACT = "0x55d398326f99059ff775485246999027b3197955"
export const ADDRESS = "0x7099797051812dc3a010c7d01b50e0d17dc79c8f"

export const payment = {
  id: "019b8e42-0fd0-4003-8c33-5e7f3b20ad21",
  amount: 2_550n,
  asset: "USD",
  state: "pending",
  reason: null,
  description: "2 x <café>",
  expiresAt: new Date(NOW.getTime() + 90_000),
  approvedAt: null,
  version: 3,
} as Payment

const merchant = {
  name: "Shop",
  timeZone: "UTC",
  settings: {
    displayName: null,
    supportInfo: null,
    rails: {},
    bankAccount: null,
    lateMoneyHours: 24,
  },
} as Merchant

/** What an attempt is to a receipt. */
export const attempt = {
  method: "bank",
  paidAsset: null,
  paidAmount: null,
  railReference: "SIM-1",
} as Attempt

export function site(language: Language = "es", named = false): Site {
  const t = dictionaries[language]
  const addresses = { base: "/pay", scriptUrl: "/pay/page.js" }
  const plain = { sandbox: false, theme: null, logo: null }
  return { ...addresses, ...plain, language, named, wished: named, t }
}

/** 25.50 USDT to be sent, with what came of it. */
export function offer(over: Partial<Offer> = {}): Offer {
  const amount = over.amount ?? "25500000"
  const [received, seen] = [over.received ?? 0n, over.seen ?? 0n]
  const left = BigInt(amount) - received - seen
  return {
    blockchain: "BNB Smart Chain",
    chainId: 56,
    token: "USDT",
    decimals: 6,
    asset: `eip155:56/erc20:${CONTRACT}`,
    amount,
    address: ADDRESS,
    uri: `ethereum:${CONTRACT}@56/transfer?address=${ADDRESS}&uint256=${amount}`,
    received,
    seen,
    missing: left > 0n ? left : 0n,
    ...over,
  }
}
export const otherOffer = offer({
  blockchain: "Polygon",
  token: "USDC",
  asset: "eip155:137/erc20:0x3c",
})

export function sighting(over: Partial<SightingView> = {}): SightingView {
  return {
    asset: offer().asset,
    amount: 10_000_000n,
    reference: "0xabc",
    state: "seen",
    confirmations: 2,
    needed: 6,
    explorerUrl: "https://explorer.example/tx/0xabc",
    at: NOW,
    ...over,
  }
}

/** A payment in this view, to which two coins were offered. */
export function shown(view: View, over: Partial<Shown> = {}): Shown {
  const asked = { enforcedDocument: null, methods: null, payer: null }
  const brief = { redirectUrl: null, supportInfo: null, ...asked }
  const rules = { offered: [], known: null, enforcedDocument: null }
  return {
    payment: view.kind === "ended" ? { ...payment, state: view.state } : payment,
    merchant,
    brief: { ...brief, displayName: "Shop" },
    view,
    coins: view.kind === "send" ? view.offers : [offer(), otherOffer],
    coin: null,
    returned: false,
    arrivals: [],
    paidBy: null,
    form: { rules, typed: {}, wrong: {} },
    tooLate: false,
    now: NOW,
    ...over,
  }
}

/** A page as HTML, without its styles, which have words of their own. */
export function drawn(state: Shown, as: Site = site()): string {
  return toText(paymentPage(as, state)).replace(/<style>[^<]*<\/style>/g, "")
}
