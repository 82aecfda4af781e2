/** Our ids in a bank's files: a UUID has 36 characters, and ISO 20022 leaves 35 for an id. */

/** The longest id of the messages' type `Max35Text`. */
export const ID_MAX = 35

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
const HEX = /^[0-9a-f]{32}$/i

/**
 * A UUID as the 32 hexadecimal digits that travel as `EndToEndId`, `MsgId` or `PmtInfId`. Throws a
 * `RangeError` for anything else: an id that a bank can't give back would be lost.
 */
export function toFileId(uuid: string): string {
  if (!UUID.test(uuid)) throw new RangeError("no UUID")
  return uuid.replaceAll("-", "").toLowerCase()
}

/**
 * The UUID that a bank gave back, in lower case, also when the bank wrote it in capitals or with
 * its dashes; null for an id that can't be one of ours.
 */
export function fromFileId(id: string | null): string | null {
  const digits = id?.replaceAll("-", "").toLowerCase() ?? ""
  if (id === null || !(HEX.test(id) || UUID.test(id))) return null
  return [8, 12, 16, 20].reduceRight((text, at) => `${text.slice(0, at)}-${text.slice(at)}`, digits)
}
