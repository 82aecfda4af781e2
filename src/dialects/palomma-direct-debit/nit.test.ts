/** The verification digit of a NIT, against numbers that are published with theirs. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { isNit, verificationDigit } from "./nit.ts"

/** Published numbers: DIAN itself and three banks; the last two have the digits 0 and 1. */
const NITS = ["800197268-4", "890903938-8", "860034313-7", "860002964-4", "15-0", "7-1"]

test("the verification digit is the one that DIAN gave", () => {
  for (const nit of NITS) {
    const [number, digit] = nit.split("-")
    assert.equal(verificationDigit(number!), Number(digit), nit)
  }
})

test("a nit with a wrong digit is told from a right one, and one without a digit is taken", () => {
  assert.equal(isNit("800197268-4"), true)
  assert.equal(isNit("800197268-5"), false)
  assert.equal(isNit("800197269-4"), false)
  assert.equal(isNit("800917268-4"), false)
  assert.equal(isNit("800197268"), true)
})
