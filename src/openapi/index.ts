/** Serves an OpenAPI document of each dialect, made of the routes that are mounted. */
import { createHash } from "node:crypto"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import type { FastifyInstance, RouteOptions } from "fastify"
import type { Dialect } from "../dialects/dialect.ts"
import { type Document, documentOf, type Route } from "./document.ts"

/** Where the documents are; `PATH` itself lists them. */
const PATH = "/docs/openapi"
/** They change with a new version only, and who asks again by its tag hears 304. */
const CACHE = "public, max-age=300"

/** A document as it is sent. */
type Written = { readonly body: string; readonly etag: string }

/**
 * Notes every route that is mounted from now on, and serves what they come to at
 * `/docs/openapi/<dialect>.json` to everybody: it says nothing that the vendors' pages don't.
 */
export function mountOpenApi(
  server: FastifyInstance,
  dialects: readonly Dialect[],
  publicUrl: string,
): void {
  const mounted: Route[] = []
  // A document takes milliseconds to make, and most processes are never asked for one.
  const written = new Map<string, Written>()

  server.addHook("onRoute", (route) => {
    if (isOfAnApi(route)) mounted.push(routeOf(route))
  })

  server.get(PATH, async (_request, reply) => {
    const documents = dialects.map(({ name, contract }) => {
      return { dialect: name, title: contract.title, url: `${publicUrl}${PATH}/${name}.json` }
    })
    return reply.header("cache-control", CACHE).send({ documents })
  })

  for (const dialect of dialects) {
    const path = `${PATH}/${dialect.name}.json`
    server.get(path, async (request, reply) => {
      const routes = mounted.filter(({ url }) => url.startsWith(`${dialect.basePath}/`))
      const known = written.get(path) ?? write(documentFor(dialect, routes, publicUrl))
      written.set(path, known)
      reply.headers({ etag: known.etag, "cache-control": CACHE })
      if (names(request.headers["if-none-match"], known.etag)) return reply.code(304).send()
      return reply.type("application/json; charset=utf-8").send(known.body)
    })
  }
}

/** The document of a dialect with its examples and this program's version. */
export function documentFor(
  dialect: Dialect,
  routes: readonly Route[],
  publicUrl: string,
): Document {
  const example = (name: string) => {
    const [file, member] = name.split("#")
    const whole = read(join(dialect.contract.examples, file!))
    return member === undefined ? whole : whole[member]
  }
  const { version } = read(join(import.meta.dirname, "..", "..", "package.json"))
  return documentOf({ dialect, routes, publicUrl, version: String(version), example })
}

function read(path: string): Record<string, unknown> {
  return JSON.parse(readFileSync(path, "utf8")) as Record<string, unknown>
}

/** What a dialect's folder registers, without what the server adds of itself. */
function isOfAnApi({ method, config }: RouteOptions): boolean {
  return method !== "HEAD" && config?.refuses !== true
}

function routeOf({ method, url, config, schema }: RouteOptions): Route {
  return {
    method: [method].flat()[0]!,
    url,
    open: config?.open === true,
    schema: (schema ?? {}) as Route["schema"],
  }
}

function write(document: Document): Written {
  const body = JSON.stringify(document)
  const hash = createHash("sha256").update(body).digest("base64url")
  return { body, etag: `"${hash.slice(0, 22)}"` }
}

/** Whether `If-None-Match` names a tag, by the weak comparison of RFC 9110. */
function names(header: string | undefined, tag: string): boolean {
  if (header === undefined) return false
  const given = header.split(",").map((each) => each.trim().replace(/^W\//, ""))
  return given.includes("*") || given.includes(tag)
}
