/** What a payer reads and hears in each state of a payment by bank, wallet or token. */
import assert from "node:assert/strict"
import { test } from "node:test"
import {
  attempt,
  drawn,
  NOW,
  offer,
  payment,
  shown,
  sighting,
  site,
} from "../../test/support/shown.ts"
import type { Chosen } from "./chosen.ts"
import type { FormRules } from "./form.ts"
import { PAGE_METHODS } from "./methods.ts"
import type { KnownPayer } from "./purpose.ts"
import type { Shown } from "./shown.ts"
import { LANGUAGES } from "./texts/index.ts"
import type { View } from "./view.ts"

const COP = { ...payment, amount: 1_250_000n, asset: "COP" }
const CHOOSE: View = { kind: "choose", declined: null }
const VISIT: View = { kind: "visit", url: "https://bank.example/a?b=1&c=2" }
const ANA: KnownPayer = {
  name: "Ana Ruiz",
  documentType: "cc",
  documentNumber: "1020304050",
  email: "ana@example.test",
  phoneNumber: "3001234567",
}
const BANK: Chosen = { method: "bank", place: "BBVA", account: "•••7899", holder: "A•• R•••" }
const NEQUI: Chosen = { ...BANK, method: "wallet", place: "Nequi", account: "•••67" }
const at = (chosen: Chosen, over: object = {}) => ({ attempt: { ...attempt, ...over }, chosen })

/** A page that no token has to do with. */
function page(view: View, over: Partial<Shown> = {}): Shown {
  return shown(view, { payment: { ...COP, ...stateOf(view) }, coins: [], ...over })
}
function stateOf(view: View) {
  return view.kind === "ended" ? { state: view.state, approvedAt: NOW } : {}
}
function choose(over: Partial<FormRules> = {}, form: Partial<Shown["form"]> = {}, view = CHOOSE) {
  const rules = { offered: PAGE_METHODS, known: null, enforcedDocument: null, ...over }
  return page(view, { form: { rules, typed: {}, wrong: {}, ...form } })
}
function ended(state: "approved" | "declined" | "expired" | "cancelled" | "returned") {
  return { kind: "ended", state, reason: "other" } as const
}

/** Every state that a page can be in. */
const STATES: Readonly<Record<string, Shown>> = {
  choose: choose({ known: ANA, enforcedDocument: "1020304050" }),
  "one way": choose({ offered: ["crypto"] }),
  "no way": choose({ offered: [] }),
  wrong: choose({}, { typed: { method: "wallet" }, wrong: { method: "M", phone: "P", nit: "N" } }),
  declined: choose({}, {}, { kind: "choose", declined: "not_enough_funds" }),
  "left a bank": choose({}, {}, { kind: "choose", declined: "cancelled_by_payer" }),
  "left an address": { ...choose(), coins: [offer()], arrivals: [sighting()] },
  visit: page(VISIT, { paidBy: at(BANK) }),
  "visit Nequi": page(VISIT, { paidBy: at(NEQUI) }),
  returned: page(VISIT, { paidBy: at(BANK), returned: true }),
  "too late": page(VISIT, { paidBy: at(BANK), returned: true, tooLate: true }),
  connecting: page({ kind: "wait", crypto: false }),
  wait: page({ kind: "wait", crypto: false }, { payment: { ...COP, state: "processing" } }),
  send: shown({ kind: "send", offers: [offer()] }, { arrivals: [sighting()] }),
  resend: page({ kind: "resend", declined: "other" }),
  approved: page(ended("approved"), { paidBy: at(BANK) }),
  "declined for good": page(ended("declined")),
  expired: page(ended("expired")),
  "expired at the bank": page({ ...ended("expired"), atBank: true }),
  cancelled: page(ended("cancelled")),
  "cancelled with a part": page(ended("cancelled"), { coins: [offer({ received: 10_000_000n })] }),
  "taken back": page(ended("returned")),
}

test("every page has one first heading, labels for its fields, and nothing twice", () => {
  for (const [language] of LANGUAGES) {
    for (const [name, state] of Object.entries(STATES)) {
      const about = `${name} in ${language}`
      const html = drawn(state, site(language))
      const ranks = [...html.matchAll(/<h(\d)/g)].map(([, rank]) => rank)
      assert.equal(ranks.filter((rank) => rank === "1").length, 1, about)
      assert.equal(ranks[0], "1", about)
      assert.ok(
        ranks.every((rank) => Number(rank) < 3),
        about,
      )
      const [, title] = /<title>([^<]*)</.exec(html)!
      const news = /<section class="banner[\s\S]*?<h1>([^<]*)</.exec(html)?.[1]
      if (news !== undefined) assert.equal(title, news, about)
      const ids = [...html.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id!)
      assert.equal(new Set(ids).size, ids.length, about)
      const named = html.matchAll(/\s(?:for|aria-describedby|aria-labelledby)="([^"]+)"/g)
      for (const [, text] of named) {
        for (const id of text!.split(" ")) assert.ok(ids.includes(id), `${about}: no ${id}`)
      }
      const controls = html.matchAll(
        /<(?:input|select)\b(?![^>]*type="hidden")[^>]*\sid="([^"]+)"/g,
      )
      for (const [, id] of controls) {
        const labelled = new RegExp(`for="${id}"|<label><input[^>]*\\sid="${id}"`).test(html)
        assert.ok(labelled, `${about}: ${id} has no label`)
      }
      assert.doesNotMatch(html, /undefined|null|\[object/, about)
    }
  }
})

test("each state is told in its own words", () => {
  const rows: [state: string, says: RegExp[], not?: RegExp][] = [
    [
      "choose",
      [/Cuenta bancaria.*Nequi.*Bancolombia.*Cripto/s, /aceptas un solo pago de \$.12\.500/],
    ],
    ["one way", [/type="hidden" name="method" value="crypto"/], /Correo|type="radio"|banco/],
    ["no way", [/no hay medios de pago/, /value="cancel"/], /value="pay"/],
    ["wrong", [/Revisa los datos marcados/, /aria-describedby="method-wrong"/, /phone-wrong">P</]],
    ["declined", [/no funcionó.*saldo suficiente.*No se hizo ningún cobro/s]],
    ["left a bank", [/No autorizaste el pago\. No se hizo ningún cobro/], /alert|no funcionó/],
    ["left an address", [/dirección que viste antes/, /2 de 6 confirmaciones/]],
    [
      "visit",
      [
        /<h1>Continúa en BBVA/,
        /BBVA •••7899/,
        /A•• R•••/,
        /<a class="button main" id="go" href="https:\/\/bank\.example\/a\?b=1&amp;c=2"\s/,
        /value="change"/,
        /value="cancel"/,
      ],
      /simulación/,
    ],
    ["visit Nequi", [/Acéptalo en Nequi/, /tu celular •••67/, /Abrir Nequi/], /Qué sigue/],
    ["returned", [/Esperamos la respuesta de BBVA/, /class="button quiet" id="go"/], /Qué sigue/],
    ["too late", [/role="alert">Ya no se puede detener/]],
    ["connecting", [/Conectando con tu banco/], /el pago sigue/],
    ["wait", [/procesando tu pago/, /No pagues de nuevo/], /<form|<input/],
    ["send", [/Envía exactamente/], /value="change"/],
    ["resend", [/Pedir una dirección nueva/]],
    ["approved", [/Pago aprobado/, /Comprobante/, /BBVA •••7899/, /SIM-1/, /data-print hidden/]],
    ["declined for good", [/Pago rechazado/, /No se pudo completar/]],
    ["expired", [/El enlace venció.*enlace nuevo/s], /banner calm/],
    [
      "expired at the bank",
      [/El enlace venció/, /espera aquí y no pagues otra vez/],
      /enlace nuevo/,
    ],
    ["cancelled", [/Pago cancelado.*No se hizo ningún cobro/s], /banner calm|banner bad/],
    ["cancelled with a part", [/Pago cancelado/, /Recibimos 10\.00 USDT/], /ningún cobro/],
    ["taken back", [/Pago devuelto/]],
  ]
  assert.deepEqual(
    rows.map(([state]) => state),
    Object.keys(STATES),
  )
  for (const [state, says, not] of rows) {
    const html = drawn(STATES[state]!)
    for (const each of says) assert.match(html, each, state)
    if (not) assert.doesNotMatch(html, not, state)
  }
})

test("after a declined try its way is chosen, until the payer chooses another", () => {
  const rows: [rules: Partial<FormRules>, typed: string | undefined, chosen: string][] = [
    [{}, undefined, "bank"],
    [{ preferred: "wallet" }, undefined, "wallet"],
    [{ preferred: "wallet" }, "bancolombia", "bancolombia"],
    [{ preferred: "wallet", offered: ["bancolombia", "crypto"] }, undefined, "bancolombia"],
  ]
  for (const [rules, method, chosen] of rows) {
    const html = drawn(choose(rules, { typed: method ? { method } : {} }))
    assert.equal(/name="method"\s+id="method-(\w+)"[^>]*checked/.exec(html)?.[1], chosen)
  }
})

test("a link that is over shows how it ended, and nothing to do or of its payer", () => {
  for (const state of ["approved", "declined", "expired", "cancelled", "returned"] as const) {
    const { form } = choose({ known: ANA })
    const brief = { ...page(CHOOSE).brief, payer: ANA }
    const html = drawn(page(ended(state), { paidBy: at(BANK), form, brief }))
    assert.doesNotMatch(html, /<form|<input|<select|A•• R•••|Ruiz|ana@|a•••@|1020304050|•••050/)
    assert.equal(/2 x &lt;café/.test(html), state === "approved")
    assert.equal(html.includes("Comprobante"), state === "approved")
    // It was drawn before its end, too: what a test can't see must not be there by chance.
    assert.match(drawn(choose({ known: ANA })), /a•••@example\.test/)
  }
})

test("a receipt says what was paid, when, from where and under which number", () => {
  const paid = { asset: offer().asset, amount: 25_500_000n }
  const crypto: Chosen = { method: "crypto", place: null, account: null, holder: null }
  const sent = at(crypto, { paidAsset: paid.asset, paidAmount: paid.amount, railReference: "0xab" })
  const rows: [over: Partial<Shown>, says: RegExp[], not?: RegExp][] = [
    [
      { paidBy: at(BANK) },
      [
        /Concepto<\/dt><dd>2 x &lt;café&gt;/,
        /Fecha<\/dt><dd><time datetime="2026-01-05T14:03:00\.000Z">5 de enero de 2026/,
        /Medio de pago<\/dt><dd>BBVA •••7899/,
        /Número de pago<\/dt><dd><code>019b8e42-/,
        /Referencia<\/dt><dd><code>SIM-1/,
      ],
      /Transacción|Enviado/,
    ],
    [{ paidBy: at(NEQUI) }, [/Medio de pago<\/dt><dd>Nequi •••67/]],
    [
      { paidBy: at({ ...BANK, place: null, account: null }, { railReference: null }) },
      [/Medio de pago<\/dt><dd>Cuenta bancaria/],
      /Referencia/,
    ],
    [
      { paidBy: sent, coins: [offer({ received: paid.amount })] },
      [/Enviado<\/dt><dd>25\.50 USDT · BNB Smart Chain/, /Transacción<\/dt><dd><code>0xab/],
    ],
    [
      {
        paidBy: sent,
        coins: [offer({ received: paid.amount })],
        arrivals: [sighting({ state: "final" }), sighting({ state: "final", reference: "0xcd" })],
      },
      [/Enviado<\/dt><dd>25\.50 USDT/],
      /Transacción<|<code>0x/,
    ],
    [
      { paidBy: sent, arrivals: [sighting({ state: "final" }), sighting({ state: "orphaned" })] },
      [/Transacción<\/dt><dd><code>0xab/],
    ],
    [{ paidBy: null }, [/Fecha/], /Medio de pago/],
  ]
  for (const [over, says, not] of rows) {
    const html = drawn(page(ended("approved"), over))
    for (const each of says) assert.match(html, each)
    if (not) assert.doesNotMatch(html, not)
    assert.equal(html.split("019b8e42-").length - 1, 1 + 3, "once, and in the links of languages")
  }
})

test("what a merchant knows is shown masked, for the holder whom it knows", () => {
  const business = { ...ANA, name: "Río Claro", documentType: "nit", documentNumber: "890903938" }
  const rows: [known: KnownPayer, holder: string, shows: string[]][] = [
    [ANA, "person", ["A•• R•••", "•••050", "a•••@example.test", "•••567"]],
    [business, "business", ["R•• C••••", "•••938", "a•••@example.test", "•••567"]],
  ]
  for (const [known, holder, masks] of rows) {
    const html = drawn(choose({ known }))
    assert.match(html, new RegExp(`id="holder-${holder}" value="${holder}" checked`))
    const placeholders = [...html.matchAll(/placeholder="([^"]*)"/g)].map(([, mask]) => mask)
    assert.deepEqual(placeholders.sort(), [...masks].sort())
    assert.doesNotMatch(html, /Ruiz|Claro|1020304050|890903938|ana@|3001234567/)
  }
})

test("who may still have sent is asked to wait, who has sent can't leave", () => {
  const offered = { offered: PAGE_METHODS, known: null, enforcedDocument: null }
  const form = { rules: offered, typed: {}, wrong: {} }
  const alone = { ...form, rules: { ...offered, offered: ["crypto"] as const } }
  const rows: [over: Partial<Shown>, received: bigint, canChange: boolean][] = [
    [{ form }, 0n, true],
    [{ form }, 1n, false],
    [{ form: alone }, 0n, false],
  ]
  for (const [over, received, canChange] of rows) {
    const html = drawn(shown({ kind: "send", offers: [offer({ received })] }, over))
    assert.equal(html.includes('value="change"'), canChange)
    assert.equal(html.includes("¿Ya enviaste?"), canChange)
  }
})

test("a page that comes back from the bank stays one, in every language", () => {
  const html = drawn(STATES["returned"]!, site("en", true))
  assert.match(html, /href="\/pay\/[\w-]+\?lang=pt&amp;from=bank"/)
  assert.match(html, /<noscript><meta http-equiv="refresh" content="2">/)
  assert.doesNotMatch(drawn(STATES["visit"]!), /from=/)
  assert.match(drawn(STATES["too late"]!), /from=late&amp;lang=pt"/)
})
