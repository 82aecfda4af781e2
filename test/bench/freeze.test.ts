/** A server of a bench is frozen only where no transaction of its own stays open. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { setTimeout as sleep } from "node:timers/promises"
import type { Child } from "../../bench/children.ts"
import { freeze } from "../../bench/create/sides.ts"
import { openDatabase } from "../../src/db/database.ts"
import { testDatabase } from "../support/database.ts"

/** How late PostgreSQL reads what a server sent just before it was frozen. */
const LATE_MS = 10

test("a server whose begin is still on its way is thawed and frozen anew", async (t) => {
  const { database, url } = await testDatabase(t)
  const own = openDatabase({ url })
  // Connecting takes longer than what is tested.
  for (const each of [database, own]) await each.query("select 1")
  let [frozen, times] = [false, 0]
  let goOn = () => {}
  let transaction: Promise<void> | undefined
  async function open(): Promise<void> {
    const thawed = new Promise<void>((resolve) => {
      goOn = resolve
    })
    await sleep(LATE_MS)
    await own.transaction(async (opened) => {
      await opened.query("select 1")
      await thawed
    })
  }
  const child: Pick<Child, "ask" | "freeze" | "thaw"> = {
    ask: async () => 0 as never,
    freeze() {
      frozen = true
      times += 1
      transaction ??= open()
    },
    thaw() {
      frozen = false
      goOn()
    },
  }
  const { signal } = new AbortController()
  await freeze({ child: child as Child, database }, { signal })
  const wasFrozen = frozen
  goOn()
  await transaction
  await own.close()
  assert.equal(wasFrozen, true)
  assert.ok(times > 1, "it was left with its transaction open")
})
