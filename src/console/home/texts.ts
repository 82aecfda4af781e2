/** What the first page says. */
import type { Words } from "../words.ts"

export const T = {
  nav: { es: "Inicio", pt: "Início", en: "Home" },
  title: { es: "Inicio", pt: "Início", en: "Home" },
} as const satisfies Record<string, Words>
