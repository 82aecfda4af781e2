/** What a bank's files say: each line once and of the right order, and no file that isn't whole. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { settingsOf } from "../../../test/support/bank-files.ts"
import {
  accepted,
  account,
  answer,
  idOf,
  MOVEMENTS,
  movement,
} from "../../../test/support/bank-samples.ts"
import { testClock } from "../../clock.ts"
import type { BankLine, Said } from "../../core/index.ts"
import { type Movement, writeNotification, writeStatement } from "../../iso20022/bank-account.ts"
import { type Answer, type StatusReport, writeStatusReport } from "../../iso20022/bank-side.ts"
import { fromFileId } from "../../iso20022/ids.ts"
import { readAnswers } from "../../iso20022/read.ts"
import { sayingsOf } from "./incoming.ts"

const AT = new Date("2026-01-09T14:00:00.000Z")
const order = (number: number) => ({ of: "order", id: fromFileId(idOf(number))! }) as const
const GROUP = idOf(0x600)
const group = (orders: number | null) => ({ of: "group", id: fromFileId(GROUP)!, orders }) as const

async function sayings(text: string, at = AT): Promise<Said[]> {
  const said: Said[] = []
  const clock = testClock(at)
  const items = readAnswers([Buffer.from(text)])
  for await (const each of sayingsOf({ clock, settings: settingsOf() }, items)) said.push(each)
  return said
}

const linesOf = (said: readonly Said[]) => said.filter((each) => each.said === "line")
const lines = async (text: string, at = AT): Promise<BankLine[]> => linesOf(await sayings(text, at))
const text = (pieces: Iterable<string>) => [...pieces].join("")

function report(answers: readonly Answer[], more: Partial<StatusReport> = {}): string {
  const original = { messageId: idOf(0xf11e), kind: "pain.008.001.08", count: 3 } as const
  const message = { messageId: "BANK-1", createdAt: AT, original, fileStatus: null, answers }
  return text(writeStatusReport({ ...message, ...more }))
}

const notification = (movements: readonly Movement[], more = {}) =>
  text(writeNotification(account(movements, more)))
const statement = (movements: readonly Movement[], more = {}) =>
  text(writeStatement(account(movements, more), 100n))

test("a status of an order says what it means, and no more", async () => {
  const table: [status: string, says: BankLine["says"]][] = [
    ["RCVD", "nothing"],
    ["PDNG", "nothing"],
    ["ACTC", "nothing"],
    ["ACCP", "accepted"],
    ["ACSP", "accepted"],
    ["ACSC", "approved"],
    ["RJCT", "rejected"],
    ["CANC", "rejected"],
    ["NEWS", "malformed"],
  ]
  for (const [status, says] of table) {
    const [line, ...more] = await lines(report([answer(1, { status })]))
    assert.deepEqual(more, [])
    assert.equal(line?.says, says, status)
    assert.deepEqual(line.about, order(1))
    assert.equal(line.source, "status")
    assert.deepEqual(line.at, AT)
    assert.equal(line.reason, says === "rejected" ? "other" : null, status)
  }
  const refused = answer(1, { status: "RJCT", reason: "not_enough_funds" })
  const [line] = await lines(report([refused]))
  const { fingerprint: _, ...rest } = line!
  assert.deepEqual(rest, {
    said: "line",
    position: 1,
    source: "status",
    says: "rejected",
    about: order(1),
    endToEndId: idOf(1),
    amount: 4_500_000n,
    asset: "COP",
    direction: null,
    reason: "not_enough_funds",
    reasonCode: "AM04",
    at: AT,
    reference: "BANK-1",
    note: null,
  })
})

test("a status of a whole file or group is about all that it stands for", async () => {
  const [whole] = await lines(report([], { fileStatus: { status: "RJCT", reason: "other" } }))
  assert.deepEqual(whole?.about, { of: "file", id: fromFileId(idOf(0xf11e)) })
  assert.deepEqual([whole.says, whole.reason, whole.endToEndId], ["rejected", "other", null])
  const fixture = accepted().find(({ name }) => name === "groups without orders")!
  const wide = (all: readonly BankLine[]) => all.filter(({ endToEndId }) => endToEndId === null)
  const groups = wide(await lines(fixture.text))
  assert.ok(groups.length > 0)
  // Its groups are named as ours never are.
  for (const line of groups) assert.equal(line.about, null)
  const name = /<OrgnlPmtInfId>[^<]+</g
  const ours = wide(await lines(fixture.text.replaceAll(name, `<OrgnlPmtInfId>${GROUP}<`)))
  assert.deepEqual(ours.at(-1)?.about, group(null))
})

test("money that moved says which way, and for whom", async () => {
  const collected: Partial<BankLine> = { about: order(1), says: "credit", reason: null, note: null }
  const table: [what: Movement, expected: Partial<BankLine>][] = [
    [movement(1), collected],
    [
      movement(1, { direction: "debit", returned: "not_enough_funds" }),
      { about: order(1), says: "return", reason: "not_enough_funds", direction: "debit" },
    ],
    [
      movement(1, { direction: "credit", returned: "not_enough_funds" }),
      { about: order(1), says: "return", reasonCode: "AM04", direction: "credit" },
    ],
    [movement(4, { of: "transfer", direction: "debit" }), { about: order(4), says: "debit" }],
    [
      movement(4, { of: "transfer", returned: "invalid_account" }),
      { about: order(4), says: "return", reason: "invalid_account" },
    ],
    [
      movement(5, { endToEndId: null, paymentInfoId: null, of: null, text: "Ana Ruiz" }),
      { about: null, says: "credit", endToEndId: null, note: null },
    ],
    [movement(5, { endToEndId: "R-2026/1" }), { about: null, endToEndId: "R-2026/1" }],
    [
      movement(5, { endToEndId: fromFileId(idOf(5))!.toUpperCase().slice(0, 35) }),
      { about: null, says: "credit" },
    ],
    [movement(5, { endToEndId: idOf(0xabc).toUpperCase() }), { about: order(0xabc) }],
  ]
  for (const [moved, expected] of table) {
    for (const [write, source] of [
      [notification, "notification"],
      [statement, "statement"],
    ] as const) {
      const said = await sayings(write([moved]))
      const [line, ...more] = linesOf(said)
      assert.deepEqual(more, [])
      assert.deepEqual({ ...line, ...expected, source }, line)
      assert.deepEqual([line?.amount, line?.asset], [4_500_000n, "COP"])
      assert.deepEqual(said.at(-1), { said: "end" })
      assert.ok(!JSON.stringify(said, withoutBigints).includes("Ana"))
    }
  }
})

const withoutBigints = (_: string, value: unknown) => (typeof value === "bigint" ? "" : value)

test("an entry that stands for a group says for how many of it", async () => {
  const movements = [1, 2, 3].map((number) => movement(number, { paymentInfoId: GROUP }))
  const batched = notification(movements, { batched: true })
  assert.equal((await lines(batched)).length, 3, "they are listed in it")
  const alone = batched.replaceAll(/\n<TxDtls>.*<\/TxDtls>/g, "")
  const [line, ...more] = await lines(alone)
  assert.deepEqual(more, [])
  assert.deepEqual(line?.about, group(3))
  assert.deepEqual([line.says, line.amount], ["credit", 13_500_000n])
  const [uncounted] = await lines(alone.replace(/<NbOfTxs>3<\/NbOfTxs>/, ""))
  assert.deepEqual(uncounted?.about, group(null))
  // More than a table counts is no group of ours.
  const [countless] = await lines(alone.replace(">3<", ">999999999999999<"))
  assert.deepEqual(countless?.about, group(2_147_483_647))
})

test("what is only announced says nothing yet", async () => {
  const fixture = accepted().find(({ name }) => name === "batch and returns")!
  const found = await lines(fixture.text)
  assert.deepEqual(
    found.map(({ says, note, reasonCode }) => [says, note, reasonCode]),
    [
      ["credit", null, null],
      ["credit", null, null],
      ["return", null, "MD06"],
      ["nothing", "announced", null],
    ],
  )
})

test("money moved when its day began where the account is, unless that isn't over", async () => {
  const table: [bookedOn: string, account: string, at: string][] = [
    ["2026-01-07", "03012345678", "2026-01-07T05:00:00.000Z"],
    ["2026-01-07", "888", "2026-01-07T03:00:00.000Z"],
    ["2026-01-07", "another's", "2026-01-07T05:00:00.000Z"],
    ["2026-01-08", "03012345678", "2026-01-08T05:00:00.000Z"],
    // Today, and a day that the bank has before us.
    ["2026-01-09", "03012345678", AT.toISOString()],
    ["2026-01-12", "03012345678", AT.toISOString()],
    // A slip, which must not stop the reading.
    ["0000-01-01", "03012345678", AT.toISOString()],
    ["0001-01-01", "03012345678", AT.toISOString()],
    ["9999-12-31", "03012345678", AT.toISOString()],
  ]
  for (const [bookedOn, number, at] of table) {
    const written = notification([movement(1)], { bookedOn, account: number })
    const [line] = await lines(written)
    assert.equal(line?.at.toISOString(), at, `${bookedOn} ${number}`)
  }
  // Four in the morning of the 9th, UTC, is the evening of the 8th in Bogotá.
  const night = new Date("2026-01-09T04:00:00.000Z")
  const [line] = await lines(notification([movement(1)], { bookedOn: "2026-01-08" }), night)
  assert.deepEqual(line?.at, night)
})

const marks = async (written: string, at = AT) =>
  (await lines(written, at)).map(({ fingerprint }) => fingerprint)

test("the same lines have the same fingerprints, however they are written", async () => {
  for (const write of [notification, statement]) {
    const once = write(MOVEMENTS)
    const first = await marks(once)
    assert.equal(new Set(first).size, MOVEMENTS.length)
    for (const mark of first) assert.match(mark, /^[0-9a-f]{64}$/)
    const again: [what: string, written: string][] = [
      ["another message", write(MOVEMENTS, { messageId: "BANK-2", createdAt: new Date(0) })],
      ["other blanks", once.replaceAll("><", ">\n  <")],
      ["a prefix", once.replaceAll(/<(\/?)(?=[A-Z])/g, "<$1x:").replace("xmlns=", "xmlns:x=")],
    ]
    for (const [what, written] of again) {
      assert.deepEqual(await marks(written, new Date("2026-02-01")), first, what)
    }
    const turned = await marks(write([...MOVEMENTS].reverse()))
    assert.deepEqual([...turned].sort(), [...first].sort(), "in another order")
  }
  const statuses = report([answer(1), answer(2)])
  assert.deepEqual(
    await marks(
      statuses.replaceAll("><", "> <").replace(/<CreDtTm>[^<]*/, "<CreDtTm>2026-02-02T00:00:00Z"),
    ),
    await marks(statuses),
  )
})

test("two payments that read the same are two lines, in whatever file they come", async () => {
  const twice = [movement(1), movement(1)]
  const [first, second, ...more] = await marks(notification(twice))
  assert.deepEqual(more, [])
  assert.notEqual(first, second)
  assert.deepEqual(await marks(notification([movement(2), ...twice])).then((all) => all.slice(1)), [
    first,
    second,
  ])
  assert.deepEqual(await marks(notification([movement(1)])), [first])
})

const pageOf = (name: string) => `<${name}><PgNb>2</PgNb><LastPgInd>true</LastPgInd></${name}>`

test("whatever tells two lines apart makes another fingerprint", async () => {
  const base = notification([movement(1)])
  const table: [what: string, written: string][] = [
    ["a corrected amount", notification([movement(1, { amount: 4_500_001n })])],
    ["another order", notification([movement(2, { reference: "BANK-1" })])],
    ["another group", notification([movement(1, { paymentInfoId: "G2" })])],
    ["another reference", notification([movement(1, { reference: "BANK-9" })])],
    ["another day", notification([movement(1)], { bookedOn: "2026-01-08" })],
    ["another notification", notification([movement(1)], { id: "2026-01-08" })],
    ["another account", notification([movement(1)], { account: "777" })],
    ["another currency", notification([movement(1)], { currency: "USD" })],
    ["the other way", notification([movement(1, { direction: "debit" })])],
    ["a return", notification([movement(1, { returned: "returned_by_bank" })])],
    ["not booked yet", base.replace("<Cd>BOOK</Cd>", "<Cd>PDNG</Cd>")],
    ["a statement", statement([movement(1)])],
    ["another page", base.replace(/<Ntfctn><Id>[^<]*<\/Id>/, `$&${pageOf("NtfctnPgntn")}`)],
  ]
  const seen = new Set(await marks(base))
  for (const [what, written] of table) {
    const [mark] = await marks(written)
    assert.ok(mark && !seen.has(mark), what)
    seen.add(mark)
  }
  const statuses = [
    report([answer(1)]),
    report([answer(1, { status: "RJCT" })]),
    report([answer(1, { status: "RJCT", reason: "other" })]),
    report([answer(1)], { messageId: "BANK-2" }),
    report([], { fileStatus: { status: "ACSP", reason: null } }),
  ]
  const found = (await Promise.all(statuses.map((each) => marks(each)))).flat()
  assert.equal(new Set(found).size, statuses.length)
})

test("what can't be understood is a line as well, beside those that can", async () => {
  const broken = notification([movement(1), movement(2), movement(3)]).replace(
    `<EndToEndId>${idOf(2)}</EndToEndId></Refs><Amt Ccy="COP">`,
    `<EndToEndId>${idOf(2)}</EndToEndId></Refs><Amt Ccy="XXX">`,
  )
  const said = await sayings(broken)
  assert.deepEqual(
    linesOf(said).map(({ position, says, about }) => [position, says, about]),
    [
      [1, "credit", order(1)],
      [2, "malformed", order(2)],
      [3, "credit", order(3)],
    ],
  )
  assert.match(linesOf(said)[1]?.note ?? "", /Amt is no amount/)
  assert.deepEqual(said.at(-1), { said: "end" })
})

test("a file that isn't whole, or whose totals aren't those of its lines, is refused", async () => {
  const good = notification([movement(1), movement(2)])
  const day = statement([movement(1)])
  const table: [what: string, written: string, why: RegExp][] = [
    ["nothing", "", /^.+, at byte 0$/],
    ["no XML", "PK\u0003\u0004", /, at byte \d+$/],
    ["half of it", good.slice(0, good.length / 2), /, at byte \d+$/],
    ["without its end", good.slice(0, -8), /, at byte \d+$/],
    ["a file of ours", good.replaceAll("BkToCstmrDbtCdtNtfctn", "CstmrDrctDbtInitn"), /is /],
    ["a count", good.replace("<NbOfNtries>2<", "<NbOfNtries>3<"), /: 3 said, 2 found/],
    ["a sum", good.replaceAll("<Sum>90000.00<", "<Sum>90000.01<"), /: 90000\.01 said, 90000\.00 f/],
    ["a balance", day.replace(">45001.00<", ">45002.00<"), /: 45002\.00 said, 45001\.00 found/],
    [
      "a status's count",
      report([answer(1)]).replace("<DtldNbOfTxs>1<", "<DtldNbOfTxs>2<"),
      /: 2 said, 1 found/,
    ],
    ["an entity", good.replace("<Document", '<!DOCTYPE x [<!ENTITY y "z">]><Document'), /at byte/],
  ]
  for (const [what, written, why] of table) {
    const said = await sayings(written)
    const last = said.at(-1)
    assert.equal(last?.said, "refused", what)
    assert.match(last.why, why, what)
    assert.ok(last.why.length <= 2_000, what)
    assert.equal(said.filter((each) => each.said === "refused" || each.said === "end").length, 1)
  }
})

test("a file with more lines than anybody writes is refused", async () => {
  const parts = { clock: testClock(AT), settings: settingsOf(), linesMax: 2 }
  const of = async (count: number) => {
    const movements = Array.from({ length: count }, (_, at) => movement(at + 1))
    const said: Said[] = []
    const items = readAnswers([Buffer.from(notification(movements))])
    for await (const each of sayingsOf(parts, items)) said.push(each)
    return said.at(-1)
  }
  assert.deepEqual(await of(2), { said: "end" })
  assert.deepEqual(await of(3), { said: "refused", why: "has more than 2 lines" })
})

test("a file whose reader stops without a word breaks off", async () => {
  async function* nothing() {}
  const said: Said[] = []
  const parts = { clock: testClock(AT), settings: settingsOf() }
  for await (const each of sayingsOf(parts, nothing())) said.push(each)
  assert.deepEqual(said, [{ said: "refused", why: "breaks off" }])
})

test("every sample that we read has a head, lines in order, and an end", async () => {
  for (const { kind, name, text: written } of accepted()) {
    const said = await sayings(written)
    assert.deepEqual(said[0]?.said === "header" && said[0].kind, kind, name)
    assert.deepEqual(
      linesOf(said).map(({ position }) => position),
      linesOf(said).map((_, at) => at + 1),
    )
    assert.deepEqual(said.at(-1), { said: "end" }, name)
  }
})
