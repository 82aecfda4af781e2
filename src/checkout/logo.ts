/** The merchants' logos: how large they are shown, and the route that serves them. */
import type { FastifyInstance } from "fastify"
import type { Core, Merchant } from "../core/index.ts"
import { type Html, html } from "../pages/html.ts"
import { FOR_EVER } from "../pages/script.ts"
import type { Site } from "./layout.ts"
import { notFound, type SiteFor } from "./send.ts"

/** A picture with the room that it takes, in CSS pixels: nothing moves when it arrives. */
export type Picture = { readonly url: string; readonly width: number; readonly height: number }

type Logo = NonNullable<Merchant["settings"]["logo"]>

/** No wider than half of the smallest phone's card, no higher than two lines of text. */
const WIDTH_MAX = 144
const HEIGHT_MAX = 48

/** The picture that shows a logo, made smaller where it is too large, never larger. */
export function pictureOf(base: string, { hash, width, height }: Logo): Picture {
  const scale = Math.min(1, WIDTH_MAX / width, HEIGHT_MAX / height)
  const size = (pixels: number) => Math.max(1, Math.round(pixels * scale))
  return { url: `${base}/logo/${hash}`, width: size(width), height: size(height) }
}

/** The merchant's logo, for the top of a page, beside its name; nothing where it has none. */
export function logo({ logo }: Site): Html | null {
  if (logo === null) return null
  const { url, width, height } = logo
  // Read aloud it would only repeat the name.
  return html`<img class="logo" src="${url}" width="${width}" height="${height}" alt="">`
}

/** SHA-256 in hex. */
const HASH = /^[0-9a-f]{64}$/

/**
 * Registers the route below the scope's prefix. A logo is found by what it is, so that it may be
 * kept for ever, and tells nobody whose it is. Opened by itself it can do nothing.
 */
export function logoRoutes(scope: FastifyInstance, core: Core, siteFor: SiteFor): void {
  scope.get<{ Params: { hash: string } }>("/logo/:hash", async (request, reply) => {
    const { hash } = request.params
    const found = HASH.test(hash) ? await core.merchants.findLogo(hash) : null
    if (!found) return notFound(reply, siteFor(request))
    return reply
      .header("cache-control", FOR_EVER)
      .header("content-security-policy", "default-src 'none'; frame-ancestors 'none'; sandbox")
      .header("x-content-type-options", "nosniff")
      .type(found.type)
      .send(found.content)
  })
}
