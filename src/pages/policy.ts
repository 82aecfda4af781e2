/** What browsers may do on our pages: no more than the parts of each page need. */
import type { Html } from "./html.ts"
import type { Stylesheet } from "./stylesheet.ts"

/** What stands on a page beside text. */
export type Parts = {
  readonly styles: readonly Stylesheet[]
  /** A picture of our own, such as the merchant's logo. */
  readonly picture?: boolean
  /** Our script, which asks for nothing but the payment it stands on. */
  readonly script?: boolean
}

/** A page with the policy that allows its parts and nothing else. */
export type WholePage = Html & { readonly policy: string }

export function withPolicy(page: Html, parts: Parts): WholePage {
  return { ...page, policy: policyOf(parts) }
}

/**
 * The Content-Security-Policy of a page with these parts. Styles are allowed one by one: whoever
 * got markup into a page could still add none of their own.
 */
export function policyOf({ styles, picture = false, script = false }: Parts): string {
  return [
    "default-src 'none'",
    `style-src ${styles.map(({ source }) => source).join(" ")}`,
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    ...(picture ? ["img-src 'self'"] : []),
    ...(script ? ["script-src 'self'", "connect-src 'self'"] : []),
  ].join("; ")
}

/** What a page is sent with that has these styles and text; nobody keeps or frames it. */
export function headersOf(styles: readonly Stylesheet[]) {
  return {
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": policyOf({ styles }),
    "x-frame-options": "DENY",
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-robots-tag": "noindex, nofollow",
  }
}
