/** Nothing that comes from outside becomes markup. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { attribute, html, type Piece, raw, toText } from "./html.ts"

test("values are written so that they stay text", () => {
  const rows: [piece: Piece, written: string][] = [
    ["a<b>&\"'", "a&lt;b&gt;&amp;&quot;&#39;"],
    ["&amp;", "&amp;amp;"],
    [0, "0"],
    ["", ""],
    [null, ""],
    [undefined, ""],
    [false, ""],
    [html`<b>${"<i>"}</b>`, "<b>&lt;i&gt;</b>"],
    [["<", html`<br>`, [1, null, [">"]]], "&lt;<br>1&gt;"],
    [raw("<hr>"), "<hr>"],
  ]
  for (const [piece, written] of rows) assert.equal(toText(html`[${piece}]`), `[${written}]`)
})

test("attributes are quoted, bare or left out", () => {
  const rows: [value: string | number | boolean | null, written: string][] = [
    ['" onload="x', ' a="&quot; onload=&quot;x"'],
    ["", ' a=""'],
    [3, ' a="3"'],
    [true, " a"],
    [false, ""],
    [null, ""],
  ]
  for (const [value, written] of rows) assert.equal(toText(attribute("a", value)), written)
})

test("data that looks like finished HTML is not taken for it", () => {
  const forged = JSON.parse('{"html":"<b>","Symbol(html)":"<b>"}')
  assert.throws(() => html`${forged}`)
})
