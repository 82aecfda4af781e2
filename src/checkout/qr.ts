/** Draws a QR code as one path of an inline picture. */
import { encode } from "uqr"
import { type Html, html } from "../pages/html.ts"

/** The empty margin that a reader needs, in modules (ISO/IEC 18004). */
const QUIET_ZONE = 4

/**
 * A QR code that says `text`. Black on a white plate in dark clothes, too: many readers can't do
 * with the opposite. The lowest level of correction makes the largest modules, and a screen has no
 * dirt.
 */
export function qrCode(text: string, label: string): Html {
  const { data, size } = encode(text, { ecc: "L", border: 0 })
  const whole = size + 2 * QUIET_ZONE
  return html`<svg class="qr" role="img" aria-label="${label}" shape-rendering="crispEdges"
viewBox="-${QUIET_ZONE} -${QUIET_ZONE} ${whole} ${whole}"><rect x="-${QUIET_ZONE}"
y="-${QUIET_ZONE}" width="${whole}" height="${whole}" fill="#fff"/><path fill="#000"
d="${data.map(rowPath).join("")}"/></svg>`
}

/** One bar for each run of dark modules in a row. */
function rowPath(row: readonly boolean[], y: number): string {
  let path = ""
  for (let x = 0; x < row.length; x += 1) {
    const from = x
    while (row[x]) x += 1
    if (x > from) path += `M${from} ${y}h${x - from}v1h-${x - from}z`
  }
  return path
}
