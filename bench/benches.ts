/** Every bench by its name. */
import { bankFiles } from "./bank-files/index.ts"
import type { Bench } from "./bench.ts"
import { create } from "./create/index.ts"
import { deliver } from "./deliver/index.ts"
import { firstLoads } from "./first-load/index.ts"
import { follow } from "./follow/index.ts"
import { growth } from "./growth/index.ts"
import { hot } from "./hot/index.ts"
import { latency } from "./latency/index.ts"
import { life } from "./life/index.ts"
import { memory } from "./memory/index.ts"
import { payPage } from "./pay-page/index.ts"
import { poison } from "./poison/index.ts"
import { recharges } from "./recharges/index.ts"
import { start } from "./start/index.ts"
import { twoNodes } from "./two-nodes/index.ts"

/** How fast the gateway itself is: they run, in this order, when no name is given. */
export const WHOLE: Readonly<Record<string, Bench>> = {
  create,
  life,
  hot,
  poison,
  "two-nodes": twoNodes,
  deliver,
  growth,
  latency,
  memory,
  start,
}

/** One part each: they run when they are named. */
export const PARTS: Readonly<Record<string, Bench>> = {
  follow,
  "pay-page": payPage,
  "first-load": firstLoads,
  "bank-files": bankFiles,
  recharges,
}
