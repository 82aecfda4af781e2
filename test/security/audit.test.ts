/** `npm run audit` reads what npm answers, and its end says what was found. */
import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, test } from "node:test"

const folder = mkdtempSync(join(tmpdir(), "caudal-audit-"))
after(() => rmSync(folder, { recursive: true }))

const fixture = readFileSync(join(import.meta.dirname, "..", "fixtures", "npm-audit.json"), "utf8")
const found = JSON.parse(fixture)
const { "ansi-regex": high, ...moderate } = found.vulnerabilities
const without = (vulnerabilities: object) => JSON.stringify({ ...found, vulnerabilities })

/** Runs the audit with a program in npm's place, which answers with `said` and ends with 1. */
function audited(said: string) {
  writeFileSync(join(folder, "answer"), said)
  writeFileSync(
    join(folder, "npm"),
    `#!/bin/sh\n[ "$*" = "audit --json" ] || exit 3\ncat "${join(folder, "answer")}"\nexit 1\n`,
  )
  chmodSync(join(folder, "npm"), 0o755)
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(import.meta.dirname, "audit.ts")],
    { encoding: "utf8", env: { ...process.env, PATH: `${folder}:/usr/bin:/bin` } },
  )
  return { status, stdout, stderr }
}

const MKDIRP = "moderate: mkdirp 0.4.1 - 0.5.1: by minimist\n"
const MINIMIST = "moderate: minimist <0.2.1: Prototype Pollution in minimist\n"
const ANSI =
  "high: ansi-regex 3.0.0: Inefficient Regular Expression Complexity in ansi-regex; Another one\n"
const asked = (count: number) => `105 packages were asked about; ${count} have known weaknesses.\n`

const ROWS: readonly (readonly [what: string, said: string, status: number, out: string])[] = [
  ["a weakness that can't wait", fixture, 1, ANSI + MINIMIST + MKDIRP + asked(3)],
  ["weaknesses that wait for a release", without(moderate), 0, MINIMIST + MKDIRP + asked(2)],
  ["a critical one alone", without({ x: { ...high, severity: "critical" } }), 1, ""],
  ["nothing", without({}), 0, asked(0)],
]
for (const [what, said, status, out] of ROWS) {
  test(`an audit that finds ${what} ends with ${status}`, () => {
    const ran = audited(said)
    assert.equal(ran.status, status, ran.stderr)
    if (out !== "") assert.equal(ran.stdout, out)
  })
}

const NOTHING_KNOWN: readonly (readonly [what: string, said: string, says: RegExp])[] = [
  [
    "a registry that can't be reached",
    JSON.stringify({ message: "request to the registry failed", error: { summary: "" } }),
    /could not be asked.*request to the registry failed/,
  ],
  [
    "a registry without advisories",
    JSON.stringify({ error: { code: "ENOAUDIT", summary: "no advisories here", detail: "" } }),
    /could not be asked.*no advisories here/,
  ],
  ["another form", JSON.stringify({ ...found, auditReportVersion: 3 }), /version 3/],
  ["no JSON", "npm error", /can be read/],
  ["no answer", "", /can be read/],
]
for (const [what, said, says] of NOTHING_KNOWN) {
  test(`an audit that meets ${what} found nothing out, and ends with 2`, () => {
    const ran = audited(said)
    assert.equal(ran.status, 2)
    assert.match(ran.stderr, says)
    assert.equal(ran.stdout, "")
  })
}
