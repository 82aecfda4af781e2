/** Small pictures for tests: real ones of each kind, and ones made to measure. */
import { crc32, deflateSync } from "node:zlib"

const read = (base64: string) => Buffer.from(base64, "base64")

/** All of them 30 × 20 pixels, the left half red, written by a browser. */
export const jpeg = read(
  "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDABsSFBcUERsXFhceHBsgKEIrKCUlKFE6PTBCYFVlZF9VXVtqeJmBanGQc1tdhbWGkJ6jq62rZ4C8ybqmx5moq6T/2wBDARweHigjKE4rK06kbl1upKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKT/wAARCAAUAB4DASIAAhEBAxEB/8QAFgABAQEAAAAAAAAAAAAAAAAAAAIF/8QAGRABAAIDAAAAAAAAAAAAAAAAAAECAzNy/8QAFQEBAQAAAAAAAAAAAAAAAAAABAX/xAAYEQEBAAMAAAAAAAAAAAAAAAAAAQIxMv/aAAwDAQACEQMRAD8Ay05dV+ZUnLqvzI02t5c1ngEojSTl1X5kBptby5rPAJRH/9k=",
)
/** One byte for each point, lossy, and without transparency. */
export const webp = read(
  "UklGRkgAAABXRUJQVlA4IDwAAABQAwCdASoeABQAPvViplAqpaOit+gBUB6JZADN7oAAuHD0AAD+7CZflY+pzv/43jwK8l2tf+UqAtoAAAA=",
)
export const losslessWebp = read("UklGRiYAAABXRUJQVlA4TBoAAAAvHcAEEA8QwxzzHwyCbJuaD/0CB4jofyyuAA==")
/** With a canvas of its own and a chunk for what is transparent. */
export const extendedWebp = read(
  "UklGRnYAAABXRUJQVlA4WAoAAAAQAAAAHQAAEwAAQUxQSBMAAAABDzD/ERFCIEA4l25AQET/I+EFAFZQOCA8AAAAUAMAnQEqHgAUAD71YqZQKqWjorfoAVAeiWQAze6AALhw9AAA/uwmX5WPqc7/+N48CvJdrX/lKgLaAAAA",
)

/** A chunk as PNG wants it: length, name, content, checksum. */
export function pngChunk(name: string, content: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(name, "latin1"), content])
  const framed = Buffer.alloc(content.length + 12)
  framed.writeUInt32BE(content.length, 0)
  named.copy(framed, 4)
  framed.writeUInt32BE(crc32(named), content.length + 8)
  return framed
}

/** A grey picture of this size; `more` stands between its head and its pixels. */
export function png(width: number, height: number, more: readonly Buffer[] = []): Buffer {
  const head = Buffer.alloc(13)
  head.writeUInt32BE(width, 0)
  head.writeUInt32BE(height, 4)
  // One bit a pixel, shades of grey.
  head.writeUInt8(1, 8)
  const rows = Buffer.alloc(height * (1 + Math.ceil(width / 8)))
  return Buffer.concat([
    Buffer.from("89504e470d0a1a0a", "hex"),
    pngChunk("IHDR", head),
    ...more,
    pngChunk("IDAT", deflateSync(rows)),
    pngChunk("IEND", Buffer.alloc(0)),
  ])
}
