/** A policy allows the very bytes of a page's own styles, and nothing that no part of it needs. */
import assert from "node:assert/strict"
import { createHash } from "node:crypto"
import { test } from "node:test"
import { toText } from "../pages/html.ts"
import { stylesheet } from "../pages/stylesheet.ts"
import { layout, messagePage, type Page, type Site } from "./layout.ts"
import { PAGE_HEADERS, STYLES } from "./styles.ts"
import { dictionaries } from "./texts/index.ts"
import { themeOf } from "./theme.ts"

const plain: Site = {
  base: "/pay",
  scriptUrl: "/pay/page.js",
  sandbox: true,
  language: "es",
  named: false,
  wished: false,
  t: dictionaries.es,
  theme: null,
  logo: null,
}
const theme = themeOf("#0033a0")
const logo = { url: `/pay/logo/${"0".repeat(64)}`, width: 10, height: 10 }
const live: Partial<Page> = { live: { expecting: true, leftSeconds: null } }

const BASE = "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
const ROWS: readonly (readonly [site: Site, page: Partial<Page>, styles: number, more: string])[] =
  [
    [plain, {}, 1, ""],
    [{ ...plain, theme }, {}, 2, ""],
    [{ ...plain, logo }, {}, 1, "; img-src 'self'"],
    [plain, live, 1, "; script-src 'self'; connect-src 'self'"],
    [{ ...plain, theme, logo }, live, 2, "; img-src 'self'; script-src 'self'; connect-src 'self'"],
  ]

test("a policy names the hash of each style on its page, and no other source but us", () => {
  for (const [site, page, styles, more] of ROWS) {
    const whole = layout(site, { title: "x", body: "y", ...page })
    const inlined = [...toText(whole).matchAll(/<style>([\s\S]*?)<\/style>/g)]
    assert.equal(inlined.length, styles)
    const sources = inlined.map(
      ([, text]) => `'sha256-${createHash("sha256").update(text!).digest("base64")}'`,
    )
    const expected = `default-src 'none'; style-src ${sources.join(" ")}; ${BASE}${more}`
    assert.equal(whole.policy, expected)
    assert.doesNotMatch(whole.policy, /unsafe|nonce|data:|blob:|https?:|\*/)
    assert.doesNotMatch(toText(whole), /<link|\sstyle=|\son\w+=/)
  }
})

test("a page that only says something is sent with the headers that every page has", () => {
  const said = messagePage(plain, plain.t.problems.notFound)
  assert.equal(said.policy, PAGE_HEADERS["content-security-policy"])
  const dressed = messagePage({ ...plain, theme, logo }, plain.t.problems.notFound)
  assert.doesNotMatch(dressed.policy, /img-src/)
  assert.deepEqual(
    { ...PAGE_HEADERS, "content-security-policy": null },
    {
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": null,
      "x-frame-options": "DENY",
      "cache-control": "no-store",
      "referrer-policy": "no-referrer",
      "x-robots-tag": "noindex, nofollow",
    },
  )
})

test("a stylesheet loses what is only for its authors, and nothing else", () => {
  const { text } = stylesheet(
    '/* why */\na {\n  color: red; /* and\n  how */\n\n  b: "✓  x";\n}\n\n',
  )
  assert.equal(text, 'a {\ncolor: red;\nb: "✓  x";\n}')
  assert.doesNotMatch(STYLES.text, /\/\*|^\s|\n\n/)
  assert.throws(() => stylesheet("a::after { content: '</style><script>' }"), /must not speak HTML/)
})
