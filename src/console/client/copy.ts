/** Copy buttons: what a page shows exactly goes to the clipboard. */

const COPIED_MS = 1_500

/** Makes them work, also those that come later. */
export function listenForCopies(): void {
  document.addEventListener("click", ({ target }) => {
    const button = target instanceof Element ? target.closest<HTMLElement>("[data-copy]") : null
    if (button) void copyFrom(button)
  })
}

async function copyFrom(button: HTMLElement): Promise<void> {
  const words = button.dataset
  words["label"] ??= button.textContent ?? ""
  try {
    await navigator.clipboard.writeText(words["copy"] ?? "")
    button.textContent = words["copied"] ?? "✓"
  } catch {
    // A page without https has no clipboard: what is to be copied is selected instead.
    const code = button.parentElement?.querySelector("code")
    if (code) getSelection()?.selectAllChildren(code)
  }
  setTimeout(() => {
    button.textContent = words["label"] ?? ""
  }, COPIED_MS)
}

/** Shows what could do nothing without a script. */
export function showCopies(): void {
  for (const button of document.querySelectorAll<HTMLElement>("[data-copy]")) button.hidden = false
}
