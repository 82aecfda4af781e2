/** Where the console is mounted, and the addresses below it. */
import type { Core } from "../core/index.ts"
import type { CookiePlace } from "./cookies.ts"
import { localPath } from "./kept.ts"

export const PREFIX = "/console"

export type Place = CookiePlace & {
  /** The hosts that our own forms come from, beside the one a request names. */
  readonly host: string
}

/** Where browsers reach the console of this gateway. */
export function placeOf({ publicUrl }: Pick<Core, "publicUrl">): Place {
  const url = new URL(publicUrl)
  const base = url.pathname.replace(/\/$/, "") + PREFIX
  return { base, secure: url.protocol === "https:", host: url.host }
}

/** An address below the console; what is null in the query is left out. */
export function addressOf(
  { base }: Pick<Place, "base">,
  path: string,
  query: Readonly<Record<string, string | null>> = {},
): string {
  const [plain = "", before = ""] = path.split("?", 2)
  const all = new URLSearchParams(before)
  for (const [name, value] of Object.entries(query)) {
    if (value === null) all.delete(name)
    else all.set(name, value)
  }
  const text = all.toString()
  return `${base}${plain === "/" ? "" : plain}${text === "" ? "" : `?${text}`}`
}

/** The path below the console that a request names, with its query: where to come back to. */
export function wayBack(url: string): string {
  const [path = "", query] = url.split("?", 2)
  const inside = path.slice(path.indexOf(PREFIX) + PREFIX.length) || "/"
  return localPath(query === undefined ? inside : `${inside}?${query}`) ?? "/"
}
