/** `caudal merchant style`: what it changes, what it leaves, what it refuses. */
import assert from "node:assert/strict"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { after, before, test } from "node:test"
import { testDatabase } from "../support/database.ts"
import { jpeg, png, pngChunk, webp } from "../support/pictures.ts"
import { caudal, operator, type Settings, temporaryFolder } from "./caudal.ts"

const { url, database } = await testDatabase({ after })
const folder = temporaryFolder({ after })
const settings: Settings = { DATABASE_URL: url, CAUDAL_DATA_DIR: folder }

const { does } = operator(settings)

/** A file of the test's own. */
function file(name: string, content: Buffer): string {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

async function logos(): Promise<object[]> {
  const { rows } = await database.query("select type, octet_length(content) as bytes from logos")
  return rows
}

before(async () => {
  await does(
    "merchant",
    "add",
    "Tienda Azul",
    "--display-name",
    "Azul",
    "--support-info",
    "a@x.test",
  )
  await does("merchant", "add", "Tienda Verde")
})

test("each part is set by itself, kept while others change, and taken away by none", async () => {
  const logo = file("logo.png", png(200, 50))
  const rows: [words: string[], changed: object][] = [
    [["--colour", "#1D4ED8"], { colour: "#1d4ed8" }],
    [["--language", "pt"], { language: "pt" }],
    [["--display-name", "Azul & Cía"], { displayName: "Azul & Cía" }],
    [["--support-info", "300 123"], { supportInfo: "300 123" }],
    [["--logo", logo], { logo: { width: 200, height: 50 } }],
    [["--colour", "none", "--language", "none"], { colour: null, language: null }],
    [
      ["--display-name", "none", "--support-info", "none"],
      { displayName: null, supportInfo: null },
    ],
    [["--logo", "none"], { logo: null }],
  ]
  const expected: Record<string, unknown> = {
    displayName: "Azul",
    supportInfo: "a@x.test",
    colour: null,
    language: null,
    logo: null,
    rails: {},
    bankAccount: null,
    lateMoneyHours: 24,
  }
  for (const [words, changed] of rows) {
    Object.assign(expected, changed)
    const { settings } = (await does("merchant", "style", "tienda azul", ...words, "--json")).json()
    if (settings.logo) {
      assert.match(settings.logo.hash, /^[0-9a-f]{64}$/)
      delete settings.logo.hash
    }
    assert.deepEqual(settings, expected, words.join(" "))
    const shown = (await does("merchant", "show", "Tienda Azul", "--json")).json().merchant.settings
    delete shown.logo?.hash
    assert.deepEqual(shown, expected)
  }
  const { merchant } = (await does("merchant", "show", "Tienda Verde", "--json")).json()
  assert.equal(merchant.settings.colour, null)
})

test("a new logo takes the place of the old one, and none leaves nothing behind", async () => {
  const rows: [path: string, stored: object[]][] = [
    [file("logo.jpg", jpeg), [{ type: "image/jpeg", bytes: jpeg.length }]],
    // What a file is called says nothing.
    [file("drawing.svg", webp), [{ type: "image/webp", bytes: webp.length }]],
    ["none", []],
  ]
  for (const [path, stored] of rows) {
    await does("merchant", "style", "Tienda Azul", "--logo", path)
    assert.deepEqual(await logos(), stored)
  }
})

test("a person is told how the merchant looks now", async () => {
  const words = ["--colour", "#1d4ed8", "--logo", file("logo.png", png(200, 50))]
  const { out } = await does("merchant", "style", "Tienda Verde", ...words)
  assert.match(out, /^Tienda Verde looks like this to payers from now on:\n {2}shown as {2}-\n/)
  const shown = (await does("merchant", "show", "Tienda Verde")).out
  for (const text of [out, shown]) {
    assert.match(text, /\n {2}colour +#1d4ed8\n {2}language +-\n {2}logo +200 × 50 pixels\n/)
  }
  assert.match((await does("merchant", "list")).out, /Tienda Azul .*\nTienda Verde /)
})

const filler = (bytes: number) => pngChunk("tEXt", Buffer.alloc(bytes))
const REFUSED: readonly (readonly [name: string, content: Buffer, says: RegExp])[] = [
  ["page.png", Buffer.from("<!doctype html><script>alert(1)</script>"), /neither a PNG nor/],
  ["drawing.svg", Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), /neither a PNG nor/],
  ["empty.png", Buffer.alloc(0), /neither a PNG nor/],
  ["short.png", png(9, 9).subarray(0, -1), /damaged or cut short/],
  ["heavy.png", png(9, 9, [filler(20_000)]), /more than 16384 bytes/],
  ["large.png", png(9, 9, [filler(10_000_000)]), /more than 16384 bytes/],
  ["wide.png", png(1_025, 9), /1025 × 9 pixels; at most 1024 a side/],
]
test("a file that is no logo is refused with the reason, and nothing changes", async () => {
  await does("merchant", "style", "Tienda Azul", "--logo", "none", "--colour", "#1d4ed8")
  const before = (await does("merchant", "show", "Tienda Azul")).out
  const rows = REFUSED.map(([name, content, says]) => [file(name, content), says] as const)
  const missing = [join(folder, "missing.png"), /no such file/] as const
  for (const [path, says] of [...rows, missing, [folder, /EISDIR|directory/] as const]) {
    const words = ["merchant", "style", "Tienda Azul", "--colour", "#000000", "--logo", path]
    const ran = await caudal(words, settings)
    assert.equal(ran.code, 1, path)
    assert.ok(ran.err.startsWith(`--logo ${path}: `), ran.err)
    assert.match(ran.err, says)
    assert.equal(ran.out, "")
  }
  assert.equal((await does("merchant", "show", "Tienda Azul")).out, before)
})

test("who isn't there can't be styled, and who is there is named", async () => {
  const ran = await caudal(["merchant", "style", "Nobody", "--colour", "none"], settings)
  assert.equal(ran.code, 1)
  assert.match(ran.err, /no merchant "Nobody"; there are: Tienda Azul, Tienda Verde/)
})

const MISUSED: readonly (readonly [words: string, says: RegExp])[] = [
  ["", /also needs MERCHANT/],
  ["a", /needs something to change: --colour, --logo/],
  ["a --colour red", /--colour red: write it like "#1d4ed8", in quotes, or none/],
  ["a --colour #fff", /--colour #fff: write it like/],
  ["a --colour #12345g", /--colour #12345g: write it like/],
  // A shell takes what follows the mark for a comment.
  ["a --colour", /--colour needs a value: --colour #RRGGBB/],
  ["a --language fr", /--language fr: there are es, pt, en, and none/],
  ["a --display-name \u202eazul", /--display-name must have 1 to 80 characters/],
  [`a --support-info ${"x".repeat(201)}`, /--support-info must have 1 to 200 characters/],
]
test("mistakes are told without a database", async () => {
  const nowhere = { DATABASE_URL: "postgres://nobody@127.0.0.1:1/none", CAUDAL_DATA_DIR: folder }
  for (const [words, says] of MISUSED) {
    const ran = await caudal(["merchant", "style", ...words.split(" ").filter(Boolean)], nowhere)
    assert.equal(ran.code, 2, ran.err)
    assert.match(ran.err, says)
  }
})
