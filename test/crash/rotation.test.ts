/** `caudal master-key rotate`, killed where it is, goes on when it is run again. */
import assert from "node:assert/strict"
import { spawn } from "node:child_process"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { after, test } from "node:test"
import { setTimeout as sleep } from "node:timers/promises"
import { makeIds, testClock } from "../../src/clock.ts"
import { SEALED_COLUMNS } from "../../src/core/rotation/columns.ts"
import { readBoxes } from "../../src/core/rotation/store.ts"
import { type Keyring, masterKey, openKeyring } from "../../src/core/seal.ts"
import { SEALED } from "../../src/core/store/sealed.ts"
import { CLI, environment, operator, temporaryFolder } from "../cli/caudal.ts"
import { testDatabase } from "../support/database.ts"

// Under a name of its own: a sandbox's key isn't changed while a gateway has connections.
const { url, database } = await testDatabase({ after }, { applicationName: "caudal test" })
const folder = temporaryFolder({ after })
const settings = { DATABASE_URL: url, CAUDAL_DATA_DIR: folder }
const { does, asked } = operator(settings)
/** Three pages of one column. */
const ANSWERS = 1_200
const ids = makeIds(testClock())

/** The keys that the file has, the current one first. */
const keys = () =>
  readFileSync(join(folder, "master.key"), "utf8")
    .trim()
    .split("\n")
    .map((line) => masterKey(Buffer.from(line, "base64")))

function ringOf([current, ...older]: readonly ReturnType<typeof masterKey>[]): Keyring {
  return openKeyring(ids, { current: current!, older })
}

/** What every box holds, by its place; throws where one doesn't open. */
async function contents(keyring: Keyring): Promise<string[]> {
  const found: string[] = []
  for (const about of SEALED_COLUMNS) {
    for (const { key, box } of await readBoxes(database, about, null, 10_000)) {
      if (box === null) continue
      const bytes = typeof box === "string" ? Buffer.from(box, "base64") : box
      const plain = keyring.unseal(bytes, about.context).toString("hex")
      found.push([about.table, about.column, ...key, plain].join(" "))
    }
  }
  return found
}

/** How many answers the current key of the file has sealed. */
async function answersDone(): Promise<number> {
  const { rows } = await database.query<{ done: number }>(
    `select count(*)::int as done from answers
where encode(substring(body_sealed from 2 for 4), 'hex') = $1`,
    [keys()[0]!.id],
  )
  return rows[0]!.done
}

async function isWaiting(): Promise<boolean> {
  const { rows } = await database.query(
    `select 1 from pg_stat_activity
where datname = current_database() and wait_event_type = 'Lock'`,
  )
  return rows.length > 0
}

/** Before there is a new key, all answers are under the current one. */
const hasNew = () => keys().length === 2

/**
 * Where it is killed, with its new key in the file: what is held so that it can't pass, and when it
 * has come there.
 */
const PLACES: readonly (readonly [where: string, hold: string, isThere: () => Promise<boolean>])[] =
  [
    [
      "between two pages of a column",
      "select 1 from answers where key = 'k0800' for update",
      async () => hasNew() && (await answersDone()) >= 500,
    ],
    [
      "with all sealed, before it says so",
      "select 1 from audit_head for update",
      async () => hasNew() && (await answersDone()) === ANSWERS && (await isWaiting()),
    ],
  ]

test("killed on its way, it goes on where it was, and every box opens all the while", async () => {
  await does("merchant", "add", "Tienda")
  await does("key", "add", "--merchant", "Tienda", "--dialect", "caudal")
  const [first] = keys()
  await database.query(
    `insert into answers (key, fingerprint, status, body_sealed, created_at, expires_at)
select 'k' || lpad(n::text, 4, '0'), 'f', 200, box, now(), now() + interval '1 day'
from unnest($1::bytea[]) with ordinality as given (box, n)`,
    [Array.from({ length: ANSWERS }, (_, at) => ringOf([first!]).seal(`${at}`, SEALED.answer))],
  )
  const before = await contents(ringOf([first!]))
  let next: string | null = null
  for (const [where, hold, isThere] of PLACES) {
    await database.transaction(async (tx) => {
      await tx.query(hold)
      await killedWhen(isThere, where)
    })
    assert.deepEqual(await contents(ringOf(keys())), before, where)
    assert.equal(keys().length, 2, where)
    // The key that it made is the one that it goes on with.
    next ??= keys()[0]!.id
    assert.equal(keys()[0]!.id, next, where)
  }
  const { keyId, retired, kept } = await asked("master-key", "rotate")
  assert.deepEqual([keyId, retired], [next, [first!.id]])
  assert.ok(kept > ANSWERS, `${kept}`)
  assert.equal(keys().length, 1)
  assert.deepEqual(await contents(ringOf(keys())), before)
  const { entries } = await asked("audit", "list", "--action", "master-key.rotate")
  assert.equal(entries.length, 1)
})

/** Runs the command in a process of its own, and kills it with -9 once it is where it should be. */
async function killedWhen(isThere: () => Promise<boolean>, where: string): Promise<void> {
  const child = spawn(process.execPath, [CLI, "master-key", "rotate"], {
    cwd: folder,
    env: environment(settings),
    stdio: "ignore",
  })
  const ended = new Promise((resolve) => child.once("exit", resolve))
  const giveUpAt = performance.now() + 60_000
  // A row in use is tried again for two seconds; who came late would see it go on.
  try {
    while (!(await isThere())) {
      assert.ok(child.exitCode === null && performance.now() < giveUpAt, `not there: ${where}`)
      await sleep(10)
    }
  } finally {
    child.kill("SIGKILL")
    await ended
  }
  assert.equal(child.signalCode, "SIGKILL", where)
}
