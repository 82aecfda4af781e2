/** Colours as numbers: how they mix, and how well one can be told from another (WCAG 2.2). */

/** Red, green and blue, 0 to 255 each. */
export type Colour = readonly [red: number, green: number, blue: number]

export const BLACK: Colour = [0, 0, 0]
export const WHITE: Colour = [255, 255, 255]

/** A colour written as `#rrggbb`; null for anything else. */
export function readColour(text: string): Colour | null {
  if (!/^#[0-9a-f]{6}$/i.test(text)) return null
  const [red, green, blue] = [1, 3, 5].map((at) => Number.parseInt(text.slice(at, at + 2), 16))
  return [red!, green!, blue!]
}

/** The colour as `#rrggbb`. */
export function writeColour(colour: Colour): string {
  return `#${colour.map((part) => part.toString(16).padStart(2, "0")).join("")}`
}

/** `share` of the one (0 to 1), the rest of the other. */
export function mix(one: Colour, other: Colour, share: number): Colour {
  const part = (at: 0 | 1 | 2) => Math.round(one[at] * share + other[at] * (1 - share))
  return [part(0), part(1), part(2)]
}

/** The contrast ratio of two colours, 1 to 21: "contrast ratio" in WCAG 2.2. */
export function contrast(one: Colour, other: Colour): number {
  const [darker, lighter] = [luminance(one), luminance(other)].sort((a, b) => a - b)
  return (lighter! + 0.05) / (darker! + 0.05)
}

/** Black or white, whichever is easier to read on the colour: 4.58 at least, whatever it is. */
export function textOn(colour: Colour): Colour {
  return contrast(colour, BLACK) > contrast(colour, WHITE) ? BLACK : WHITE
}

/** "Relative luminance" in WCAG 2.2. */
function luminance(colour: Colour): number {
  const [red, green, blue] = colour.map((part) => {
    const share = part / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!
}
