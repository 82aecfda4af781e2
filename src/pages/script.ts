/** Makes one script for browsers of typed parts, and serves it under an address of its own. */
import { createHash } from "node:crypto"
import { readFileSync } from "node:fs"
import { stripTypeScriptTypes } from "node:module"
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify"
import { codingFor, compressedFile } from "./compression.ts"

/** How long a browser may keep what has its hash in its address. */
export const FOR_EVER = "public, max-age=31536000, immutable"

export type Script = {
  /** Its path below where it is mounted, with what tells this version of it from another. */
  readonly address: string
  /** Mounts it below the scope's prefix. */
  mount(scope: FastifyInstance): void
  /** Answers a request for it, where it is mounted otherwise. */
  send(request: FastifyRequest, reply: FastifyReply): FastifyReply
}

/**
 * The script `name` of the parts in `folder`, each after those that it imports. They import from
 * each other by name only; a name that two of them declared would not parse.
 */
export function scriptOf(name: string, folder: URL, parts: readonly string[]): Script {
  const sources = parts.map((part) => readFileSync(new URL(`${part}.ts`, folder), "utf8"))
  // Whatever makes another script has another version: the parts, and how they are put together.
  const version = createHash("sha256")
    .update([...sources, readFileSync(import.meta.filename, "utf8")].join(""))
    .digest("hex")
    .slice(0, 16)
  let made: Made | null = null
  function send(request: FastifyRequest, reply: FastifyReply) {
    const { v } = request.query as { readonly v?: unknown }
    // Another version's page may ask in the middle of an upgrade: it gets ours, for now only.
    const isKept = v === version
    const coding = codingFor(request.headers["accept-encoding"])
    reply
      .header("cache-control", isKept ? FOR_EVER : "no-cache")
      .header("x-content-type-options", "nosniff")
      .header("vary", "accept-encoding")
      .type("text/javascript; charset=utf-8")
    // Only now: a gateway whose pages nobody opens has no time or memory to spare.
    made ??= make(sources)
    if (coding === null) return reply.send(made.text)
    return reply.header("content-encoding", coding).send(made.compressed[coding])
  }
  return {
    address: `${name}?v=${version}`,
    mount: (scope) => void scope.get(`/${name}`, send),
    send,
  }
}

type Made = { readonly text: string; readonly compressed: ReturnType<typeof compressedFile> }

function make(sources: readonly string[]): Made {
  const text = joined(sources)
  return { text, compressed: compressedFile(text) }
}

/** The parts as one module: without the words `import` and `export` they are one text. */
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
