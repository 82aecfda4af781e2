/** The script of a page that waits for a transfer: all of it works without, less comfortably. */
import { listenForCopies, showCopies } from "./copy.ts"
import { countDown } from "./countdown.ts"
import { keepUpToDate } from "./live.ts"
import { findWallets, showWallets } from "./wallet.ts"

const setTimeLeft = countDown(() => void live.refresh())
const live = keepUpToDate(dress)
listenForCopies()
findWallets(() => live.refresh(true))
listenForChoices()
dress(document.querySelector("main")!)

/** Adds what only a script can do to a page that came from the server. */
function dress(main: HTMLElement): void {
  const { left } = main.dataset
  setTimeLeft(left === undefined ? null : Number(left))
  showCopies()
  showWallets()
}

/** Another coin is another address of the same page. */
function listenForChoices(): void {
  document.addEventListener("click", (event) => {
    const { target, ctrlKey, metaKey, shiftKey } = event
    const link =
      target instanceof Element ? target.closest<HTMLAnchorElement>("a[data-swap]") : null
    if (!link || ctrlKey || metaKey || shiftKey) return
    event.preventDefault()
    history.pushState(null, "", link.href)
    void live.refresh(true)
  })
}
