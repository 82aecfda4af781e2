/** Asks before what can't be taken back, and sends each form once. */

/** Whoever stopped the page from loading may press again after so long. */
const SENT_MS = 10_000

/** Makes it so for all forms of the page, also those that come later. */
export function guardForms(): void {
  let pressed: HTMLButtonElement | null = null
  let timer: number | undefined

  addEventListener("submit", (event) => {
    const { submitter, target } = event
    if (pressed) return event.preventDefault()
    const asked = target instanceof HTMLElement ? target.dataset["confirm"] : undefined
    if (asked !== undefined && !confirm(asked)) return event.preventDefault()
    if (!(submitter instanceof HTMLButtonElement)) return
    // A download leaves the page where it is.
    if (target instanceof HTMLFormElement && target.method === "get") return
    pressed = submitter
    timer = setTimeout(release, SENT_MS)
    // Its name still has to be read: a disabled button isn't part of what is sent.
    setTimeout(() => {
      if (pressed) pressed.disabled = true
    })
  })
  // A page out of the browser's memory would keep its button off for ever.
  addEventListener("pageshow", release)

  function release(): void {
    clearTimeout(timer)
    if (pressed) pressed.disabled = false
    pressed = null
  }
}
