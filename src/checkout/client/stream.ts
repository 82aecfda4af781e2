/** Hears from the server that the payment changed, where browser and server have streams. */

/** After a refusal the page asks by itself; a server with too much to do has other hours. */
const REFUSED_FOR_MS = 60_000

/** Prepares to listen; `changed` is told of each change, `turned` of each beginning and end. */
export function listenForChanges(changed: () => void, turned: () => void) {
  let source: EventSource | null = null
  let askedMs = 0
  return { isOpen: () => source !== null && source.readyState === source.OPEN, follow }

  /** Listens at an address, or no longer. An open stream goes on: it names each version once. */
  function follow(url: string | undefined): void {
    if (url === undefined) {
      source?.close()
      source = null
    } else if (typeof EventSource === "function" && !isUnderWay()) {
      askedMs = performance.now()
      source = new EventSource(url)
      source.addEventListener("change", changed)
      source.onopen = turned
      source.onerror = turned
    }
  }

  /** A browser comes back after a failure by itself, after a refusal it doesn't. */
  function isUnderWay(): boolean {
    if (source === null) return false
    const refused = source.readyState === source.CLOSED
    return !refused || performance.now() - askedMs < REFUSED_FOR_MS
  }
}
