/** What of the fail-over's proof needs no cluster: its files, its words, its verdict. */
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { test } from "node:test"
import { accountOf, missingPrograms } from "./programs.ts"
import { EVENTS, type Outcome, type Report, verdictOf, withoutRefused, wrongIn } from "./proof.ts"
import { filled, TEMPLATES, templateOf } from "./templates.ts"

const DOCUMENT = readFileSync(
  join(import.meta.dirname, "..", "..", "docs", "operating", "fail-over.md"),
  "utf8",
)

for (const [at, language] of (["yaml", "haproxy"] as const).entries()) {
  test(`the document shows ${TEMPLATES[at]} as the cluster is run with it`, () => {
    const [, shown] = new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, "m").exec(DOCUMENT)!
    assert.equal(shown, templateOf(TEMPLATES[at]!))
  })
}

test("the document tells of each event, and of no other", () => {
  const [, section] = /\n## Proving it\n([\s\S]*?)\n## /.exec(DOCUMENT)!
  const told = [...section!.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name)
  assert.deepEqual(told.sort(), Object.keys(EVENTS).sort())
})

test("a cluster is told that a commit waits for its standby", () => {
  assert.match(templateOf("patroni.yml"), /^ {4}synchronous_mode: true$/m)
  assert.match(templateOf("haproxy.cfg"), /on-marked-down shutdown-sessions/)
})

test("a template is filled wholly, and nothing is given in vain", () => {
  assert.equal(filled("a: <x>\nb: <x>/<y-1>", { x: "1", "y-1": "2" }), "a: 1\nb: 1/2")
  assert.throws(() => filled("a: <x>", {}), /nothing is given for <x>/)
  assert.throws(() => filled("a: 1", { x: "1" }), /has no <x>/)
})

test("what is missing is named with the packages that bring it", () => {
  const all = { patroni: "/p", etcd: "/e", haproxy: "/h", postgres: "/g" }
  assert.equal(missingPrograms(all), null)
  const { etcd: _etcd, haproxy: _haproxy, ...some } = all
  assert.match(
    missingPrograms(some)!,
    /^Missing: etcd, haproxy\. .*\n {2}apt-get .* etcd-server haproxy$/m,
  )
})

test("root hands the servers to postgres, everybody else keeps them", () => {
  const passwd = "root:x:0:0::/root:/bin/sh\npostgres:x:101:104::/var/lib/postgresql:/bin/sh\n"
  assert.deepEqual(accountOf(0, passwd), { uid: 101, gid: 104 })
  assert.equal(accountOf(1000, passwd), null)
  assert.throws(() => accountOf(0, "root:x:0:0::/root:/bin/sh\n"), /account named postgres/)
})

const outcome: Outcome = {
  ...{ event: "killed", from: "one", to: "two", lost: 0, later: 12, other: {} },
  ...{ gapMs: 20_900, firstWriteMs: 20_900, longestWaitMs: 21_000 },
}
const right: Omit<Report, "wrong"> = {
  ...{ server: "15.18", outcomes: [outcome], backups: null, acknowledged: 10, approvals: 2 },
  ...{ lost: 0, doubled: 0, approvalsLost: 0, errors: {}, failures: {}, stopped: false },
  ...{ refused: 0, refusedMade: 0 },
  webhooks: { told: 10, tries: 11, changed: 0, untold: 0 },
  verify: { code: 0, said: "The books are right." },
}
const wrongs: ReadonlyArray<readonly [over: Partial<typeof right>, said: RegExp]> = [
  [{ lost: 1 }, /^1 acknowledged payments are lost$/],
  [{ doubled: 1 }, /^1 payments are doubled$/],
  [{ doubled: -1 }, /^-1 payments are doubled$/],
  [{ failures: { "500 /v1/payments": 2 } }, /^2 answers 500 \/v1\/payments$/],
  [{ approvalsLost: 1 }, /approvals are lost/],
  [{ refused: 1, refusedMade: 1 }, /^1 refused recharges were made/],
  [{ webhooks: { ...right.webhooks, changed: 1 } }, /changed their id or body/],
  [{ webhooks: { ...right.webhooks, untold: 1 } }, /never came/],
  [{ verify: { code: 1, said: "balances: …" } }, /^verify: balances/],
  [{ outcomes: [{ ...outcome, lost: 3 }] }, /^3 acknowledged payments were not there right after/],
  [{ outcomes: [{ ...outcome, to: "one" }] }, /^killed: nobody else came to lead$/],
  [{ outcomes: [{ ...outcome, other: { 500: 1 } }] }, /no "come later": 500$/],
  [{ backups: [{ kind: "pg_dump", right: false, said: "" }] }, /^back-up by pg_dump$/],
]

test("a right report has nothing wrong; a gateway that ended is", () => {
  assert.deepEqual(wrongIn(right, true), [])
  assert.deepEqual(wrongIn(right, false), ["the gateway ended"])
})

test("a recharge that was refused is answered with 500, and no other 500 is right", () => {
  const both = { "500 /tapila/payment": 2, "500 /v1/payments": 1 }
  assert.deepEqual(withoutRefused(both, 2), { "500 /v1/payments": 1 })
  assert.deepEqual(withoutRefused(both, 1), { ...both, "500 /tapila/payment": 1 })
  assert.deepEqual(withoutRefused({}, 1), {})
})

test("a proof that was stopped is none, and what it found counts all the same", () => {
  const codeOf = (stopped: boolean, wrong: string[]) => verdictOf({ stopped, wrong }).code
  assert.deepEqual([codeOf(false, []), codeOf(true, [])], [0, 2])
  assert.deepEqual([codeOf(false, ["lost"]), codeOf(true, ["lost"])], [1, 1])
})

for (const [over, said] of wrongs) {
  test(`found wrong: ${JSON.stringify(over)}`, () => {
    const found = wrongIn({ ...right, ...over }, true)
    assert.equal(found.length, 1)
    assert.match(found[0]!, said)
  })
}
