/** The section of the books: balances, statements, days, and money that operators book. */
import type { Section } from "../site.ts"
import { showBalances } from "./balances.ts"
import { exportDay, showDay } from "./day.ts"
import { exportStatement, showStatement } from "./statement.ts"
import { TEXTS } from "./texts.ts"
import { showTopUp, topUp } from "./top-up.ts"

export const books: Section = {
  name: "books",
  nav: { label: TEXTS.title, path: "/books", permission: "see" },
  routes(pages) {
    pages.get("/books", "see", showBalances)
    pages.get("/books/statement", "see", showStatement)
    pages.get("/books/statement/export", "see", exportStatement)
    pages.get("/books/day", "see", showDay)
    pages.get("/books/day/export", "see", exportDay)
    pages.get("/books/top-up", "operate", showTopUp)
    pages.post("/books/top-up", "operate", topUp)
  },
}
