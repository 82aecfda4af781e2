/** Mutants that change nothing which anybody could see, each with the reason. */
import type { Equivalent } from "./report.ts"

/** The smaller of two is the same where they are the same. */
const SAME = "of two equal amounts either is the smaller one"
/** The last cases of a switch: what follows does nothing with it either. */
const LAST = "nothing is done with it, and nothing is what follows in the switch"
const COMPILER = "said for the compiler: what is compared next is false there, too"
const ZERO = "a transfer of nothing is none"

export const EQUIVALENT: readonly Equivalent[] = [
  {
    file: "apply-sighting.ts",
    line: "const subject: Case = { draft",
    changes: [
      ["left out", 'absence: "proves-nothing"'],
      ["another word", '"proves-nothing"'],
    ],
    why: "only the fact that an attempt is absent reads it, and a chain never says that",
  },
  {
    file: "apply-sighting.ts",
    line: "const back = before.booked < amount",
    changes: [["< as <=", "before.booked < amount"]],
    why: SAME,
  },
  {
    file: "apply-sighting.ts",
    line: "if (before.place !== row.place) {",
    changes: [["always", "before.place !== row.place"]],
    why: "the row of the same place is written once more right after it",
  },
  {
    file: "approval.ts",
    line: "if (payment.openAttemptId === null ||",
    changes: [
      ["left of ||", "payment.openAttemptId === null || payment.openAttemptId === attempt.id"],
    ],
    why: "the attempt itself was written as paid before, and is idle no more",
  },
  {
    file: "approval.ts",
    line: "return fee > payment.amount",
    changes: [["> as >=", "fee > payment.amount"]],
    why: SAME,
  },
  {
    file: "case.ts",
    line: "const instructions = agreed && !begun",
    changes: [
      ["&& as ||", "agreed && !begun"],
      ["left of &&", "agreed && !begun"],
      ["right of &&", "agreed && !begun"],
    ],
    why: "who agreed at a bank is open, and what has just begun isn't: it is always one of the two",
  },
  {
    file: "case.ts",
    line: 'if (attempt.state !== "unknown") return "nothing"',
    changes: [["another word", '"nothing"']],
    why: "whoever asks looks for the two other words",
  },
  {
    file: "case.ts",
    line: 'return absence === "declines"',
    changes: [["another word", '"nothing"']],
    why: "whoever asks looks for the two other words",
  },
  {
    file: "charge-fact.ts",
    line: "return",
    changes: [["no early return", "return"]],
    why: LAST,
  },
  {
    file: "charge-fact.ts",
    line: "const next: Payment = { ...freed",
    changes: [["left out", "reason: null"]],
    why: "a payment that has not ended has no reason",
  },
  {
    file: "charge-fact.ts",
    line: "const covered = there < amount",
    changes: [["< as <=", "there < amount"]],
    why: SAME,
  },
  {
    file: "create-payment.ts",
    line: "if (instrument === null || !own) {",
    changes: [["right of ||", "instrument === null || !own"]],
    why: COMPILER,
  },
  {
    file: "create-refund.ts",
    line: "const came = BigInt(paid?.received",
    changes: [["-1", "0"]],
    why: "what was paid is above zero, so both are less",
  },
  {
    file: "create-refund.ts",
    line: "if (paid?.paidAmount && came",
    changes: [["right of &&", "paid?.paidAmount && came < paid.paidAmount"]],
    why: COMPILER,
  },
  {
    file: "create-refund.ts",
    line: "const moved = share < rest",
    changes: [["< as <=", "share < rest"]],
    why: SAME,
  },
  {
    file: "decider.ts",
    line: "attempt: about.attempt ?? null",
    changes: [["left of ??", "about.attempt ?? null"]],
    why: "the draft puts null in the place of what is missing as well",
  },
  {
    file: "end-payment.ts",
    line: 'if (payment.kind === "recharge") {',
    changes: [["always", 'payment.kind === "recharge"']],
    why: `a charge holds nothing, and ${ZERO}`,
  },
  {
    file: "end-refund.ts",
    line: "if (payment?.merchantId !== command.merchantId",
    changes: [
      [
        "left of ||",
        "payment?.merchantId !== command.merchantId || attempt?.refundId !== refund?.id || !refund",
      ],
    ],
    why: "a refund that isn't there was never loaded, and stops the fold before",
  },
  {
    file: "end-refund.ts",
    line: "if (!attempt || !isUnsigned",
    changes: [["right of ||", "!attempt || !isUnsigned"]],
    why: COMPILER,
  },
  {
    file: "end-refund.ts",
    line: "const subject = { draft",
    changes: [
      ["left out", 'absence: "proves-nothing"'],
      ["another word", '"proves-nothing"'],
    ],
    why: "nobody reads it on the way on which a refund is given up",
  },
  {
    file: "frozen-money.ts",
    line: "const surplus = BigInt(received[asset] ?? 0)",
    changes: [["-1", "0"]],
    why: "where nothing is counted nothing is over, nor is there less than that",
  },
  {
    file: "frozen-money.ts",
    line: "return surplus > 0n ? surplus : 0n",
    changes: [
      ["> as >=", "surplus > 0n"],
      ["-1n", "0n"],
    ],
    why: "a surplus of zero is zero",
  },
  {
    file: "frozen-money.ts",
    line: "const repaid = debt > 0n",
    changes: [
      ["> as >=", "debt > 0n"],
      ["always", "debt > 0n"],
      ["-1n", "0n"],
    ],
    why: "nobody owes less than nothing, and of nothing nothing is repaid",
  },
  {
    file: "frozen-money.ts",
    line: "const lacking = paidAsset === asset",
    changes: [["-1n", "0n"]],
    why: "nothing is paid of what lacks less than nothing either",
  },
  {
    file: "frozen-money.ts",
    line: "const paid = lacking > repaid",
    changes: [["> as >=", "lacking > repaid"]],
    why: "what lacks nothing more is paid nothing",
  },
  {
    file: "frozen-money.ts",
    line: "if (paidAsset === null && repaid",
    changes: [["right of &&", "paidAsset === null && repaid === 0n"]],
    why: "an attempt that has paid is settled, and isn't approved again",
  },
  {
    file: "frozen-money.ts",
    line: "return amounts.reduce(",
    changes: [["< as <=", "each < low"]],
    why: SAME,
  },
  {
    file: "leave-attempt.ts",
    line: 'if (payment.state !== "pending" || !isIdle',
    changes: [
      ["> as >=", "BigInt(amount) > 0n"],
      ["-1n", "0n"],
    ],
    why: "sums of nothing are not kept",
  },
  {
    file: "received-money.ts",
    line: "const total = BigInt(attempt.received",
    changes: [["-1", "0"]],
    why: "a price is above zero, so both are less",
  },
  {
    file: "recharge-fact.ts",
    line: "return",
    changes: [
      ["no early return", "return"],
      ["no early return", "return", 2],
    ],
    why: LAST,
  },
  {
    file: "recharge-fact.ts",
    line: 'case "returned":',
    changes: [["another word", '"returned"']],
    why: LAST,
  },
  {
    file: "recharge-fact.ts",
    line: 'case "received":',
    changes: [["another word", '"received"']],
    why: LAST,
  },
  {
    file: "recharge-fact.ts",
    line: 'case "offered":',
    changes: [["another word", '"offered"']],
    why: LAST,
  },
  {
    file: "recharge-fact.ts",
    line: "const covered = there < amount",
    changes: [["< as <=", "there < amount"]],
    why: SAME,
  },
  {
    file: "refund-fact.ts",
    line: "return",
    changes: [
      ["no early return", "return"],
      ["no early return", "return", 2],
    ],
    why: LAST,
  },
  {
    file: "refund-fact.ts",
    line: 'case "received":',
    changes: [["another word", '"received"']],
    why: LAST,
  },
  {
    file: "refund-fact.ts",
    line: 'case "offered":',
    changes: [["another word", '"offered"']],
    why: LAST,
  },
  {
    file: "refund-fact.ts",
    line: "const covered = there < amount",
    changes: [["< as <=", "there < amount"]],
    why: SAME,
  },
  {
    file: "refund-fact.ts",
    line: "return sum > captured",
    changes: [["> as >=", "sum > captured"]],
    why: SAME,
  },
  {
    file: "report-attempt.ts",
    line: 'const isRevoked = facts.some(({ fact }) => "reason" in fact',
    changes: [["right of &&", '"reason" in fact && fact.reason === "mandate_revoked"']],
    why: COMPILER,
  },
  {
    file: "report-attempt.ts",
    line: "if (payment === null || attempt === null",
    changes: [["left of ||", "payment === null || attempt === null"]],
    why: "an attempt that isn't there was never loaded, and stops the fold before",
  },
  {
    file: "report-attempt.ts",
    line: 'const received = fact.kind === "received" ? fact : null',
    changes: [["always", 'fact.kind === "received"']],
    why: "no other fact has an amount or an asset",
  },
  {
    file: "report-instrument.ts",
    line: 'return outcome.state === "active" && outcome.consentSealed',
    changes: [["right of &&", 'outcome.state === "active" && outcome.consentSealed']],
    why: COMPILER,
  },
  {
    file: "report-instrument.ts",
    line: ": { consentedAt, consentChannel, consentSealed }",
    changes: [
      ["left out", "consentChannel"],
      ["left out", "consentSealed"],
    ],
    why: "they are the instrument's own, which has them already",
  },
  {
    file: "top-up.ts",
    line: "if (debt <= 0n) return",
    changes: [
      ["never", "debt <= 0n"],
      ["<= as <", "debt <= 0n"],
      ["-1n", "0n"],
      ["no early return", "return"],
    ],
    why: `nobody owes less than nothing, and ${ZERO}`,
  },
  {
    file: "top-up.ts",
    line: "draft.move(available, owed, there < debt",
    changes: [["< as <=", "there < debt"]],
    why: SAME,
  },
  {
    file: "account.ts",
    line: "const REMEMBERED_IDS_MAX = 50_000",
    changes: [
      ["50001", "50_000"],
      ["49999", "50_000"],
    ],
    why: "how many ids are remembered changes none of them",
  },
  {
    file: "account.ts",
    line: "if (known) return known",
    changes: [
      ["never", "known"],
      ["no early return", "return known"],
    ],
    why: "an id that is made anew is the same",
  },
  {
    file: "account.ts",
    line: "if (ids.size >= REMEMBERED_IDS_MAX) ids.clear()",
    changes: [
      [">= as <", "ids.size >= REMEMBERED_IDS_MAX"],
      [">= as >", "ids.size >= REMEMBERED_IDS_MAX"],
      ["never", "ids.size >= REMEMBERED_IDS_MAX"],
      ["always", "ids.size >= REMEMBERED_IDS_MAX"],
      ["no call", "ids.clear()"],
    ],
    why: "what is forgotten is made anew, and is the same",
  },
  {
    file: "account.ts",
    line: "ids.set(name, id)",
    changes: [["no call", "ids.set(name, id)"]],
    why: "what is forgotten is made anew, and is the same",
  },
]
