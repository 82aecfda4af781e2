/** The order in which documents are read: what stands in the navigation, under which heading. */

/** The languages that documents are written in. */
export const LANGUAGES = ["en", "es"] as const
export type Language = (typeof LANGUAGES)[number]

export type Section = {
  readonly title: Readonly<Record<Language, string>>
  /** Addresses below /docs; the empty one is the start. A page that isn't there is left out. */
  readonly pages: readonly string[]
}

/**
 * A document that no section names stands at the end of the section that has its folder's pages,
 * or of the last one: a new file is never lost.
 */
export const TREE: readonly Section[] = [
  {
    title: { en: "Start", es: "Empezar" },
    pages: ["", "start", "cookbook", "command-line", "sandbox", "checkout", "console"],
  },
  {
    title: { en: "The APIs", es: "Las API" },
    pages: [
      "dialects",
      "dialects/caudal",
      "dialects/pentagoo",
      "dialects/tapila",
      "dialects/palomma-pay",
      "dialects/palomma-direct-debit",
      "problems",
      "openapi",
      "sdk",
    ],
  },
  {
    title: { en: "Webhooks", es: "Webhooks" },
    pages: ["webhooks", "webhooks/verifying"],
  },
  {
    title: { en: "Where the money goes", es: "Por dónde va el dinero" },
    pages: ["rails", "rails/simulator", "rails/evm", "rails/bank-files", "rails/tapila"],
  },
  {
    title: { en: "Words and states", es: "Palabras y estados" },
    pages: ["lifecycle", "glossary"],
  },
  {
    title: { en: "Operating", es: "Operación" },
    pages: [
      "operating",
      "operating/configuration",
      "operating/deploying",
      "operating/monitoring",
      "operating/backups",
      "operating/fail-over",
      "operating/upgrades",
      "ops",
    ],
  },
  {
    title: { en: "What it is held to", es: "Qué se le exige" },
    pages: ["reliability", "performance", "security", "security/threat-model", "security/asvs"],
  },
  {
    title: { en: "For those who change it", es: "Para quienes la modifican" },
    pages: [
      "architecture",
      "style",
      "contributing",
      "changelog",
      "decisions",
      "dialects/caudal/readme",
      "dialects/pentagoo/readme",
      "dialects/tapila/readme",
      "dialects/palomma-pay/readme",
      "dialects/palomma-direct-debit/readme",
    ],
  },
]

/** Reached by their list, which says more about each than its title. */
export const LISTED_ELSEWHERE = /^decisions\/\d{4}-/
