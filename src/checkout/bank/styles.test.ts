/** The bank's pages can be read by everybody, and look like nothing else here (WCAG 2.2: 1.4.3). */
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { test } from "node:test"
import { contrast, readColour } from "../../pages/colour.ts"

const styles = readFileSync(new URL("./styles.css", import.meta.url), "utf8")

function coloursOf(block: string): Record<string, string> {
  const all = block.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)
  return Object.fromEntries([...all].map(([, name, value]) => [name, value]))
}

const [light, dark] = [...styles.matchAll(/:root \{([^}]*)\}/g)].map(([, block]) =>
  coloursOf(block!),
)

test("text, buttons and lines stand out from what is behind them", () => {
  const rows: [front: string, back: string, least: number][] = [
    ["ink", "sheet", 4.5],
    ["ink", "panel", 4.5],
    ["ink", "back", 4.5],
    ["soft", "sheet", 4.5],
    ["no", "sheet", 4.5],
    ["bank", "sheet", 4.5],
    ["wallet", "sheet", 4.5],
    ["on-bank", "bank", 4.5],
    ["on-wallet", "wallet", 4.5],
    ["on-alarm", "alarm", 7],
    ["line", "sheet", 3],
    ["bank", "panel", 3],
    ["wallet", "panel", 3],
  ]
  for (const [name, colours] of Object.entries({ light: light!, dark: { ...light, ...dark } })) {
    for (const [front, back, least] of rows) {
      const found = contrast(readColour(colours[front]!)!, readColour(colours[back]!)!)
      assert.ok(found >= least, `${name}: ${front} on ${back} is ${found.toFixed(2)}`)
    }
  }
})

test("nothing moves, and nothing foreign is loaded", () => {
  assert.doesNotMatch(styles, /animation|transition|@import|url\(/)
})
