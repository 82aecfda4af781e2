/** Credentials and rows don't reach the log, even when somebody hands them over. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { CREDENTIAL_HEADERS, makeLogger } from "./log.ts"

function collect() {
  const lines: Record<string, unknown>[] = []
  const destination = { write: (line: string) => void lines.push(JSON.parse(line)) }
  return { lines, logger: makeLogger({ level: "info", destination }) }
}

test("credential headers are redacted wherever headers are logged", () => {
  const { lines, logger } = collect()
  for (const name of CREDENTIAL_HEADERS) {
    logger.info({ [name]: "hush" }, "own field")
    logger.info({ headers: { [name]: "hush", accept: "*/*" } }, "headers")
    for (const owner of ["req", "request", "res", "response", "reply", "answer"]) {
      logger.info({ [owner]: { headers: { [name]: "hush" } } }, "headers of something")
    }
    logger.child({ headers: { [name]: "hush" } }).info("a child's")
  }
  assert.equal(lines.length, 9 * CREDENTIAL_HEADERS.length)
  assert.ok(!JSON.stringify(lines).includes("hush"))
  assert.equal((lines[1]!["headers"] as Record<string, string>)["accept"], "*/*")
})

/** What must never be read in a log, whatever the list of those that are redacted says. */
const NEVER = [
  ...["password", "secret", "token", "apiKey", "masterKey", "databaseUrl", "signingKey"],
  ...["accountNumber", "document", "documentNumber", "email", "phone", "phoneNumber", "payer"],
]

test("secrets and people are redacted where somebody hands them over by mistake", () => {
  const { lines, logger } = collect()
  for (const name of NEVER) {
    logger.info({ [name]: "hush", paymentId: "kept" }, "own field")
    logger.info({ [name]: { name: "hush" } }, "a whole person")
    logger.warn({ body: { [name]: "hush", amount: "kept" } }, "a body")
    logger.child({ [name]: "hush" }).error("a child's")
  }
  assert.equal(lines.length, 4 * NEVER.length)
  assert.ok(!JSON.stringify(lines).includes("hush"))
  assert.deepEqual([lines[0]!["paymentId"], lines[0]![NEVER[0]!]], ["kept", "[redacted]"])
  assert.equal((lines[2]!["body"] as Record<string, string>)["amount"], "kept")
})

test("what is logged of a request is kept: it names who asked, and none of it is private", () => {
  const { lines, logger } = collect()
  const about = {
    ...{ method: "POST", route: "/v1/payments", status: 201, ms: 1.5 },
    ...{ merchantId: "m", credentialId: "c", operatorKey: "o", security: "key-refused" },
  }
  logger.info(about, "request")
  const { level: _, msg: __, time: ___, ...kept } = lines[0]!
  assert.deepEqual(kept, about)
})

test("an error is logged by its name, words, code and causes, without what else it carries", () => {
  const { lines, logger } = collect()
  const cause = Object.assign(new TypeError("no such column"), { detail: "hush", row: ["hush"] })
  const error = Object.assign(new Error("write failed", { cause }), { code: "23505", body: "hush" })
  logger.error({ err: error }, "fault")
  logger.error(error)
  logger.error({ err: "hush" }, "not an error")
  const looped = new Error("looped")
  looped.cause = looped
  logger.error({ err: looped }, "a loop of causes ends")
  assert.ok(!JSON.stringify(lines).includes("hush"))
  const logged = lines[0]!["err"] as Record<string, unknown>
  assert.deepEqual(
    [logged["type"], logged["message"], logged["code"]],
    ["Error", "write failed", "23505"],
  )
  assert.equal((logged["cause"] as Record<string, unknown>)["message"], "no such column")
})

test("lines carry the level by name and the time as ISO 8601, and no host name", () => {
  const { lines, logger } = collect()
  logger.info("hello")
  logger.debug("not shown")
  assert.equal(lines.length, 1)
  assert.equal(lines[0]!["level"], "info")
  assert.match(String(lines[0]!["time"]), /^\d{4}-\d\d-\d\dT[\d:.]+Z$/)
  assert.equal(lines[0]!["hostname"], undefined)
})
