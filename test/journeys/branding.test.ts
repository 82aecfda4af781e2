/** A merchant's own look on its payers' pages: what is sent, what is allowed, who wins. */
import assert from "node:assert/strict"
import { createHash } from "node:crypto"
import { request } from "node:http"
import { after, before, beforeEach, test } from "node:test"
import { brotliDecompressSync, gunzipSync } from "node:zlib"
import type { NewStyle } from "../../src/core/index.ts"
import { ask, startGateway } from "../support/gateway.ts"
import { open, type Page, press } from "../support/page.ts"
import { jpeg, losslessWebp, png, webp } from "../support/pictures.ts"

const gateway = await startGateway({ after })
const { core, url } = gateway
const { baseUrl } = gateway.credentials.palommaPay
const PLAIN: NewStyle = { colour: null, language: null, logo: null, displayName: "Tienda Demo" }

let merchantId = ""
before(async () => {
  merchantId = (await core.merchants.findByName("Demo"))!.id
})
beforeEach(() => style(PLAIN))

async function style(change: NewStyle) {
  const styled = await core.merchants.style(merchantId, change)
  assert.ok("settings" in styled, JSON.stringify(styled))
  return styled.settings
}

async function newLink(): Promise<string> {
  const answer = await ask("POST", `${baseUrl}/payment-requests`, {
    body: { amount_cents: 500_000 },
  })
  assert.equal(answer.status, 200)
  return answer.body.payment_url
}

async function consentLink(): Promise<string> {
  const dialect = "palomma-direct-debit" as const
  const person = { name: "Ana Ruiz", documentType: "cc", documentNumber: "1", email: "a@x.test" }
  const customer = await core.customers.create({ merchantId, dialect, person })
  assert.ok("person" in customer)
  const created = await core.instruments.create({
    merchantId,
    dialect,
    customerId: customer.id,
    rail: "simulator",
    type: "bancolombiaInstant",
    details: { accountNumber: "12345678987" },
    masked: { accountNumber: "*8987" },
    consent: null,
  })
  assert.ok("instrument" in created)
  return `${url}/pay/consent/${created.instrument.id}`
}

/** Each inlined style is allowed by its hash, each hash has a style, and nothing else is loaded. */
function assertAllowed({ html, headers }: Page, styles: number): string {
  const policy = headers.get("content-security-policy")!
  const inlined = [...html.matchAll(/<style>([\s\S]*?)<\/style>/g)].map(([, text]) => text!)
  const [, allowed] = /style-src ([^;]*);/.exec(policy)!
  const sources = inlined.map(
    (text) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`,
  )
  assert.equal(inlined.length, styles)
  assert.equal(allowed, sources.join(" "))
  assert.doesNotMatch(policy, /unsafe|nonce|https?:|data:|\*/)
  assert.doesNotMatch(html, /<link|\sstyle=/)
  assert.equal(/img-src 'self'/.test(policy), html.includes("<img"))
  return inlined.join("\n")
}

function logoOf(page: Page): string | null {
  return /<img class="logo" src="([^"]+)"/.exec(page.html)?.[1] ?? null
}

test("one request brings a whole page, whoever it is for", async () => {
  const rows: [url: string, status: number][] = [
    [await newLink(), 200],
    [await consentLink(), 200],
    [`${url}/pay/nothing`, 404],
    [`${url}/pay/%E0%A4%A`, 400],
    [`${url}/pay/logo/${"0".repeat(64)}`, 404],
  ]
  for (const [address, status] of rows) {
    const page = await open(address)
    assert.equal(page.status, status, address)
    assertAllowed(page, 1)
    assert.equal(page.headers.get("set-cookie"), null)
    assert.equal(page.headers.get("cache-control"), "no-store")
    assert.equal(page.headers.get("referrer-policy"), "no-referrer")
    assert.equal(page.headers.get("x-frame-options"), "DENY")
    assert.match(page.headers.get("x-robots-tag")!, /noindex/)
  }
})

test("colour and logo are on each page of the merchant, from the next one on", async () => {
  const links = [await newLink(), await consentLink()]
  const plain = await Promise.all(links.map((link) => open(link)))
  await style({ colour: "#da0081", logo: png(200, 100) })
  for (const link of links) {
    const page = await open(link)
    assert.match(assertAllowed(page, 2), /--fill: #da0081;/)
    const [, attributes] = /<img class="logo" ([^>]*)>/.exec(page.html)!
    assert.match(attributes!, /^src="\/pay\/logo\/[0-9a-f]{64}" width="96" height="48" alt=""$/)
  }
  const cancelled = await press(await open(links[0]!), "cancel")
  assertAllowed(cancelled, 2)
  assert.ok(logoOf(cancelled))
  await style({ colour: null, logo: null })
  assert.equal((await open(links[1]!)).html, plain[1]!.html)
})

test("a logo is served as the picture that it is, and can do nothing", async () => {
  const rows: [type: string, content: Buffer][] = [
    ["image/png", png(10, 10)],
    ["image/jpeg", jpeg],
    ["image/webp", webp],
    ["image/webp", losslessWebp],
  ]
  const link = await newLink()
  for (const [type, content] of rows) {
    await style({ logo: content })
    const answer = await fetch(new URL(logoOf(await open(link))!, url))
    assert.equal(answer.status, 200)
    assert.deepEqual(Buffer.from(await answer.arrayBuffer()), content)
    assert.equal(answer.headers.get("content-type"), type)
    assert.equal(answer.headers.get("cache-control"), "public, max-age=31536000, immutable")
    assert.equal(answer.headers.get("x-content-type-options"), "nosniff")
    assert.equal(
      answer.headers.get("content-security-policy"),
      "default-src 'none'; frame-ancestors 'none'; sandbox",
    )
    assert.equal(answer.headers.get("x-frame-options"), "DENY")
  }
})

test("a logo that is gone, never was or has no such name is not found", async () => {
  await style({ logo: jpeg })
  const address = logoOf(await open(await newLink()))!
  // Whatever else has the same bytes keeps them where the first one drops them.
  const other = await core.merchants.add({ name: "Same logo" })
  assert.ok("settings" in (await core.merchants.style(other.id, { logo: jpeg })))
  await style({ logo: webp })
  assert.equal((await fetch(new URL(address, url))).status, 200)
  assert.ok("settings" in (await core.merchants.style(other.id, { logo: null })))
  const paths = [
    address,
    `/pay/logo/${"0".repeat(64)}`,
    address.slice(0, -1),
    address.toUpperCase().replace("/PAY/LOGO", "/pay/logo"),
    "/pay/logo/",
    "/pay/logo/..%2f..%2fpackage.json",
    "/pay/logo/'or'1'='1",
  ]
  for (const path of paths) {
    const answer = await open(new URL(path, url).href)
    assert.equal(answer.status, 404, path)
    assert.equal(answer.headers.get("cache-control"), "no-store")
    assert.match(answer.text, /No encontramos este pago/)
  }
})

test("a file that is no logo changes nothing", async () => {
  await style({ colour: "#da0081", logo: jpeg })
  const earlier = (await core.merchants.find(merchantId))!.settings
  const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>')
  const refused = await core.merchants.style(merchantId, { colour: "#000000", logo: svg })
  assert.ok("wrong" in refused)
  await assert.rejects(core.merchants.style(merchantId, { colour: "red", logo: webp }))
  assert.deepEqual((await core.merchants.find(merchantId))!.settings, earlier)
  assert.ok(await core.merchants.findLogo(earlier.logo!.hash))
})

test("two changes at once are both kept", async () => {
  await Promise.all([
    style({ colour: "#da0081" }),
    style({ language: "pt" }),
    style({ displayName: "Al lado" }),
    style({ logo: jpeg }),
  ])
  const { colour, language, displayName, logo } = (await core.merchants.find(merchantId))!.settings
  assert.deepEqual([colour, language, displayName], ["#da0081", "pt", "Al lado"])
  assert.equal(logo?.width, 30)
})

test("the link names the language, or else the browser, the merchant, or we do", async () => {
  const link = await newLink()
  const rows: [lang: string, accepted: string, own: "pt" | null, spoken: string][] = [
    ["", "", null, "es-CO"],
    ["", "fr, de;q=0.5", null, "es-CO"],
    ["", "", "pt", "pt-BR"],
    ["", "fr, *;q=0.1", "pt", "pt-BR"],
    ["", "fr, en;q=0.1", "pt", "en"],
    ["&lang=es", "en", "pt", "es-CO"],
    ["&lang=xx", "", "pt", "pt-BR"],
  ]
  for (const [lang, accepted, own, spoken] of rows) {
    await style({ language: own })
    const page = await open(link + lang, { "accept-language": accepted })
    const [, written] = /<html lang="([\w-]+)">/.exec(page.html)!
    assert.ok(written!.startsWith(spoken), `${lang} ${accepted} ${own}: ${written}`)
  }
})

/** A request whose answer nobody unpacks on the way. */
function fetchPacked(address: string, accepted: string) {
  return new Promise<{ coding: string | undefined; vary: string | undefined; body: Buffer }>(
    (resolve, reject) => {
      const asked = request(address, { headers: { "accept-encoding": accepted } }, (answer) => {
        const parts: Buffer[] = []
        answer.on("data", (part: Buffer) => parts.push(part))
        answer.on("end", () => {
          const { "content-encoding": coding, vary } = answer.headers
          resolve({ coding, vary, body: Buffer.concat(parts) })
        })
      })
      asked.on("error", reject).end()
    },
  )
}

test("a page travels packed, and fits into the first packets of a connection", async () => {
  await style({ colour: "#da0081", logo: jpeg })
  const link = await newLink()
  const { html } = await open(link)
  const rows: [accepted: string, unpack: (body: Buffer) => Buffer, most: number][] = [
    ["br", brotliDecompressSync, 8 * 1_024],
    ["gzip", gunzipSync, 8 * 1_024],
  ]
  for (const [accepted, unpack, most] of rows) {
    const { coding, vary, body } = await fetchPacked(link, accepted)
    assert.equal(coding, accepted)
    assert.equal(vary, "accept-encoding")
    assert.equal(unpack(body).toString(), html)
    assert.ok(body.length <= most, `${accepted}: ${body.length} bytes`)
  }
  assert.equal((await fetchPacked(link, "identity")).body.toString(), html)
})
