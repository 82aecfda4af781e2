/**
 * Of which events each dialect owes an endpoint a message, said a second time: the first is its
 * callback, which a check that asked it could not find at fault. A test compares the two.
 */
import { DIALECT_NAMES, type DialectName } from "../../payments/payment.ts"

/** `if` is a condition on the payment `p`, which is null where the event is of something else. */
type Owed = { readonly events: readonly string[] | "all"; readonly if?: string }

const ENDS = ["payment.approved", "payment.declined", "payment.expired", "payment.cancelled"]

const OWED: Readonly<Record<DialectName, Owed>> = {
  caudal: { events: "all" },
  pentagoo: { events: ["payment.approved"] },
  // Who was answered with the end itself hears of it again only where he asked for that.
  tapila: { events: ENDS, if: "(p.deferred or p.purpose ->> 'notifyAlways' = 'true')" },
  "palomma-pay": { events: [...ENDS, "payment.returned"] },
  // A payment of a stored account; of instruments there is no payment to ask.
  "palomma-direct-debit": {
    events: [
      ...ENDS,
      ...["payment.processing", "payment.settled", "payment.returned"],
      ...["instrument.active", "instrument.error", "instrument.revoked"],
    ],
    if: "(e.subject = 'instrument' or num_nonnulls(p.customer_id, p.instrument_id) = 2)",
  },
}

/**
 * The condition that an endpoint of dialect `dialect` is owed a message of event `e`, which came in
 * by its own dialect. A native endpoint hears of every dialect's events, a vendor's of its own.
 */
export function owedBy(dialect: DialectName): string {
  const { events, if: only } = OWED[dialect]
  const listens = dialect === "caudal" ? [] : [`e.dialect = '${dialect}'`]
  const types =
    events === "all" ? [] : [`e.type in (${events.map((each) => `'${each}'`).join(", ")})`]
  return [...listens, ...types, ...(only === undefined ? [] : [only])].join(" and ") || "true"
}

/** The same for endpoint `n`, of whatever dialect. */
export const IS_OWED = `case n.dialect ${DIALECT_NAMES.map(
  (dialect) => `when '${dialect}' then ${owedBy(dialect)}`,
).join("\n  ")} end`
