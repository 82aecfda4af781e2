/** What pages of the console are put together from: forms, fields, tables, badges. */
import { attribute, type Html, html, type Piece } from "../pages/html.ts"
import type { Visit } from "./site.ts"
import { say, type Words } from "./words.ts"

const WORDS = {
  copy: { es: "Copiar", pt: "Copiar", en: "Copy" },
  copied: { es: "Copiado", pt: "Copiado", en: "Copied" },
  more: { es: "Siguientes", pt: "Próximos", en: "Next" },
  first: { es: "Al principio", pt: "Ao início", en: "Back to first" },
} as const satisfies Record<string, Words>

type Asker = Pick<Visit, "language">

/**
 * A form that changes something. `action` is a path as `visit.href` makes it; the CSRF token goes
 * along. `confirm` is asked by the script before it is sent.
 */
export function form(
  visit: Pick<Visit, "csrf">,
  action: string,
  inside: Piece,
  options: { readonly kind?: string; readonly id?: string; readonly confirm?: string } = {},
): Html {
  const { kind = "stack", id = null, confirm = null } = options
  return html`<form method="post" action="${action}" class="${kind}"${attribute(
    "id",
    id,
  )}${attribute("data-confirm", confirm)}><input type="hidden" name="csrf" value="${visit.csrf}">
${inside}
</form>`
}

export type Field = {
  readonly name: string
  readonly label: string
  readonly value?: string | null
  /** What is wrong with what was typed; stands below it and is read out with it. */
  readonly error?: string | null
  readonly hint?: string | null
  readonly type?: string
  readonly required?: boolean
  readonly autocomplete?: string
  readonly inputmode?: string
  readonly maxlength?: number
  readonly placeholder?: string
  readonly autofocus?: boolean
  readonly readonly?: boolean
  /** More than one line, of so many rows. */
  readonly rows?: number
  /** A choice: values with what they are called. */
  readonly options?: readonly (readonly [value: string, label: string])[]
}

/** A labelled input with its hint and its error. */
export function field(given: Field): Html {
  const { name, label, error = null, hint = null } = given
  const described = [hint && `${name}-hint`, error && `${name}-error`].filter(Boolean).join(" ")
  const about = html`${attribute("aria-describedby", described || null)}${attribute(
    "aria-invalid",
    error ? "true" : null,
  )}${attribute("required", given.required ?? false)}${attribute(
    "autofocus",
    given.autofocus ?? false,
  )}`
  return html`<div class="field${error && " wrong"}"><label for="${name}">${label}</label>
${control(given, about)}
${hint && html`<p class="hint" id="${name}-hint">${hint}</p>`}
${error && html`<p class="error" id="${name}-error">${error}</p>`}</div>`
}

function control(given: Field, about: Html): Html {
  const { name, value = "", options, rows } = given
  const shared = html` id="${name}" name="${name}"${about}`
  if (options) {
    const list = options.map(
      ([each, label]) =>
        html`<option value="${each}"${attribute("selected", each === value)}>${label}</option>`,
    )
    return html`<select${shared}>${list}</select>`
  }
  const limits = html`${attribute("maxlength", given.maxlength ?? null)}${attribute(
    "placeholder",
    given.placeholder ?? null,
  )}${attribute("readonly", given.readonly ?? false)}`
  if (rows) return html`<textarea${shared} rows="${rows}"${limits}>${value}</textarea>`
  return html`<input${shared} type="${given.type ?? "text"}" value="${value}"${limits}${attribute(
    "autocomplete",
    given.autocomplete ?? null,
  )}${attribute("inputmode", given.inputmode ?? null)}>`
}

/** A box to tick. */
export function check(name: string, label: string, checked: boolean, value = "1"): Html {
  const isOn = attribute("checked", checked)
  return html`<label class="check"><input type="checkbox" name="${name}" value="${value}"${isOn}>
${label}</label>`
}

/** A button that sends its form; `name` and `value` tell which of several it was. */
export function button(
  label: string,
  look: "main" | "quiet" | "danger" = "main",
  sent: { readonly name: string; readonly value: string } | null = null,
): Html {
  const name = sent && html` name="${sent.name}" value="${sent.value}"`
  return html`<button class="${look}"${name}>${label}</button>`
}

/** A link that looks like a button. */
export function linkButton(label: string, to: string, look: "main" | "quiet" = "quiet"): Html {
  return html`<a class="button ${look}" href="${to}">${label}</a>`
}

/** A box with a heading and what belongs below it. */
export function panel(title: Piece, body: Piece, aside: Piece = null): Html {
  return html`<section class="panel"><header><h2>${title}</h2>${aside}</header>
${body}
</section>`
}

/** The heading of a page, with what can be done beside it. */
export function heading(title: string, aside: Piece = null, above: Piece = null): Html {
  return html`${above && html`<p class="above">${above}</p>`}
<div class="heading"><h1>${title}</h1>${aside && html`<div class="actions">${aside}</div>`}</div>`
}

export type Column = {
  readonly label: string
  /** Amounts and counts stand at the right. */
  readonly number?: boolean
  /** Left out where there is little room. */
  readonly wide?: boolean
}

export type Row = { readonly cells: readonly Piece[]; readonly href?: string }

/** A table that scrolls in itself; `href` makes a row's first cell a link. */
export function table(caption: string, columns: readonly Column[], rows: readonly Row[]): Html {
  const kind = ({ number, wide }: Column) =>
    [number && "number", wide && "wide"].filter(Boolean).join(" ") || null
  const head = columns.map((each) =>
    // A heading that says nothing is none.
    each.label === ""
      ? html`<td${attribute("class", kind(each))}></td>`
      : html`<th scope="col"${attribute("class", kind(each))}>${each.label}</th>`,
  )
  const body = rows.map(({ cells, href }) => {
    const shown = cells.map((cell, at) => {
      const inside = at === 0 && href !== undefined ? html`<a href="${href}">${cell}</a>` : cell
      return html`<td${attribute("class", columns[at] ? kind(columns[at]) : null)}>${inside}</td>`
    })
    return html`<tr>${shown}</tr>
`
  })
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${caption}"><table>
<caption>${caption}</caption>
<thead><tr>${head}</tr></thead>
<tbody>
${body}</tbody>
</table></div>`
}

/** What stands where a list has nothing. */
export function empty(title: string, text: Piece = null, action: Piece = null): Html {
  return html`<div class="empty"><p><strong>${title}</strong></p>${text && html`<p>${text}</p>`}${
    action
  }</div>`
}

/** The way to the next rows of a list, and back to the first. */
export function pager(
  visit: Asker,
  { next, first }: { readonly next: string | null; readonly first: string | null },
): Html | null {
  if (next === null && first === null) return null
  return html`<nav class="pager">${
    first && html`<a class="button quiet" href="${first}">${say(WORDS.first, visit.language)}</a>`
  }${
    next &&
    html`<a class="button quiet" href="${next}" rel="next">${say(WORDS.more, visit.language)}</a>`
  }</nav>`
}

/** Terms and their values; a value that is null leaves its term out. */
export function facts(rows: readonly (readonly [term: string, value: Piece])[]): Html {
  const shown = rows.filter(([, value]) => value !== null)
  return html`<dl class="facts">${shown.map(
    ([term, value]) => html`<div><dt>${term}</dt><dd>${value}</dd></div>`,
  )}</dl>`
}

export type Tone = "good" | "bad" | "warn" | "calm" | "plain"

/** A word in a coloured frame. Colour never says more than the word. */
export function badge(label: string, tone: Tone): Html {
  return html`<span class="badge ${tone}">${label}</span>`
}

/** A sentence that stands out. `alert` is read out at once. */
export function note(text: Piece, tone: Tone = "calm", alert = false): Html {
  return html`<div class="note ${tone}"${attribute("role", alert ? "alert" : null)}>${text}</div>`
}

/** An id, or anything else that is exact, with a button that copies it where there is a script. */
export function code(visit: Asker, text: string, label = text): Html {
  const words = { copy: say(WORDS.copy, visit.language), copied: say(WORDS.copied, visit.language) }
  return html`<span class="code"><code title="${text}">${label}</code><button type="button"
class="copy" data-copy="${text}" data-copied="${words.copied}" aria-label="${words.copy} ${text}"
hidden>${words.copy}</button></span>`
}

/** A long id by its ends, for lists. */
export function shortId(id: string): string {
  return id.length > 14 ? `${id.slice(0, 8)}…${id.slice(-4)}` : id
}
