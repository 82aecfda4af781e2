/** The files that pages load: our styles and our script, each kept while it is the same. */
import { createHash } from "node:crypto"
import { readFileSync } from "node:fs"
import { stripTypeScriptTypes } from "node:module"
import type { FastifyInstance } from "fastify"

type Loaded = { readonly name: string; readonly type: string; readonly text: string }

/** The parts of the script, each after those that it imports. */
const SCRIPT_PARTS = ["copy", "countdown", "wallet", "live", "page"]

const STYLES = loaded("styles.css", "text/css", read("./styles.css"))
const SCRIPT = loaded("page.js", "text/javascript", joined(SCRIPT_PARTS))

/** Their addresses below the base, with what tells this version of them from another. */
export const STYLES_ADDRESS = `${STYLES.name}?v=${STYLES.hash}`
export const SCRIPT_ADDRESS = `${SCRIPT.name}?v=${SCRIPT.hash}`

/** Mounts them below the scope's prefix. */
export function fileRoutes(scope: FastifyInstance): void {
  for (const { name, type, text, hash } of [STYLES, SCRIPT]) {
    scope.get<{ Querystring: { v?: unknown } }>(`/${name}`, (request, reply) => {
      // Another version's page may ask in the middle of an upgrade: it gets ours, for now only.
      const kept = request.query.v === hash
      return reply
        .header("cache-control", kept ? "public, max-age=31536000, immutable" : "no-cache")
        .header("x-content-type-options", "nosniff")
        .type(`${type}; charset=utf-8`)
        .send(text)
    })
  }
}

function loaded(name: string, type: string, text: string): Loaded & { readonly hash: string } {
  return { name, type, text, hash: createHash("sha256").update(text).digest("hex").slice(0, 16) }
}

function read(path: string): string {
  return readFileSync(new URL(path, import.meta.url), "utf8")
}

/**
 * The parts as one module. They import from each other by name only, so that without the words
 * `import` and `export` they are one text; a name that two of them declared would not parse.
 */
function joined(parts: readonly string[]): string {
  const texts = parts.map((part) =>
    withoutTypes(read(`./client/${part}.ts`))
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
