/** Keeps the page up to date: hears of changes, fetches it again, swaps the parts that differ. */
import { listenForChanges } from "./stream.ts"

/** Without a stream, and where things change that no stream tells of, such as confirmations. */
const EVERY_MS = 2_000
/** Whoever waits for longer is copying something or went away. */
const LATER_EVERY_MS = 4_000
const LATER_AFTER_MS = 300_000
/** Beside a stream: it may be open and say nothing, as behind somebody who holds it back. */
const STREAMED_EVERY_MS = 15_000
/** After a failure the wait doubles up to this, so that a server coming back isn't overrun. */
const FAILED_EVERY_MAX_MS = 30_000
const ANSWER_TIMEOUT_MS = 10_000

type Parts = ReadonlyMap<string, string>

/** What stood in fields that were replaced: their form may come back, such as after a refusal. */
const typed = new Map<string, { readonly value: string; readonly checked: boolean }>()

/** Begins; `swapped` is told of each page that came, with its `main`. */
export function keepUpToDate(swapped: (main: HTMLElement) => void) {
  const startedMs = performance.now()
  // As the server wrote them: scripts change the page meanwhile, such as by counting.
  let written = partsOf(document)
  let about = aboutOf(document)
  let failures = 0
  let timer: number | undefined
  let askedMs = startedMs
  let newest = 0
  let latest = Promise.resolve()
  const stream = listenForChanges(() => void refresh(), plan)

  document.addEventListener("visibilitychange", () => {
    if (document.hidden) plan()
    else void refresh()
  })
  for (const name of ["online", "offline"]) addEventListener(name, () => void refresh())
  addEventListener("popstate", () => void refresh(true))
  // A page out of the browser's memory shows how it was when it was left.
  addEventListener("pageshow", ({ persisted }) => persisted && void refresh(true))
  plan()
  return { refresh }

  function plan(): void {
    clearTimeout(timer)
    const watching = about.expecting && !document.hidden
    stream.follow(watching ? about.changes : undefined)
    if (!watching) return
    const everyMs = Math.min(paceMs() * 2 ** failures, FAILED_EVERY_MAX_MS)
    timer = setTimeout(refresh, Math.max(0, askedMs + everyMs - performance.now()))
  }

  function paceMs(): number {
    if (stream.isOpen() && failures === 0 && !about.often) return STREAMED_EVERY_MS
    return performance.now() - startedMs > LATER_AFTER_MS ? LATER_EVERY_MS : EVERY_MS
  }

  /** Resolves once the page is as new as the call, also where it couldn't be fetched. */
  function refresh(even = false): Promise<void> {
    if (about.expecting || even) {
      clearTimeout(timer)
      newest += 1
      latest = update(newest)
    }
    return latest
  }

  async function update(mine: number): Promise<void> {
    try {
      const page = await fetchPage()
      if (mine === newest) {
        failures = 0
        swap(page)
      }
    } catch {
      if (mine === newest) failures += 1
    }
    // More changed meanwhile, or another coin was chosen: only that page is as new as it should be.
    if (mine !== newest) return latest
    const offline = document.getElementById("offline")
    if (offline) offline.hidden = failures === 0
    askedMs = performance.now()
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
    about = aboutOf(page)
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

/**
 * Opened lists stay open, and what was typed stays where it was; the element itself stays, or
 * nobody would hear that it changed.
 */
function swapPart(name: string, page: Document): void {
  const [old, fresh] = [document, page].map((each) => each.querySelector(`[data-live="${name}"]`))
  for (const { id } of old!.querySelectorAll("details[open]")) {
    page.getElementById(id)?.setAttribute("open", "")
  }
  for (const { id, value, checked } of controlsOf(old!)) typed.set(id, { value, checked })
  for (const control of controlsOf(fresh!)) keepTyped(control)
  old!.replaceChildren(...fresh!.childNodes)
}

function controlsOf(part: Element): NodeListOf<HTMLInputElement> {
  return part.querySelectorAll("input[id], select[id]")
}

function keepTyped(control: HTMLInputElement): void {
  const was = typed.get(control.id)
  if (!was) return
  if (control.type === "radio") control.checked = was.checked
  else control.value = was.value
}

function partsOf(page: Document): Parts {
  const parts = [...page.querySelectorAll<HTMLElement>("[data-live]")]
  return new Map(parts.map((part) => [part.dataset["live"] ?? "", part.innerHTML]))
}

/** What a page says of itself: whether more is to come, how often to ask, where to listen. */
function aboutOf(page: Document) {
  const { expecting, often, changes } = page.querySelector("main")?.dataset ?? {}
  return { expecting: expecting !== undefined, often: often !== undefined, changes }
}
