/** A payer's browser without scripts: it opens pages, fills their forms and follows redirects. */
import assert from "node:assert/strict"

export type Page = {
  readonly url: string
  readonly status: number
  readonly headers: Headers
  readonly html: string
  /** The text that a payer sees, with single blanks. */
  readonly text: string
}

/** Opens a page. */
export async function open(url: string, headers: Record<string, string> = {}): Promise<Page> {
  return pageOf(url, await fetch(url, { headers, redirect: "manual" }))
}

/**
 * Presses a button of the page's form, with these fields filled in, and opens where it leads. The
 * form's own hidden fields go along; `over` fills others or changes them.
 */
export async function press(
  page: Page,
  button: string,
  over: Readonly<Record<string, string>> = {},
  headers: Record<string, string> = {},
): Promise<Page> {
  const form = /<form method="post" action="([^"]+)"[^>]*>([\s\S]*?)<\/form>/.exec(page.html)
  assert.ok(form, `no form on the page:\n${page.text}`)
  assert.match(form[2]!, new RegExp(`<button[^>]* name="do" value="${button}"`), page.text)
  return send(page, form, { ...over, do: button }, headers)
}

/** Sends a form as it was on a page that may be long out of date. */
async function send(
  page: Page,
  [, action, inside]: RegExpExecArray,
  over: Readonly<Record<string, string>>,
  headers: Record<string, string>,
): Promise<Page> {
  const hidden = [...inside!.matchAll(/<input type="hidden" name="(\w+)" value="([^"]*)">/g)]
  const fields = Object.fromEntries(hidden.map(([, name, value]) => [name!, value!]))
  const url = new URL(action!, page.url).href
  const response = await fetch(url, {
    method: "POST",
    headers: { "sec-fetch-site": "same-origin", ...headers },
    body: new URLSearchParams({ ...fields, ...over }),
    redirect: "manual",
  })
  const location = response.headers.get("location")
  if (response.status !== 303 || location === null) return pageOf(url, response)
  await response.arrayBuffer()
  return open(new URL(location, url).href)
}

async function pageOf(url: string, response: Response): Promise<Page> {
  const html = await response.text()
  const text = html
    .replace(/<style>[^<]*<\/style>/g, " ")
    .replace(/<[^>]*>/g, " ")
    .replace(/&#39;/g, "'")
    .replace(/&quot;/g, '"')
    .replace(/&lt;/g, "<")
    .replace(/&gt;/g, ">")
    .replace(/&amp;/g, "&")
    .replace(/\s+/g, " ")
  return { url, status: response.status, headers: response.headers, html, text }
}

/** Reloads a page until its text fits, as a waiting payer's browser does. */
export async function reload(page: Page, fits: RegExp, timeoutMs = 10_000): Promise<Page> {
  const giveUpAt = performance.now() + timeoutMs
  for (;;) {
    const now = await open(page.url)
    if (fits.test(now.text)) return now
    assert.ok(performance.now() < giveUpAt, `after ${timeoutMs} ms the page says: ${now.text}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
