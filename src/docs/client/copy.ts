/** A button on each block of code that copies it, without the marks of a shell. */

/** How long a button says what it did: long enough to be read. */
const SAID_MS = 2_000

/** Puts the buttons there: without a script they would do nothing. */
export function addCopyButtons(): void {
  for (const block of document.querySelectorAll<HTMLElement>(".code")) {
    const code = block.querySelector("code")
    if (!code) continue
    const button = document.createElement("button")
    button.type = "button"
    button.className = "copy"
    button.textContent = document.body.dataset["copy"] ?? ""
    button.addEventListener("click", () => void copyCode(code, button))
    block.append(button)
  }
}

async function copyCode(code: HTMLElement, button: HTMLButtonElement): Promise<void> {
  const { copy = "", copied = "", failed = "" } = document.body.dataset
  try {
    await navigator.clipboard.writeText(code.textContent)
    button.textContent = copied
  } catch {
    // Not allowed, or a page without TLS: the reader copies what is selected.
    getSelection()?.selectAllChildren(code)
    button.textContent = failed
  }
  setTimeout(() => {
    button.textContent = copy
  }, SAID_MS)
}
