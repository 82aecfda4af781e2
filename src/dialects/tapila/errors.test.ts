/** Errors: their one shape, and the table of them in the README. */
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { test } from "node:test"
import { REFUSALS } from "../../core/index.ts"
import type { Problem } from "../dialect.ts"
import { errorAnswer } from "./answers.ts"
import { problem, providerError, WRONG_LOGIN } from "./errors.ts"
import { TRACE } from "./examples/rows.ts"

function codeOf(body: unknown): string {
  return errorAnswer.parse(body).code
}

test("a refusal by the operator is a provider error in the one shape of errors", () => {
  const { status, body } = providerError("invalid_identifier", "r", TRACE.tx)
  assert.equal(status, 500)
  assert.equal(codeOf(body), "XX05000")
})

/** What only other dialects' requests can run into. */
const ELSEWHERE: ReadonlySet<string> = new Set(["payment_not_open", "payment_has_open_attempt"])

test("the README's table of errors is what is answered", () => {
  const readme = readFileSync(join(import.meta.dirname, "README.md"), "utf8")
  const rows = [...readme.matchAll(/^\| (\d{3}) \| \**([A-Z]{2,3}\d{5})\** \|/gm)]
  const written = rows.map(([, status, code]) => `${status} ${code}`)
  const own: Problem["code"][] = [
    "body_malformed",
    "body_invalid",
    "body_too_large",
    "media_type_unsupported",
    "route_not_found",
    "method_not_allowed",
    "unauthorized",
    "forbidden",
    "too_many_requests",
    "unavailable",
    "internal",
  ]
  const problems: Problem[] = [
    ...[...REFUSALS, ...own]
      .filter((code) => !ELSEWHERE.has(code))
      .map((code) => ({ code, message: "m" })),
    { code: "body_invalid", field: "productId", message: "m" },
    { code: "body_invalid", field: "amount", message: "m" },
    WRONG_LOGIN,
  ]
  const answers = [
    ...problems.map((each) => problem(each, "r")),
    providerError(null, "r", TRACE.tx),
  ]
  const said = new Set(answers.map(({ status, body }) => `${status} ${codeOf(body)}`))
  assert.deepEqual(written.toSorted(), [...said].sort())
})
