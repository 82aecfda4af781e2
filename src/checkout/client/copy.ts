/** Puts an amount or an address on the clipboard, exactly as it stands on the page. */

/** How long a button says that it copied: long enough to be read. */
const SAID_MS = 2_000

/** Makes the copy buttons of the page work, also those that come later. */
export function listenForCopies(): void {
  document.addEventListener("click", ({ target }) => {
    const button = target instanceof Element ? target.closest<HTMLElement>("[data-copy]") : null
    const source = button && document.getElementById(button.dataset["copy"] ?? "")
    if (button && source) void copy(button, source)
  })
}

async function copy(button: HTMLElement, source: HTMLElement): Promise<void> {
  const words = button.dataset
  // A second press comes while the first one's word still stands there.
  words["label"] ??= button.textContent
  const { label } = words
  try {
    await navigator.clipboard.writeText(source.textContent)
    button.textContent = words["copied"] ?? ""
  } catch {
    // Not allowed, or a page without TLS has no clipboard: the payer copies what is selected.
    getSelection()?.selectAllChildren(source)
    button.textContent = words["selected"] ?? ""
  }
  setTimeout(() => {
    button.textContent = label ?? ""
  }, SAID_MS)
}
