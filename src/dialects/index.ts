/** The list of dialects: adding one is a folder and a line here. */
import { caudal } from "./caudal/index.ts"
import type { Dialect } from "./dialect.ts"
import { palommaDirectDebit } from "./palomma-direct-debit/index.ts"
import { palommaPay } from "./palomma-pay/index.ts"
import { pentagoo } from "./pentagoo/index.ts"
import { tapila } from "./tapila/index.ts"

export const dialects: readonly Dialect[] = [
  pentagoo,
  tapila,
  palommaPay,
  palommaDirectDebit,
  caudal,
]
export type { Dialect } from "./dialect.ts"
export { mountDialect } from "./mount.ts"
