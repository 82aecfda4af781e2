/** Only still, whole and small pictures become logos, whatever a file calls itself. */
import assert from "node:assert/strict"
import { test } from "node:test"
import {
  extendedWebp,
  jpeg,
  losslessWebp,
  png,
  pngChunk,
  webp,
} from "../../../test/support/pictures.ts"
import { LOGO_MAX_BYTES, LOGO_MAX_PIXELS, readLogo } from "./logo.ts"

const WHOLE: readonly (readonly [type: string, content: Buffer, width: number, height: number])[] =
  [
    ["image/png", png(1, 1), 1, 1],
    ["image/png", png(LOGO_MAX_PIXELS, 7), LOGO_MAX_PIXELS, 7],
    ["image/png", png(7, LOGO_MAX_PIXELS), 7, LOGO_MAX_PIXELS],
    ["image/png", png(3, 2, [filler(LOGO_MAX_BYTES - png(3, 2).length)]), 3, 2],
    ["image/jpeg", jpeg, 30, 20],
    // T.81, B.1.1.2: a marker may be preceded by any number of these.
    ["image/jpeg", spliced(jpeg, 2, 0, Buffer.from([0xff, 0xff])), 30, 20],
    ["image/webp", webp, 30, 20],
    ["image/webp", losslessWebp, 30, 20],
    ["image/webp", extendedWebp, 30, 20],
  ]

test("a picture is known by its bytes, with its size", () => {
  for (const [type, content, width, height] of WHOLE) {
    const read = readLogo(content)
    assert.ok(!("wrong" in read), `${type} ${width} × ${height}: ${JSON.stringify(read)}`)
    assert.deepEqual([read.type, read.width, read.height], [type, width, height])
    assert.match(read.hash, /^[0-9a-f]{64}$/)
    assert.equal(read.content, content)
  }
})

test("what is no picture is refused, whatever it begins or ends with", () => {
  const html = Buffer.from("<!doctype html><script>alert(1)</script>")
  const frame = jpeg.indexOf("ffc00011", "hex")
  const rows: [what: string, content: Buffer, wrong: RegExp][] = [
    ["nothing", Buffer.alloc(0), /neither a PNG nor a JPEG nor a WebP/],
    ["a page", html, /neither/],
    ["a drawing of text", Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), /neither/],
    ["another kind of picture", Buffer.from("GIF89a\x01\x00\x01\x00\x00\x00\x00;"), /neither/],
    ["another file in RIFF", Buffer.from("RIFF\x04\x00\x00\x00WAVE", "latin1"), /neither/],
    ["a page that begins as PNG", Buffer.concat([png(1, 1).subarray(0, 8), html]), /damaged/],
    ["a page that begins as JPEG", Buffer.concat([jpeg.subarray(0, 4), html]), /damaged/],
    ["a page behind a PNG", Buffer.concat([png(1, 1), html]), /something follows/],
    ["a page behind a JPEG", Buffer.concat([jpeg, html]), /something follows/],
    ["a page behind a WebP", Buffer.concat([webp, html]), /something follows/],
    ["a PNG without pixels", without(png(1, 1), "IDAT"), /damaged/],
    ["a PNG without a head", without(png(1, 1), "IHDR"), /damaged/],
    ["a PNG with two heads", png(1, 1, [pngChunk("IHDR", Buffer.alloc(13))]), /damaged/],
    ["a PNG of one bit less", changed(png(9, 9), 45), /damaged/],
    ["a JPEG with two heads", spliced(jpeg, frame, 0, jpeg.subarray(frame, frame + 19)), /damaged/],
    ["a JPEG whose head is too short", spliced(jpeg, frame + 2, 2, bytes(0, 6)), /damaged/],
    ["a JPEG with a piece of no length", spliced(jpeg, 4, 2, bytes(0, 1)), /damaged/],
    ["a JPEG with something between its pieces", spliced(jpeg, 20, 0, bytes(7, 7)), /damaged/],
    ["a WebP that is longer than it says", spliced(webp, 4, 1, bytes(1)), /damaged/],
    ["a WebP with a piece beyond its end", spliced(webp, 18, 1, bytes(1)), /damaged/],
    ["a WebP without the start of its pixels", changed(webp, 23), /damaged/],
    ["a lossless WebP without its sign", changed(losslessWebp, 20), /damaged/],
    ["a WebP with a canvas and no pixels", riff("VP8X", Buffer.alloc(10)), /damaged/],
    ["a WebP whose canvas is too short", riff("VP8X", Buffer.alloc(8)), /damaged/],
    ["a WebP whose pixels are too short", riff("VP8 ", Buffer.alloc(8)), /damaged/],
    ["a lossless WebP that is too short", riff("VP8L", bytes(0x2f, 0)), /damaged/],
    ["a WebP without any piece that is known", riff("XXXX", Buffer.alloc(8)), /damaged/],
  ]
  for (const [what, content, wrong] of rows) assertRefused(what, content, wrong)
})

test("a picture that is cut short anywhere is refused", () => {
  for (const [type, content] of WHOLE) {
    const step = Math.max(1, Math.floor(content.length / 100))
    for (let length = 0; length < content.length; length += step) {
      assertRefused(`${type} up to ${length}`, content.subarray(0, length), /neither|cut short/)
    }
    assertRefused(`${type} without its end`, content.subarray(0, -1), /cut short/)
  }
})

test("a picture that moves, or is too large in any way, is refused", () => {
  const moving = Buffer.from(extendedWebp)
  moving.writeUInt8(moving[20]! | 0b10, 20)
  const huge = Buffer.from(jpeg)
  huge.writeUInt16BE(LOGO_MAX_PIXELS + 1, huge.indexOf("ffc00011", "hex") + 5)
  const flat = Buffer.from(jpeg)
  flat.writeUInt16BE(0, flat.indexOf("ffc00011", "hex") + 5)
  // The canvas stays small, and what is drawn on it says that it has 8,192 pixels a side.
  const hidden = Buffer.from(extendedWebp)
  hidden.writeUInt32LE(0x20002000, hidden.indexOf("9d012a", "hex") + 3)
  const tooMuch = png(3, 2, [filler(LOGO_MAX_BYTES + 1 - png(3, 2).length)])
  const rows: [what: string, content: Buffer, wrong: RegExp][] = [
    ["a moving PNG", png(1, 1, [pngChunk("acTL", Buffer.alloc(8))]), /moves/],
    ["a moving WebP", moving, /moves/],
    ["a wide PNG", png(LOGO_MAX_PIXELS + 1, 1), /1025 × 1 pixels; at most 1024 a side/],
    ["a high PNG", png(1, LOGO_MAX_PIXELS + 1), /1 × 1025 pixels/],
    ["a PNG of no height", png(1, 0), /1 × 0 pixels/],
    ["a high JPEG", huge, /30 × 1025 pixels/],
    ["a JPEG of no height", flat, /30 × 0 pixels/],
    ["a WebP larger than its canvas", hidden, /damaged/],
    ["a byte too much", tooMuch, /more than 16384 bytes/],
  ]
  for (const [what, content, wrong] of rows) assertRefused(what, content, wrong)
})

function assertRefused(what: string, content: Buffer, wrong: RegExp): void {
  const read = readLogo(content)
  assert.ok("wrong" in read, `${what} was taken`)
  assert.match(read.wrong, wrong, what)
}

/** A chunk that makes a PNG so many bytes longer. */
function filler(bytes: number): Buffer {
  return pngChunk("tEXt", Buffer.alloc(bytes - 12))
}

/** The PNG without its chunk of this name. */
function without(picture: Buffer, name: string): Buffer {
  const at = picture.indexOf(name, 0, "latin1") - 4
  const end = at + 12 + picture.readUInt32BE(at)
  return Buffer.concat([picture.subarray(0, at), picture.subarray(end)])
}

const bytes = (...values: number[]) => Buffer.from(values)

/** The picture with other bytes in the place of some. */
function spliced(picture: Buffer, at: number, without: number, by: Buffer): Buffer {
  return Buffer.concat([picture.subarray(0, at), by, picture.subarray(at + without)])
}

/** A WebP of one piece. */
function riff(name: string, content: Buffer): Buffer {
  const head = Buffer.from(`RIFF....WEBP${name}....`, "latin1")
  head.writeUInt32LE(content.length + 12, 4)
  head.writeUInt32LE(content.length, 16)
  return Buffer.concat([head, content])
}

function changed(picture: Buffer, at: number): Buffer {
  const copy = Buffer.from(picture)
  copy.writeUInt8(copy[at]! ^ 1, at)
  return copy
}
