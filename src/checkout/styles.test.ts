/** The colours of the pages can be told apart, in light and in dark (WCAG 2.2: 1.4.3, 1.4.11). */
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { test } from "node:test"

const styles = readFileSync(new URL("./styles.css", import.meta.url), "utf8")

function coloursOf(block: string): Record<string, string> {
  const all = block.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)
  return Object.fromEntries([...all].map(([, name, value]) => [name, value]))
}

const [light, dark] = [...styles.matchAll(/:root \{([^}]*)\}/g)].map(([, block]) =>
  coloursOf(block!),
)

function luminance(colour: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!
}

function contrast(one: string, two: string): number {
  const [darker, lighter] = [luminance(one), luminance(two)].sort((a, b) => a - b)
  return (lighter! + 0.05) / (darker! + 0.05)
}

test("text and signs stand out from what is behind them", () => {
  const rows: [front: string, back: string, least: number][] = [
    ["ink", "card", 4.5],
    ["ink", "calm-tint", 4.5],
    ["ink", "bad-tint", 4.5],
    ["ink", "warn-tint", 4.5],
    ["ink", "group", 4.5],
    ["ink", "page", 4.5],
    ["soft", "card", 4.5],
    ["soft", "calm-tint", 4.5],
    ["soft", "page", 4.5],
    ["soft", "field", 4.5],
    ["accent", "card", 4.5],
    ["on-accent", "accent", 4.5],
    ["good", "card", 4.5],
    ["bad", "card", 4.5],
    ["card", "bad", 4.5],
    ["card", "warn", 4.5],
    ["on-test", "test", 4.5],
    ["accent", "line", 3],
  ]
  for (const [name, colours] of [
    ["light", light!] as const,
    ["dark", { ...light, ...dark }] as const,
  ]) {
    for (const [front, back, least] of rows) {
      const found = contrast(colours[front]!, colours[back]!)
      assert.ok(found >= least, `${name}: ${front} on ${back} is ${found.toFixed(2)}`)
    }
  }
})

test("nothing moves for whoever asked for stillness, and nothing foreign is loaded", () => {
  const still = styles.replace(/@media \(prefers-reduced-motion: no-preference\) \{[^@]*?\n\}/g, "")
  assert.match(styles, /animation:/)
  assert.doesNotMatch(still, /animation:|transition:/)
  assert.doesNotMatch(styles, /@import|url\(/)
})
