/** What each route below /docs answers; loaded by the first of them. */
import type { FastifyReply, FastifyRequest } from "fastify"
import { toText } from "../pages/html.ts"
import type { WholePage } from "../pages/policy.ts"
import { FOR_EVER, scriptOf } from "../pages/script.ts"
import { FINDS_MAX, findsPage, QUICK_FINDS_MAX, quickFinds } from "./finder.ts"
import { sendKept } from "./kept.ts"
import { openLibrary } from "./library.ts"
import { type Api, messagePage } from "./page.ts"
import { openReader } from "./reader.ts"
import { TEXTS } from "./texts.ts"
import type { Language } from "./tree.ts"

export type AnswersOptions = {
  readonly publicUrl: string
  readonly base: string
  readonly apis: readonly Api[]
}

type Answer = (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>

const PAGE = "text/html; charset=utf-8"
const PLAIN = "text/plain; charset=utf-8"
const MARKDOWN = "text/markdown; charset=utf-8"
/** The parts of the pages' script, each after those that it imports. */
const PARTS = ["theme", "copy", "quick", "docs"]
/** Those of the script that opens a reader. */
const READER_PARTS = ["open"]
/** What every page is sent with beside its own policy; robots have nothing to do in a gateway. */
const PAGE_HEADERS = {
  "referrer-policy": "no-referrer",
  "x-frame-options": "DENY",
  "x-robots-tag": "noindex, nofollow",
}

/** Opens what the pages are made of, and answers by it. */
export async function openAnswers({ base, ...options }: AnswersOptions) {
  const client = new URL("./client/", import.meta.url)
  const script = scriptOf("docs.js", client, PARTS)
  const openScript = scriptOf("open.js", client, READER_PARTS)
  const library = await openLibrary({ ...options, base, script: `/${script.address}` })
  const { site } = library
  const reader = openReader(site, `${base}/api/${openScript.address}`)

  const sendPage = (reply: FastifyReply, status: number, page: WholePage) =>
    dressed(reply, page).code(status).type(PAGE).send(toText(page))

  function notFound(request: FastifyRequest, reply: FastifyReply) {
    const language = languageOf(request)
    return sendPage(reply, 404, messagePage(site, language, TEXTS[language].notFound))
  }

  const page: Answer = async (request, reply) => {
    const { id, language, wanted } = placeIn(request)
    if (wanted === "source") {
      const source = await library.source(id === "index" ? "" : id, language)
      return source ? sendKept(request, reply, source, MARKDOWN) : notFound(request, reply)
    }
    // As somebody typed it, or as a folder is written.
    if (id.endsWith("/") || (id === "" && pathOf(request).endsWith("/"))) {
      const bare = pathOf(request).replace(/\/+$/, "").replace(/^\/+/, "/")
      return reply.redirect(base + bare.slice("/docs".length), 301)
    }
    const found = library.page(id, language)
    if (found) return sendKept(request, dressed(reply, found.page), found.kept, PAGE)
    // What isn't below docs/ has its folder in its address.
    const file =
      language === "en" ? await library.file(id.startsWith("ops/") ? id : `docs/${id}`) : null
    return file ? sendKept(request, reply, file, PLAIN) : notFound(request, reply)
  }

  const search: Answer = async (request, reply) => {
    const { query, language } = questionOf(request)
    const finder = await library.finder()
    const finds = finder.find(query, language, FINDS_MAX)
    return sendPage(reply, 200, findsPage(site, language, query, finds))
  }

  const quickSearch: Answer = async (request, reply) => {
    const { query, language } = questionOf(request)
    const finder = await library.finder()
    const finds = finder.find(query, language, QUICK_FINDS_MAX)
    return reply.send({ finds: quickFinds(site, finds, language) })
  }

  const answers = {
    page,
    search,
    quickSearch,
    llms: async (request, reply) => sendKept(request, reply, (await library.llms())!, PLAIN),
    llmsFull: async (request, reply) =>
      sendKept(request, reply, (await library.llmsFull())!, PLAIN),
    script: async (request, reply) => script.send(request, reply),
    openScript: async (request, reply) => openScript.send(request, reply),
    readers: async (request, reply) => {
      const found = reader.list(languageOf(request))
      return sendPage(reply, 200, found)
    },
    reader: async (request, reply) => {
      const { name } = request.params as { readonly name: string }
      const found = reader.page(name)
      return found ? sendPage(reply, 200, found) : notFound(request, reply)
    },
    readerScript: async (request, reply) => {
      const { v } = request.query as { readonly v?: unknown }
      reply.header("cache-control", v === reader.version ? FOR_EVER : "no-cache")
      return sendKept(request, reply, await reader.script(), "text/javascript; charset=utf-8")
    },
  } satisfies Record<string, Answer>

  return {
    ...answers,
    broken: async (request: FastifyRequest, reply: FastifyReply, error: unknown) => {
      const { statusCode = 500 } = error as { readonly statusCode?: number }
      const t = TEXTS[languageOf(request)]
      const says = statusCode < 500 ? t.notFound : t.broken
      return sendPage(reply, statusCode, messagePage(site, languageOf(request), says))
    },
  }
}

function dressed(reply: FastifyReply, page: WholePage): FastifyReply {
  return reply.headers({ ...PAGE_HEADERS, "content-security-policy": page.policy })
}

/** The path of a request without its question, as the server reads it. */
function pathOf({ url }: FastifyRequest): string {
  return url.split("?", 1)[0]!
}

function languageOf(request: FastifyRequest): Language {
  return /^\/docs\/es(?:\/|$)/.test(pathOf(request)) ? "es" : "en"
}

/** Which document a path means, in which language, as a page or as its source. */
function placeIn(request: FastifyRequest) {
  const { "*": rest = "" } = request.params as { readonly "*"?: string }
  const language = languageOf(request)
  const below = language === "es" ? rest.replace(/^es\/?/, "") : rest
  const isSource = below.endsWith(".md")
  const id = isSource ? below.slice(0, -".md".length) : below
  return { id, language, wanted: isSource ? "source" : "page" } as const
}

function questionOf(request: FastifyRequest): { query: string; language: Language } {
  const { q } = request.query as { readonly q?: unknown }
  const given = Array.isArray(q) ? q[0] : q
  const query = typeof given === "string" ? given.slice(0, 200).trim() : ""
  return { query, language: languageOf(request) }
}
