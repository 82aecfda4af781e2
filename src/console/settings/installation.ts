/** What the installation was told, and how what it stands on fares: nothing to change here. */
import { html, type Piece } from "../../pages/html.ts"
import { badge, facts, panel, table } from "../parts.ts"
import { type Shown, say, type Visit } from "../site.ts"
import { METHODS } from "../terms.ts"
import { settingsPage } from "./tabs.ts"
import { SET } from "./texts.ts"

/** The page. */
export async function showInstallation(visit: Visit): Promise<Shown> {
  const body = html`${panel(say(SET.railsOffered, visit.language), rails(visit))}
${panel(say(SET.chains, visit.language), chains(visit))}
${panel(say(SET.settings, visit.language), settings(visit))}`
  return settingsPage(visit, "/settings/installation", body)
}

function rails({ core, language }: Visit): Piece {
  const columns = [
    { label: say(SET.rail, language) },
    { label: say(SET.methods, language) },
    { label: say(SET.custodian, language) },
  ]
  const rows = [...core.rails.values()].map(({ custodian, displayName, methods, name }) => ({
    cells: [
      html`${displayName} <code>${name}</code>`,
      methods.map((each) => say(METHODS[each], language)).join(", "),
      say(custodian === "self" ? SET.custodianSelf : SET.custodianGateway, language),
    ],
  }))
  return table(say(SET.railsOffered, language), columns, rows)
}

function chains({ core, language }: Visit): Piece {
  const watches = core.watches()
  if (watches.length === 0) return html`<p class="soft">${say(SET.noChains, language)}</p>`
  return facts(
    watches.map(({ health, name }) => {
      const { detail, ok } = health()
      const word = badge(say(ok ? SET.well : SET.unwell, language), ok ? "good" : "bad")
      return [name, html`${word} <span class="soft">${detail}</span>`] as const
    }),
  )
}

function settings({ core, language }: Visit): Piece {
  const columns = [{ label: say(SET.setting, language) }, { label: say(SET.value, language) }]
  const rows = core.settings.map(({ isSecret, name, value }) => {
    const unset = html`<span class="soft">${say(SET.isUnset, language)}</span>`
    const shown = isSecret ? say(SET.isSet, language) : html`<code>${value}</code>`
    return { cells: [html`<code>${name}</code>`, value === null || value === "" ? unset : shown] }
  })
  return html`<p class="hint">${say(SET.settingsHint, language)}</p>
${table(say(SET.settings, language), columns, rows)}`
}
