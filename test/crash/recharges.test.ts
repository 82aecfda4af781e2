/**
 * A gateway is killed at every step of a recharge: it is delivered once and paid for once, or not
 * at all and the money is back.
 */
import assert from "node:assert/strict"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { join } from "node:path"
import { test } from "node:test"
import { setTimeout as sleep } from "node:timers/promises"
import { makeIds } from "../../src/clock.ts"
import { verifyBooks } from "../../src/core/verify/whole.ts"
import type { Database } from "../../src/db/database.ts"
import { openBooks } from "../../src/rails/simulator/books.ts"
import { lastFirst } from "../support/cleanup.ts"
import { testDatabase } from "../support/database.ts"
import { ask, type Receiver, startReceiver } from "../support/gateway.ts"
import { mortalNodes, PATIENCE_MS } from "../support/mortal-nodes.ts"
import type { RechargeNode, Step } from "../support/recharge-node.ts"
import { onDisk } from "../support/temporary.ts"

/** Who waits for an operator waits in the host's time, however fast the clock is. */
const ANSWER_WITHIN_MS = 300
/** Delivered, refused, slow, silent and delivered, silent and failed, and left to wait. */
const ENDINGS = ["99", "01", "04", "05", "06", "09"] as const

/** Where a node dies: at a step, or when the parent sees that its requests came so far. */
type Death = Step | "while operators are slow" | "when all have their answers"

const DEATHS: readonly (readonly [name: string, Death])[] = [
  ["before the hold is committed", { at: "create", fits: "insert into payments" }],
  ["before the operator is asked", { at: "begin", done: false }],
  ["before the operator answers", { at: "begin", done: true }],
  ["before the answer is booked", { at: "command", name: "report-attempt" }],
  ["in the middle of booking it", { at: "statement", fits: "insert into transfers" }],
  ["before a 200 leaves", { at: "answer", status: 200 }],
  ["before a refusal leaves", { at: "answer", status: 500 }],
  ["while operators are slow", "while operators are slow"],
  ["before a webhook is promised", { at: "command", name: "defer-answer" }],
  ["before a 202 leaves", { at: "answer", status: 202 }],
  ["when all have their answers", "when all have their answers"],
]

/** A recharge that a client wants, and what it was told of it. */
type Wanted = { readonly id: string; readonly number: string; answers: number[] }
type Api = Awaited<ReturnType<typeof logIn>>

/** The demo's client; its token outlives the gateway that made it. */
async function logIn(dataDir: string) {
  const { tapila, caudal } = JSON.parse(readFileSync(join(dataDir, "sandbox.json"), "utf8"))
  const { clientUsername, password, apiKey } = tapila
  const login = await ask("POST", `${tapila.baseUrl}/login`, { body: { clientUsername, password } })
  const headers = { "x-authorization-token": login.body.accessToken, "x-api-key": apiKey }
  return {
    recharge: ({ id, number }: Wanted) =>
      ask("POST", `${tapila.baseUrl}/payment`, {
        headers,
        body: {
          companyCode: "AR-R-0902",
          productId: "1",
          amount: 1500,
          identifierValue: number,
          paymentMethod: "ACCOUNT",
          externalPaymentId: id,
          externalClientId: "user-77",
        },
      }),
    lookUp: ({ id }: Wanted) =>
      ask("GET", `${tapila.baseUrl}/operation/${id}?type=external-payment-id`, { headers }),
    approve: (operationId: string) =>
      ask("POST", `${caudal.baseUrl}/payments/${operationId}/simulate`, {
        headers: { authorization: `Bearer ${caudal.apiKey}` },
        body: { outcome: "approved" },
      }),
  }
}

/** Nodes with one folder and one database, of which one lives at a time, and their client. */
function makeStation(databaseUrl: string, receiver: Receiver) {
  const dataDir = mkdtempSync(join(onDisk(), "caudal-recharge-crash-"))
  const nodes = mortalNodes<RechargeNode>("recharge-node.ts", dataDir)
  let api: Api | null = null
  const wanted: Wanted[] = []

  async function start(step: Step | null): Promise<void> {
    await nodes.start({ databaseUrl, webhookUrl: receiver.url, step })
    api = await logIn(dataDir)
  }

  /**
   * What the vendor tells its clients to do: who has no answer looks it up, and sends it again
   * under the same id where nobody knows it.
   */
  async function settle(each: Wanted): Promise<void> {
    const found = await api!.lookUp(each)
    if (found.status === 200) return
    assert.equal(found.status, 404, JSON.stringify(found.body))
    const { status, body } = await api!.recharge(each)
    assert.ok([200, 202, 500].includes(status), `${status} ${JSON.stringify(body)}`)
    each.answers.push(status)
  }

  /** Sees to everything without an answer; a node that dies meanwhile gives none. */
  async function settleAll(): Promise<void> {
    const open = wanted.filter(({ answers }) => answers.length === 0)
    for (const each of await Promise.allSettled(open.map(settle))) {
      const isWrong = each.status === "rejected" && each.reason instanceof assert.AssertionError
      if (isWrong) throw each.reason
    }
  }

  return {
    dataDir,
    wanted,
    start,
    settleAll,
    api: () => api!,
    pass: nodes.pass,
    clock: nodes.clock,
    died: nodes.died,
    end: nodes.end,
    want() {
      for (const ending of ENDINGS) {
        const at = String(wanted.length)
        const number = `11${at.padStart(6, "0")}${ending}`
        wanted.push({ id: `recharge-${at}`, number, answers: [] })
      }
    },
  }
}
type Station = ReturnType<typeof makeStation>

type Row = {
  readonly id: string
  readonly reference: string
  readonly state: string
  readonly deferred: boolean
  readonly attempts: readonly string[]
  readonly moves: readonly string[]
}

async function rowsOf(database: Database): Promise<Map<string, Row>> {
  const { rows } = await database.query<Row>(
    `select p.id, p.reference, p.state, p.deferred,
  array(select a.id::text from attempts a where a.payment_id = p.id) as attempts,
  array(select t.kind from transfers t where t.payment_id = p.id order by t.kind) as moves
from payments p`,
  )
  return new Map(rows.map((row) => [row.reference, row]))
}

/** Lets a node die in its own way with a burst of requests under way. */
async function live(station: Station, database: Database, death: Death): Promise<void> {
  await station.start(typeof death === "string" ? null : death)
  await database.query("update terms set settings = settings || $1 where dialect = 'tapila'", [
    { answerWithinMs: ANSWER_WITHIN_MS },
  ])
  station.want()
  const asked = station.settleAll()
  if (death === "while operators are slow") {
    const slow = station.wanted.filter(({ number }) => /0[4569]$/.test(number)).at(-1)!
    const states = async () => (await rowsOf(database)).get(slow.id)?.state
    while ((await states()) !== "processing") await sleep(5)
  }
  if (death === "when all have their answers") await asked
  if (typeof death === "string") await station.end("SIGKILL")
  assert.equal(await station.died(), "SIGKILL")
  await asked
  station.pass()
}

/** Waits until nothing is under way any more. */
async function ended(station: Station, database: Database): Promise<Map<string, Row>> {
  const giveUpAt = performance.now() + PATIENCE_MS
  const approved = new Set<string>()
  for (;;) {
    const rows = await rowsOf(database)
    const open = [...rows.values()].filter(({ state }) => !/approved|declined/.test(state))
    if (open.length === 0) return rows
    // An operator that waits says nothing by itself.
    for (const { id, reference, state } of open) {
      const waits = station.wanted.find((each) => each.id === reference)!.number.endsWith("09")
      if (!waits || state !== "processing" || approved.has(id)) continue
      approved.add(id)
      await station.api().approve(id)
    }
    assert.ok(performance.now() < giveUpAt, `still under way: ${JSON.stringify(open)}`)
    await sleep(20)
  }
}

/** What becomes of a recharge by its number, unless its operator was never asked. */
const BECOMES: Readonly<Record<(typeof ENDINGS)[number], string>> = {
  "99": "approved",
  "01": "declined",
  "04": "approved",
  "05": "approved",
  "06": "declined",
  "09": "approved",
}

/** The transfers of a delivered recharge, which pays its seller a part, and of one that wasn't. */
const BOOKED: Readonly<Record<string, readonly string[]>> = {
  approved: ["recharge.commission", "recharge.confirmed", "recharge.hold"],
  declined: ["recharge.hold", "recharge.released"],
}

async function assertOnce(station: Station, database: Database, rows: ReadonlyMap<string, Row>) {
  const clock = station.clock()
  const books = openBooks({ clock, ids: makeIds(clock), dir: station.dataDir })
  const asks = new Map(
    books.all().map(({ attemptId, lines }) => [attemptId, lines.filter(({ ask }) => ask).length]),
  )
  let neverAsked = 0
  for (const each of station.wanted) {
    const row = rows.get(each.id)
    assert.ok(row, `${each.id} was sent until it was there`)
    const { attempts, state, moves } = row
    assert.equal(attempts.length, 1)
    const asked = asks.get(attempts[0]!) ?? 0
    neverAsked += 1 - asked
    assert.ok(asked <= 1, `its operator was asked ${asked} times`)
    const ending = each.number.slice(-2) as (typeof ENDINGS)[number]
    assert.equal(state, asked === 1 ? BECOMES[ending] : "declined", each.number)
    assert.equal(books.moved(attempts[0]!), state === "approved" ? 1 : 0, each.number)
    assert.deepEqual(moves, BOOKED[state], each.number)
    const { status, body } = await station.api().lookUp(each)
    assert.equal(status, 200)
    assert.equal(body.operation.status, state === "approved" ? "confirmed" : "failed")
  }
  assert.equal(rows.size, station.wanted.length, "a payment for each recharge")
  const attempts = new Set([...rows.values()].flatMap((row) => row.attempts))
  for (const attemptId of asks.keys()) assert.ok(attempts.has(attemptId), "nothing else was asked")
  assert.ok(neverAsked > 0 && neverAsked < station.wanted.length / 2, `${neverAsked} never asked`)
  assert.deepEqual(await verifyBooks(database), [])
}

/** A webhook came for what was promised one, whoever heard the promise, and for nothing else. */
async function assertTold(station: Station, receiver: Receiver, rows: ReadonlyMap<string, Row>) {
  const promised = [...rows.values()].filter(({ deferred }) => deferred)
  for (const { reference } of promised) {
    await receiver.next((message) => JSON.parse(message.body).externalPaymentId === reference)
  }
  const told = Map.groupBy(receiver.received, ({ body }) => JSON.parse(body).externalPaymentId)
  for (const { id, answers } of station.wanted) {
    const { deferred, state } = rows.get(id)!
    const messages = told.get(id) ?? []
    assert.equal(messages.length > 0, deferred, id)
    for (const answer of answers) assert.equal(answer === 202, deferred, `${id}: ${answer}`)
    for (const { body } of messages) {
      assert.equal(JSON.parse(body).status, state === "approved" ? "confirmed" : "failed")
    }
    const ids = new Set(messages.map(({ headers }) => headers["webhook-id"]))
    assert.ok(ids.size <= 1, `${id} is told under one id`)
  }
}

test("killed at each step, a recharge is delivered and paid for once, or released", async (t) => {
  const context = lastFirst(t)
  const { url, database } = await testDatabase(context)
  const receiver = await startReceiver(context)
  const station = makeStation(url, receiver)
  context.after(async () => {
    await station.end("SIGKILL")
    rmSync(station.dataDir, { recursive: true, force: true })
  })
  for (const [name, death] of DEATHS) {
    try {
      await live(station, database, death)
    } catch (cause) {
      throw new Error(`killed ${name}: ${(cause as Error).message}`, { cause })
    }
  }
  await station.start(null)
  await station.settleAll()
  const rows = await ended(station, database)
  await assertOnce(station, database, rows)
  await assertTold(station, receiver, rows)
  await station.end("SIGTERM")
})
