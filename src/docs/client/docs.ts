/** The script of the documents' pages: they can be read and searched without it. */
import { addCopyButtons } from "./copy.ts"
import { searchWhileTyping } from "./quick.ts"
import { applyTheme, listenForThemes } from "./theme.ts"

applyTheme()
document.addEventListener("DOMContentLoaded", () => {
  listenForThemes()
  addCopyButtons()
  searchWhileTyping()
})
