/** The files that operators run a cluster with, filled for one machine's loopback. */
import { readFileSync } from "node:fs"
import { join } from "node:path"

const FOLDER = join(import.meta.dirname, "..", "..", "docs", "operating")

export const TEMPLATES = ["patroni.yml", "haproxy.cfg"] as const

/** The text of one, as the documents show it. */
export function templateOf(name: (typeof TEMPLATES)[number]): string {
  return readFileSync(join(FOLDER, name), "utf8")
}

/** Puts values in the place of `<words>`; throws where one is left over, or isn't used. */
export function filled(template: string, values: Readonly<Record<string, string>>): string {
  const used = new Set<string>()
  const text = template.replace(/<([a-z0-9-]+)>/g, (_whole, name: string) => {
    const value = values[name]
    if (value === undefined) throw new Error(`nothing is given for <${name}>`)
    used.add(name)
    return value
  })
  const unused = Object.keys(values).filter((name) => !used.has(name))
  if (unused.length > 0) throw new Error(`the template has no <${unused.join(">, <")}>`)
  return text
}
