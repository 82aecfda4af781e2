/** Looks up in a table what came from outside. */

/** What a table has under a key that came from outside, which may be `constructor`. */
export function own<T>(table: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined
}
