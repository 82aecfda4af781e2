/** A bank's files: found at rest, taken once, read, kept, whatever their names and what breaks. */
import assert from "node:assert/strict"
import { execFileSync } from "node:child_process"
import { createHash } from "node:crypto"
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type TestContext, test } from "node:test"
import { makeIds, testClock } from "../../clock.ts"
import { hashOf } from "./disk.ts"
import { openInbox } from "./inbox.ts"

function world(t: TestContext) {
  const root = mkdtempSync(join(tmpdir(), "caudal-inbox-"))
  t.after(() => rmSync(root, { recursive: true, force: true }))
  for (const name of ["in", "work", "archive", "errors"]) mkdirSync(join(root, name))
  const clock = testClock()
  const open = () => openInbox({ clock, timeZone: "America/Bogota", path: () => root })
  const inbox = open()
  return {
    root,
    clock,
    inbox,
    /** As another process has it, or the next one after a crash. */
    open,
    id: makeIds(clock).next,
    put: (name: string | Buffer, text = "a") => {
      const path = Buffer.concat([Buffer.from(`${root}/in/`), Buffer.from(name)])
      writeFileSync(path, text)
      return path
    },
    list: (name: string) => readdirSync(join(root, name)).sort(),
    /** What is told after all there is had its rest. */
    async rested(which = inbox) {
      await which.arrived()
      clock.advance(2_000)
      return which.arrived()
    },
  }
}

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex")

async function textOf(chunks: AsyncIterable<Uint8Array> | null): Promise<string | null> {
  if (chunks === null) return null
  const parts: Uint8Array[] = []
  for await (const chunk of chunks) parts.push(chunk)
  return Buffer.concat(parts).toString()
}

test("a file is told of once it was the same at two looks, two seconds apart", async (t) => {
  const { inbox, clock, put } = world(t)
  const path = put("a.xml", "ab")
  assert.deepEqual(await inbox.arrived(), [])
  clock.advance(1_999)
  assert.deepEqual(await inbox.arrived(), [])
  clock.advance(1)
  const told = [{ name: "a.xml", bytes: 2, sha256: sha256("ab") }]
  assert.deepEqual(await inbox.arrived(), told)
  assert.deepEqual(await inbox.arrived(), told)

  writeFileSync(path, "abc")
  assert.deepEqual(await inbox.arrived(), [], "it is being written again")
  clock.advance(2_000)
  assert.deepEqual(await inbox.arrived(), [{ name: "a.xml", bytes: 3, sha256: sha256("abc") }])
  // Of the same length, and with the time that it had before.
  writeFileSync(path, "xyz")
  utimesSync(path, 0, 0)
  assert.deepEqual(await inbox.arrived(), [])
  clock.advance(2_000)
  assert.equal((await inbox.arrived())[0]?.sha256, sha256("xyz"))
})

test("a file may bear any time, also one to come: the oldest is told of first", async (t) => {
  const { put, rested } = world(t)
  const years: [name: string, year: number][] = [
    ["a", 2040],
    ["b", 1999],
    ["c", 2026],
  ]
  for (const [name, year] of years) utimesSync(put(name), 0, Date.UTC(year, 0) / 1_000)
  assert.deepEqual(
    (await rested()).map(({ name }) => name),
    ["b", "c", "a"],
  )
})

test("what isn't whole yet, or no file, is none of ours", async (t) => {
  const { root, put, rested, list } = world(t)
  for (const name of [".a.xml", "a.xml.part", "a.TMP", "a.filepart", "a.crdownload", "a.xml~"]) {
    put(name)
  }
  mkdirSync(join(root, "in", "folder"))
  symlinkSync("/etc/hostname", join(root, "in", "link.xml"))
  symlinkSync(join(root, "nowhere"), join(root, "in", "dead.xml"))
  const before = list("in")
  assert.deepEqual(await rested(), [])
  assert.deepEqual(list("in"), before)
})

const HOSTILE: readonly (readonly [what: string, name: string | Buffer, shown: string])[] = [
  ["blanks", " a b .xml", " a b .xml"],
  ["another script", "extracto día ñ 株.xml", "extracto día ñ 株.xml"],
  ["no UTF-8", Buffer.from([0x61, 0xff, 0xfe, 0x2e, 0x78]), "a??.x"],
  ["a line and a terminal's command", "a\n\u001b[2J.xml", "a??[2J.xml"],
  ["a turn of writing", "a\u202elmx.exe", "a?lmx.exe"],
  ["shell and SQL", "'; rm -rf $(x) `y` --.xml", "'; rm -rf $(x) `y` --.xml"],
  ["dots", "a..%2f..\\x", "a..%2f..\\x"],
  ["a name of a table's heir", "__proto__", "__proto__"],
  ["as long as can be", "x".repeat(255), "x".repeat(255)],
  ["as long as can be, in letters of several bytes", "é".repeat(127), "é".repeat(127)],
  ["an option", "-rf", "-rf"],
]

test("a file of any name is told of, taken, read and kept", async (t) => {
  for (const [what, name, shown] of HOSTILE) {
    const { inbox, put, rested, id, list } = world(t)
    put(name, what)
    const [arrived, ...more] = await rested()
    assert.deepEqual([arrived?.name, more], [shown, []], what)
    const file = id()
    assert.equal(await inbox.take(arrived!, file), true, what)
    assert.deepEqual(list("in"), [], what)
    assert.equal(await textOf(await inbox.open(file)), what)
    await inbox.keep(file, arrived!.name, "archive", null)
    const [day] = list("archive")
    assert.equal(day, "2026-01-05")
    const [kept, ...others] = list(join("archive", day!))
    assert.match(kept!, new RegExp(`^${file}-[A-Za-z0-9_-][A-Za-z0-9._-]{0,119}$`))
    assert.deepEqual([others, list("work")], [[], []], what)
  }
})

test("two names that are shown as one are told apart by what is in them", async (t) => {
  const { inbox, put, rested, id, list } = world(t)
  put(Buffer.from([0x61, 0xff]), "1")
  put(Buffer.from([0x61, 0xfe]), "2")
  for (const arrived of [...(await rested())].reverse()) {
    const file = id()
    assert.equal(await inbox.take(arrived, file), true)
    assert.equal(sha256((await textOf(await inbox.open(file)))!), arrived.sha256)
  }
  assert.deepEqual(list("in"), [])
})

function becomeLink(path: string): void {
  rmSync(path)
  symlinkSync("/etc/hostname", path)
}

test("what is gone or changed since it was told of isn't taken: it stays there", async (t) => {
  const table: [what: string, change: (path: string) => void, left: string[]][] = [
    ["gone", (path) => rmSync(path), []],
    ["longer", (path) => writeFileSync(path, "abc"), ["a.xml"]],
    ["another of the same length", (path) => writeFileSync(path, "xy"), ["a.xml"]],
    ["a link now", becomeLink, ["a.xml"]],
    ["under another name", (path) => renameSync(path, `${path}.1`), ["a.xml.1"]],
  ]
  for (const [what, change, left] of table) {
    const { root, open, inbox, put, rested, id, list } = world(t)
    put("a.xml", "ab")
    const [arrived] = await rested()
    change(join(root, "in", "a.xml"))
    for (const each of [inbox, open()]) assert.equal(await each.take(arrived!, id()), false, what)
    assert.deepEqual(list("in"), left, what)
    assert.deepEqual(list("work"), [], what)
  }
})

test("a file that is taken again for its id is taken once", async (t) => {
  const { open, put, rested, id, list } = world(t)
  put("a.xml", "ab")
  const [arrived] = await rested()
  const file = id()
  assert.equal(await open().take(arrived!, file), true)
  assert.equal(await open().take(arrived!, file), true)
  assert.deepEqual(list("work"), [`${file}.in`])
  // The same came again meanwhile: it waits.
  put("a.xml", "ab")
  assert.equal(await open().take(arrived!, file), true)
  assert.deepEqual(list("in"), ["a.xml"])
})

test("a crash while a file is taken leaves it to be taken, or given back", async (t) => {
  const { root, open, put, rested, id, list } = world(t)
  put("a.xml", "ab")
  const [arrived] = await rested()
  const file = id()
  const taking = join(root, "work", `${file}.in.taking`)
  renameSync(join(root, "in", "a.xml"), taking)
  assert.equal(await open().take(arrived!, file), true)
  assert.equal(await textOf(await open().open(file)), "ab")

  rmSync(join(root, "work", `${file}.in`))
  writeFileSync(taking, "another")
  assert.equal(await open().take(arrived!, file), false)
  assert.equal(readFileSync(join(root, "in", "a.xml"), "utf8"), "another")
  assert.deepEqual(list("work"), [])

  // Nor is anything written over when it is given back.
  writeFileSync(taking, "a third")
  assert.equal(await open().take(arrived!, file), false)
  assert.deepEqual(list("in"), [`${file}-returned`, "a.xml"])
  assert.equal(readFileSync(join(root, "in", "a.xml"), "utf8"), "another")
})

test("a link or a pipe that takes a file's place is neither followed nor waited for", async (t) => {
  const { root, inbox, put, rested, id, list } = world(t)
  put("a.xml", "ab")
  const [arrived] = await rested()
  const name = id()
  rmSync(join(root, "in", "a.xml"))
  // It was a file when it was looked for, and wasn't any more when it was moved.
  writeFileSync(join(root, "aim"), "ab")
  symlinkSync(join(root, "aim"), join(root, "work", `${name}.in.taking`))
  assert.equal(await inbox.take(arrived!, name), false)
  assert.deepEqual([list("work"), list("in")], [[], ["a.xml"]])
  await assert.rejects(hashOf(join(root, "in", "a.xml"), 9), { code: "ELOOP" })
  execFileSync("mkfifo", [join(root, "pipe")])
  assert.equal(await hashOf(join(root, "pipe"), 9), sha256(""))
})

test("a file is kept once, and one that can't be used with the reason", async (t) => {
  const { root, inbox, open, put, rested, id, list, clock } = world(t)
  put("a.xml", "ab")
  const [arrived] = await rested()
  const file = id()
  await inbox.take(arrived!, file)
  await inbox.keep(file, "../../a b.xml", "errors", "sum: 1 said, 2 found")
  clock.advance(86_400_000)
  await open().keep(file, "../../a b.xml", "errors", "another reason")
  await open().keep(file, "a.xml", "archive", null)
  const kept = `${file}-_.._a_b.xml`
  assert.deepEqual(list("errors"), [kept, `${kept}.why.txt`])
  assert.equal(
    readFileSync(join(root, "errors", `${kept}.why.txt`), "utf8"),
    "sum: 1 said, 2 found\n",
  )
  assert.deepEqual(list("archive"), [])
  await assert.rejects(inbox.open(file), /is gone/)
})

test("a crash between the reason and the move is mended", async (t) => {
  const { root, inbox, put, rested, id, list } = world(t)
  put("a.xml")
  const [arrived] = await rested()
  const file = id()
  await inbox.take(arrived!, file)
  writeFileSync(join(root, "errors", `${file}-a.xml.why.txt`), "half a rea")
  await inbox.keep(file, "a.xml", "errors", "half a reason")
  assert.equal(
    readFileSync(join(root, "errors", `${file}-a.xml.why.txt`), "utf8"),
    "half a reason\n",
  )
  assert.equal(list("errors").length, 2)
})

test("one that is longer than is ever read is told of, but not read", async (t) => {
  const { root, clock, put, rested, id } = world(t)
  const parts = { clock, timeZone: "America/Bogota", path: () => root }
  const inbox = openInbox({ ...parts, bytesMax: 10 })
  // They differ where nobody looks, or in how long they are.
  for (const [name, text] of Object.entries({ a: "x".repeat(11), b: "x".repeat(12) })) {
    put(name, text)
  }
  const told = await rested(inbox)
  assert.equal(new Set(told.map(({ sha256: hash }) => hash)).size, 2)
  const file = id()
  assert.equal(await inbox.take(told[0]!, file), true)
  assert.equal(await inbox.open(file), null)
})

test("so many are told of at once, and the rest when those were taken", async (t) => {
  const { inbox, put, rested, id } = world(t)
  for (let at = 0; at < 130; at += 1) put(`${at}.xml`, String(at))
  const first = await rested()
  assert.equal(first.length, 100)
  for (const arrived of first) assert.equal(await inbox.take(arrived, id()), true)
  assert.equal((await inbox.arrived()).length, 30)
})

test("one that can't be read keeps back no other, and is told alone", {
  skip: process.getuid?.() === 0 ? "the superuser reads everything" : false,
}, async (t) => {
  const { root, inbox, put, rested, id } = world(t)
  for (let at = 0; at < 100; at += 1) chmodSync(put(`closed-${at}.xml`), 0)
  put("open.xml", "b")
  const told = await rested()
  assert.deepEqual(
    told.map(({ name }) => name),
    ["open.xml"],
  )
  await inbox.take(told[0]!, id())
  await assert.rejects(inbox.arrived(), /a file in .* can't be read: EACCES/)
  assert.ok(existsSync(join(root, "in", "closed-99.xml")))
})

test("only ids of ours name what is taken", async (t) => {
  const { inbox, put, rested } = world(t)
  put("a.xml")
  const [arrived] = await rested()
  for (const id of ["", "../x", "x".repeat(36)]) {
    await assert.rejects(inbox.take(arrived!, id), RangeError)
    await assert.rejects(inbox.open(id), RangeError)
    await assert.rejects(inbox.keep(id, "a", "archive", null), RangeError)
  }
})
