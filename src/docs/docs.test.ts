/** The documents as they are served: every page, every link, search, sources, hostile addresses. */
import assert from "node:assert/strict"
import { after, test } from "node:test"
import { brotliDecompressSync, gunzipSync } from "node:zlib"
import { fastify } from "fastify"
import { mountDocs } from "./index.ts"
import { render } from "./markdown.ts"
import { summaryOf } from "./plain.ts"
import { openShelf, placeOf } from "./shelf.ts"
import { TEXTS } from "./texts.ts"
import { LISTED_ELSEWHERE, TREE } from "./tree.ts"

const APIS = [{ name: "caudal", title: "Caudal" }]
const server = fastify()
await mountDocs(server, { publicUrl: "http://127.0.0.1:8080", apis: APIS })
after(() => server.close())
const shelf = await openShelf()

const get = (url: string, headers: Record<string, string> = {}) => server.inject({ url, headers })
const addressOf = ({ id, language }: { id: string; language: string }) =>
  ["/docs", language === "es" ? "es" : "", id].filter((part) => part !== "").join("/")

/** The addresses and ids of a page. */
function partsOf(body: string) {
  const links = [...body.matchAll(/<a\b[^>]*?\shref="([^"]*)"/g)].map(([, to]) =>
    to!.replaceAll("&amp;", "&"),
  )
  const ids = [...body.matchAll(/\sid="([^"]*)"/g)].map(([, id]) => id!)
  return { links, ids }
}

test("every document is a page in its place, and every link on it leads to one", async () => {
  const pages = new Map<string, ReturnType<typeof partsOf>>()
  for (const document of shelf.documents) {
    const address = addressOf(document)
    const answer = await get(address)
    assert.equal(answer.statusCode, 200, address)
    assert.match(answer.body, new RegExp(`^<html lang="${document.language}">`, "m"), address)
    pages.set(address, partsOf(answer.body))
  }
  for (const [address, { links, ids }] of pages) {
    assert.equal(new Set(ids).size, ids.length, `${address} has an id twice`)
    for (const link of links) {
      if (/^https?:/.test(link)) continue
      const [path = "", anchor] = link.split("#")
      const to = path === "" ? address : path
      const known = pages.get(to) ?? partsOf(await bodyAt(to, address))
      pages.set(to, known)
      if (anchor !== undefined) assert.ok(known.ids.includes(anchor), `${address}: ${link}`)
    }
  }
})

async function bodyAt(path: string, from: string): Promise<string> {
  // The documents of the APIs are mounted beside these.
  if (path.startsWith("/docs/openapi/")) return ""
  const { statusCode, body } = await get(path)
  assert.equal(statusCode, 200, `${from}: ${path}`)
  return body
}

test("the navigation has each document once, but for those with a list of their own", () => {
  const named = TREE.flatMap(({ pages }) => pages)
  assert.equal(new Set(named).size, named.length)
  const shown = shelf.sections.flatMap(({ pages }) => pages)
  const ids = [...new Set(shelf.documents.map(({ id }) => id))]
  assert.deepEqual(shown.toSorted(), ids.filter((id) => !LISTED_ELSEWHERE.test(id)).sort())
  const places = shelf.documents.map(({ id, language }) => `${language} ${id}`)
  assert.equal(new Set(places).size, places.length, "two documents stand in one place")
})

test("a file of the project has its address", () => {
  const table: [path: string, id: string, language: string][] = [
    ["README.md", "", "en"],
    ["README.es.md", "", "es"],
    ["SECURITY.md", "security", "en"],
    ["docs/es/security.md", "security", "es"],
    ["docs/rails/evm.md", "rails/evm", "en"],
    ["docs/dialects/README.md", "dialects", "en"],
    ["docs/es/dialects/README.md", "dialects", "es"],
    ["ops/README.md", "ops", "en"],
    ["sdk/README.es.md", "sdk", "es"],
    ["src/dialects/tapila/README.md", "dialects/tapila/readme", "en"],
  ]
  for (const [path, id, language] of table) assert.deepEqual(placeOf(path), { id, language })
})

test("what follows what goes through all pages, and through the decisions by themselves", () => {
  const order = shelf.sections.flatMap(({ pages }) => pages)
  assert.deepEqual(shelf.around(order[0]!), [null, order[1]])
  assert.deepEqual(shelf.around(order.at(-1)!), [order.at(-2), null])
  const [before, next] = shelf.around("decisions/0002-dependencies")
  assert.match(before!, /^decisions\/0001-/)
  assert.match(next!, /^decisions\/0003-/)
})

test("a page in English alone says so in Spanish, and stays in that frame", async () => {
  const { body } = await get("/docs/es/changelog")
  assert.match(body, /^<html lang="es">/m)
  assert.match(body, /<article lang="en">/)
  assert.ok(body.includes(TEXTS.es.onlyEnglish))
  assert.match(body, /href="\/docs\/changelog" lang="en"/)
})

test("pages come with a policy, a tag and a coding, and may be kept for a while", async () => {
  const plain = await get("/docs/glossary")
  const { headers } = plain
  assert.match(
    String(headers["content-security-policy"]),
    /^default-src 'none'; style-src 'sha256-/,
  )
  assert.doesNotMatch(String(headers["content-security-policy"]), /unsafe|https?:|\*/)
  assert.equal(headers["x-frame-options"], "DENY")
  assert.equal(headers["cache-control"], "public, max-age=300")
  assert.equal(headers["vary"], "accept-encoding")
  const unpack = { br: brotliDecompressSync, gzip: gunzipSync }
  for (const [coding, unpacked] of Object.entries(unpack)) {
    const packed = await get("/docs/glossary", { "accept-encoding": coding })
    assert.equal(packed.headers["content-encoding"], coding)
    assert.equal(unpacked(packed.rawPayload).toString(), plain.body)
    assert.ok(packed.rawPayload.length < plain.body.length / 2)
  }
  for (const tag of [headers.etag!, String(headers.etag).slice(2), "*", `"x", ${headers.etag}`]) {
    const again = await get("/docs/glossary", { "if-none-match": String(tag) })
    assert.deepEqual([again.statusCode, again.body], [304, ""], String(tag))
  }
  assert.equal((await get("/docs/glossary", { "if-none-match": '"x"' })).statusCode, 200)
})

test("no page loads anything but its own script", async () => {
  for (const path of ["/docs", "/docs/es/glossary", "/docs/search?q=a", "/docs/api", "/docs/no"]) {
    const { body } = await get(path)
    const loaded = [...body.matchAll(/<(?:script|img|iframe|link|source|video)\b[^>]*>/g)]
      .map(([tag]) => tag)
      .filter((tag) => !tag.startsWith('<link rel="alternate"'))
    assert.equal(loaded.length, 1, `${path}: ${loaded}`)
    const [, src] = /^<script src="([^"]+)">$/.exec(loaded[0]!)!
    const script = await get(src!)
    assert.equal(script.statusCode, 200)
    assert.match(String(script.headers["cache-control"]), /immutable/)
    assert.doesNotThrow(() => new Function(script.body))
  }
})

test("what isn't there is told in style, and nothing beside the documents can be had", async () => {
  const table = [
    ...["/docs/none", "/docs/es/none", "/docs/none.md", "/docs/api/none", "/docs/decisions/"],
    ...["/docs/..%2fpackage.json", "/docs/%2e%2e%2f%2e%2e%2fetc%2fpasswd", "/docs/%00"],
    ...["/docs/openapi.ts", "/docs/package.json", "/docs/es/operating/haproxy.cfg"],
    ...["/docs/__proto__", "/docs/constructor.md", `/docs/${"a/".repeat(90)}b`],
  ]
  for (const url of table) {
    const { statusCode, headers, body } = await get(url)
    if (statusCode === 301) continue
    assert.equal(statusCode, 404, url)
    assert.match(String(headers["content-type"]), /^text\/html/, url)
    const { notFound } = TEXTS[url.startsWith("/docs/es") ? "es" : "en"]
    assert.ok(body.includes(`<h1>${notFound.title}</h1>`), url)
    assert.ok(!body.includes("passwd"))
  }
})

test("a slash too many is taken away, and leads to no other host", async () => {
  const table = [
    ["/docs/", "/docs"],
    ["/docs/es/", "/docs/es"],
    ["/docs/rails/evm/", "/docs/rails/evm"],
    ["/docs//evil.example/", "/docs//evil.example"],
  ] as const
  for (const [url, to] of table) {
    const { statusCode, headers } = await get(url)
    assert.deepEqual([statusCode, headers.location], [301, to], url)
  }
})

test("below a path of its own everything has that path in front", async () => {
  const below = fastify()
  await mountDocs(below, { publicUrl: "https://pay.example/gateway/", apis: APIS })
  const { body } = await below.inject("/docs")
  const { links } = partsOf(body)
  assert.deepEqual(
    links.filter((to) => !/^(?:\/gateway\/docs(?:[/?#]|$)|#|https:)/.test(to)),
    [],
  )
  const { body: list } = await below.inject("/llms.txt")
  assert.match(list, /\(https:\/\/pay\.example\/gateway\/docs\/webhooks\.md\)/)
  assert.match(list, /\(https:\/\/pay\.example\/gateway\/llms-full\.txt\)/)
  await below.close()
})

test("the source of each page is beside it, and its links lead to sources", async () => {
  for (const document of shelf.documents) {
    const address = addressOf(document)
    const url = `${address}${document.id === "" ? "/index" : ""}.md`
    const { statusCode, headers, body } = await get(url)
    assert.equal(statusCode, 200, url)
    assert.match(String(headers["content-type"]), /^text\/markdown/)
    for (const [, link] of body.replace(/^```[\s\S]*?^```/gm, "").matchAll(/\]\((\/docs[^)#]*)/g)) {
      if (!link!.startsWith("/docs/openapi/"))
        assert.equal((await get(link!)).statusCode, 200, link)
    }
  }
  const { body, headers } = await get("/docs/operating/haproxy.cfg")
  assert.match(body, /^backend|^listen|^frontend/m)
  assert.match(String(headers["content-type"]), /^text\/plain/)
})

test("programs that read get a list of the documents, and all of them", async () => {
  const { body: list } = await get("/llms.txt")
  assert.match(list, /^# Caudal\n\n> Caudal is a payment gateway/)
  const links = [...list.matchAll(/\]\(http:\/\/127\.0\.0\.1:8080([^)]+)\)/g)].map(([, to]) => to!)
  assert.ok(links.length > 40)
  for (const link of links.filter((to) => !to.startsWith("/docs/openapi/"))) {
    assert.equal((await get(link)).statusCode, 200, link)
  }
  const { body: full } = await get("/llms-full.txt")
  for (const id of ["webhooks", "rails/evm", "glossary"]) {
    assert.ok(full.includes(`<!-- /docs/${id}.md -->\n\n# `), id)
  }
  assert.equal(summaryOf("# A\n\n[b](c) `d` **e**.\n\nf"), "b d e.")
  assert.equal(summaryOf("# A\n\nOne. Two three", 8), "One.")
})

test("raw HTML, addresses with a scheme and foreign pictures stay text", () => {
  const words = { linkTo: "Link to", table: "Table", code: "Code" }
  const safe = (link: string) => (/^https:/.test(link) ? link : null)
  const table: [source: string, html: string][] = [
    ["<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"],
    ["a <b onclick=x>c</b>", "<p>a &lt;b onclick=x&gt;c&lt;/b&gt;</p>\n"],
    ["[a](javascript:alert(1))", "<p>a</p>\n"],
    [
      '[a](https://b.c "d\\"e")',
      '<p><a href="https://b.c" rel="noopener noreferrer" title="d&quot;e">a</a></p>\n',
    ],
    ["![<i>](https://b.c/d.png)", "<p>&lt;i&gt;</p>\n"],
    ["`<i>&amp;`", "<p><code>&lt;i&gt;&amp;amp;</code></p>\n"],
    ["a & b &copy;", "<p>a &amp; b &copy;</p>\n"],
  ]
  for (const [source, html] of table) assert.equal(render(source, safe, words).body, html, source)
  const { body, headings } = render('## A <"b"> `c`\n## A <"b"> `c`\n', safe, words)
  assert.deepEqual(
    headings.map(({ anchor }) => anchor),
    ["a-b-c", "a-b-c-1"],
  )
  assert.ok(!body.includes('<"b">'))
  const code = render('```sh\necho "<b>" # </code>\n```', safe, words).body
  assert.match(code, /<span class="text">&quot;&lt;b&gt;&quot;<\/span>/)
  assert.match(code, /<span class="remark"># &lt;\/code&gt;<\/span>/)
})

test("the reader is one script of ours, for the APIs that there are", async () => {
  const { body, headers } = await get("/docs/api/caudal")
  assert.match(body, /data-document="\/docs\/openapi\/caudal\.json"/)
  const policy = String(headers["content-security-policy"])
  assert.match(policy, /default-src 'none'; script-src 'self';/)
  assert.doesNotMatch(policy, /https?:|\*|unsafe-eval/)
  const scripts = [...body.matchAll(/<script src="([^"]+)">/g)].map(([, src]) => src!)
  assert.equal(scripts.length, 2)
  assert.match(scripts[0]!, /^\/docs\/api\/reader\.js\?v=\w+$/)
  const { body: open } = await get(scripts[1]!)
  assert.match(open, /telemetry: false/)
})
