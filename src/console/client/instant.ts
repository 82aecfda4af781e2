/** Filters act while one types: the form's address is fetched and its results replaced. */
import { swapFrom } from "./swap.ts"

/** Long enough for the next letter. */
const PAUSE_MS = 250

/** For forms with `data-instant`; without a script their button does the same. */
export function listenForFilters(): void {
  let timer: number | undefined

  function plan(form: HTMLFormElement, pauseMs: number): void {
    clearTimeout(timer)
    timer = setTimeout(() => void filter(form), pauseMs)
  }
  // Who has a script needs no button to go where it chose.
  for (const button of document.querySelectorAll<HTMLElement>('[data-instant=""] button')) {
    button.hidden = true
  }
  for (const kind of ["input", "change"]) {
    document.addEventListener(kind, ({ target }) => {
      const form = target instanceof Element ? target.closest("form") : null
      if (!form || form.dataset["instant"] === undefined) return
      // Who chooses another merchant goes to another page.
      if (form.dataset["instant"] !== "results") return form.submit()
      plan(form, kind === "change" ? 0 : PAUSE_MS)
    })
  }
  addEventListener("popstate", () => location.reload())
}

async function filter(form: HTMLFormElement): Promise<void> {
  const asked = [...new FormData(form)].filter(([, value]) => value !== "")
  const query = new URLSearchParams(asked as [string, string][]).toString()
  const url = new URL(`${form.getAttribute("action") ?? location.pathname}`, location.href)
  url.search = query
  if (url.href === location.href) return
  history.replaceState(null, "", url)
  const swapped = await swapFrom(url.href).catch(() => false)
  if (!swapped) location.assign(url)
}
