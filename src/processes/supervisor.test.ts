/** What each of several processes is started with. */
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { test } from "node:test"
import { FLAGS } from "./supervisor.ts"

test("each process has the flags that npm start gives one", () => {
  const path = join(import.meta.dirname, "..", "..", "package.json")
  const { scripts } = JSON.parse(readFileSync(path, "utf8"))
  const given = (scripts.start as string).split(" ").filter((word) => word.startsWith("--"))
  assert.deepEqual([...FLAGS], given)
})
