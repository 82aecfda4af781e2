/** The step before the bank: what was chosen, what happens next, and the way there. */

import { type Html, html } from "../pages/html.ts"
import { type Chosen, sourceText } from "./chosen.ts"
import { facts, type Site } from "./layout.ts"
import type { Shown } from "./shown.ts"

/** What this part of a page is drawn from. */
export type Visit = {
  readonly url: string
  readonly chosen: Chosen
  /** The payer comes back from there, and may have agreed. */
  readonly returned: boolean
}

export function visitOf({ paidBy, returned }: Shown, url: string): Visit {
  const unknown = { method: "bank", place: null, account: null, holder: null } as const
  return { url, chosen: paidBy?.chosen ?? unknown, returned }
}

/** Whose turn it is. */
export function visitNews(
  { t }: Site,
  { chosen, returned }: Visit,
): { readonly title: string; readonly text: string } {
  const place = chosen.place ?? t.visit.bank
  const { text, asking } = t.visit
  if (returned) return { title: asking.title(place), text: asking.text }
  if (chosen.method !== "wallet") return { title: t.visit.title(place), text }
  return { title: t.visit.walletTitle, text: `${t.visit.wallet(chosen.account ?? "")} ${text}` }
}

/** The summary, the steps, and the link; `others` are the buttons of who would rather not. */
export function visitPart({ t, sandbox }: Site, visit: Visit, others: Html): Html {
  const { url, chosen, returned } = visit
  const isWallet = chosen.method === "wallet"
  const place = chosen.place ?? t.visit.bank
  const steps = html`<h2>${t.visit.next}</h2>
<ol>
<li>${t.visit.steps.enter(place)}</li>
<li>${t.visit.steps.agree}</li>
<li>${t.visit.steps.back}</li>
</ol>`
  return html`${facts([
    [t.visit.from, sourceText(chosen)],
    [t.visit.holder, chosen.holder],
  ])}
${!returned && !isWallet && steps}
<p><a class="button ${returned ? "quiet" : "main"}" id="go" href="${url}"
rel="noreferrer">${isWallet ? t.visit.goWallet : t.visit.go(place)}</a></p>
${sandbox && html`<p class="hint">${t.visit.simulated}</p>`}
<p class="hint">${t.visit.warning}</p>
${others}`
}
