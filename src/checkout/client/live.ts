/** Keeps the page up to date: fetches it again and swaps the parts that differ. */

const EVERY_MS = 2_000
/** Whoever waits for longer is copying something or went away. */
const LATER_EVERY_MS = 4_000
const LATER_AFTER_MS = 300_000
/** After a failure the wait doubles up to this, so that a server coming back isn't overrun. */
const FAILED_EVERY_MAX_MS = 30_000
const ANSWER_TIMEOUT_MS = 10_000

type Parts = ReadonlyMap<string, string>

/** Begins; `swapped` is told of each page that came, with its `main`. */
export function keepUpToDate(swapped: (main: HTMLElement) => void) {
  const startedMs = performance.now()
  // As the server wrote them: scripts change the page meanwhile, such as by counting.
  let written = partsOf(document)
  let expecting = isExpecting(document)
  let failures = 0
  let timer: number | undefined
  let newest = 0

  document.addEventListener("visibilitychange", () => {
    if (document.hidden) clearTimeout(timer)
    else void refresh()
  })
  addEventListener("online", () => void refresh())
  addEventListener("popstate", () => void refresh(true))
  // A page out of the browser's memory shows how it was when it was left.
  addEventListener("pageshow", ({ persisted }) => persisted && void refresh(true))
  plan()
  return { refresh }

  function plan(): void {
    clearTimeout(timer)
    if (!expecting || document.hidden) return
    const late = performance.now() - startedMs > LATER_AFTER_MS
    const every = late ? LATER_EVERY_MS : EVERY_MS
    timer = setTimeout(refresh, Math.min(every * 2 ** failures, FAILED_EVERY_MAX_MS))
  }

  async function refresh(even = false): Promise<void> {
    if (!expecting && !even) return
    newest += 1
    const mine = newest
    try {
      const page = await fetchPage()
      // Somebody chose another coin meanwhile.
      if (mine !== newest) return
      failures = 0
      swap(page)
    } catch {
      if (mine !== newest) return
      failures += 1
    }
    const offline = document.getElementById("offline")
    if (offline) offline.hidden = failures === 0
    plan()
  }

  function swap(page: Document): void {
    const fresh = partsOf(page)
    const main = page.querySelector("main")
    // Another version of us has other parts.
    if (!main || [...fresh.keys()].join() !== [...written.keys()].join()) return location.reload()
    const kept = document.activeElement?.id
    for (const [name, text] of fresh) if (text !== written.get(name)) swapPart(name, page)
    written = fresh
    expecting = isExpecting(page)
    document.title = page.title
    document.querySelector("main")!.className = main.className
    swapped(main)
    if (kept && document.activeElement?.id !== kept) {
      document.getElementById(kept)?.focus({ preventScroll: true })
    }
  }
}

async function fetchPage(): Promise<Document> {
  const answer = await fetch(location.href, {
    headers: { accept: "text/html" },
    signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
  })
  if (!answer.ok) throw new Error(`status ${answer.status}`)
  return new DOMParser().parseFromString(await answer.text(), "text/html")
}

/** Opened lists stay open; the element itself stays, or nobody would hear that it changed. */
function swapPart(name: string, page: Document): void {
  const [old, fresh] = [document, page].map((each) => each.querySelector(`[data-live="${name}"]`))
  for (const { id } of old!.querySelectorAll("details[open]")) {
    page.getElementById(id)?.setAttribute("open", "")
  }
  old!.replaceChildren(...fresh!.childNodes)
}

function partsOf(page: Document): Parts {
  const parts = [...page.querySelectorAll<HTMLElement>("[data-live]")]
  return new Map(parts.map((part) => [part.dataset["live"] ?? "", part.innerHTML]))
}

function isExpecting(page: Document): boolean {
  return page.querySelector("main")?.hasAttribute("data-expecting") ?? false
}
