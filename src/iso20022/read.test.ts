/** Files from banks: what is found in them, what is refused, and that reading goes on. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { inspect } from "node:util"
import {
  accepted,
  account,
  MOVEMENTS,
  movement,
  textOf,
  written,
} from "../../test/support/bank-samples.ts"
import { writeStatement } from "./bank-account.ts"
import type { Item } from "./items.ts"
import { readAnswers, readOrders } from "./read.ts"

/** Everything that is in a file, which comes in chunks of so many bytes. */
async function itemsOf(text: string | Uint8Array, chunkBytes = 65_536): Promise<readonly Item[]> {
  const bytes = Buffer.from(text)
  const chunks: Uint8Array[] = []
  for (let at = 0; at < bytes.length; at += chunkBytes) {
    chunks.push(bytes.subarray(at, at + chunkBytes))
  }
  const items: Item[] = []
  const orders = /CstmrDrctDbtInitn|CstmrCdtTrfInitn/.test(bytes.toString("latin1"))
  for await (const item of (orders ? readOrders : readAnswers)(chunks)) items.push(item)
  return items
}

const NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:camt.054.001.08"
const HEAD = "<GrpHdr><MsgId>M</MsgId><CreDtTm>2026-01-07T18:00:00</CreDtTm></GrpHdr>"
/** A notification with these elements in its only account. */
const notification = (inside: string, open = `<Document xmlns="${NAMESPACE}">`) =>
  [
    `${open}<BkToCstmrDbtCdtNtfctn>${HEAD}<Ntfctn><Id>N</Id>${inside}`,
    "</Ntfctn></BkToCstmrDbtCdtNtfctn></Document>",
  ].join("")
const SAID = '<Amt Ccy="COP">1.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>'
const entry = (inside = "") => `<Ntry>${SAID}${inside}</Ntry>`
const payment = (id: string, more = "") =>
  `<TxDtls><Refs><EndToEndId>${id}</EndToEndId></Refs>${more}</TxDtls>`

test("every sample is read to its end, and nothing in it is malformed or wrong", async () => {
  for (const { kind, name, text } of [...(await written()), ...accepted()]) {
    const items = await itemsOf(text)
    const [first] = items
    assert.ok(first?.item === "header", `${kind}: ${name}`)
    assert.equal(first.kind, kind)
    assert.deepEqual(items.at(-1), { item: "end", malformed: 0, mismatches: 0 }, `${kind}: ${name}`)
  }
})

test("a file says the same whatever pieces it comes in", async () => {
  for (const { kind, name, text } of [...(await written()), ...accepted()]) {
    if (text.length > 20_000) continue
    const whole = await itemsOf(text)
    for (const chunkBytes of [1, 2, 7, 1_000]) {
      assert.deepEqual(await itemsOf(text, chunkBytes), whole, `${kind}: ${name}: ${chunkBytes}`)
    }
  }
})

test("a position is where the element begins, in bytes", async () => {
  const begins: Readonly<Record<string, RegExp>> = {
    header: /^<(ns2:)?GrpHdr/,
    status: /^<(ns2:)?(OrgnlGrpInfAndSts|OrgnlPmtInfAndSts|TxInfAndSts)/,
    entry: /^<(Ntry|TxDtls)/,
    statement: /^<(Stmt|Ntfctn)/,
    order: /^<(DrctDbtTxInf|CdtTrfTxInf)/,
  }
  for (const { name, text } of [...(await written()), ...accepted()]) {
    const bytes = Buffer.from(text)
    for (const chunkBytes of [65_536, 3]) {
      for (const item of await itemsOf(bytes, chunkBytes)) {
        if (item.item === "end") continue
        const found = bytes.subarray(item.position, item.position + 30).toString()
        assert.match(found, begins[item.item]!, `${name}: ${item.item}`)
      }
    }
  }
})

test("a position is where an element begins, though its attributes come later", async () => {
  const text = notification(entry().replace("<Ntry>", `<Ntry ñandú="${"é".repeat(50)}">`))
  for (const chunkBytes of [65_536, 40, 7, 1]) {
    const found = (await itemsOf(text, chunkBytes)).find(({ item }) => item === "entry")
    assert.ok(found?.item === "entry")
    assert.equal(found.position, Buffer.from(text).indexOf("<Ntry "), String(chunkBytes))
  }
})

test("what can't be read at all is refused, with its reason", async () => {
  const good = notification(entry())
  const declared = (encoding: string) => `<?xml version="1.0" encoding="${encoding}"?>${good}`
  const laughs = `<!DOCTYPE d [<!ENTITY a "ha">${"<!ENTITY b '&a;&a;&a;&a;'>".repeat(20)}]>`
  const external = '<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
  const deep = "<a>".repeat(70) + "</a>".repeat(70)
  const table: [file: string | Buffer, why: RegExp][] = [
    ["", /not well-formed/],
    ["not XML", /not well-formed/],
    [good.slice(0, -12), /not well-formed/],
    [good.replace("</Ntry>", "</Ntyr>"), /not well-formed/],
    [`${good}<again/>`, /not well-formed/],
    [notification("&nbsp;"), /not well-formed: undefined entity/],
    [notification("&#0;"), /not well-formed/],
    [notification("\u0001"), /not well-formed/],
    [notification('<a b="1" b="2"/>'), /not well-formed/],
    [notification("<x:a/>"), /not well-formed/],
    [laughs + good, /a document type declaration is not accepted/],
    [external + good, /a document type declaration is not accepted/],
    [`<!DOCTYPE Document>${good}`, /a document type declaration is not accepted/],
    [`<?xml-stylesheet href="x"?>${good}`, /a processing instruction is not accepted/],
    [notification("<?php ?>"), /a processing instruction is not accepted/],
    [declared("ISO-8859-1"), /encoding ISO-8859-1 is not accepted, only UTF-8/],
    [declared("utf-16"), /encoding utf-16 is not accepted/],
    [`<?xml version="1.1"?>${good}`, /XML 1\.1 is not accepted/],
    [Buffer.from(declared("UTF-8").replace("N</Id>", "ñ</Id>"), "latin1"), /not UTF-8/],
    [Buffer.from(`\uFEFF${good}`, "utf16le"), /not UTF-8/],
    [Buffer.concat([Buffer.from(good), Buffer.from([0xc3])]), /not UTF-8/],
    [notification(deep), /more than 64 elements deep/],
    [notification(`<Acct>${"x".repeat(200_000)}</Acct>`), /more than 65536 characters/],
    [notification(`<!--${"x".repeat(200_000)}-->`), /more than 65536 characters/],
    [notification(`<a b="${"x".repeat(200_000)}"/>`), /more than 65536 characters/],
    [" ".repeat(200_000) + good, /more than 65536 characters/],
    ["<Document/>", /a document without a message/],
    ["<Envelope><Document/></Envelope>", /Envelope is no Document/],
    [good.replaceAll("BkToCstmrDbtCdtNtfctn", "constructor"), /constructor is no message/],
    [good.replace("054.001.08", "054.001.02"), /namespace .*camt\.054\.001\.02 is not read here/],
    [good.replace("054.001.08", "053.001.08"), /namespace .*camt\.053\.001\.08 is not read here/],
    [
      good.replace(NAMESPACE, "http://bank.example"),
      /namespace http:\/\/bank\.example is not read/,
    ],
    [good.replace(NAMESPACE, "x".repeat(1_000)), /^namespace x{200,290}$/],
    [good.replace(/(<BkTo.*Ntfctn>)/, "$1$1"), /more than one message/],
    [good.replace("<MsgId>M</MsgId>", ""), /no MsgId/],
    [good.replace("<MsgId>M", `<MsgId>${"M".repeat(36)}`), /MsgId has more than 35 characters/],
    [good.replace("2026-01-07T18:00:00", "yesterday"), /no CreDtTm that is an instant/],
    [good.replace(HEAD, ""), /no GrpHdr before what it heads/],
  ]
  for (const [file, why] of table) {
    for (const chunkBytes of [65_536, 5_000]) {
      const items = await itemsOf(file, chunkBytes)
      const last = items.at(-1)
      assert.ok(last?.item === "refused", `${why}: ${inspect(items)}`)
      assert.match(last.why, why)
      assert.ok(last.position >= 0 && last.position <= Buffer.byteLength(file))
    }
  }
})

test("an order file isn't taken for an answer, nor an answer for an order", async () => {
  const [orders] = await written()
  for await (const item of readAnswers([Buffer.from(orders!.text)])) {
    assert.ok(item.item === "refused" && /pain\.008\.001\.08 is not read here/.test(item.why))
  }
  for await (const item of readOrders([Buffer.from(notification(entry()))])) {
    assert.ok(item.item === "refused" && /camt\.054\.001\.08 is not read here/.test(item.why))
  }
})

test("what stood before the fault of a broken file stands, and no end is claimed", async () => {
  const items = await itemsOf(notification(`${entry()}${entry()}<oops>`))
  assert.deepEqual(
    items.map(({ item }) => item),
    ["header", "entry", "entry", "refused"],
  )
})

test("what the source of a file throws is passed on", async () => {
  async function* broken() {
    yield Buffer.from(notification(entry()).slice(0, 100))
    throw new Error("the disk is gone")
  }
  await assert.rejects(async () => {
    for await (const _ of readAnswers(broken()));
  }, /the disk is gone/)
})

test("prefixes, a byte order mark, comments, CDATA, no namespace change nothing", async () => {
  const plain = await itemsOf(notification(entry(`<NtryDtls>${payment("A&amp;B")}</NtryDtls>`)))
  const kinds = plain.map(({ item }) => item)
  const prefixed = notification(
    entry(`<NtryDtls>${payment("A&amp;B")}</NtryDtls>`),
    `<Document xmlns:p="${NAMESPACE}">`,
  ).replace(/<(\/?)(\w)/g, "<$1p:$2")
  const marked = entry(`<NtryDtls>\r\n${payment("A<![CDATA[&]]>B")}</NtryDtls>`)
  const variants = [
    prefixed,
    `\uFEFF<?xml version="1.0" encoding="utf-8"?>\r\n${notification(marked)}`,
    notification(entry(`<!-- a --><NtryDtls>${payment("A<!-- b -->&#38;B")}</NtryDtls>`)),
    notification(entry(`<NtryDtls>${payment(" A&amp;B\n")}</NtryDtls>`), "<Document>"),
  ]
  for (const variant of variants) {
    const items = await itemsOf(variant)
    assert.deepEqual(
      items.map(({ item }) => item),
      kinds,
      variant,
    )
    const found = items.find(({ item }) => item === "entry")
    assert.ok(found?.item === "entry" && found.endToEndId === "A&B", variant)
  }
})

test("elements that are unknown, or of another namespace, are passed over", async () => {
  const other = `<x:Ntry xmlns:x="urn:other">${entry()}</x:Ntry>`
  const found = await itemsOf(notification(`<New><Ntry/></New>${other}${entry("<New>1</New>")}`))
  assert.deepEqual(
    found.map(({ item }) => item),
    ["header", "entry", "statement", "end"],
  )
})

test("an entry that can't be understood is told of, and reading goes on", async () => {
  const broken = (from: string | RegExp, to: string) => entry().replace(from, to)
  const table: [broken: string, why: RegExp][] = [
    [broken("1.00", "one"), /Amt is no amount/],
    [broken("1.00", "-1.00"), /Amt is no amount/],
    [broken("1.00", "1.001"), /Amt is no amount/],
    [broken("COP", "XXX"), /Amt is no amount of a currency that is known/],
    [broken(' Ccy="COP"', ""), /Amt is no amount/],
    [broken(/<Amt.*<\/Amt>/, ""), /no Amt/],
    [broken(/(<Amt.*<\/Amt>)/, "$1$1"), /Amt stands there twice/],
    [broken("1.00", "1<b>2</b>3"), /Amt holds elements/],
    [broken("CRDT", "BOTH"), /CdtDbtInd is neither CRDT nor DBIT/],
    [broken("CRDT", "toString"), /CdtDbtInd is neither CRDT nor DBIT/],
    [broken("BOOK", "DONE"), /status DONE is not known/],
    [broken(/<Sts>.*<\/Sts>/, ""), /no Sts/],
    [entry("<RvslInd>perhaps</RvslInd>"), /RvslInd is neither true nor false/],
    [entry("<BookgDt><Dt>2026-02-30</Dt></BookgDt>"), /BookgDt is no day/],
    [entry("<ValDt><DtTm>noon</DtTm></ValDt>"), /ValDt is no day/],
    [entry(`<AcctSvcrRef>${"x".repeat(36)}</AcctSvcrRef>`), /AcctSvcrRef has more than 35/],
    [entry(`<AcctSvcrRef>${"x<![CDATA[y]]>".repeat(30_000)}</AcctSvcrRef>`), /more than 35/],
  ]
  for (const [bad, why] of table) {
    const items = await itemsOf(notification(entry() + bad + entry()))
    assert.deepEqual(
      items.map(({ item }) => item),
      ["header", "entry", "malformed", "entry", "statement", "end"],
      String(why),
    )
    const found = items[2]!
    assert.ok(found.item === "malformed" && why.test(found.why), inspect(found))
  }
})

test("payments of one entry are told apart, and a bad one takes no other with it", async () => {
  const amount = (text: string) => `<Amt Ccy="COP">${text}</Amt>`
  const broken = payment("B", "<CdtDbtInd>UP</CdtDbtInd>")
  const [first, last] = [payment("A", amount("0.40")), payment("C", amount("0.60"))]
  const details = `<NtryDtls>${first}${broken}${last}</NtryDtls>`
  const items = await itemsOf(notification(entry(details)))
  assert.deepEqual(
    items.map((each) => [each.item, "endToEndId" in each ? each.endToEndId : ""]),
    [
      ["header", ""],
      ["entry", "A"],
      ["malformed", "B"],
      ["entry", "C"],
      ["statement", ""],
      ["end", ""],
    ],
  )
  const spoiled = await itemsOf(notification(entry(details).replace("BOOK", "DONE")))
  const malformed = spoiled.filter(({ item }) => item === "malformed")
  assert.deepEqual(
    malformed.map((each) => each.item === "malformed" && each.endToEndId),
    ["A", "B", "C", null],
  )
})

test("a payment without an amount has its entry's, but only when it is alone in it", async () => {
  const [, alone] = await itemsOf(notification(entry(`<NtryDtls>${payment("A")}</NtryDtls>`)))
  assert.ok(alone?.item === "entry" && alone.amount === 100n && alone.endToEndId === "A")
  const two = `<NtryDtls>${payment("A")}${payment("B", '<Amt Ccy="COP">0.5</Amt>')}</NtryDtls>`
  const three = `<NtryDtls>${payment("A")}${payment("B")}${payment("C")}</NtryDtls>`
  for (const [details, expected] of [
    [two, ["malformed A", "entry B"]],
    [three, ["malformed A", "malformed B", "malformed C"]],
  ] as const) {
    const items = await itemsOf(notification(entry(details)))
    const found = items.flatMap((each) =>
      each.item === "entry" || each.item === "malformed" ? [`${each.item} ${each.endToEndId}`] : [],
    )
    assert.deepEqual(found, expected)
  }
})

test("a wrong total is told of, and every entry is handed out all the same", async () => {
  const good = await textOf(writeStatement(account(MOVEMENTS, { batched: true }), 100_000n))
  const table: [from: string | RegExp, to: string, what: string][] = [
    [/(<TtlNtries><NbOfNtries>)6/, "$17", "entries"],
    [/(<TtlNtries>.*?<Sum>)/, "$19", "sum of entries"],
    [/(<TtlCdtNtries><NbOfNtries>)4/, "$15", "credits"],
    [/(<TtlCdtNtries>.*?<Sum>)/, "$19", "sum of credits"],
    [/(<TtlDbtNtries><NbOfNtries>)2/, "$10", "debits"],
    [/(<TtlDbtNtries>.*?<Sum>)/, "$19", "sum of debits"],
    [/(CLBD.*?<Amt Ccy="COP">)/, "$11", "closing balance"],
    ["<NbOfTxs>2<", "<NbOfTxs>3<", "payments of an entry"],
    ['<Amt Ccy="COP">0.01<', '<Amt Ccy="COP">0.02<', "amount of an entry"],
    [
      "</Sum></TtlNtries>",
      "</Sum><TtlNetNtry><Amt>1</Amt><CdtDbtInd>DBIT</CdtDbtInd></TtlNetNtry></TtlNtries>",
      "net of entries",
    ],
  ]
  const entries = (items: readonly Item[]) => items.filter(({ item }) => item === "entry").length
  const expected = entries(await itemsOf(good))
  assert.equal(expected, MOVEMENTS.length)
  for (const [from, to, what] of table) {
    const bad = good.replace(from, to)
    assert.notEqual(bad, good, what)
    const items = await itemsOf(bad)
    const found = items.filter((each) => each.item === "mismatch")
    assert.deepEqual(
      found.map((each) => each.item === "mismatch" && each.what),
      [what],
    )
    assert.deepEqual(items.at(-1), { item: "end", malformed: 0, mismatches: 1 }, what)
    assert.equal(entries(items), expected, what)
  }
})

/** A statement of our own making, with a balance before and after. */
const statement = (inside: string, opening = "10", closing = "11", currency = "COP") => {
  const balance = (code: string, amount: string, of: string) =>
    `<Bal><Tp><CdOrPrtry><Cd>${code}</Cd></CdOrPrtry></Tp><Amt Ccy="${of}">${amount}</Amt></Bal>`
  const balances = balance("OPBD", opening, "COP") + balance("CLBD", closing, currency)
  return notification(balances + inside)
    .replaceAll("Ntfctn>", "Stmt>")
    .replaceAll("BkToCstmrDbtCdtStmt", "BkToCstmrStmt")
    .replace("camt.054", "camt.053")
}

test("a total is wrong only where it can be told", async () => {
  const usd = (text: string) => text.replaceAll("COP", "USD")
  const amount = (text: string) => `<Amt Ccy="COP">${text}</Amt>`
  const one = payment("A", amount("1.50"))
  const back = payment("B", `${amount("0.50")}<CdtDbtInd>DBIT</CdtDbtInd>`)
  const part = (payments: string, count: number) =>
    `<NtryDtls><Btch><NbOfTxs>${count}</NbOfTxs></Btch>${payments}</NtryDtls>`
  const net = (direction: string) =>
    `<TxsSummry><TtlNtries><TtlNetNtry><Amt>1</Amt><CdtDbtInd>${direction}</CdtDbtInd></TtlNetNtry></TtlNtries></TxsSummry>`
  const debit = entry().replace("CRDT", "DBIT")
  const table: [file: string, wrong: readonly string[]][] = [
    [statement(entry()), []],
    [statement(entry(), "10", "12"), ["closing balance"]],
    [statement(debit, "10", "9"), []],
    // What is only announced isn't in a balance.
    [statement(entry().replace("BOOK", "PDNG") + entry()), []],
    // Nobody can add up two currencies.
    [statement(entry() + usd(entry())), []],
    [statement(entry(), "10", "12", "USD"), []],
    [statement(net("CRDT") + entry()), []],
    [statement(net("DBIT") + debit, "10", "9"), []],
    [statement(net("DBIT") + entry()), ["net of entries"]],
    // One payment came, another went: the entry is what remains.
    [notification(entry(part(one + back, 2))), []],
    [notification(entry(part(one, 1) + part(back, 1))), []],
    [notification(entry(part(one, 2) + part(back, 1))), ["payments of an entry"]],
    [notification(entry(part(one + one, 2))), ["amount of an entry"]],
    [notification(entry(part(usd(one) + usd(one), 2))), []],
  ]
  for (const [file, wrong] of table) {
    const items = await itemsOf(file)
    const found = items.flatMap((each) => (each.item === "mismatch" ? [each.what] : []))
    assert.deepEqual(found, wrong, file)
    assert.deepEqual(items.at(-1), { item: "end", malformed: 0, mismatches: wrong.length }, file)
  }
})

test("an entry that can't be understood is counted as one all the same", async () => {
  const items = await itemsOf(notification(entry() + entry().replace("BOOK", "DONE")))
  const found = items.find(({ item }) => item === "statement")
  assert.ok(found?.item === "statement" && found.entries === 2)
})

test("a page of several is not blamed for what stands on the others", async () => {
  const text = await textOf(writeStatement(account([movement(1)]), 0n))
  const wrong = text.replace("<NbOfNtries>1", "<NbOfNtries>100")
  const page = "<MsgPgntn><PgNb>1</PgNb><LastPgInd>false</LastPgInd></MsgPgntn></GrpHdr>"
  const mismatches = async (file: string) =>
    (await itemsOf(file)).filter(({ item }) => item === "mismatch").length
  assert.equal(await mismatches(wrong), 1)
  assert.equal(await mismatches(wrong.replace("</GrpHdr>", page)), 0)
  const own = "</Id><StmtPgntn><PgNb>2</PgNb><LastPgInd>true</LastPgInd></StmtPgntn>"
  assert.equal(await mismatches(wrong.replace("</Id>", own)), 0)
})

test("a file that asks for orders in a wrong number or sum is told of, and where", async () => {
  const [{ text } = { text: "" }] = await written()
  const ends = (malformed: number, mismatches: number) => ({ item: "end", malformed, mismatches })
  const group = text.indexOf("<PmtInf>")
  const table: [broken: string, end: object][] = [
    [text, ends(0, 0)],
    [text.replace("<NbOfTxs>1", "<NbOfTxs>2"), ends(0, 1)],
    [text.replace("<CtrlSum>4", "<CtrlSum>5"), ends(0, 1)],
    [text.slice(0, group) + text.slice(group).replace("<NbOfTxs>1", "<NbOfTxs>2"), ends(0, 1)],
    [text.slice(0, group) + text.slice(group).replace("<CtrlSum>4", "<CtrlSum>5"), ends(0, 1)],
    [text.replace(/<DbtrAcct>.*?<\/DbtrAcct>/, ""), ends(1, 0)],
    [text.replace(/(<PmtInfId>.*?<\/PmtInfId>)/, "$1$1"), ends(1, 0)],
  ]
  for (const [broken, end] of table) assert.deepEqual((await itemsOf(broken)).at(-1), end, broken)
})
