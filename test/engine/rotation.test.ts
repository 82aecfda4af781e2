/** Everything secret is sealed anew under another master key, beside a gateway that works. */
import assert from "node:assert/strict"
import { type TestContext, test } from "node:test"
import { setTimeout as sleep } from "node:timers/promises"
import { makeIds, testClock } from "../../src/clock.ts"
import { SEALED_COLUMNS, type SealedColumn } from "../../src/core/rotation/columns.ts"
import { rotate, showKeys } from "../../src/core/rotation/rotation.ts"
import { listKeys, readBoxes, sealedColumnsInCatalogue } from "../../src/core/rotation/store.ts"
import { type Keyring, masterKey, openKeyring } from "../../src/core/seal.ts"
import { claimInstallation } from "../../src/core/store/installation.ts"
import { KEY_CHECK, SEALED } from "../../src/core/store/sealed.ts"
import type { Database } from "../../src/db/database.ts"
import { testCore } from "../support/core.ts"
import { testDatabase } from "../support/database.ts"

const ids = makeIds(testClock())
const [OLD, NEW, OTHER] = [1, 2, 3].map((byte) => masterKey(Buffer.alloc(32, byte)))
const ring = (current = NEW!, ...older: (typeof OLD)[]) =>
  openKeyring(ids, { current, older: older.map((each) => each!) })
const NOW = new Date("2026-01-05T14:00:00.000Z")
const SECRET = "1020304050"

/** A database with at least one box in every column, all of them under the old key. */
async function world(t: TestContext) {
  const { database } = await testDatabase(t)
  const keyring = ring(OLD)
  await claimInstallation(database, "sandbox", keyring, NOW)
  const play = await testCore(database, { keyring })
  const { core, merchantId } = play
  const url = "https://shop.example/hook"
  const headers = { "x-own": SECRET }
  const about = { merchantId, dialect: "caudal", url, headers } as const
  const { endpoint } = await core.merchants.addEndpoint(about)
  await core.merchants.rotateSecret(merchantId, endpoint.id)
  play.respond = async () => ({ kind: "answered", status: 500, body: SECRET })
  const person = { name: "Ana", documentType: "cc", documentNumber: SECRET, email: "a@x.test" }
  const customer = await core.customers.create({ merchantId, dialect: "caudal", person })
  assert.ok("id" in customer)
  await core.instruments.create({
    merchantId,
    dialect: "caudal",
    customerId: customer.id,
    rail: "test",
    type: "bankAccount",
    details: { accountNumber: SECRET },
    masked: { accountNumber: "*4050" },
    consent: { at: NOW, proof: { person, channel: "merchant", givenBy: "web", reference: "c" } },
  })
  await database.query(
    `insert into xpubs (id, merchant_id, rail, fingerprint, key_sealed, next_index, vetted_below,
  skipped, created_at) values ($1, $2, 'evm', 'f', $3, 0, 0, '{}', $4)`,
    [ids.next(), merchantId, keyring.seal("xpub", SEALED.xpub), NOW],
  )
  await database.query(
    `insert into users (id, email_lookup, email_sealed, name, role, language, password, totp_sealed,
  totp_draft_sealed, created_at) values ($1, repeat('0', 64), $2, 'A', 'owner', 'es', 'x', $3, $3, $4)`,
    [ids.next(), keyring.seal(SECRET, SEALED.email), keyring.seal(SECRET, SEALED.totp), NOW],
  )
  await addAnswers(database, 1)
  await create(play)
  // What follows from that is written by then: nothing changes any more.
  await core.pass()
  return { ...play, database }
}

/** So many remembered answers, all with one box. */
async function addAnswers(database: Database, count: number) {
  const box = ring(OLD).seal("{}", SEALED.answer)
  await database.query(
    `insert into answers (key, fingerprint, status, body_sealed, created_at, expires_at)
select 'many' || n, 'f', 200, $1, $2, $2 from generate_series(1, $3::int) n on conflict do nothing`,
    [box, NOW, count],
  )
}

/** A payment with a target and a payer's document, told to the endpoint. */
async function create({
  core,
  merchantId,
}: Pick<Awaited<ReturnType<typeof testCore>>, "core" | "merchantId">) {
  const made = await core.pay.create({
    merchant: (await core.merchants.find(merchantId))!,
    dialect: "caudal",
    kind: "charge",
    reference: null,
    amount: 100n,
    asset: "COP",
    description: null,
    purpose: core.payments.sealPurpose({}, { documentNumber: SECRET }),
    customerId: null,
    instrumentId: null,
    expiresAt: null,
    way: { method: "bank", target: { identifier: SECRET } },
    repeat: "answer",
  })
  assert.ok("payment" in made)
}

const parts = (database: Database, keyring: Keyring) => ({
  database,
  clock: testClock(),
  keyring,
  by: null,
})
const names = ({ table, column }: SealedColumn) => `${table}.${column}`

/** What every box holds, by its place; throws where one doesn't open. */
async function contents(database: Database, keyring: Keyring) {
  const found = new Map<string, string[]>()
  for (const about of SEALED_COLUMNS) {
    const rows = await readBoxes(database, about, null, 10_000)
    const boxes = rows.flatMap(({ box }) => (box === null ? [] : [box]))
    const bytes = boxes.map((box) => (typeof box === "string" ? Buffer.from(box, "base64") : box))
    found.set(
      names(about),
      bytes.map((box) => keyring.unseal(box, about.context).toString()),
    )
  }
  return found
}

test("every sealed column of the catalogue is rotated, and every purpose has one", async (t) => {
  const { database } = await testDatabase(t)
  const inList = SEALED_COLUMNS.filter(({ member }) => member === null).map(names)
  assert.deepEqual(inList.toSorted(), await sealedColumnsInCatalogue(database))
  const purposes = [...Object.values(SEALED), KEY_CHECK].toSorted()
  const contexts = new Set(SEALED_COLUMNS.map(({ context }) => context))
  assert.deepEqual([...contexts].toSorted(), purposes)
})

test("afterwards every box opens under the new key alone, and holds what it held", async (t) => {
  const { database } = await world(t)
  const before = await contents(database, ring(OLD))
  for (const [place, held] of before) assert.ok(held.length > 0, `${place} has no box to rotate`)
  const boxes = [...before.values()].flat().length
  const both = ring(NEW, OLD)
  const rotated = await rotate(parts(database, both))
  assert.deepEqual(rotated, {
    keyId: NEW!.id,
    resealed: boxes,
    kept: 0,
    flaws: [],
    flawed: 0,
    busy: 0,
    retired: [OLD!.id],
  })
  assert.deepEqual(await contents(database, ring(NEW)), before)
  const again = await rotate(parts(database, ring(NEW)))
  assert.deepEqual([again.resealed, again.kept, again.retired], [0, boxes, []])
  const { holdings } = await showKeys(parts(database, ring(NEW)))
  for (const { boxes } of holdings) assert.deepEqual([...boxes.keys()], [NEW!.id])
})

test("a start without a key that sealed something names it, until it is rotated", async (t) => {
  const { database } = await world(t)
  const missing = async (keyring: Keyring) =>
    (await claimInstallation(database, "sandbox", keyring, NOW)).missingKeys
  assert.deepEqual(await missing(ring(NEW)), [OLD!.id])
  assert.deepEqual(await missing(ring(NEW, OTHER)), [OLD!.id])
  assert.deepEqual(await missing(ring(NEW, OLD)), [])
  // From here on both seal: neither may be missing, whichever is the current one.
  assert.deepEqual(await missing(ring(OLD)), [NEW!.id])
  assert.deepEqual(await missing(ring(OLD, NEW)), [])
  await rotate(parts(database, ring(NEW, OLD)))
  assert.deepEqual(await missing(ring(NEW)), [])
  assert.deepEqual(await missing(ring(OLD)), [NEW!.id])
})

test("payments are made on all nodes while it goes on, and none of them is lost", async (t) => {
  const { database, merchantId } = await world(t)
  // The second step of a rotation: every node knows both, and some seal with the new one already.
  const nodes = [
    await testCore(database, { keyring: ring(OLD, NEW) }),
    await testCore(database, { keyring: ring(NEW, OLD) }),
  ]
  let going = true
  let made = 0
  const load = nodes.map(async (node) => {
    while (going) {
      await create({ core: node.core, merchantId })
      made += 1
    }
  })
  const first = await rotate(parts(database, ring(NEW, OLD)))
  // Nodes that seal with the older key are heard of: what they made is there for the next time.
  while (made < 30) await sleep(5)
  going = false
  await Promise.all(load)
  assert.deepEqual([first.flawed, first.busy], [0, 0])
  // The first time may have taken the older key for retired: a count finds that it isn't.
  const { known } = await showKeys(parts(database, ring(NEW, OLD)))
  assert.deepEqual(
    known.filter(({ retiredAt }) => retiredAt !== null),
    [],
  )
  const second = await rotate(parts(database, ring(NEW, OLD)))
  assert.ok(second.resealed > 0)
  await contents(database, ring(NEW))
  for (const { faults } of nodes) assert.deepEqual(faults, [])
})

test("one that ended anywhere goes on where it was", async (t) => {
  const { database } = await world(t)
  // Enough for three pages of one column.
  await addAnswers(database, 1_100)
  const before = await contents(database, ring(OLD))
  const both = parts(database, ring(NEW, OLD))
  let done = 0
  await assert.rejects(
    rotate(both, (resealed) => {
      done = resealed
      if (resealed > 600) throw new Error("cut short")
    }),
    /cut short/,
  )
  const inUse = (await listKeys(database)).filter(({ retiredAt }) => retiredAt === null)
  assert.deepEqual(inUse.map(({ id }) => id).toSorted(), [OLD!.id, NEW!.id].toSorted())
  assert.deepEqual(await contents(database, ring(NEW, OLD)), before)
  const rest = await rotate(both)
  assert.equal(rest.kept, done)
  assert.equal(rest.resealed + done, [...before.values()].flat().length)
  assert.deepEqual(rest.retired, [OLD!.id])
  assert.deepEqual(await contents(database, ring(NEW)), before)
})

test("a row in use is waited for, and a box that changes meanwhile is not put back", async (t) => {
  const { database } = await world(t)
  const before = SEALED_COLUMNS.findIndex(({ table }) => table === "customers")
  const { promise: reached, resolve } = Promise.withResolvers<void>()
  let pages = 0
  const onPage = () => {
    pages += 1
    if (pages === before) resolve()
  }
  let rotation: ReturnType<typeof rotate> | undefined
  await database.transaction(async (tx) => {
    const changed = ring(OLD).seal('{"name":"Eva"}', SEALED.person)
    await tx.query("update customers set person_sealed = $1", [changed])
    rotation = rotate(parts(database, ring(NEW, OLD)), onPage)
    await reached
    // It has read the box that was there before, and finds the row in use.
    await sleep(100)
    assert.equal(pages, before)
  })
  const { busy, flawed } = await rotation!
  assert.deepEqual([busy, flawed], [0, 0])
  const places = await contents(database, ring(NEW, OLD))
  assert.deepEqual(places.get("customers.person_sealed"), ['{"name":"Eva"}'])
})

test("a merchant that is being changed is waited for without a lock", async (t) => {
  const { database, merchantId } = await world(t)
  let rotation: ReturnType<typeof rotate> | undefined
  await database.transaction(async (tx) => {
    await tx.query("select 1 from merchants where id = $1 for no key update", [merchantId])
    rotation = rotate(parts(database, ring(NEW, OLD)))
    await sleep(100)
    // Where it held this row and waited for the merchant's, these two would wait for each other
    // until the server ended one of them, a second later.
    await tx.query("set local lock_timeout = 500")
    await tx.query("update terms set settings = settings where merchant_id = $1", [merchantId])
  })
  assert.deepEqual([(await rotation!).busy, (await rotation!).flawed], [0, 0])
})

const FLAWED: [what: string, keyring: () => Keyring, spoil: string | null, why: string][] = [
  [
    "a box that was changed",
    () => ring(NEW, OLD),
    `update endpoints set secret_sealed = set_byte(secret_sealed, 20,
  get_byte(secret_sealed, 20) # 1)`,
    "tampered",
  ],
  [
    "a box that was moved from another column",
    () => ring(NEW, OLD),
    "update endpoints set secret_sealed = headers_sealed",
    "tampered",
  ],
  [
    "what is no box",
    () => ring(NEW, OLD),
    "update endpoints set secret_sealed = '\\x00'",
    "malformed",
  ],
  ["a box whose key isn't given", () => ring(NEW, OTHER), null, "unknown_key"],
]
for (const [what, keyring, spoil, why] of FLAWED) {
  test(`${what} is told by its place, left as it is, and keeps its key in use`, async (t) => {
    const { database } = await world(t)
    const [box] = await readBoxes(database, SEALED_COLUMNS[1]!, null, 1)
    const headers = await contents(database, ring(OLD))
    if (spoil !== null) await database.query(spoil)
    const rotated = await rotate(parts(database, keyring()))
    const own = rotated.flaws.find(({ column }) => column === "secret_sealed")
    assert.deepEqual(own, { table: "endpoints", column: "secret_sealed", id: box!.key[0], why })
    assert.equal(rotated.flawed, spoil === null ? [...headers.values()].flat().length : 1)
    assert.deepEqual(rotated.retired, why === "malformed" ? [OLD!.id] : [])
    assert.ok(!JSON.stringify(rotated).includes(SECRET))
  })
}
