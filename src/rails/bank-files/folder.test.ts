/** The exchange folder: whose it is, and that a file of ours leaves once, whatever happens. */
import assert from "node:assert/strict"
import { createHash } from "node:crypto"
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type TestContext, test } from "node:test"
import { FolderLost } from "../../core/index.ts"
import { openFolder } from "./folder.ts"

const NAME = "debits-20260105-1.xml"

function makeRoot(t: TestContext): string {
  const root = mkdtempSync(join(tmpdir(), "caudal-folder-"))
  t.after(() => rmSync(root, { recursive: true, force: true }))
  return join(root, "bank", "exchange")
}

async function* pieces(...all: string[]) {
  yield* all
}

async function marked(t: TestContext) {
  const root = makeRoot(t)
  const folder = openFolder(root)
  assert.equal(await folder.identify(null, "mark-1"), "mark-1")
  return { root, folder, out: () => readdirSync(join(root, "out")) }
}

test("nothing is touched before the folder is used", (t) => {
  const root = makeRoot(t)
  openFolder(root)
  assert.equal(existsSync(root), false)
})

test("a process without a folder says so", async () => {
  const folder = openFolder(null)
  assert.throws(() => folder.path(), /no exchange folder/)
  await assert.rejects(folder.identify(null, "x"), /no exchange folder/)
})

test("a new folder is made for nobody else to read, and keeps its first mark", async (t) => {
  const { root, folder } = await marked(t)
  for (const name of ["in", "out", "work", "archive", "errors"]) {
    assert.equal(statSync(join(root, name)).mode & 0o777, 0o700, name)
  }
  assert.equal(statSync(join(root, ".caudal")).mode & 0o777, 0o600)
  assert.equal(await folder.identify(null, "mark-2"), "mark-1")
  assert.equal(await openFolder(root).identify("mark-1", "mark-2"), "mark-1")
  assert.deepEqual(readdirSync(root).sort(), [".caudal", "archive", "errors", "in", "out", "work"])
})

test("of nodes that mark a new folder at once all hear the same mark", async (t) => {
  const root = makeRoot(t)
  const marks = ["a", "b", "c", "d"]
  const heard = await Promise.all(marks.map((mark) => openFolder(root).identify(null, mark)))
  assert.equal(new Set(heard).size, 1)
  assert.ok(marks.includes(heard[0]!))
})

test("a new folder may be marked many times at once with one mark", async (t) => {
  const root = makeRoot(t)
  const folder = openFolder(root)
  const heard = await Promise.all(Array.from({ length: 8 }, () => folder.identify(null, "a")))
  assert.deepEqual([...new Set(heard)], ["a"])
  assert.deepEqual(readdirSync(root).sort(), [".caudal", "archive", "errors", "in", "out", "work"])
})

test("a folder that isn't the known one is lost, and nothing is made in it", async (t) => {
  const table: [what: string, change: (root: string) => void][] = [
    ["it is gone", (root) => renameSync(root, `${root}.away`)],
    [
      "it isn't mounted",
      (root) => {
        renameSync(root, `${root}.away`)
        mkdirSync(root)
      },
    ],
    ["its mark is gone", (root) => rmSync(join(root, ".caudal"))],
    ["its mark is another's", (root) => writeFileSync(join(root, ".caudal"), "mark-9\n")],
    ["its mark is empty", (root) => writeFileSync(join(root, ".caudal"), "\n")],
    ["its mark is no mark", (root) => writeFileSync(join(root, ".caudal"), "x".repeat(101))],
    ["parts are gone", (root) => rmSync(join(root, "work"), { recursive: true })],
    ["out is gone", (root) => rmSync(join(root, "out"), { recursive: true })],
    [
      "out is a file",
      (root) => {
        rmSync(join(root, "out"), { recursive: true })
        writeFileSync(join(root, "out"), "")
      },
    ],
  ]
  for (const [what, change] of table) {
    const { root, folder } = await marked(t)
    change(root)
    const before = existsSync(root) ? readdirSync(root) : null
    await assert.rejects(folder.identify("mark-1", "mark-2"), FolderLost, what)
    assert.deepEqual(existsSync(root) ? readdirSync(root) : null, before, what)
  }
})

test("a folder that can't be made says where and why", async (t) => {
  const root = makeRoot(t)
  mkdirSync(join(root, ".."), { recursive: true })
  writeFileSync(root, "")
  await assert.rejects(openFolder(root).identify(null, "x"), ({ message }: Error) => {
    assert.match(message, /^the exchange folder .* can't be used: E(?:EXIST|NOTDIR)$/)
    return true
  })
})

test("a part is whole before anybody hears of it, and replaces one of its name", async (t) => {
  const { root, folder, out } = await marked(t)
  await folder.write(pieces("an earlier and longer one"), "p.1")
  const written = await folder.write(pieces("ab", "ñ", ""), "p.1")
  assert.deepEqual(written, {
    bytes: 4,
    sha256: createHash("sha256").update("abñ").digest("hex"),
  })
  assert.equal(readFileSync(join(root, "work", "p.1"), "utf8"), "abñ")
  assert.equal(statSync(join(root, "work", "p.1")).mode & 0o777, 0o600)
  assert.deepEqual(out(), [])
})

test("a part that can't be written to its end is gone", async (t) => {
  const { root, folder } = await marked(t)
  async function* breaking() {
    yield "a"
    throw new Error("no more")
  }
  await assert.rejects(folder.write(breaking(), "p.1"), /no more/)
  assert.deepEqual(readdirSync(join(root, "work")), [])
})

test("a part leaves once, however often it is sent", async (t) => {
  const { root, folder, out } = await marked(t)
  await folder.write(pieces("a"), "p.1")
  await folder.send("p.1", NAME)
  assert.deepEqual(out(), [NAME])
  assert.deepEqual(readdirSync(join(root, "work")), [])
  // Before the bank fetched it, and after.
  await folder.send("p.1", NAME)
  assert.deepEqual(out(), [NAME])
  rmSync(join(root, "out", NAME))
  await openFolder(root).send("p.1", NAME)
  assert.deepEqual(out(), [])
})

test("of nodes that send one part at once all succeed, and it leaves once", async (t) => {
  const { root, folder, out } = await marked(t)
  await folder.write(pieces("a"), "p.1")
  const nodes = Array.from({ length: 5 }, () => openFolder(root))
  await Promise.all(nodes.map((node) => node.send("p.1", NAME)))
  assert.deepEqual(out(), [NAME])
})

test("a name that is taken in out is never written over", async (t) => {
  const { root, folder } = await marked(t)
  await folder.write(pieces("a"), "p.1")
  writeFileSync(join(root, "out", NAME), "another")
  await assert.rejects(folder.send("p.1", NAME), /is there already/)
  assert.equal(readFileSync(join(root, "out", NAME), "utf8"), "another")
  assert.equal(existsSync(join(root, "work", "p.1")), true)
})

test("a part that is gone with its folder was not handed over", async (t) => {
  for (const name of ["work", "out"]) {
    const { root, folder } = await marked(t)
    await folder.write(pieces("a"), "p.1")
    renameSync(join(root, name), join(root, "away"))
    await assert.rejects(folder.send("p.1", NAME), FolderLost, name)
  }
})

test("a part that is thrown away is gone, and may be thrown away again", async (t) => {
  const { root, folder } = await marked(t)
  await folder.write(pieces("a"), "p.1")
  await folder.discard("p.1")
  await folder.discard("p.1")
  assert.deepEqual(readdirSync(join(root, "work")), [])
})

test("no name leads out of the folder", async (t) => {
  const { folder } = await marked(t)
  for (const name of ["", ".", "..", "../x", "a/b", ".x", "a\0b", "x".repeat(201), "é"]) {
    await assert.rejects(async () => folder.write(pieces("a"), name), RangeError, name)
    await assert.rejects(folder.send(name, NAME), RangeError, name)
    await assert.rejects(folder.send("p.1", name), RangeError, name)
    await assert.rejects(folder.discard(name), RangeError, name)
  }
})
