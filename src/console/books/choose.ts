/** What stands where a page is one merchant's and none is chosen. */
import { html } from "../../pages/html.ts"
import { empty, heading } from "../parts.ts"
import type { Shown, Visit } from "../site.ts"
import { say } from "../words.ts"
import { TEXTS } from "./texts.ts"

/** Asks for a merchant. */
export function choose({ language }: Pick<Visit, "language">, title: string): Shown {
  const asked = empty(say(TEXTS.choose, language), say(TEXTS.chooseText, language))
  return { title, body: html`${heading(title)}${asked}` }
}
