/** One thing that was looked at: how it is, and what to do. */

/** `warn`: look at it; `bad`: mend it. */
export type Level = "ok" | "warn" | "bad"

export type Finding = {
  readonly area: string
  readonly level: Level
  readonly text: string
  /** What to do; null where nothing is. */
  readonly todo: string | null
}

/** All is well with something. */
export function well(area: string, text: string): Finding {
  return { area, level: "ok", text, todo: null }
}

/** Somebody should look at it. */
export function warn(area: string, text: string, todo: string): Finding {
  return { area, level: "warn", text, todo }
}

/** It doesn't work, or money or data are at risk. */
export function bad(area: string, text: string, todo: string): Finding {
  return { area, level: "bad", text, todo }
}

const UNITS = ["B", "kB", "MB", "GB", "TB"]

/** A size as people read it. */
export function size(bytes: number): string {
  let [value, unit] = [bytes, 0]
  for (; value >= 1_024 && unit < UNITS.length - 1; unit += 1) value /= 1_024
  return `${unit === 0 ? value : value.toFixed(1)} ${UNITS[unit]}`
}
