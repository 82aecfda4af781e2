/** What docs/console.md says of roles, limits and pages is what the code does. */
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { test } from "node:test"
import { FRESH_MS } from "../../src/console/dispatch.ts"
import { ROUTES } from "../../src/console/index.ts"
import { SECTIONS } from "../../src/console/sections.ts"
import { MAY, PASSWORD_MAX, PASSWORD_MIN, PERMISSIONS, ROLES } from "../../src/core/index.ts"
import { IDLE_MS, SESSION_MS } from "../../src/core/users/entry.ts"
import { INVITED_MS } from "../../src/core/users/people.ts"

const text = readFileSync(join(import.meta.dirname, "../../docs/console.md"), "utf8")

/** The rows of a table, by its first cell. */
function rowsOf(head: string): readonly (readonly string[])[] {
  const [, below = ""] = text.split(`| ${head} |`)
  const lines = below.split("\n").slice(2)
  const end = lines.findIndex((line) => !line.startsWith("|"))
  const rows = lines.slice(0, end).map((line) => line.split("|").slice(1, -1))
  return rows.map((row) => row.map((cell) => cell.replaceAll("`", "").trim()))
}

test("the tables of roles and permissions are the code's", () => {
  assert.deepEqual(
    rowsOf("role").map(([role]) => role),
    [...ROLES],
  )
  const told = rowsOf("permission").map(([name, , ...may]) => [name, may])
  const held = PERMISSIONS.map((permission) => [
    permission,
    ROLES.map((role) => (MAY[permission].includes(role) ? "yes" : "no")),
  ])
  assert.deepEqual(told.toSorted(), held.toSorted())
})

test("each page that is named is there, and each section has a name", () => {
  const paths = ROUTES.map(({ path }) => `/console${path === "/" ? "" : path}`)
  for (const [address = ""] of rowsOf("address")) {
    // "…" stands for what has a name of its own there.
    const isThere = address.endsWith("/…")
      ? paths.some((path) => path.startsWith(`${address.slice(0, -1)}:`))
      : paths.includes(address)
    assert.ok(isThere, address)
  }
  const unnamed = SECTIONS.map(({ name }) => name).filter((name) => {
    return name !== "home" && !new RegExp(`\\b${name}`, "i").test(text)
  })
  assert.deepEqual(unnamed, [])
})

test("lengths and times are those of the code", () => {
  const HOUR = 3_600_000
  const flowing = text.replace(/\s+/g, " ")
  for (const told of [
    `${PASSWORD_MIN} to ${PASSWORD_MAX} characters`,
    `after ${IDLE_MS / HOUR} hours without use`,
    `after ${SESSION_MS / HOUR / 24} days in any case`,
    `more than ${FRESH_MS / 60_000} minutes ago`,
  ]) {
    assert.ok(flowing.includes(told), told)
  }
  assert.equal(INVITED_MS, 3 * 24 * HOUR)
})
