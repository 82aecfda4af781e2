/** What a folder may bring that nobody should believe: it is refused, and nothing else suffers. */
import assert from "node:assert/strict"
import { appendFileSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { after, test } from "node:test"
import { setTimeout as sleep } from "node:timers/promises"
import {
  type Movement,
  writeNotification,
  writeStatement,
} from "../../src/iso20022/bank-account.ts"
import { toFileId } from "../../src/iso20022/ids.ts"
import { type Charged, startBankGateway, until } from "../support/bank-journey.ts"

/** Nobody's bank answers here but the test. */
const gateway = await startBankGateway({ after }, { simulatedBank: false })
/** Our account in a sandbox. */
const OURS = "00000000001"
const PAID = ["charge.approved", "charge.settled"]
/** A call of the API takes a few milliseconds; on a busy machine some more. */
const QUICK_MS = 1_000
let messages = 0

/** The money of a charge, as the bank tells of it. */
function credit({ attemptId, pesos }: Charged, more: Partial<Movement> = {}): Movement {
  return {
    endToEndId: toFileId(attemptId),
    paymentInfoId: null,
    of: "debit",
    direction: "credit",
    amount: BigInt(pesos) * 100n,
    returned: null,
    reference: `BANK-${attemptId.slice(0, 8)}`,
    text: null,
    ...more,
  }
}

/** A file of the bank: a statement where it has an opening balance, a notification where not. */
function fileOf(movements: readonly Movement[], opening: bigint | null = null): string {
  messages += 1
  const report = {
    messageId: `BANK-${messages}`,
    createdAt: gateway.clock.now(),
    id: `REPORT-${messages}`,
    account: OURS,
    currency: "COP",
    bookedOn: "2026-01-05",
    movements,
    batched: false,
  }
  const pieces = opening === null ? writeNotification(report) : writeStatement(report, opening)
  return [...pieces].join("")
}

/** Brings a file as a bank does, under a name that nobody reads before it is whole. */
function deliver(name: string, content: string | Buffer): void {
  writeFileSync(gateway.path(".bringing"), content)
  renameSync(gateway.path(".bringing"), gateway.path("in", name))
}

async function sentCharges(...accounts: readonly string[]): Promise<readonly Charged[]> {
  const charges = await gateway.charge(...accounts)
  await gateway.send()
  return charges
}

/** What became of a file that was brought under this name. */
function ended(name: string) {
  return until(`${name} is dealt with`, async () => {
    const file = (await gateway.files()).find((each) => each.name === name)
    return !gateway.names("in").includes(name) && file?.kept && file
  })
}

/** The text beside a refused file that says why. */
function whyOf(name: string): string {
  const found = gateway.names("errors").find((each) => each.endsWith(`${name.slice(-60)}.why.txt`))
  assert.ok(found, `${name} has no text beside it: ${gateway.names("errors")}`)
  return readFileSync(gateway.path("errors", found), "utf8")
}

async function assertAlive(): Promise<void> {
  const beforeMs = performance.now()
  const list = await gateway.api.get("/paymentRequests?limit=1")
  assert.equal(list.status, 200)
  assert.ok(performance.now() - beforeMs < QUICK_MS)
}

test("a file that can't be believed is put aside, with its reason", async () => {
  const [charge] = await sentCharges("12345678930")
  const good = fileOf([credit(charge!)])
  const declared = good.replace('encoding="UTF-8"', 'encoding="ISO-8859-1"')
  assert.notEqual(declared, good)
  const doctype = (inside: string) => good.replace("<Document", `<!DOCTYPE d [${inside}]><Document`)
  const laughs = Array.from({ length: 30 }, (_, at) => {
    return `<!ENTITY a${at + 1} "&a${at};&a${at};&a${at};&a${at};">`
  })
  // More than are written down at once, before the fault is found.
  const many = Array.from({ length: 1_500 }, (_, at) =>
    credit(charge!, { endToEndId: at.toString(16).padStart(32, "0"), reference: String(at) }),
  )
  const total = `<Sum>${charge!.pesos}.00</Sum>`
  assert.ok(good.includes(total))
  const refused: readonly (readonly [name: string, content: string | Buffer, why: RegExp])[] = [
    ["wrong-total.xml", good.replace(total, "<Sum>1.00</Sum>"), /1\.00 said|1 said/],
    ["wrong-count.xml", good.replace("<NbOfNtries>1<", "<NbOfNtries>2<"), /2 said, 1 found/],
    [
      "wrong-balance.xml",
      fileOf([credit(charge!)], 0n).replace(/(<Cd>CLBD<.*?<Amt[^>]*>)\d+/s, "$199999999"),
      /99999999.* said/,
    ],
    ["latin-1.xml", Buffer.from(declared, "latin1"), /encoding ISO-8859-1 is not accepted/],
    [
      "latin-1-undeclared.xml",
      Buffer.from(good.replace("<MsgId>", "<MsgId>ñ"), "latin1"),
      /not UTF-8/,
    ],
    [
      "external-entity.xml",
      doctype('<!ENTITY x SYSTEM "file:///etc/passwd">').replace("<MsgId>", "<MsgId>&x;"),
      /document type declaration is not accepted/,
    ],
    [
      "laughs.xml",
      doctype(`<!ENTITY a0 "ha">${laughs.join("")}`).replace("<MsgId>", "<MsgId>&a30;"),
      /document type declaration is not accepted/,
    ],
    ["truncated-late.xml", fileOf(many).slice(0, -30), /not well-formed/],
    ["truncated.xml", good.slice(0, -30), /not well-formed/],
    ["truncated-early.xml", good.slice(0, 200), /not well-formed/],
    ["empty.xml", "", /not well-formed/],
    ["zeros.xml", Buffer.alloc(100_000), /not well-formed|not UTF-8|more than/],
    ["ours.xml", readFileSync(gateway.path("out", gateway.names("out")[0]!)), /is not read here/],
  ]
  for (const [name, content] of refused) deliver(name, content)
  for (const [name, , why] of refused) {
    const file = await ended(name)
    assert.equal(file.state, "refused", name)
    assert.match(file.why ?? "", why, name)
    assert.match(whyOf(name), why, name)
    assert.doesNotMatch(whyOf(name), /root:|12345678930|Ana/, name)
  }
  assert.deepEqual(await gateway.moves(charge!.id), [], "nothing of them was booked")
  assert.deepEqual(await gateway.lines(), [], "nor kept")
  await assertAlive()

  deliver("good.xml", good)
  assert.equal((await ended("good.xml")).state, "done")
  assert.deepEqual(await gateway.moves(charge!.id), PAID)
})

test("an id that comes twice is booked once, and the other is an operator's", async () => {
  const [charge] = await sentCharges("12345678931")
  deliver("twice.xml", fileOf([credit(charge!), credit(charge!, { reference: "ANOTHER" })]))
  assert.equal((await ended("twice.xml")).state, "done")
  assert.deepEqual(await gateway.moves(charge!.id), PAID)
  assert.deepEqual(await outcomesIn("twice.xml"), ["credit booked", "credit surplus"])
})

test("amounts and ids that aren't ours keep back none of their neighbours", async () => {
  const [less, more, good] = await sentCharges("12345678932", "12345678933", "12345678934")
  const foreign = "f".repeat(32)
  const lines: readonly (readonly [Movement, outcome: string])[] = [
    [credit(less!, { amount: BigInt(less!.pesos) * 100n - 1n }), "mismatch"],
    [credit(more!, { amount: BigInt(more!.pesos) * 10_000n }), "mismatch"],
    [credit(good!, { endToEndId: foreign }), "unmatched"],
    [credit(good!, { endToEndId: null, of: null, text: "Consignación" }), "unmatched"],
    [credit(good!, { endToEndId: "NOTPROVIDED" }), "unmatched"],
    [credit(good!), "booked"],
  ]
  deliver("mixed.xml", fileOf(lines.map(([movement]) => movement)))
  assert.equal((await ended("mixed.xml")).state, "done")
  assert.deepEqual(
    await outcomesIn("mixed.xml"),
    lines.map(([, outcome]) => `credit ${outcome}`),
  )
  assert.deepEqual(await gateway.moves(less!.id), [])
  assert.deepEqual(await gateway.moves(more!.id), [])
  assert.deepEqual(await gateway.moves(good!.id), PAID)
})

async function outcomesIn(name: string): Promise<readonly string[]> {
  const lines = (await gateway.lines()).filter(({ file }) => file === name)
  return lines.map(({ says, outcome }) => `${says} ${outcome}`)
}

test("odd names, folders and unfinished files are no reason to stop", async () => {
  const [charge] = await sentCharges("12345678935")
  const unread = ["a-folder.xml", ".hidden.xml", "half.xml.part", "half.tmp"]
  mkdirSync(gateway.path("in", unread[0]!))
  for (const name of unread.slice(1)) deliver(name, fileOf([credit(charge!)]))
  const long = `${"n".repeat(196)}.xml`
  deliver(long, fileOf([]))
  deliver("a name with spaces & ñ.xml", "<a>")
  assert.equal((await ended(long)).state, "done")
  assert.equal((await ended("a name with spaces & ñ.xml")).state, "refused")
  deliver(long, "not XML")
  await until("the long name is put aside", () =>
    gateway.names("errors").some((name) => name.endsWith("nnn.xml.why.txt")),
  )
  assert.deepEqual(gateway.names("in"), unread.toSorted())
  assert.deepEqual(await gateway.moves(charge!.id), [])
  for (const name of unread) rmSync(gateway.path("in", name), { recursive: true })
  await assertAlive()
})

test("a file that still grows is left alone until it rests", async () => {
  const [charge] = await sentCharges("12345678936")
  const text = fileOf([credit(charge!)])
  const bytes = Buffer.from(text)
  writeFileSync(gateway.path("in", "growing.xml"), "")
  await gateway.clock.still(async () => {
    for (let at = 0; at < 8; at += 1) {
      const [from, to] = [at, at + 1].map((part) => Math.floor((bytes.length * part) / 8))
      appendFileSync(gateway.path("in", "growing.xml"), bytes.subarray(from, to))
      // It is looked at meanwhile, and was never at rest for two seconds.
      await sleep(1_500)
      assert.deepEqual(gateway.names("in"), ["growing.xml"])
      gateway.clock.advance(1_500)
    }
  })
  assert.equal((await ended("growing.xml")).state, "done")
  assert.deepEqual(await gateway.moves(charge!.id), PAID)
})

test("what was refused may come again, whole, under its name", async () => {
  const [charge] = await sentCharges("12345678937")
  const text = fileOf([credit(charge!)])
  deliver("again.xml", text.slice(0, -30))
  assert.equal((await ended("again.xml")).state, "refused")
  deliver("again.xml", text)
  await until("it is booked", async () => (await gateway.moves(charge!.id)).length > 0)
  assert.deepEqual(await gateway.moves(charge!.id), PAID)
  assert.deepEqual(await gateway.core.books.verify(), [])
})
