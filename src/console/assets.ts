/** What pages of the console load: its stylesheet, its script and the chart's, kept for ever. */
import { createHash } from "node:crypto"
import { readFileSync } from "node:fs"
import type { FastifyInstance } from "fastify"
import { codingFor, compressedFile } from "../pages/compression.ts"
import { FOR_EVER, scriptOf } from "../pages/script.ts"
import { stylesheet } from "../pages/stylesheet.ts"

/** The parts of the script, each after those that it imports. */
const PARTS = ["copy", "confirm", "swap", "live", "instant", "chart", "page"]
export const SCRIPT = scriptOf("console.js", new URL("./client/", import.meta.url), PARTS)

const read = (path: string) => readFileSync(new URL(import.meta.resolve(path)), "utf8")

/** A text that is served under an address with its hash in it. */
export type Asset = { readonly address: string; mount(scope: FastifyInstance): void }

function asset(name: string, type: string, text: string): Asset {
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

const CSS = stylesheet(readFileSync(new URL("./styles.css", import.meta.url), "utf8")).text

export const STYLES = asset(
  "console.css",
  "text/css",
  `${CSS}\n${read("uplot/dist/uPlot.min.css")}`,
)
export const CHART = asset("uplot.js", "text/javascript", read("uplot/dist/uPlot.esm.js"))
