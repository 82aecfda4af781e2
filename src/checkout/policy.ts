/** What browsers may do on our pages, as the headers of every page say it. */

const POLICY =
  "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; " +
  "frame-ancestors 'none'"

/** Pages that wait for a transfer run our own script, which asks for nothing but the page again. */
export const LIVE_POLICY = `${POLICY}; script-src 'self'; connect-src 'self'`

/** Nothing but our own stylesheet is loaded, and no other page may frame or fill ours. */
export const PAGE_HEADERS = {
  "content-type": "text/html; charset=utf-8",
  "content-security-policy": POLICY,
  "x-frame-options": "DENY",
  "cache-control": "no-store",
  "referrer-policy": "no-referrer",
  "x-robots-tag": "noindex, nofollow",
}
