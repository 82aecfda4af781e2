/** Breaks each invariant on purpose, in a copy of the program, and demands that a test notices. */
import assert from "node:assert/strict"
import { spawn } from "node:child_process"
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, before, test } from "node:test"
import { startTestServer } from "../support/server.ts"

type Break = {
  readonly invariant: string
  readonly file: string
  /** Stands exactly once in the file, and is replaced by `by`. */
  readonly what: string
  readonly by: string
  /** The file of the test that has to fail, and its name. */
  readonly noticedBy: readonly [file: string, name: string]
  /** What it then says, where it isn't its own assertion that fails. */
  readonly saying?: string
}

const money = "test/engine/money.test.ts"
const batch = "test/engine/batch.test.ts"
const deliveries = "test/engine/deliveries.test.ts"
const receiving = "test/engine/receiving.test.ts"
const soldOn = "src/rails/tapila/core.test.ts"

const BREAKS: readonly Break[] = [
  {
    invariant: "1: what leaves one account enters another",
    file: "src/core/draft.ts",
    what: "balance: credit.balance + amount",
    by: "balance: credit.balance + amount + 1n",
    noticedBy: [money, "a bank charge that settles at once reaches the merchant, less the fee"],
  },
  {
    invariant: "2: a recharge is covered before it is held",
    file: "src/core/decide/create-payment.ts",
    what: "draft.account(available).balance < hold",
    by: "draft.account(available).balance < 0n",
    noticedBy: [batch, "a balance for ten lets exactly ten of a hundred recharges through"],
    saying: "below its floor",
  },
  {
    invariant: "2: refunds never exceed what was captured",
    file: "src/core/decide/create-refund.ts",
    what: "amount <= 0n || amount > left",
    by: "amount <= 0n",
    noticedBy: [money, "refunds at once never exceed what was captured"],
    saying: "payments_check",
  },
  {
    invariant: "3: one reference, one payment",
    file: "src/core/decide/create-payment.ts",
    what: "if (existing) return",
    by: "if (existing && command.amount === 0n) return",
    noticedBy: [batch, "fifty creates of one reference at once make one payment, answered alike"],
    saying: "inserted twice",
  },
  {
    invariant: "3: one Idempotency-Key, one payment",
    file: "src/core/fold.ts",
    what: "if (once && known && known.expiresAt > draft.now) {",
    by: "if (once && known && known.expiresAt < draft.now) {",
    noticedBy: [
      batch,
      "an Idempotency-Key gives its first answer again and refuses another request",
    ],
  },
  {
    invariant: "4: states move along the table",
    file: "src/core/payments/payment.ts",
    what: "declined: [],",
    by: 'declined: ["approved"],',
    noticedBy: [
      "src/core/payments/payment.test.ts",
      "out of a final state there are two ways and no third",
    ],
  },
  {
    invariant: "5: each change writes one event, numbered without gaps",
    file: "src/core/decide/decider.ts",
    what: "version: next.version + 1",
    by: "version: next.version + 2",
    noticedBy: [money, "the same sightings, seen again and again, are booked once"],
  },
  {
    invariant: "6: every try has the same id",
    file: "src/core/loops/deliver.ts",
    what: "envelope({ id: leased.id,",
    by: "envelope({ id: parts.ids.next(),",
    noticedBy: [
      deliveries,
      "a receiver that fails gets the same bytes on schedule, then is given up",
    ],
  },
  {
    invariant: "6: a delivery whose node died is sent by another",
    file: "src/core/loops/claims.ts",
    what: "for (const leased of got) lanes.add(",
    by: "for (const leased of got) void (",
    noticedBy: [
      deliveries,
      "a receiver that fails gets the same bytes on schedule, then is given up",
    ],
  },
  {
    invariant: "6: a mark counts for its own lease only",
    file: "src/core/webhooks/store/outbox.ts",
    what: " and d.fence = u.fence",
    by: "",
    noticedBy: ["test/engine/outbox.test.ts", "a mark counts for its own lease, and once"],
  },
  {
    invariant: "7: a rail is asked once an attempt",
    file: "src/core/loops/store.ts",
    what: "state = 'waiting' as begin",
    by: "true as begin",
    noticedBy: [money, "a begin without an answer is unknown until looked up, and not repeated"],
  },
  {
    invariant: "8: an answer that was sent is durable",
    file: "src/core/engine.ts",
    what: "if (!(await recovered(batchId))) throw error",
    by: "await recovered(batchId)",
    noticedBy: [
      "test/engine/lost-answers.test.ts",
      "a connection cut before the commit: answered, and there once",
    ],
  },
  {
    invariant: "8: what was committed is not done again",
    file: "src/core/engine.ts",
    what: "if (!(await recovered(batchId))) throw error",
    by: "throw error",
    noticedBy: [
      "test/engine/lost-answers.test.ts",
      "a connection cut after the commit: answered, and there once",
    ],
  },
  {
    invariant: "8: a claim of our own is not taken for the commit",
    file: "src/core/store/write.ts",
    what: 'return row.givenUp ? "lost" : "committed"',
    by: 'return "committed"',
    noticedBy: [
      "test/engine/lost-answers.test.ts",
      "an engine whose claim is cut off doesn't take it for the commit",
    ],
  },
  {
    invariant: "9: a transfer counts at its depth, not before",
    file: "src/core/decide/apply-sighting.ts",
    what: 'if (row.state === "final") return settle(',
    by: 'if (row.state !== "orphaned") return settle(',
    noticedBy: [
      receiving,
      "an order waits, is under way once covered, and is approved at its depth",
    ],
  },
  {
    invariant: "9: a transfer that was applied is not applied again",
    file: "src/core/decide/apply-sighting.ts",
    what: "row.applied === row.state && row.appliedAmount === row.amount",
    by: "row.state === null",
    noticedBy: [receiving, "two nodes that apply the same sighting at once book it once"],
  },
  {
    invariant: "9: money that vanished after it was booked is held",
    file: "src/core/decide/apply-sighting.ts",
    what: "if (!frozen) freeze(subject",
    by: "if (frozen) freeze(subject",
    noticedBy: [
      receiving,
      "money that vanishes deeper than it may is held, and freed when it is back",
    ],
  },
  {
    invariant: "9: what was read and how far are written by who has the chain",
    file: "src/core/sightings/store.ts",
    what: "where name = $1 and fence = $2 returning rail",
    by: "where name = $1 and $2::int > 0 returning rail",
    noticedBy: [receiving, "what one read found and how far it came are written by one node only"],
  },
  {
    invariant: "12: no address is given out twice",
    file: "src/core/xpubs/store.ts",
    what: "next_index::bigint + $3",
    by: "next_index::bigint + $3 - $3",
    noticedBy: [
      "test/engine/xpubs.test.ts",
      "an operator can leave indexes out, and see how wallets will look for money",
    ],
  },
  {
    invariant: "12: a restored database leaves out what it may have given out",
    file: "src/core/store/installation.ts",
    what: "if (before !== null) {",
    by: "if (before === copy) {",
    noticedBy: [
      "test/engine/xpubs.test.ts",
      "a restored copy of the database leaves out what it may have given out since",
    ],
  },
  {
    invariant: "10: merchant B can't see merchant A's payment",
    file: "src/core/verbs.ts",
    what: "return payment?.merchantId === merchantId ? upToDate(payment) : null",
    by: "return upToDate(payment)",
    noticedBy: [batch, "merchant A's payment does not exist for merchant B"],
  },
  {
    invariant: "13: what was agreed counts as it is when it is committed",
    file: "src/core/presume.ts",
    what: "return [begin, expected]",
    by: "return [begin]",
    noticedBy: [
      "test/engine/agreements.test.ts",
      "what another node changed is heard of by the next command",
    ],
  },
  {
    invariant: "11: bodies are sealed at rest",
    file: "src/core/webhooks/announce.ts",
    what: "messageSealed: parts.keyring.seal(JSON.stringify(message), SEALED.message)",
    by: "messageSealed: Buffer.from(JSON.stringify(message))",
    noticedBy: [deliveries, "account numbers and bodies lie sealed in the database"],
  },
  {
    invariant: "16: a refusal counts only before anything may be under way",
    file: "src/rails/tapila/begin.ts",
    what: "begunAt.getTime() === createdAt.getTime()",
    by: "begunAt.getTime() >= createdAt.getTime()",
    noticedBy: [
      soldOn,
      "what the provider never takes is given back when no request can be under way",
    ],
  },
  {
    invariant: "16: an order is looked up where it was sent",
    file: "src/rails/tapila/index.ts",
    what: "settings.farSide === target.farSide",
    by: "settings.farSide !== target.companyCode",
    noticedBy: [soldOn, "an order stays with its provider, whoever sells in its country by now"],
  },
]

const root = join(import.meta.dirname, "..", "..")
let copy = ""
let server: Awaited<ReturnType<typeof startTestServer>> | undefined
let databaseUrl = process.env.CAUDAL_TEST_DATABASE_URL

before(async () => {
  copy = mkdtempSync(join(tmpdir(), "caudal-broken-"))
  for (const part of ["src", "test", "migrations", "docs", "package.json"]) {
    cpSync(join(root, part), join(copy, part), { recursive: true })
  }
  symlinkSync(join(root, "node_modules"), join(copy, "node_modules"))
  if (databaseUrl === undefined) {
    server = await startTestServer()
    databaseUrl = server.url
  }
})

after(async () => {
  await server?.stop()
  rmSync(copy, { recursive: true, force: true })
})

test("the copy passes while nothing in it is broken", async () => {
  for (const [file, tests] of Map.groupBy(BREAKS, ({ noticedBy }) => noticedBy[0])) {
    const names = [...new Set(tests.map(({ noticedBy }) => noticedBy[1]))]
    const { code, output } = await runTests(file, names)
    assert.equal(code, 0, output)
    for (const name of names) assert.ok(said(output, "ok", name), `no test is called "${name}"`)
  }
})

for (const { invariant, file, what, by, noticedBy, saying } of BREAKS) {
  test(`a build that breaks ${invariant} fails its test`, async () => {
    const path = join(copy, file)
    const sound = readFileSync(path, "utf8")
    assert.equal(sound.split(what).length, 2, `"${what}" stands once in ${file}`)
    writeFileSync(path, sound.replace(what, by))
    try {
      const { code, output } = await runTests(noticedBy[0], [noticedBy[1]])
      assert.notEqual(code, 0, "nothing noticed")
      // A build that can't even be loaded, or that fails by another thing, would prove nothing.
      assert.ok(said(output, "not ok", noticedBy[1]), output)
      assert.ok(output.includes(saying ?? "code: 'ERR_ASSERTION'"), output)
    } finally {
      writeFileSync(path, sound)
    }
  })
}

const exactly = (name: string) => name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")
const said = (output: string, what: "ok" | "not ok", name: string) =>
  new RegExp(`^${what} \\d+ - ${exactly(name)}$`, "m").test(output)

/** Runs some tests of a file of the copy, by their names, on the run's own server. */
async function runTests(
  file: string,
  names: readonly string[],
): Promise<{ code: number | null; output: string }> {
  const only = names.map((name) => `--test-name-pattern=^${exactly(name)}$`)
  const child = spawn(process.execPath, ["--test-reporter=tap", ...only, file], {
    cwd: copy,
    // Without this the inner run would report to the outer one.
    env: { ...process.env, CAUDAL_TEST_DATABASE_URL: databaseUrl, NODE_TEST_CONTEXT: undefined },
    stdio: ["ignore", "pipe", "pipe"],
  })
  let output = ""
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (part: Buffer) => {
      output += part
    })
  }
  const code = await new Promise<number | null>((resolve) => child.on("close", resolve))
  return { code, output }
}
