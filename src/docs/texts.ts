/** The words of the documents' pages in each language. */
import type { Language } from "./tree.ts"

export type Texts = {
  readonly site: string
  readonly language: string
  readonly menu: string
  readonly skip: string
  readonly search: string
  readonly searchLabel: string
  readonly go: string
  readonly onThisPage: string
  readonly languages: string
  readonly theme: string
  readonly themes: { readonly auto: string; readonly light: string; readonly dark: string }
  readonly before: string
  readonly after: string
  readonly copy: string
  readonly copied: string
  readonly copyFailed: string
  readonly source: string
  readonly forPrograms: string
  readonly onlyEnglish: string
  readonly inEnglish: string
  readonly linkTo: string
  readonly table: string
  readonly code: string
  readonly api: string
  readonly apis: string
  readonly apisText: string
  readonly apiDocument: string
  readonly readerNeedsScript: string
  readonly back: string
  readonly notFound: { readonly title: string; readonly text: string }
  readonly broken: { readonly title: string; readonly text: string }
  /** `{count}` and `{query}` are replaced. */
  readonly results: string
  readonly oneResult: string
  readonly noResults: string
  readonly noResultsText: string
  readonly askSomething: string
}

export const TEXTS: Readonly<Record<Language, Texts>> = {
  en: {
    site: "Caudal documentation",
    language: "English",
    menu: "Menu",
    skip: "Skip to the text",
    search: "Search",
    searchLabel: "Search the documentation",
    go: "Search",
    onThisPage: "On this page",
    languages: "Language",
    theme: "Colours",
    themes: { auto: "automatic", light: "light", dark: "dark" },
    before: "Before",
    after: "Next",
    copy: "Copy",
    copied: "Copied",
    copyFailed: "Selected",
    source: "This page as Markdown",
    forPrograms: "For programs",
    onlyEnglish: "This page exists in English only.",
    inEnglish: "in English",
    linkTo: "Link to",
    table: "Table",
    code: "Code",
    api: "API reader",
    apis: "Read the APIs",
    apisText:
      "Each call of each API with its fields, answers and examples, as this gateway serves it.",
    apiDocument: "OpenAPI document",
    readerNeedsScript: "The reader needs JavaScript. The document itself is here:",
    back: "Back to the documentation",
    notFound: {
      title: "There is no such page",
      text: "It may have moved. Search for it, or take it from the list.",
    },
    broken: {
      title: "This page can't be shown now",
      text: "Something went wrong here. Try again in a moment.",
    },
    results: "{count} results for “{query}”",
    oneResult: "One result for “{query}”",
    noResults: "Nothing was found for “{query}”",
    noResultsText: "Try fewer words, or another word for the same thing: the glossary has them.",
    askSomething: "Type a word, a setting, a code or a command.",
  },
  es: {
    site: "Documentación de Caudal",
    language: "Español",
    menu: "Menú",
    skip: "Ir al texto",
    search: "Buscar",
    searchLabel: "Buscar en la documentación",
    go: "Buscar",
    onThisPage: "En esta página",
    languages: "Idioma",
    theme: "Colores",
    themes: { auto: "automáticos", light: "claros", dark: "oscuros" },
    before: "Anterior",
    after: "Siguiente",
    copy: "Copiar",
    copied: "Copiado",
    copyFailed: "Seleccionado",
    source: "Esta página en Markdown",
    forPrograms: "Para programas",
    onlyEnglish: "Esta página existe solo en inglés.",
    inEnglish: "en inglés",
    linkTo: "Enlace a",
    table: "Tabla",
    code: "Código",
    api: "Lector de API",
    apis: "Leer las API",
    apisText:
      "Cada llamada de cada API con sus campos, respuestas y ejemplos, tal como la sirve esta pasarela.",
    apiDocument: "Documento OpenAPI",
    readerNeedsScript: "El lector necesita JavaScript. El documento mismo está aquí:",
    back: "Volver a la documentación",
    notFound: {
      title: "Esta página no existe",
      text: "Puede que haya cambiado de lugar. Búsquela, o tómela de la lista.",
    },
    broken: {
      title: "Esta página no se puede mostrar ahora",
      text: "Algo falló aquí. Intente de nuevo en un momento.",
    },
    results: "{count} resultados para «{query}»",
    oneResult: "Un resultado para «{query}»",
    noResults: "No se encontró nada para «{query}»",
    noResultsText:
      "Pruebe con menos palabras, o con otra palabra para lo mismo: el glosario las tiene.",
    askSomething: "Escriba una palabra, un ajuste, un código o un comando.",
  },
}
