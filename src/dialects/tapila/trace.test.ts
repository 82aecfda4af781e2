/** Transactions: which ids an answer names. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { errorAnswer } from "./answers.ts"
import { traceOf } from "./trace.ts"

test("an answer names the request's own id as its transaction, where that is one", () => {
  const own = "01a1f93e-d05d-4038-8d3b-a310504cc938"
  assert.equal(traceOf(own).mainTx, own)
  assert.equal(traceOf(`req_${own}`).mainTx, own)
  assert.notEqual(traceOf("abc").mainTx, traceOf("abd").mainTx)
  assert.notEqual(traceOf(own).tx, own)
  for (const id of ["abc", own, `x${own}`, `${own}0`]) {
    errorAnswer.parse({ code: "c", message: "m", ...traceOf(id) })
  }
})
