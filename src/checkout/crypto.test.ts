/** What a payer of a transfer is shown: the link, the code, the steps and each state on the way. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { encode } from "uqr"
import {
  ADDRESS,
  CONTRACT,
  drawn,
  NOW,
  offer,
  otherOffer as other,
  shown,
  sighting,
  site,
} from "../../test/support/shown.ts"
import { toText } from "../pages/html.ts"
import { digitsOf } from "./arrivals.ts"
import { qrCode } from "./qr.ts"
import { isLive, type Shown } from "./shown.ts"
import { dictionaries, type Language, languageAccepted } from "./texts/index.ts"
import { linkOf, transactionOf } from "./transaction.ts"
import type { Offer, View } from "./view.ts"

const send = (offers: readonly Offer[], over: Partial<Shown> = {}) =>
  shown({ kind: "send", offers }, over)
const ended = (state: "approved" | "expired" | "cancelled", over: Partial<Shown> = {}) =>
  shown({ kind: "ended", state, reason: null }, over)

test("a link asks for what is missing and for no more", () => {
  const native = `ethereum:${ADDRESS}@1?value=`
  const rows: [offer: Partial<Offer>, link: string | null][] = [
    [{}, offer().uri],
    [{ received: 25_000_000n }, offer().uri.replace("25500000", "500000")],
    [{ seen: 1n }, offer().uri.replace("25500000", "25499999")],
    [{ uri: `${native}2.55e7`, received: 5n }, `${native}25499995`],
    [{ uri: `${native}25500000&gas=1`, received: 5n }, `${native}25499995&gas=1`],
    [{ uri: `ethereum:${ADDRESS}@1` }, null],
    [{ uri: "javascript:alert(1)?value=1" }, null],
  ]
  for (const [over, link] of rows) assert.equal(linkOf(offer(over)), link)
})

test("a wallet is given the call that moves what is missing", () => {
  const word = (hex: string) => hex.padStart(64, "0")
  const call = (amount: string) => `0xa9059cbb${word(ADDRESS.slice(2))}${word(amount)}`
  const token = { chainId: "0x38", to: CONTRACT, value: "0x0" }
  const rows: [offer: Partial<Offer>, transaction: object | null][] = [
    [{}, { ...token, data: call("1851960") }],
    [{ received: 25_499_999n }, { ...token, data: call("1") }],
    [{ amount: `${2n ** 255n}` }, { ...token, data: call(`8${"0".repeat(63)}`) }],
    [
      { asset: "eip155:56/slip44:714", amount: "16" },
      { chainId: "0x38", to: ADDRESS, value: "0x10", data: "0x" },
    ],
    [{ received: 25_500_000n }, null],
    [{ asset: "solana:1/token:x" }, null],
    [{ address: "0x01" }, null],
  ]
  for (const [over, transaction] of rows) assert.deepEqual(transactionOf(offer(over)), transaction)
})

test("the picture of a code has exactly the code's modules, and a margin of four", () => {
  for (const text of [offer().uri, "a", "x".repeat(400)]) {
    const picture = toText(qrCode(text, "label"))
    const { data, size } = encode(text, { ecc: "L", border: 0 })
    const [, box] = /viewBox="(-4 -4 \d+ \d+)"/.exec(picture)!
    assert.equal(box, `-4 -4 ${size + 8} ${size + 8}`)
    const modules = data.map((row) => row.map(() => false))
    for (const [, x, y, length] of picture.matchAll(/M(\d+) (\d+)h(\d+)v1h-\3z/g)) {
      for (let at = 0; at < Number(length); at += 1) modules[Number(y)]![Number(x) + at] = true
    }
    assert.deepEqual(modules, data)
  }
})

test("each state of a transfer is told in its own words", () => {
  const part = [offer({ received: 10_000_000n }), other]
  const wait: View = { kind: "wait", crypto: true }
  const rows: [shown: Shown, says: RegExp[], not?: RegExp][] = [
    [send([offer(), other]), [/Esperando tu transferencia/, /Envía exactamente.*25\.50/s]],
    [send(part), [/Llegaron 10\.00 USDT de 25\.50 USDT/, /lo que falta.*15\.50/s], /Esperando/],
    [send([offer({ seen: 5_500_000n })]), [/Llegaron 5\.50 USDT/, /id="due">20\.00</]],
    [send(part, { coin: other.asset }), [/otra moneda o red.*USDC/s, /id="due">25\.50</]],
    [
      shown(wait, { coins: [offer({ seen: 25_500_000n })], arrivals: [sighting()] }),
      [/Vimos tu transferencia/, /2 de 6 confirmaciones/, /<progress max="6" value="2"/],
      /Vence/,
    ],
    [shown(wait, { arrivals: [sighting({ confirmations: 9 })] }), [/6 de 6 confirmaciones/]],
    [shown(wait, { arrivals: [sighting({ needed: null })] }), [/<progress aria-label="Esperando/]],
    [shown(wait, { arrivals: [sighting({ state: "orphaned" })] }), [/La red la anuló/], /progress/],
    [shown(wait, { arrivals: [sighting({ state: "final" })] }), [/Confirmada/]],
    [shown(wait, { arrivals: [sighting({ explorerUrl: "javascript:1" })] }), [/10\.00/], /script:/],
    [shown(wait, { arrivals: [sighting({ asset: "eip155:1/x" })] }), [/<strong>eip155:1\/x</]],
    [ended("approved", { coins: [offer({ received: 25_500_000n })] }), [/aprobado/], /de más/],
    [ended("approved", { coins: [offer({ received: 26_500_000n })] }), [/Enviaste 1\.00 USDT de/]],
    [
      ended("approved", { coins: [offer({ received: 25_500_000n }), { ...other, received: 5n }] }),
      [/Enviaste 0\.000005 USDC de más/],
    ],
    [ended("expired", { coins: part }), [/Recibimos 10\.00 USDT y no se perdieron/]],
    [ended("cancelled", { coins: part }), [/Recibimos 10\.00 USDT/]],
    [ended("expired"), [/el pago todavía puede aprobarse/]],
    [ended("expired", { coins: [offer({ seen: 5n })] }), [/todavía puede aprobarse/], /Recibimos/],
    [ended("expired", { now: new Date("2026-01-06T14:04:29.999Z") }), [/todavía/]],
    [ended("expired", { now: new Date("2026-01-06T14:04:30.000Z") }), [/venció/], /todavía/],
    [ended("cancelled"), [/Pago cancelado/], /todavía/],
    [ended("expired", { coins: [] }), [/El enlace venció/], /todavía/],
  ]
  for (const [index, [state, says, not]] of rows.entries()) {
    const page = drawn(state)
    for (const each of says) assert.match(page, each, `row ${index}`)
    if (not) assert.doesNotMatch(page, not, `row ${index}`)
  }
})

test("the script runs where something can still come or be printed, and only there", () => {
  const late = { arrivals: [sighting()] }
  const choose = { kind: "choose", declined: null } as const
  const { form } = shown(choose)
  const rows: [shown: Shown, live: boolean, expecting: boolean][] = [
    [send([offer()]), true, true],
    [shown({ kind: "wait", crypto: true }), true, true],
    [shown({ kind: "wait", crypto: false }, { coins: [] }), true, true],
    [shown({ kind: "visit", url: "https://bank.example/a" }), true, true],
    [shown(choose, { coins: [] }), true, true],
    [shown({ kind: "resend", declined: null }), true, true],
    // What was typed stands in the answer alone: its address knows nothing of it.
    [shown(choose, { form: { ...form, wrong: { email: "?" } } }), false, false],
    [ended("approved", late), true, false],
    [ended("expired"), false, false],
    [ended("cancelled"), false, false],
    [ended("expired", late), true, true],
    [ended("expired", { arrivals: [sighting({ state: "final" })] }), false, false],
  ]
  for (const [index, [state, live, expecting]] of rows.entries()) {
    assert.equal(isLive(state), live, `row ${index}`)
    const page = drawn(state)
    assert.equal(page.includes('<script type="module" src="/pay/page.js">'), live)
    assert.equal(page.includes("data-expecting"), expecting, `row ${index}`)
    if (expecting) assert.match(page, /data-changes="\/pay\/[\w-]+\/changes\?version=3"/)
    // Parts of one name take each other's place, so every page has all of them.
    const parts = [...page.matchAll(/data-live="(\w+)"/g)].map(([, name]) => name)
    assert.deepEqual(parts, ["about", "state", "came", "do", "tail"])
  }
})

test("the time that is left is counted by the server", () => {
  const rows: [ms: number, left: string][] = [
    [0, "90"],
    [89_001, "1"],
    [95_000, "0"],
  ]
  for (const [ms, left] of rows) {
    const page = drawn(send([offer()], { now: new Date(NOW.getTime() + ms) }))
    assert.ok(page.includes(` data-left="${left}"`))
  }
})

test("a chosen coin stays in every link, one that nobody offers does not", () => {
  const rows: [coin: string, kept: boolean][] = [
    [other.asset, true],
    ["eip155:1/nothing", false],
    ['"><script>', false],
  ]
  for (const [coin, kept] of rows) {
    const page = drawn(send([offer(), other], { coin }), site("pt", true))
    const english = /href="([^"]*lang=en[^"]*)"/.exec(page)![1]!
    const asked = new URL(english.replaceAll("&amp;", "&"), "http://x").searchParams
    assert.equal(asked.get("coin"), kept ? coin : null)
    assert.match(page, /action="\/pay\/[\w-]+\?lang=pt"/)
    assert.match(page, kept ? /id="coin-1"[^>]*aria-current/ : /id="coin-0"[^>]*aria-current/)
  }
})

test("many coins fold away behind the chosen one", () => {
  const many = Array.from({ length: 5 }, (_, at) => offer({ asset: `eip155:${at}/x` }))
  assert.match(drawn(send(many)), /<details class="more" id="coins">/)
  assert.doesNotMatch(drawn(send(many.slice(1))), /<details/)
})

test("a browser's wishes choose the language, the best that we speak first", () => {
  const rows: [header: string | undefined, language: Language | null][] = [
    [undefined, null],
    ["", null],
    ["*", null],
    ["de-DE,de;q=0.9", null],
    ["pt-BR,pt;q=0.9,en;q=0.8", "pt"],
    ["en-US", "en"],
    ["EN", "en"],
    ["en;q=0.5, pt;q=0.7", "pt"],
    ["en;q=0, pt;q=0.1", "pt"],
    ["en;q=x, es;q=0.1", "es"],
    ["fr, en ; q=0.2 , es;q=0.1", "en"],
    ["english", null],
    [`${"x,".repeat(1_000)}en`, null],
  ]
  for (const [header, language] of rows) assert.equal(languageAccepted(header), language, header)
})

test("every language has a word of its own for everything that is said", () => {
  const said = (texts: object, path = ""): [string, string][] =>
    Object.entries(texts).flatMap(([key, value]): [string, string][] => {
      if (typeof value === "object") return said(value, `${path}${key}.`)
      const text = typeof value === "function" ? value("A1", "B2", "C3") : value
      return [[`${path}${key}`, text]]
    })
  const [es, pt, en] = [dictionaries.es, dictionaries.pt, dictionaries.en].map(
    (each) => new Map(said(each)),
  )
  for (const [path, spanish] of es!) {
    for (const [name, texts] of [["pt", pt!] as const, ["en", en!] as const]) {
      const text = texts.get(path)!
      assert.ok(text.length > 0, `${name} ${path}`)
      const parts = (whole: string) => (whole.match(/A1|B2|C3/g) ?? []).sort()
      assert.deepEqual(parts(text), parts(spanish), `${name} ${path}`)
      // Sentences are told apart; a few words may be the same in two languages.
      if (/(?:\s\S+){4}/.test(spanish)) assert.notEqual(text, spanish, `${name} ${path}`)
    }
  }
})

test("a token's amount never looks like thousands", () => {
  const rows: [units: bigint, decimals: number, digits: string][] = [
    [25_500_000n, 6, "25.50"],
    [3_125_000n, 6, "3.1250"],
    [3_125_400n, 6, "3.1254"],
    [1n, 6, "0.000001"],
    [10n ** 18n, 18, "1.00"],
    [1_001n, 3, "1.001"],
  ]
  for (const [units, decimals, digits] of rows) assert.equal(digitsOf(units, { decimals }), digits)
})
