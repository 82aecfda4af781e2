/**
 * Writes the messages of a round into one buffer, which is used again by the next round.
 *
 * https://www.postgresql.org/docs/current/protocol-message-formats.html
 */

/** A usual batch has some 10 kB; what a large one needed is given back after it. */
const FIRST_BYTES = 65_536
const KEPT_BYTES = 1_048_576
/** UTF-8 takes no more for one UTF-16 unit. */
const BYTES_PER_UNIT = 3

const [BIND, DESCRIBE, EXECUTE, PARSE, SYNC, PORTAL] = [0x42, 0x44, 0x45, 0x50, 0x53, 0x50]

export class Encoder {
  private buffer = Buffer.allocUnsafe(FIRST_BYTES)
  private at = 0

  /** Starts a round. The one before it must have been answered: its bytes are written over. */
  begin(): void {
    if (this.buffer.length > KEPT_BYTES) this.buffer = Buffer.allocUnsafe(FIRST_BYTES)
    this.at = 0
  }

  /** What was written since `begin`. */
  bytes(): Buffer {
    return this.buffer.subarray(0, this.at)
  }

  /** Prepares a text under a name; the empty name is the next statement's only. */
  parse(name: string, text: string): void {
    const start = this.open(PARSE)
    this.text(name)
    this.text(text)
    this.int16(0)
    this.close(start)
  }

  /** Gives a prepared statement its parameters, all of them text. */
  bind(name: string, values: readonly (string | null)[]): void {
    const start = this.open(BIND)
    this.text("")
    this.text(name)
    this.int16(0)
    this.int16(values.length)
    for (const value of values) this.value(value)
    this.int16(0)
    this.close(start)
  }

  /** Asks for the columns of what was bound. */
  describe(): void {
    const start = this.open(DESCRIBE)
    this.byte(PORTAL)
    this.text("")
    this.close(start)
  }

  /** Runs what was bound, to its end. */
  execute(): void {
    const start = this.open(EXECUTE)
    this.text("")
    this.int32(0)
    this.close(start)
  }

  /** Ends the round. */
  sync(): void {
    this.close(this.open(SYNC))
  }

  private reserve(bytes: number): void {
    const needed = this.at + bytes
    if (needed <= this.buffer.length) return
    const larger = Buffer.allocUnsafe(Math.max(needed, this.buffer.length * 2))
    this.buffer.copy(larger, 0, 0, this.at)
    this.buffer = larger
  }

  private open(kind: number): number {
    this.byte(kind)
    const start = this.at
    this.int32(0)
    return start
  }

  /** A message's length stands before it and counts itself, but not the kind. */
  private close(start: number): void {
    this.buffer.writeInt32BE(this.at - start, start)
  }

  private byte(value: number): void {
    this.reserve(1)
    this.buffer[this.at] = value
    this.at += 1
  }

  private int16(value: number): void {
    this.reserve(2)
    this.at = this.buffer.writeUInt16BE(value, this.at)
  }

  private int32(value: number): void {
    this.reserve(4)
    this.at = this.buffer.writeInt32BE(value, this.at)
  }

  private text(value: string): void {
    this.utf8(value)
    this.byte(0)
  }

  private value(value: string | null): void {
    const start = this.at
    this.int32(-1)
    if (value === null) return
    this.utf8(value)
    this.buffer.writeInt32BE(this.at - start - 4, start)
  }

  private utf8(value: string): void {
    this.reserve(value.length * BYTES_PER_UNIT)
    this.at += this.buffer.write(value, this.at, "utf8")
  }
}
