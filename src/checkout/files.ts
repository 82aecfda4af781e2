/** The file that pages load: our script, kept while it is the same. */
import { createHash } from "node:crypto"
import { readFileSync } from "node:fs"
import { stripTypeScriptTypes } from "node:module"
import type { FastifyInstance } from "fastify"
import { codingFor, compressedFile } from "./compression.ts"

/** The parts of the script, each after those that it imports. */
const SCRIPT_PARTS = ["copy", "countdown", "wallet", "once", "stream", "live", "page"]

const NAME = "page.js"
const SOURCES = SCRIPT_PARTS.map((part) => readHere(`./client/${part}.ts`))
/** Whatever makes another script has another version: the parts, and how they are put together. */
const VERSION = createHash("sha256")
  .update([...SOURCES, readHere("./files.ts")].join(""))
  .digest("hex")
  .slice(0, 16)

/** How long a browser may keep what has its hash in its address. */
export const FOR_EVER = "public, max-age=31536000, immutable"

/** Its address below the base, with what tells this version of it from another. */
export const SCRIPT_ADDRESS = `${NAME}?v=${VERSION}`

/** Mounts it below the scope's prefix. */
export function fileRoutes(scope: FastifyInstance): void {
  let made: Script | null = null
  scope.get<{ Querystring: { v?: unknown } }>(`/${NAME}`, (request, reply) => {
    // Another version's page may ask in the middle of an upgrade: it gets ours, for now only.
    const isKept = request.query.v === VERSION
    const coding = codingFor(request.headers["accept-encoding"])
    reply
      .header("cache-control", isKept ? FOR_EVER : "no-cache")
      .header("x-content-type-options", "nosniff")
      .header("vary", "accept-encoding")
      .type("text/javascript; charset=utf-8")
    // Only now: a gateway whose pages nobody opens has neither the time nor the memory to spare.
    made ??= makeScript()
    if (coding === null) return reply.send(made.text)
    return reply.header("content-encoding", coding).send(made.compressed[coding])
  })
}

type Script = { readonly text: string; readonly compressed: ReturnType<typeof compressedFile> }

function makeScript(): Script {
  const text = joined(SOURCES)
  return { text, compressed: compressedFile(text) }
}

function readHere(path: string): string {
  return readFileSync(new URL(path, import.meta.url), "utf8")
}

/**
 * The parts as one module. They import from each other by name only, so that without the words
 * `import` and `export` they are one text; a name that two of them declared would not parse.
 */
function joined(sources: readonly string[]): string {
  const texts = sources.map((source) =>
    withoutTypes(source)
      .replace(/^import\b[^"]*"\.\/\w+\.ts"$/gm, "")
      .replace(/^export (?=async |function |const )/gm, "")
      // Comments on lines of their own; none of our texts has such a line.
      .replace(/^\s*(?:\/\/.*|\/\*\*[\s\S]*?\*\/)$/gm, "")
      .replace(/[ \t]+$/gm, "")
      .replace(/\n{2,}/g, "\n"),
  )
  return texts.join("")
}

/** Node still calls its own stripping experimental; this one warning is not for operators. */
function withoutTypes(source: string): string {
  const { emitWarning } = process
  process.emitWarning = (warning: string | Error, ...rest: unknown[]) => {
    if (String(warning).startsWith("stripTypeScriptTypes ")) return
    Reflect.apply(emitWarning, process, [warning, ...rest])
  }
  try {
    return stripTypeScriptTypes(source, { mode: "strip" })
  } finally {
    process.emitWarning = emitWarning
  }
}
