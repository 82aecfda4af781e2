/** A merchant's own look: its colour over ours, its logo, the language it chose. */
import { assert, type Merchant } from "../core/index.ts"
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
import { type Stylesheet, stylesheet } from "../pages/stylesheet.ts"
import type { Site } from "./layout.ts"
import { pictureOf } from "./logo.ts"
import { STYLES } from "./styles.ts"
import { dictionaries, languageNamed } from "./texts/index.ts"

/** The site as pages of this merchant's payments have it. */
export function dressed(site: Site, { settings }: Merchant): Site {
  const { colour, logo } = settings
  // What the payer wished for counts more than what the merchant thinks.
  const own = site.wished ? null : languageNamed(settings.language)
  return {
    ...site,
    ...(own !== null && { language: own, t: dictionaries[own] }),
    theme: colour === null ? null : themeOf(colour),
    logo: logo && pictureOf(site.base, logo),
  }
}

const NAMES = ["card", "page", "line", "calm-tint"] as const
/** What the pages themselves look like, from their own stylesheet. */
type Palette = Readonly<Record<(typeof NAMES)[number], Colour>>

type Scheme = {
  readonly palette: Palette
  /** Where a colour goes until it stands out: towards black on light pages, white on dark ones. */
  readonly pole: Colour
  /** How much of the accent is in the tint behind what was chosen. */
  readonly tintShare: number
}

const [LIGHT, DARK] = palettesOf(STYLES.text)
const SCHEMES = {
  light: { palette: LIGHT, pole: BLACK, tintShare: 0.09 },
  dark: { palette: DARK, pole: WHITE, tintShare: 0.14 },
} as const satisfies Record<string, Scheme>

/** WCAG 2.2, 1.4.3: text. */
const TEXT_LEAST = 4.5
/** WCAG 2.2, 1.4.11: what shows where a button or a bar ends. */
const EDGE_LEAST = 3
/** How finely a colour is moved towards its pole. */
const STEPS = 100

/** Each merchant has one; whoever tries out more than this only has them worked out anew. */
const THEMES_MAX = 1_000
const themes = new Map<string, Stylesheet | null>()

/**
 * The variables that give our pages this colour (`#rrggbb`), light and dark; null if it is none.
 * Buttons take it as it is. Links and signs take the nearest shade that can be read on the page.
 */
export function themeOf(text: string): Stylesheet | null {
  const known = themes.get(text)
  if (known !== undefined) return known
  const colour = readColour(text)
  const theme = colour && stylesheet(variablesFor(colour))
  if (themes.size >= THEMES_MAX) themes.clear()
  themes.set(text, theme)
  return theme
}

/** Paper is white: what is printed keeps the light ones. */
function variablesFor(colour: Colour): string {
  const [light, dark] = [SCHEMES.light, SCHEMES.dark].map((scheme) => blockFor(colour, scheme))
  return `${light}\n@media screen and (prefers-color-scheme: dark) {\n${dark}\n}`
}

function blockFor(colour: Colour, scheme: Scheme): string {
  const { card } = scheme.palette
  const accent = accentFor(colour, scheme)
  const variables = {
    accent,
    // As easy to read on the accent as the accent is on the card.
    "on-accent": card,
    tint: tintOf(accent, scheme),
    fill: colour,
    "on-fill": textOn(colour),
    // A white button on a white card would be a sentence that nobody takes for a button.
    edge: contrast(colour, card) >= EDGE_LEAST ? colour : accent,
  }
  const lines = Object.entries(variables).map(
    ([name, value]) => `--${name}: ${writeColour(value)};`,
  )
  return `:root {\n${lines.join("\n")}\n}`
}

/** The nearest shade of a colour that can be read wherever an accent stands. */
function accentFor(colour: Colour, scheme: Scheme): Colour {
  for (let step = 0; step < STEPS; step += 1) {
    const shade = mix(scheme.pole, colour, step / STEPS)
    if (isReadable(shade, scheme)) return shade
  }
  return scheme.pole
}

function isReadable(accent: Colour, scheme: Scheme): boolean {
  const { card, page, line, "calm-tint": calm } = scheme.palette
  const behind = [card, page, calm, tintOf(accent, scheme)]
  return (
    behind.every((each) => contrast(accent, each) >= TEXT_LEAST) &&
    contrast(accent, line) >= EDGE_LEAST
  )
}

function tintOf(accent: Colour, { palette, tintShare }: Scheme): Colour {
  return mix(accent, palette.card, tintShare)
}

/** The colours of a stylesheet's first two `:root` blocks: light, and what dark changes of it. */
function palettesOf(css: string): readonly [light: Palette, dark: Palette] {
  const [light, dark] = [...css.matchAll(/:root \{([^}]*)\}/g)].map(([, block]) => {
    const written = [...block!.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)]
    return Object.fromEntries(written.map(([, name, value]) => [name!, readColour(value!)!]))
  })
  return [paletteOf({ ...light }), paletteOf({ ...light, ...dark })]
}

function paletteOf(colours: Readonly<Record<string, Colour>>): Palette {
  const named = NAMES.map((name) => {
    assert(colours[name], `the stylesheet has no colour --${name} for themes to build on`)
    return [name, colours[name]] as const
  })
  return Object.fromEntries(named) as Palette
}
