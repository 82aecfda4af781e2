/** The table of sandbox outcomes, row by row. */
import assert from "node:assert/strict"
import { test } from "node:test"
import type { Order, Target } from "../../core/index.ts"
import { fateOf, flawOf, magicDigits } from "./magic.ts"

type Row = [digits: string, answer: string, steps: string]

/** What a fate comes to, as one line: `declined not_enough_funds @0`. */
function told(kind: Order["kind"], method: Order["method"], target: Target): [string, string] {
  const { answer, steps } = fateOf({ kind, method, target })
  const words = steps.map((step) => {
    const reason = "reason" in step ? ` ${step.reason}` : ""
    return `${step.kind}${reason} @${step.afterMs}`
  })
  return [answer, words.join(", ")]
}

const CHARGES: Row[] = [
  ["01", "rejected", "declined not_enough_funds @0"],
  ["02", "rejected", "declined invalid_account @0"],
  ["03", "rejected", "declined holder_mismatch @0"],
  ["04", "accepted", "settled @10000"],
  ["05", "none", "settled @15000"],
  ["06", "none", "declined declined_by_bank @15000"],
  ["07", "rejected", "declined operator_unavailable @0"],
  ["09", "accepted", ""],
  ["00", "settled", "settled @0"],
  ["10", "settled", "settled @0"],
  ["99", "settled", "settled @0"],
]

test("an account that is charged ends as its last two digits say", () => {
  const rows: Row[] = [
    ...CHARGES,
    ["08", "accepted", "approved @0, returned returned_by_bank @15000"],
  ]
  for (const [digits, answer, steps] of rows) {
    const target = { accountNumber: `123456${digits}` }
    assert.deepEqual(told("charge", "bank", target), [answer, steps], digits)
  }
})

test("a wallet is charged like an account, but never takes money back", () => {
  for (const [digits, answer, steps] of [...CHARGES, ["08", "settled", "settled @0"] as Row]) {
    const target = { phoneNumber: `+57 300 123 45${digits}` }
    assert.deepEqual(told("charge", "wallet", target), [answer, steps], digits)
  }
})

test("a number that is recharged is refused in an operator's words", () => {
  const rows: Row[] = [
    ["01", "rejected", "declined not_enough_funds @0"],
    ["02", "rejected", "declined invalid_identifier @0"],
    ["03", "rejected", "declined holder_mismatch @0"],
    ["04", "accepted", "settled @10000"],
    ["05", "none", "settled @15000"],
    ["06", "none", "declined operator_unavailable @15000"],
    ["07", "rejected", "declined operator_unavailable @0"],
    ["08", "settled", "settled @0"],
    ["09", "accepted", ""],
    ["00", "settled", "settled @0"],
  ]
  for (const [digits, answer, steps] of rows) {
    const target = { identifier: `11555566${digits}` }
    assert.deepEqual(told("recharge", "recharge", target), [answer, steps], digits)
  }
})

test("a refund is never refused at once and never waits for anybody", () => {
  for (const digits of ["01", "02", "03", "07", "08", "09", "00"]) {
    const target = { accountNumber: `123456${digits}` }
    assert.deepEqual(told("refund", "bank", target), ["settled", "settled @0"], digits)
  }
  const late = { accountNumber: "12345605" }
  assert.deepEqual(told("refund", "bank", late), ["none", "settled @15000"])
})

test("a verification fails for 02 and 03 alone", () => {
  for (let number = 0; number < 100; number += 1) {
    const digits = String(number).padStart(2, "0")
    const expected = { "02": "invalid_account", "03": "holder_mismatch" }[digits] ?? null
    assert.equal(flawOf({ accountNumber: `987654${digits}` }), expected, digits)
  }
})

test("the digits are those of the identifier, else the account, else the phone", () => {
  const rows: [Target, string][] = [
    [{ identifier: "1101", accountNumber: "1102", phoneNumber: "1103" }, "01"],
    [{ accountNumber: "1102", phoneNumber: "1103" }, "02"],
    [{ phoneNumber: "+57 300 11 03" }, "03"],
    [{ accountNumber: "11-0 4" }, "04"],
    [{ identifier: "AB-05-X" }, "05"],
    [{ accountNumber: "7" }, "7"],
    [{}, ""],
  ]
  for (const [target, digits] of rows) assert.equal(magicDigits(target), digits)
})
