/** The script of the console's pages: all of it works without, less comfortably. */
import { drawCharts } from "./chart.ts"
import { guardForms } from "./confirm.ts"
import { listenForCopies, showCopies } from "./copy.ts"
import { listenForFilters } from "./instant.ts"
import { keepLive } from "./live.ts"
import { listenForPreviews } from "./preview.ts"
import { onContents } from "./swap.ts"

listenForCopies()
guardForms()
listenForFilters()
listenForPreviews()
onContents(showCopies)
drawCharts()
keepLive()
listenForKeys()

/** "/" goes to the search box, as people expect of lists. */
function listenForKeys(): void {
  document.addEventListener("keydown", (event) => {
    const { target } = event
    const isTyping = target instanceof HTMLElement && target.matches("input, textarea, select")
    if (event.key !== "/" || isTyping || event.ctrlKey || event.metaKey || event.altKey) return
    const search = document.querySelector<HTMLInputElement>("input[type=search]")
    if (!search) return
    event.preventDefault()
    search.focus()
    search.select()
  })
}
