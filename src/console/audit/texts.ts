/** What the pages of the audit log say. */
import type { Words } from "../words.ts"

export const T = {
  title: { es: "Auditoría", pt: "Auditoria", en: "Audit log" },
  intro: {
    es: "Quién cambió qué, escrito en la misma transacción que el cambio. Cada fila lleva la huella de la anterior.",
    pt: "Quem mudou o quê, escrito na mesma transação que a mudança. Cada linha leva a impressão da anterior.",
    en: "Who changed what, written in the transaction of the change. Each row bears the hash of the one before.",
  },
  at: { es: "Cuándo", pt: "Quando", en: "When" },
  by: { es: "Quién", pt: "Quem", en: "Who" },
  action: { es: "Acción", pt: "Ação", en: "Action" },
  merchant: { es: "Comercio", pt: "Comerciante", en: "Merchant" },
  subject: { es: "Sobre", pt: "Sobre", en: "On" },
  outcome: { es: "Resultado", pt: "Resultado", en: "Outcome" },
  change: { es: "Cambio", pt: "Mudança", en: "Change" },
  any: { es: "Cualquiera", pt: "Qualquer", en: "Any" },
  from: { es: "Desde", pt: "Desde", en: "From" },
  to: { es: "Hasta", pt: "Até", en: "To" },
  filter: { es: "Filtrar", pt: "Filtrar", en: "Filter" },
  none: { es: "Nada coincide", pt: "Nada coincide", en: "Nothing matches" },
  noneText: {
    es: "Amplíe los días o quite un filtro.",
    pt: "Amplie os dias ou tire um filtro.",
    en: "Take more days, or fewer filters.",
  },
  chain: { es: "La cadena", pt: "A cadeia", en: "The chain" },
  rows: { es: "Filas", pt: "Linhas", en: "Rows" },
  head: { es: "Huella de la última", pt: "Impressão da última", en: "Hash of the last one" },
  headHint: {
    es: "Anótela fuera de aquí: con ella, caudal audit verify demuestra que nadie quitó el final.",
    pt: "Anote-a fora daqui: com ela, caudal audit verify prova que ninguém tirou o final.",
    en: "Note it elsewhere: with it, caudal audit verify proves that nobody took the end away.",
  },
  verify: { es: "Revisar ahora", pt: "Verificar agora", en: "Check it now" },
  whole: {
    es: "Se leyeron {rows} filas y la cadena está entera.",
    pt: "Foram lidas {rows} linhas e a cadeia está inteira.",
    en: "{rows} rows were read, and the chain is whole.",
  },
  broken: {
    es: "La cadena se rompe en la fila {position}: {why}",
    pt: "A cadeia se rompe na linha {position}: {why}",
    en: "The chain breaks at row {position}: {why}",
  },
  done: { es: "hecho", pt: "feito", en: "done" },
  unchanged: { es: "sin cambio", pt: "sem mudança", en: "unchanged" },
  refused: { es: "negado", pt: "recusado", en: "refused" },
  command: { es: "comando", pt: "comando", en: "command" },
  "operator-key": { es: "clave de operador", pt: "chave de operador", en: "operator's key" },
  console: { es: "consola", pt: "console", en: "console" },
} as const satisfies Record<string, Words>
