/** Whose things a section is about, and what stands there where nobody is chosen yet. */
import type { Merchant } from "../core/index.ts"
import { html } from "../pages/html.ts"
import { empty, heading, table } from "./parts.ts"
import { NotThere, type Shown, say, type Visit, type Words } from "./site.ts"

const WORDS = {
  choose: {
    es: "Elija un comercio",
    pt: "Escolha um comerciante",
    en: "Choose a merchant",
  },
  why: {
    es: "Esta página es de un comercio a la vez.",
    pt: "Esta página é de um comerciante por vez.",
    en: "This page is about one merchant at a time.",
  },
  none: {
    es: "Todavía no hay comercios",
    pt: "Ainda não há comerciantes",
    en: "There are no merchants yet",
  },
  add: {
    es: "Se agrega uno con este comando:",
    pt: "Adicione um com este comando:",
    en: "This command adds one:",
  },
  name: { es: "Nombre", pt: "Nome", en: "Name" },
  zone: { es: "Zona horaria", pt: "Fuso horário", en: "Time zone" },
} as const satisfies Record<string, Words>

/** Asks whose things of a section are to be shown. */
export async function chooseMerchant(visit: Visit, path: string, title: string): Promise<Shown> {
  const { language } = visit
  const merchants = await visit.core.merchants.list()
  const rows = merchants.map((each: Merchant) => ({
    cells: [each.name, each.timeZone],
    href: visit.href(path, { merchant: each.id }),
  }))
  const columns = [{ label: say(WORDS.name, language) }, { label: say(WORDS.zone, language) }]
  const list =
    rows.length === 0
      ? empty(
          say(WORDS.none, language),
          html`${say(WORDS.add, language)} <code>caudal merchant add "…"</code>`,
        )
      : table(say(WORDS.choose, language), columns, rows)
  const body = html`${heading(title)}
<p class="soft">${say(WORDS.choose, language)}. ${say(WORDS.why, language)}</p>
${list}`
  return { title, body }
}

/** The merchant of a visit; where there is none, there is nothing of one either: `NotThere`. */
export function merchantOf({ merchant }: Pick<Visit, "merchant">): Merchant {
  if (merchant === null) throw new NotThere("no merchant is chosen")
  return merchant
}
