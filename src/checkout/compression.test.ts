/** Pages and files come back whole from whatever coding a client can read. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { brotliDecompressSync, gunzipSync } from "node:zlib"
import fastify from "fastify"
import { type Coding, codingFor, compressPages } from "../pages/compression.ts"
import { SCRIPT } from "./script.ts"

const PAGE = `<!doctype html>${"<p>Págale a Ñandú</p>".repeat(300)}`
const HTML = "text/html; charset=utf-8"

const server = fastify()
compressPages(server)
SCRIPT.mount(server)
server.get("/page", (_request, reply) => reply.type(HTML).send(PAGE))
server.get("/small", (_request, reply) => reply.type(HTML).send("<p>á</p>"))
server.get("/json", () => ({ text: PAGE }))
server.get("/away", (_request, reply) => reply.redirect("/page", 303))
server.get("/packed", (_request, reply) =>
  reply.type(HTML).header("content-encoding", "own").send(PAGE),
)

/** RFC 9110, 12.5.3, and what browsers really send. */
const WISHES: readonly (readonly [accepted: string | undefined, coding: Coding | null])[] = [
  [undefined, null],
  ["", null],
  ["gzip, deflate, br, zstd", "br"],
  ["gzip, deflate", "gzip"],
  ["GZIP", "gzip"],
  ["br;q=0, gzip;q=0.1", "gzip"],
  ["br;q=0.1, gzip", "br"],
  ["br ; q=0.000 , gzip ; q=0", null],
  ["*", "br"],
  ["br;q=0, *", "gzip"],
  ["*;q=0", null],
  ["*;q=0, gzip", "gzip"],
  ["identity", null],
  ["deflate, zstd", null],
  ["br;q=much", null],
  ["brotli, xgzip", null],
  [`${"x,".repeat(1_000)}br`, null],
]

function unpacked(coding: Coding | null, payload: Buffer): string {
  if (coding === null) return payload.toString()
  return (coding === "br" ? brotliDecompressSync(payload) : gunzipSync(payload)).toString()
}

test("each client gets the smallest coding that it names", async () => {
  const { body: script } = await server.inject(`/${SCRIPT.address}`)
  for (const [accepted, coding] of WISHES) {
    assert.equal(codingFor(accepted), coding, accepted)
    const headers = accepted === undefined ? {} : { "accept-encoding": accepted }
    const rows: [url: string, text: string][] = [
      ["/page", PAGE],
      [`/${SCRIPT.address}`, script],
    ]
    for (const [url, text] of rows) {
      const answer = await server.inject({ url, headers })
      assert.equal(answer.headers["content-encoding"], coding ?? undefined, accepted)
      assert.equal(answer.headers["vary"], "accept-encoding")
      assert.equal(answer.headers["content-length"], String(answer.rawPayload.length))
      assert.equal(unpacked(coding, answer.rawPayload), text)
      if (coding) assert.ok(answer.rawPayload.length < text.length / 2)
    }
  }
})

test("what is small, no page, packed already or nothing at all is left alone", async () => {
  const headers = { "accept-encoding": "br" }
  const rows: [url: string, coding: string | undefined, body: string][] = [
    ["/small", undefined, "<p>á</p>"],
    ["/json", undefined, JSON.stringify({ text: PAGE })],
    ["/away", undefined, ""],
    ["/packed", "own", PAGE],
  ]
  for (const [url, coding, body] of rows) {
    const answer = await server.inject({ url, headers })
    assert.equal(answer.headers["content-encoding"], coding, url)
    assert.equal(answer.body, body, url)
  }
})

test("the head of a page says the same as the page", async () => {
  for (const accepted of ["br", "gzip", "identity"]) {
    const headers = { "accept-encoding": accepted }
    const [head, page] = [
      await server.inject({ url: "/page", method: "HEAD", headers }),
      await server.inject({ url: "/page", headers }),
    ]
    assert.equal(head.body, "")
    for (const name of ["content-encoding", "content-length", "vary", "content-type"]) {
      assert.equal(head.headers[name], page.headers[name], `${accepted}: ${name}`)
    }
  }
})
