/** Tells by its bytes whether a file is a picture that may stand on a payer's page. */
import { createHash } from "node:crypto"
import { crc32 } from "node:zlib"

/** Half of what a page weighs; a logo is a drawing, and drawings are small. */
export const LOGO_MAX_BYTES = 16_384
/** Twice as large as it is ever shown on the sharpest screen; unpacked it takes 4 MiB at most. */
export const LOGO_MAX_PIXELS = 1_024

export type Logo = {
  readonly type: (typeof FORMATS)[number]["type"]
  readonly width: number
  readonly height: number
  /** SHA-256 of the content in hex. */
  readonly hash: string
  readonly content: Buffer
}

type Shape = { readonly width: number; readonly height: number; readonly moves: boolean }

/** Drawings of text (SVG) are none of these: they may hold scripts and load what they like. */
const FORMATS = [
  { type: "image/png", begins: /^\x89PNG\r\n\x1a\n/, shapeOf: shapeOfPng },
  { type: "image/jpeg", begins: /^\xff\xd8\xff/, shapeOf: shapeOfJpeg },
  { type: "image/webp", begins: /^RIFF[\s\S]{4}WEBP/, shapeOf: shapeOfWebp },
] as const

/** How many bytes of a file say what it is. */
const BEGINNING_BYTES = 12

/** Reads a logo, or answers what is wrong with it, as words to stand behind its name. */
export function readLogo(content: Buffer): Logo | { readonly wrong: string } {
  if (content.length > LOGO_MAX_BYTES) {
    return { wrong: `it has more than ${LOGO_MAX_BYTES} bytes` }
  }
  const beginning = content.toString("latin1", 0, BEGINNING_BYTES)
  const format = FORMATS.find(({ begins }) => begins.test(beginning))
  if (!format) return { wrong: "it is neither a PNG nor a JPEG nor a WebP picture" }
  const shape = format.shapeOf(content)
  if (!shape) return { wrong: "it is damaged or cut short, or something follows the picture" }
  const { width, height, moves } = shape
  if (moves) return { wrong: "it moves; a logo has to stand still" }
  if ([width, height].some((side) => side < 1 || side > LOGO_MAX_PIXELS)) {
    return {
      wrong: `it is ${width} × ${height} pixels; at most ${LOGO_MAX_PIXELS} a side are taken`,
    }
  }
  const hash = createHash("sha256").update(content).digest("hex")
  return { type: format.type, width, height, hash, content }
}

/** Chunk by chunk with their checksums, up to the last one, which ends the file (PNG, 5.3). */
function shapeOfPng(content: Buffer): Shape | null {
  let size: { width: number; height: number } | null = null
  let moves = false
  let hasPixels = false
  for (let at = 8; at + 12 <= content.length; ) {
    const name = content.toString("latin1", at + 4, at + 8)
    const end = at + 12 + content.readUInt32BE(at)
    if (end > content.length) return null
    if (crc32(content.subarray(at + 4, end - 4)) !== content.readUInt32BE(end - 4)) return null
    if ((name === "IHDR") !== (size === null) || (name === "IHDR" && end !== at + 25)) return null
    size ??= { width: content.readUInt32BE(at + 8), height: content.readUInt32BE(at + 12) }
    moves ||= name === "acTL"
    hasPixels ||= name === "IDAT"
    if (name === "IEND") return end === content.length && hasPixels ? { ...size, moves } : null
    at = end
  }
  return null
}

const JPEG_END = 0xd9
const JPEG_SCAN = 0xda

/** Segment by segment, and through the scans, up to the marker that ends the file (T.81, B). */
function shapeOfJpeg(content: Buffer): Shape | null {
  let size: { width: number; height: number } | null = null
  let hasPixels = false
  for (let at = 2; at + 2 <= content.length; ) {
    if (content[at] !== 0xff) return null
    const marker = content[at + 1]!
    if (marker === JPEG_END) {
      return at + 2 === content.length && hasPixels && size ? { ...size, moves: false } : null
    }
    // Markers may be preceded by any number of these.
    if (marker === 0xff) {
      at += 1
      continue
    }
    if (at + 4 > content.length) return null
    const end = at + 2 + content.readUInt16BE(at + 2)
    if (end > content.length || end < at + 4) return null
    if (isJpegFrame(marker)) {
      if (size || end < at + 9) return null
      size = { height: content.readUInt16BE(at + 5), width: content.readUInt16BE(at + 7) }
    }
    hasPixels ||= marker === JPEG_SCAN
    at = marker === JPEG_SCAN ? endOfScan(content, end) : end
  }
  return null
}

/** SOF0 to SOF15, but for the three numbers among them that mean something else. */
function isJpegFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)
}

/** Where the next marker stands that isn't part of the scan's own data. */
function endOfScan(content: Buffer, from: number): number {
  for (let at = from; at + 1 < content.length; at += 1) {
    const next = content[at + 1]!
    const isOwn = next === 0 || (next >= 0xd0 && next <= 0xd7)
    if (content[at] === 0xff && !isOwn) return at
  }
  return content.length
}

/** Chunk by chunk (RFC 9649, 2.3 to 2.7), which together are as long as the file says it is. */
function shapeOfWebp(content: Buffer): Shape | null {
  if (content.readUInt32LE(4) !== content.length - 8) return null
  const shapes: Shape[] = []
  let hasPixels = false
  let at = 12
  while (at + 8 <= content.length) {
    const name = content.toString("latin1", at, at + 4)
    const size = content.readUInt32LE(at + 4)
    const end = at + 8 + size + (size % 2)
    if (end > content.length) return null
    const shape = WEBP_SHAPES[name]?.(content.subarray(at + 8, at + 8 + size))
    if (shape === null) return null
    if (shape) shapes.push(shape)
    hasPixels ||= name === "VP8 " || name === "VP8L" || name === "ANMF"
    at = end
  }
  const [first] = shapes
  if (at !== content.length || !first || !hasPixels) return null
  // A small canvas must not be a way to bring a huge picture.
  const agree = shapes.every(
    ({ width, height }) => width === first.width && height === first.height,
  )
  return agree ? first : null
}

/** What the chunks say that know how large the picture is; null where one is too short to say. */
const WEBP_SHAPES: Readonly<Record<string, (chunk: Buffer) => Shape | null>> = {
  VP8X(chunk) {
    if (chunk.length < 10) return null
    const moves = (chunk[0]! & 0b10) !== 0
    return { width: chunk.readUIntLE(4, 3) + 1, height: chunk.readUIntLE(7, 3) + 1, moves }
  },
  "VP8 "(chunk) {
    if (chunk.length < 10 || chunk.readUIntBE(3, 3) !== 0x9d012a) return null
    const [width, height] = [chunk.readUInt16LE(6) & 0x3fff, chunk.readUInt16LE(8) & 0x3fff]
    return { width, height, moves: false }
  },
  VP8L(chunk) {
    if (chunk.length < 5 || chunk[0] !== 0x2f) return null
    const bits = chunk.readUInt32LE(1)
    return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1, moves: false }
  },
}
