/** Light, dark, or as the device has it: chosen by a button, and kept in this browser. */

const THEMES = ["auto", "light", "dark"] as const
type Theme = (typeof THEMES)[number]

/** What was chosen; as the device has it where nothing was, or nothing can be kept. */
function chosenTheme(): Theme {
  try {
    const kept = localStorage.getItem("docs-theme")
    return THEMES.find((each) => each === kept) ?? "auto"
  } catch {
    return "auto"
  }
}

/** Before anything is shown, so that no page flashes. */
export function applyTheme(theme: Theme = chosenTheme()): void {
  document.documentElement.dataset["theme"] = theme
}

/** Makes the button work: each press is the next of the three. */
export function listenForThemes(): void {
  const button = document.querySelector<HTMLButtonElement>("button.theme")
  if (!button) return
  const say = (theme: Theme) => {
    button.textContent = `${button.dataset["label"]}: ${button.dataset[theme]}`
  }
  say(chosenTheme())
  button.hidden = false
  button.addEventListener("click", () => {
    const theme = THEMES[(THEMES.indexOf(chosenTheme()) + 1) % THEMES.length]!
    try {
      localStorage.setItem("docs-theme", theme)
    } catch {
      // Nothing is kept here: it holds for this page.
    }
    applyTheme(theme)
    say(theme)
  })
}
