/** The script of a payment's page: all of it works without, less comfortably. */
import { listenForCopies } from "./copy.ts"
import { countDown } from "./countdown.ts"
import { keepUpToDate } from "./live.ts"
import { sendOnce } from "./once.ts"
import { findWallets, showWallets } from "./wallet.ts"

const setTimeLeft = countDown(() => void live.refresh())
const live = keepUpToDate(dress)
listenForCopies()
listenForPrints()
sendOnce()
findWallets(() => live.refresh(true))
listenForChoices()
dress(document.querySelector("main")!)

/** Adds what only a script can do to a page that came from the server. */
function dress(main: HTMLElement): void {
  const { left } = main.dataset
  setTimeLeft(left === undefined ? null : Number(left))
  // They could do nothing without us.
  const idle = document.querySelectorAll<HTMLElement>("[data-copy], [data-print]")
  for (const button of idle) button.hidden = false
  showWallets()
}

function listenForPrints(): void {
  document.addEventListener("click", ({ target }) => {
    if (target instanceof Element && target.closest("[data-print]")) print()
  })
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
