/** A file that pages load under an address of its own, kept for ever; and the library of charts. */
import { createHash } from "node:crypto"
import { readFileSync } from "node:fs"
import type { FastifyInstance } from "fastify"
import { codingFor, compressedFile } from "../pages/compression.ts"
import { FOR_EVER } from "../pages/script.ts"

/** Reads a file of a package. */
export const readPackaged = (path: string) =>
  readFileSync(new URL(import.meta.resolve(path)), "utf8")

/** A text that is served under an address with its hash in it. */
export type Asset = { readonly address: string; mount(scope: FastifyInstance): void }

/** Makes one of a text. */
export function asset(name: string, type: string, text: string): Asset {
  const version = createHash("sha256").update(text).digest("hex").slice(0, 16)
  return {
    address: `${name}?v=${version}`,
    mount(scope) {
      // Made when first asked for: most processes never are.
      let made: ReturnType<typeof compressedFile> | null = null
      scope.get<{ Querystring: { v?: unknown } }>(`/${name}`, (request, reply) => {
        const isKept = request.query.v === version
        const coding = codingFor(request.headers["accept-encoding"])
        reply
          .header("cache-control", isKept ? FOR_EVER : "no-cache")
          .header("vary", "accept-encoding")
          .type(`${type}; charset=utf-8`)
        if (coding === null) return reply.send(text)
        made ??= compressedFile(text)
        return reply.header("content-encoding", coding).send(made[coding])
      })
    },
  }
}

export const CHART = asset("uplot.js", "text/javascript", readPackaged("uplot/dist/uPlot.esm.js"))
