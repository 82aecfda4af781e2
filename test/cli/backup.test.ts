/** A backup under load: what was acknowledged before it is in it, its books are right, once. */
import assert from "node:assert/strict"
import { appendFileSync, existsSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs"
import { join } from "node:path"
import { test } from "node:test"
import { withCore } from "../../src/cli/core.ts"
import { readConfig } from "../../src/config.ts"
import { isRefusal } from "../../src/core/index.ts"
import { lastFirst } from "../support/cleanup.ts"
import { caudal, temporaryFolder } from "./caudal.ts"

const TOP_UP = 100n

test("backup under load, restore elsewhere, verify", async (t) => {
  const context = lastFirst(t)
  const folder = temporaryFolder(context)
  const settings = { CAUDAL_DATA_DIR: join(folder, "data") }
  const to = join(folder, "backups")
  const config = readConfig(settings, folder)
  let acknowledged = 0

  const made = await withCore(
    config,
    () => {},
    async (core) => {
      const { id: merchantId } = await core.merchants.add({ name: "Tienda" })
      let isOver = false
      const load = Promise.all(
        [0, 1, 2].map(async (lane) => {
          for (let at = 0; !isOver; at += 1) {
            const reference = `${lane}-${at}`
            const booked = await core.wallet.topUp({
              ...{ merchantId, asset: "COP", amount: TOP_UP, reference },
            })
            assert.ok(!isRefusal(booked))
            acknowledged += 1
          }
        }),
      )
      while (acknowledged < 30) await new Promise((resolve) => setTimeout(resolve, 5))
      const before = acknowledged
      const ran = await caudal(["backup", "--to", to, "--no-check", "--json"], settings)
      isOver = true
      await load
      assert.equal(ran.code, 0, ran.err)
      return { ...ran.json(), before }
    },
  )
  assert.ok(acknowledged > made.before, "nothing was written meanwhile")
  assert.deepEqual(readdirSync(to), [made.folder.split("/").at(-1)])
  assert.equal(statSync(made.folder).mode & 0o077, 0)
  assert.ok(existsSync(join(made.folder, "data", "master.key")))

  const there = { CAUDAL_DATA_DIR: join(folder, "restored") }
  const restored = await caudal(["restore", "--from", made.folder, "--json"], there)
  assert.equal(restored.code, 0, restored.err)
  assert.equal(restored.json().right, true)

  await t.test(
    "all that was acknowledged before it is there, and nothing that wasn't made",
    async () => {
      const other = readConfig(there, folder)
      const balance = await withCore(
        other,
        () => {},
        async (core) => {
          const merchant = await core.merchants.findByName("Tienda")
          const accounts = await core.books.accounts(merchant!.id)
          return accounts.find(({ kind }) => kind === "available")!.balance
        },
      )
      const topUps = Number(balance / TOP_UP)
      assert.ok(topUps >= made.before && topUps <= acknowledged, `${made.before} ${topUps}`)
    },
  )

  await t.test("it knows that it is a copy: its log goes on under another timeline", () => {
    const walOf = (dataDir: string) =>
      readdirSync(join(dataDir, "postgres", "pg_wal")).filter((name) => /^[0-9A-F]{24}$/.test(name))
    const newest = (dataDir: string) => walOf(dataDir).sort().at(-1)!.slice(0, 8)
    assert.equal(newest(settings.CAUDAL_DATA_DIR), "00000001")
    assert.equal(newest(there.CAUDAL_DATA_DIR), "00000002")
    assert.ok(!existsSync(join(there.CAUDAL_DATA_DIR, "postgres", "postgresql.auto.conf")))
  })

  const REFUSED: readonly (readonly [words: readonly string[], says: RegExp])[] = [
    [["restore", "--from", made.folder], /is not empty: move it away first/],
    [["restore", "--from", folder], /is no backup of Caudal's: backup\.json can't be read/],
    [["backup", "--to", join(there.CAUDAL_DATA_DIR, "b")], /inside the data folder would be lost/],
    [["backup", "--to", to, "--keep", "0"], /--keep 0: write a number/],
  ]
  for (const [words, says] of REFUSED) {
    await t.test(`caudal ${words[0]} ${words[1]} says no and why`, async () => {
      const ran = await caudal(words, there)
      assert.notEqual(ran.code, 0)
      assert.match(ran.err, says)
    })
  }

  await t.test(
    "a byte more, a file less, and it is refused before anything is restored",
    async () => {
      const { files } = JSON.parse(readFileSync(join(made.folder, "backup.json"), "utf8"))
      const elsewhere = { CAUDAL_DATA_DIR: join(folder, "never") }
      const check = ["restore", "--from", made.folder]
      const [first, last] = [files[0].path, files.at(-1).path]
      appendFileSync(join(made.folder, first), "x")
      const changed = await caudal([...check, "--dry-run"], elsewhere)
      assert.equal(changed.code, 1)
      assert.match(changed.err, new RegExp(`^${first} is not what was written`))
      rmSync(join(made.folder, last))
      const lacking = await caudal(check, elsewhere)
      assert.equal(lacking.code, 1)
      assert.match(lacking.err, /is missing: take another backup|is not what was written/)
      assert.ok(!existsSync(elsewhere.CAUDAL_DATA_DIR))
    },
  )

  await t.test("a server of one's own is backed up by its own programs", async () => {
    const own = { ...there, DATABASE_URL: "postgres://nobody@127.0.0.1:1/none" }
    const ran = await caudal(["backup", "--to", to], own)
    assert.equal(ran.code, 1)
    assert.match(ran.err, /pg_dump --format=custom/)
  })
})
