/**
 * What once failed, cut down: the plan itself, so that it means the same whatever becomes of seeds.
 * Gates are told by their names; one that is called otherwise now is a fault of its own in the test.
 */
import type { Plan } from "./workload.ts"

export type Regression = { readonly why: string; readonly plan: Plan }

export const REGRESSIONS: readonly Regression[] = []
