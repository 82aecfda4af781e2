/** A question before what can't be taken back, which needs no script to be asked. */
import { type Html, html } from "../pages/html.ts"

/** A button that opens the question and its form; `id` keeps it open while the page is renewed. */
export function sure(id: string, label: string, question: string, form: Html): Html {
  return html`<details id="${id}" class="act"><summary class="button danger">${label}</summary>
<div class="sure"><p>${question}</p>${form}</div></details>`
}
