/** Writes the page of all settings in one language. */
import { EXAMPLES } from "./examples.ts"
import { type Section, type SectionName, sections, type Told } from "./sections.ts"
import type { Words } from "./words.ts"

/** The page, as it stands in the documents. */
export function configurationPage(words: Words): string {
  const parts = sections().map((section) => sectionText(section, words))
  const written = "<!-- `npm run reference` writes this page: change `ops/reference`. -->"
  return `# ${words.title}\n\n${written}\n\n${words.intro}\n\n${parts.join("\n")}`
}

function sectionText(section: Section, words: Words): string {
  const name = section.name as SectionName
  const { about, title } = words.sections[name]
  const rows = Object.entries(section.members).map(([member, told]) => {
    const meaning = words.meanings[name][member]
    if (meaning === undefined) throw new Error(`${name}.${member} has no meaning yet`)
    const cells = [
      code(section.path + member),
      valueText(told, words),
      defaultText(section, member, told, words),
      meaning,
      shown(EXAMPLES[name][member]),
    ]
    return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`
  })
  const head = `| ${words.columns.join(" | ")} |\n| --- | --- | --- | --- | --- |`
  return `## ${title}\n\n${about}\n\n${head}\n${rows.join("\n")}\n`
}

function defaultText(section: Section, member: string, told: Told, words: Words): string {
  const said = words.defaults[section.name as SectionName]?.[member]
  if (said !== undefined) return said
  if (told.default === undefined) {
    return section.required.includes(member) ? words.needed : words.unset
  }
  return told.default === null || isEmpty(told.default) ? words.unset : shown(told.default)
}

function isEmpty(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.keys(value).length === 0
}

/** What a value looks like, in words. */
export function valueText(told: Told, words: Words): string {
  const { values } = words
  const forms = told.anyOf?.filter((each) => each.type !== "null")
  if (forms?.length) {
    const texts = [...new Set(forms.map((each) => valueText(each, words)))]
    return texts.join(` ${values.or} `)
  }
  if (told.const !== undefined) return shown(told.const)
  if (told.enum) return told.enum.map(shown).join(", ")
  const kind = [told.type ?? []].flat().find((each) => each !== "null")
  switch (kind) {
    case "integer":
    case "number":
      return [values.number, range(told, words)].filter(Boolean).join(", ")
    case "boolean":
      return values.boolean
    case "array": {
      const most = told.maxItems === undefined ? [] : [values.atMostMany(count(told.maxItems))]
      return [values.list, ...most].join(", ")
    }
    case "object":
      return typeof told.additionalProperties === "object" ? values.byName : values.object
    case "string": {
      const most = told.maxLength === undefined ? [] : [values.atMostLong(count(told.maxLength))]
      return [values.text, ...most].join(", ")
    }
    default:
      return values.several
  }
}

function range({ maximum, minimum }: Told, { values }: Words): string {
  const isBound = (value?: number) => value !== undefined && Math.abs(value) < 2 ** 53 - 1
  if (isBound(minimum) && isBound(maximum)) return values.between(count(minimum!), count(maximum!))
  return isBound(minimum) ? values.atLeast(count(minimum!)) : ""
}

/** As it is typed, so that it can be copied. */
function count(value: number): string {
  return String(value)
}

function shown(value: unknown): string {
  return code(typeof value === "string" ? value : JSON.stringify(value))
}

function code(text: string): string {
  return `\`${text}\``
}
