/** Fetches a page again and puts its contents in the place of what is shown. */

const ANSWER_TIMEOUT_MS = 15_000

/** What hears of new contents. */
const listeners: (() => void)[] = []

/** Calls `dress` now and whenever contents were replaced. */
export function onContents(dress: () => void): void {
  listeners.push(dress)
  dress()
}

let newest = 0

/**
 * Replaces the parts of the page at `url` that carry `data-part`, or the whole of `main` where none
 * do. What is opened stays open; nothing is replaced under the hands of somebody who types in it.
 * `anew`: nobody asked for it, so that it is no use of a session.
 */
export async function swapFrom(url: string, anew = false): Promise<boolean> {
  newest += 1
  const mine = newest
  const answer = await fetch(url, {
    headers: { accept: "text/html", ...(anew && { "x-caudal-anew": "1" }) },
    signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
  })
  // A sign-in page, or an error, is for a whole page to show.
  if (!answer.ok || answer.redirected || mine !== newest) return false
  const page = new DOMParser().parseFromString(await answer.text(), "text/html")
  if (mine !== newest) return false
  const [old, fresh] = [document, page].map((each) => each.querySelector("main"))
  if (!old || !fresh) return false
  const parts = [...old.querySelectorAll<HTMLElement>("[data-part]")]
  const pairs = parts.map((part) => {
    const name = part.dataset["part"] ?? ""
    return [part, fresh.querySelector(`[data-part="${CSS.escape(name)}"]`)] as const
  })
  const isSame = pairs.length > 0 && pairs.every(([, other]) => other !== null)
  if (isSame) for (const [part, other] of pairs) replace(part, other!)
  else if (!isBusy(old)) replace(old, fresh)
  document.title = page.title
  for (const dress of listeners) dress()
  return true
}

/** Whether somebody types there, or has typed what isn't sent yet. */
function isBusy(part: Element): boolean {
  const { activeElement } = document
  if (activeElement && part.contains(activeElement) && activeElement.matches("input, textarea"))
    return true
  const typed = part.querySelectorAll<HTMLInputElement | HTMLTextAreaElement>(
    "form[method=post] input:not([type=hidden]):not([type=checkbox]), form[method=post] textarea",
  )
  return [...typed].some(({ value, defaultValue }) => value !== defaultValue)
}

function replace(old: Element, fresh: Element): void {
  if (isBusy(old) || old.innerHTML === fresh.innerHTML) return
  const focused = document.activeElement?.id
  for (const { id } of old.querySelectorAll("details[open][id]")) {
    fresh.querySelector(`#${CSS.escape(id)}`)?.setAttribute("open", "")
  }
  old.replaceChildren(...fresh.childNodes)
  if (focused && document.activeElement?.id !== focused) {
    document.getElementById(focused)?.focus({ preventScroll: true })
  }
}
