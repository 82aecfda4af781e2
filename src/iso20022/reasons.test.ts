/** The table of reasons, in both directions. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { REASONS, type Reason } from "../core/index.ts"
import { codeOf, reasonOf } from "./reasons.ts"

test("each of our reasons has a code that means it again", () => {
  for (const reason of REASONS) {
    assert.match(codeOf(reason), /^[A-Z0-9]{4}$/)
    assert.equal(reasonOf(codeOf(reason)), reason)
  }
})

test("usual codes mean what their lists say, and unknown ones nothing in particular", () => {
  const table: [code: string | null, reason: Reason][] = [
    ["AC01", "invalid_account"],
    ["AC04", "account_blocked"],
    ["AC06", "account_blocked"],
    ["AM04", "not_enough_funds"],
    ["AM02", "limit_exceeded"],
    ["BE01", "holder_mismatch"],
    ["MD01", "mandate_revoked"],
    ["MD06", "returned_by_bank"],
    ["MD07", "account_blocked"],
    ["MS02", "cancelled_by_payer"],
    ["MS03", "declined_by_bank"],
    ["AG01", "declined_by_bank"],
    ["AB05", "operator_unavailable"],
    ["TM01", "expired"],
    ["ZZ99", "other"],
    ["R01", "other"],
    ["constructor", "other"],
    ["", "other"],
    [null, "other"],
  ]
  for (const [code, reason] of table) assert.equal(reasonOf(code), reason, String(code))
})
