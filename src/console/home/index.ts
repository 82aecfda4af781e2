/** The first page: how things stand now. */
import { html } from "../../pages/html.ts"
import { heading } from "../parts.ts"
import type { Section } from "../site.ts"
import { say } from "../words.ts"
import { T } from "./texts.ts"

export const home: Section = {
  name: "home",
  nav: { label: T.nav, path: "/", permission: "see" },
  routes(pages) {
    pages.get("/", "see", async (visit) => {
      const title = say(T.title, visit.language)
      return { title, body: html`${heading(title)}`, live: "merchant" }
    })
  },
}
