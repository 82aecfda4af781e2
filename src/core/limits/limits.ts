/** What a node may ask about limits: uses in a minute and failures, most counted together. */
import { createHmac, createSecretKey } from "node:crypto"
import type { Clock } from "../../clock.ts"
import type { Queries } from "../../db/database.ts"
import { type Keyring, steadyKey } from "../seal.ts"
import { addressName } from "./address.ts"
import { type Failures, makeFailures } from "./failures.ts"
import { makeTally, type Tally } from "./tally.ts"
import { makeWindows, type Windows } from "./windows.ts"

export type Limits = Windows & {
  readonly failures: Failures
  /** `count` for what strangers do: of this node alone, at once, without the database. */
  readonly countHere: Tally
  /** A mark of an address for the log: the same address has the same one, and it tells no more. */
  sourceOf(ip: string | undefined): string
}

/** 72 bits: two addresses of one day don't share a mark. */
const SOURCE_LENGTH = 12

/**
 * Makes them. Names are addresses and user names, which belong to people: the database has a keyed
 * hash of each, for of a plain one all addresses can be tried.
 */
export function makeLimits(parts: {
  readonly database: Queries
  readonly clock: Pick<Clock, "now">
  readonly keyring: Pick<Keyring, "derive">
}): Limits {
  const key = createSecretKey(steadyKey(parts.keyring.derive("limits")).key)
  const keyOf = (name: string) => createHmac("sha256", key).update(name).digest("base64url")
  return {
    ...makeWindows({ ...parts, keyOf }),
    failures: makeFailures({ ...parts, keyOf }),
    countHere: makeTally(parts.clock),
    sourceOf: (ip) => keyOf(`source|${addressName(ip)}`).slice(0, SOURCE_LENGTH),
  }
}
