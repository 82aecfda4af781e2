/** What callers do about a fault depends on this table. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { classify, type Fault } from "./classify.ts"

const coded: ReadonlyArray<readonly [string, Fault]> = [
  ["23505", "unique"],
  ["23503", "other"],
  ["23514", "other"],
  ["40001", "retry"],
  ["40P01", "retry"],
  ["55P03", "retry"],
  ["40003", "connection"],
  ["08000", "connection"],
  ["08006", "connection"],
  ["08P01", "connection"],
  ["57P01", "connection"],
  ["57P02", "connection"],
  ["57P03", "connection"],
  ["57014", "other"],
  ["25P03", "connection"],
  ["25006", "readonly"],
  ["25P02", "other"],
  ["53100", "disk"],
  ["53200", "disk"],
  ["53300", "connection"],
  ["58030", "disk"],
  ["42P01", "other"],
  ["ECONNREFUSED", "connection"],
  ["ECONNRESET", "connection"],
  ["EPIPE", "connection"],
  ["ENOENT", "connection"],
  ["ETIMEDOUT", "connection"],
  ["ENOTFOUND", "connection"],
  ["ENOSPC", "disk"],
  ["EACCES", "other"],
]

for (const [code, fault] of coded) {
  test(`an error with the code ${code} is ${fault}`, () => {
    assert.equal(classify(Object.assign(new Error("…"), { code })), fault)
  })
}

const said: ReadonlyArray<readonly [string, Fault]> = [
  ["Connection terminated", "connection"],
  ["Connection terminated unexpectedly", "connection"],
  ["Connection terminated due to connection timeout", "connection"],
  ["Client has encountered a connection error and is not queryable", "connection"],
  ["Client was closed and is not queryable", "connection"],
  ["timeout expired", "connection"],
  ["timeout exceeded when trying to connect", "connection"],
  ["Query read timeout", "connection"],
  ["The server does not support SSL connections", "other"],
  ["something else", "other"],
]

for (const [message, fault] of said) {
  test(`the driver's "${message}" is ${fault}`, () => {
    assert.equal(classify(new Error(message)), fault)
  })
}

test("a fault is found behind the error that wraps it", () => {
  const cause = Object.assign(new Error("deadlock detected"), { code: "40P01" })
  assert.equal(classify(new Error("the batch failed", { cause })), "retry")
})

test("what isn't an error, or is its own cause, is other", () => {
  const loop = new Error("round")
  loop.cause = loop
  for (const thing of [undefined, null, "40001", { code: "40001" }, loop]) {
    assert.equal(classify(thing), "other")
  }
})
