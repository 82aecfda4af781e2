/** Shows what a search finds while somebody types; without it, Enter leads to the page of finds. */

/** Between the last key and the question: most words are typed by then. */
const PAUSE_MS = 120

type Marked = { readonly text: string; readonly marked: boolean }
type Find = {
  readonly url: string
  readonly title: string
  readonly heading: string | null
  readonly excerpt: readonly Marked[]
}

/** Makes the field of the search answer at once; "/" leads to it, Escape closes the list. */
export function searchWhileTyping(): void {
  const form = document.querySelector<HTMLFormElement>('form[role="search"]')
  const field = form?.querySelector<HTMLInputElement>('input[name="q"]')
  const list = document.getElementById("finds")
  const at = document.body.dataset["search"]
  if (!form || !field || !list || !at) return
  let asked = ""
  let timer = 0

  const close = () => {
    list.hidden = true
  }
  const show = (finds: readonly Find[]) => {
    list.replaceChildren(...finds.map(linkTo))
    list.hidden = finds.length === 0
  }
  const ask = async () => {
    const query = field.value.trim()
    asked = query
    if (query.length < 2) return close()
    try {
      const answer = await fetch(`${at}?q=${encodeURIComponent(query)}`)
      const { finds }: { finds: readonly Find[] } = await answer.json()
      // A slower answer to an earlier question comes too late.
      if (asked === query && document.activeElement !== document.body) show(finds)
    } catch {
      close()
    }
  }

  field.addEventListener("input", () => {
    clearTimeout(timer)
    timer = setTimeout(() => void ask(), PAUSE_MS)
  })
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !isTyping(event.target)) {
      event.preventDefault()
      field.focus()
    }
    if (event.key === "Escape") close()
    if (event.key === "ArrowDown" || event.key === "ArrowUp") move(event, field, list)
  })
  document.addEventListener("click", ({ target }) => {
    if (target instanceof Node && !form.contains(target)) close()
  })
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches("input, textarea, select")
}

/** The arrows go through field and finds. */
function move(event: KeyboardEvent, field: HTMLInputElement, list: HTMLElement): void {
  if (list.hidden) return
  const stops = [field, ...list.querySelectorAll<HTMLElement>("a")]
  const from = stops.indexOf(document.activeElement as HTMLElement)
  if (from < 0) return
  event.preventDefault()
  stops[from + (event.key === "ArrowDown" ? 1 : -1)]?.focus()
}

function linkTo({ url, title, heading, excerpt }: Find): HTMLElement {
  const link = document.createElement("a")
  link.href = url
  const name = document.createElement("strong")
  name.textContent = heading === null ? title : `${title} › ${heading}`
  const text = document.createElement("span")
  text.append(...excerpt.map(pieceOf))
  link.append(name, text)
  return link
}

function pieceOf({ text, marked }: Marked): Node {
  if (!marked) return document.createTextNode(text)
  const mark = document.createElement("mark")
  mark.textContent = text
  return mark
}
