/** The list of rails: adding one is a folder and a line here. */
import type { Clock, Ids, Rail } from "../core/index.ts"
import { makeSimulator } from "./simulator/index.ts"

export type RailParts = {
  readonly clock: Clock
  readonly ids: Ids
  /** Where rails keep what must outlive the process; null for nowhere. */
  readonly dataDir: string | null
  readonly mode: "sandbox" | "live"
}

/** Makes the rails of a node. The simulator moves no real money, so it has no place in live. */
export function makeRails({ clock, ids, dataDir, mode }: RailParts): readonly Rail[] {
  return mode === "live" ? [] : [makeSimulator({ clock, ids, dir: dataDir })]
}
