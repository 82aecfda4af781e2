/** The option by which a command is about one country. */
import { UsageError } from "./command.ts"

export const COUNTRY = { value: "CC", about: "only this country, such as CO" } as const

/** A country's two letters in capitals; throws `UsageError`. */
export function readCountry(code: string): string {
  if (/^[a-z]{2}$/i.test(code)) return code.toUpperCase()
  throw new UsageError(`--country ${code}: write its two letters, such as CO`)
}
