/** Draws the picture that authenticator apps read: a QR code as one path. */
import { encode } from "uqr"
import { type Html, html } from "../../pages/html.ts"

/** The empty margin that a reader needs, in modules (ISO/IEC 18004). */
const QUIET_ZONE = 4

/** Black on a white plate in dark clothes, too: many readers can't do with the opposite. */
export function qrCode(text: string, label: string): Html {
  const { data, size } = encode(text, { ecc: "M", border: QUIET_ZONE })
  const bars = data.flatMap((row, y) =>
    row.flatMap((dark, x) => (dark ? [`M${x} ${y}h1v1h-1z`] : [])),
  )
  return html`<svg class="qr" role="img" aria-label="${label}" shape-rendering="crispEdges"
viewBox="0 0 ${size} ${size}"><rect width="${size}" height="${size}" fill="#fff"/><path fill="#000"
d="${bars.join("")}"/></svg>`
}
