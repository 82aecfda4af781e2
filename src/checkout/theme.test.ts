/** Whatever colour a merchant has, its pages can be read in it (WCAG 2.2: 1.4.3, 1.4.11). */
import assert from "node:assert/strict"
import { test } from "node:test"
import { type Merchant, PAGE_LANGUAGES } from "../core/index.ts"
import {
  BLACK,
  type Colour,
  contrast,
  mix,
  readColour,
  textOn,
  WHITE,
  writeColour,
} from "../pages/colour.ts"
import type { Site } from "./layout.ts"
import { pictureOf } from "./logo.ts"
import { STYLES } from "./styles.ts"
import { dictionaries, type Language } from "./texts/index.ts"
import { dressed, themeOf } from "./theme.ts"

type Colours = Readonly<Record<string, Colour>>

/** Light, and dark over it, as a browser reads the two blocks of a stylesheet. */
function schemesOf(css: string): { light: Colours; dark: Colours } {
  const [light, dark] = [...css.matchAll(/:root \{([^}]*)\}/g)].map(([, block]) => {
    const named = [...block!.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)]
    return Object.fromEntries(named.map(([, name, value]) => [name!, readColour(value!)!]))
  })
  return { light: { ...light }, dark: { ...light, ...dark } }
}

const own = schemesOf(STYLES.text)

/** What stands on what, and how far it has to stand out. */
const RULES: readonly (readonly [front: string, back: string, least: number])[] = [
  ["on-fill", "fill", 4.5],
  ["accent", "card", 4.5],
  ["accent", "page", 4.5],
  ["accent", "calm-tint", 4.5],
  ["accent", "tint", 4.5],
  ["on-accent", "accent", 4.5],
  ["ink", "tint", 4.5],
  ["soft", "tint", 4.5],
  ["edge", "card", 3],
  ["accent", "line", 3],
]

test("text, buttons and bars stand out in every colour, light and dark", () => {
  const parts = ["00", "33", "66", "99", "cc", "ff"]
  const grid = parts.flatMap((red) =>
    parts.flatMap((green) => parts.map((blue) => `#${red}${green}${blue}`)),
  )
  // Where black and white are equally far away, and brands as they are.
  const more = ["#757575", "#767676", "#777777", "#e30613", "#ffdd00", "#0033a0", "#da0081"]
  for (const colour of [...grid, ...more]) {
    const theme = schemesOf(themeOf(colour)!.text)
    for (const scheme of ["light", "dark"] as const) {
      const colours: Colours = { ...own[scheme], ...theme[scheme] }
      assert.equal(writeColour(colours["fill"]!), colour)
      for (const [front, back, least] of RULES) {
        const found = contrast(colours[front]!, colours[back]!)
        const what = `${colour}, ${scheme}: ${front} on ${back} is ${found.toFixed(2)}`
        assert.ok(found >= least, what)
      }
    }
  }
})

test("a colour that can be read already stays as it is", () => {
  const rows: [colour: string, light: string, dark: string | null][] = [
    ["#0033a0", "#0033a0", null],
    ["#b00020", "#b00020", null],
    ["#ffdd00", "", "#ffdd00"],
  ]
  for (const [colour, light, dark] of rows) {
    const theme = schemesOf(themeOf(colour)!.text)
    if (light) assert.equal(writeColour(theme.light["accent"]!), light)
    else assert.notEqual(writeColour(theme.light["accent"]!), colour)
    if (dark) assert.equal(writeColour(theme.dark["accent"]!), dark)
    else assert.notEqual(writeColour(theme.dark["accent"]!), colour)
  }
})

test("contrast is what WCAG says it is", () => {
  const rows: [one: Colour, other: Colour, ratio: number][] = [
    [BLACK, WHITE, 21],
    [WHITE, WHITE, 1],
    [readColour("#777777")!, WHITE, 4.48],
    [readColour("#ff0000")!, WHITE, 4],
    [readColour("#0000ff")!, BLACK, 2.44],
  ]
  for (const [one, other, ratio] of rows) {
    assert.equal(Number(contrast(one, other).toFixed(2)), ratio)
    assert.equal(contrast(one, other), contrast(other, one))
  }
  assert.deepEqual(textOn(readColour("#ffdd00")!), BLACK)
  assert.deepEqual(textOn(readColour("#0033a0")!), WHITE)
  assert.deepEqual(mix(BLACK, WHITE, 0.25), [191, 191, 191])
})

test("nothing but a colour gets into a stylesheet", () => {
  for (const text of [
    "",
    "red",
    "#fff",
    "#12345g",
    "#123456}",
    "#1234567",
    "</style>",
    " #123456",
  ]) {
    assert.equal(themeOf(text), null, text)
  }
  assert.match(themeOf("#A1B2C3")!.text, /--fill: #a1b2c3;/)
  assert.equal(themeOf("#A1B2C3"), themeOf("#A1B2C3"))
})

const site: Site = {
  base: "/pay",
  scriptUrl: "/pay/page.js",
  sandbox: false,
  language: "es",
  named: false,
  wished: false,
  t: dictionaries.es,
  theme: null,
  logo: null,
}

function merchantWith(over: Partial<Merchant["settings"]>): Merchant {
  const settings: Merchant["settings"] = {
    displayName: null,
    supportInfo: null,
    colour: null,
    language: null,
    logo: null,
    rails: {},
    bankAccount: null,
    lateMoneyHours: 24,
    ...over,
  }
  return { id: "m", name: "Shop", timeZone: "UTC", settings, createdAt: new Date(0) }
}

test("a merchant without a look of its own has ours, to the byte", () => {
  assert.deepEqual(dressed(site, merchantWith({})), site)
})

test("a merchant's language comes after the payer's wish and before ours", () => {
  const rows: [site: Partial<Site>, language: Language | null, spoken: Language][] = [
    [{}, null, "es"],
    [{}, "pt", "pt"],
    [{ wished: true }, "pt", "es"],
    [{ wished: true, named: true, language: "en", t: dictionaries.en }, "pt", "en"],
  ]
  for (const [over, language, spoken] of rows) {
    const { t, ...rest } = dressed({ ...site, ...over }, merchantWith({ language }))
    assert.equal(rest.language, spoken)
    assert.equal(t, dictionaries[spoken])
    // The merchant's choice is no choice of the payer's: links don't carry it.
    assert.equal(rest.named, over.named ?? false)
  }
  assert.deepEqual([...PAGE_LANGUAGES].sort(), Object.keys(dictionaries).sort())
})

test("a logo gets the room that it needs and no more, and keeps its form", () => {
  const rows: [width: number, height: number, shown: [width: number, height: number]][] = [
    [1, 1, [1, 1]],
    [48, 48, [48, 48]],
    [200, 100, [96, 48]],
    [1024, 100, [144, 14]],
    [1024, 1, [144, 1]],
    [1, 1024, [1, 48]],
    [1024, 1024, [48, 48]],
  ]
  const hash = "0".repeat(64)
  for (const [width, height, shown] of rows) {
    const picture = pictureOf("/x/pay", { hash, width, height })
    assert.deepEqual([picture.width, picture.height], shown)
    assert.equal(picture.url, `/x/pay/logo/${hash}`)
  }
})
