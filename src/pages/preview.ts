/** Passes for a look at the checkout with a look that isn't saved: made by us, good for minutes. */
import { createHmac } from "node:crypto"
import { type Core, constantTimeEqual, type PAGE_LANGUAGES } from "../core/index.ts"

/** How a merchant's pages are to look. */
export type Look = {
  readonly merchantId: string
  readonly displayName: string | null
  readonly supportInfo: string | null
  /** `#rrggbb`. */
  readonly colour: string | null
  readonly language: (typeof PAGE_LANGUAGES)[number] | null
  /** Which page is shown. */
  readonly view: "choose" | "approved"
}

type Parts = Pick<Core, "clock" | "deriveKeys">

const PURPOSE = "checkout.preview"
/** As long as somebody tries colours out; each change makes a new one. */
const GOOD_MS = 15 * 60_000
/** A name and a sentence, several times over. */
const TOKEN_MAX = 4_096

/** A pass for this look. It shows a sample and names no payment: it is worth nothing else. */
export function previewPass(core: Parts, look: Look): string {
  const untilMs = core.clock.now().getTime() + GOOD_MS
  const text = Buffer.from(JSON.stringify({ ...look, untilMs })).toString("base64url")
  return `${text}.${macOf(core.deriveKeys(PURPOSE)[0]!.key, text)}`
}

/** The look that a pass is for; null for one that is too old, or none of ours. */
export function readPreview(core: Parts, pass: unknown): Look | null {
  if (typeof pass !== "string" || pass.length > TOKEN_MAX) return null
  const [text = "", mac = ""] = pass.split(".")
  const keys = core.deriveKeys(PURPOSE)
  if (!keys.some(({ key }) => constantTimeEqual(mac, macOf(key, text)))) return null
  const { untilMs, ...look } = JSON.parse(Buffer.from(text, "base64url").toString()) as Look & {
    readonly untilMs: number
  }
  return untilMs > core.clock.now().getTime() ? look : null
}

function macOf(key: Buffer, text: string): string {
  return createHmac("sha256", key).update(text).digest("base64url")
}
