/** All checks of the books. A new one is a line here. */
import type { RangeCheck, SmallCheck, Table } from "./check.ts"
import { addresses, assets, floors } from "./store/accounts.ts"
import { answers } from "./store/answers.ts"
import { deliveries } from "./store/deliveries.ts"
import {
  holds,
  openAttempts,
  paymentMoney,
  refunds,
  sightings,
  transferEnds,
} from "./store/money.ts"
import { eventSubjects, instrumentNumbers, paymentNumbers, paymentStates } from "./store/stories.ts"

export const RANGE_CHECKS: readonly RangeCheck[] = [
  paymentNumbers,
  paymentStates,
  paymentMoney,
  holds,
  openAttempts,
  refunds,
  sightings,
  instrumentNumbers,
  eventSubjects,
  deliveries,
  transferEnds,
  floors,
  answers,
]

export const SMALL_CHECKS: readonly SmallCheck[] = [assets, addresses]

/** Checks that walk by themselves: over all transfers at once, and along the audit log. */
export const WALKS = [
  {
    name: "balances",
    says: "Each account's balance is the sum of its transfers.",
  },
  {
    name: "audit-chain",
    says: "Each row of the audit log has the hash of its content and of the row before it.",
  },
] as const

/** The checks that read a table by stretches. */
export function checksOver(table: Table): readonly RangeCheck[] {
  return RANGE_CHECKS.filter(({ over }) => over === table)
}
