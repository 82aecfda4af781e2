/** Keeps a page up to date: hears that something changed, and fetches the page again. */
import { swapFrom } from "./swap.ts"

/** Beside a stream, for whoever sits behind somebody who holds it back. */
const ANYHOW_MS = 60_000
/** Figures are remembered for five seconds: what has just changed is in them after that. */
const ONCE_MORE_MS = 6_000

/** Begins, where the page says where to listen. A page that nobody sees listens to nothing. */
export function keepLive(): void {
  const url = document.querySelector("main")?.dataset["live"]
  if (url === undefined || typeof EventSource !== "function") return
  let source: EventSource | null = null
  let timer: number | undefined

  function refresh(): void {
    swapFrom(location.href, true).catch(() => undefined)
  }
  function listen(): void {
    if (document.hidden) {
      source?.close()
      source = null
    } else if (source === null || source.readyState === source.CLOSED) {
      source = new EventSource(url!)
      source.addEventListener("change", () => {
        refresh()
        clearTimeout(timer)
        timer = setTimeout(refresh, ONCE_MORE_MS)
      })
    }
  }
  document.addEventListener("visibilitychange", () => {
    listen()
    if (!document.hidden) refresh()
  })
  setInterval(() => {
    listen()
    if (!document.hidden) refresh()
  }, ANYHOW_MS)
  listen()
}
