/** The list of dialects: adding one is a folder and a line here. */
import type { Dialect } from "./dialect.ts"

export const dialects: readonly Dialect[] = []
export type { Dialect } from "./dialect.ts"
export { mountDialect } from "./mount.ts"
