/** The readers of the APIs: Scalar's script from our own host, on a page with its own policy. */
import { createHash } from "node:crypto"
import { readFileSync } from "node:fs"
import { Worker } from "node:worker_threads"
import { attribute, html } from "../pages/html.ts"
import type { WholePage } from "../pages/policy.ts"
import { type Kept, keep } from "./kept.ts"
import { addressOf } from "./links.ts"
import { frame, type Site } from "./page.ts"
import { TEXTS } from "./texts.ts"
import type { Language } from "./tree.ts"

/**
 * The reader puts its styles into the page by script, and sets some on elements: a hash can't name
 * them. Whatever it reads, asks or shows comes from this host alone.
 */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "form-action 'none'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join("; ")

/** Opens the readers of the site's APIs; `openScript` is the address of what starts one. */
export function openReader(site: Site, openScript: string) {
  const version = scalarVersion()
  let script: Promise<Kept> | null = null
  return {
    version,
    /** A page that lists them. */
    list(language: Language): WholePage {
      const t = TEXTS[language]
      const items = site.apis.map(
        ({ name, title }) => html`<li><a href="${site.base}/api/${name}">${title}</a>
(<a href="${site.base}/openapi/${name}.json">${t.apiDocument}</a>)</li>\n`,
      )
      const body = html`<article><h1>${t.apis}</h1>
<p>${t.apisText}</p>
<ul>${items}</ul></article>`
      return frame(site, { title: t.apis, language, id: null, languages: null, body })
    },
    /** The page of one; null for what is no API of ours. */
    page(name: string): WholePage | null {
      const api = site.apis.find((each) => each.name === name)
      if (!api) return null
      const t = TEXTS.en
      const document = `${site.base}/openapi/${name}.json`
      const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex, nofollow">
<meta name="color-scheme" content="light dark">
<title>${api.title} · ${t.site}</title>
<style>body { margin: 0; font-family: system-ui, sans-serif } .back { margin: 0; padding: 0.75rem }</style>
</head>
<body>
<p class="back"><a href="${addressOf(site.base, { id: "dialects", language: "en" })}">${t.back}</a></p>
<div id="reader"${attribute("data-document", document)}></div>
<noscript><p>${t.readerNeedsScript} <a href="${document}">${document}</a></p></noscript>
<script src="${site.base}/api/reader.js?v=${version}"></script>
<script src="${openScript}"></script>
</body>
</html>
`
      return { ...page, policy: POLICY }
    },
    /** The script itself, as it is in the package. */
    script(): Promise<Kept> {
      script ??= readScript().then(keep, (error) => {
        script = null
        throw error
      })
      return script
    },
  }
}

/** The version of the package, and with it of the script: who has it needs no other. */
function scalarVersion(): string {
  const entry = import.meta.resolve("@scalar/fastify-api-reference")
  const text = readFileSync(new URL("../package.json", entry), "utf8")
  return createHash("sha256").update(text).digest("hex").slice(0, 16)
}

/**
 * The package holds its script as a text of four megabytes in a module: it is read in another
 * thread, which ends with it, so that payments neither wait for it nor share memory with it.
 */
function readScript(): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL("./reader-script.ts", import.meta.url))
    worker.once("message", (script: Uint8Array) => resolve(Buffer.from(script)))
    worker.once("error", reject)
    worker.once("exit", () => reject(new Error("the reader's script was not found")))
  })
}
