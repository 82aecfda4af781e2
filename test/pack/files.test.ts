/** What `npm pack` takes along: all that runs, and nothing that only tests it. */
import assert from "node:assert/strict"
import { execFileSync } from "node:child_process"
import { globSync, readFileSync } from "node:fs"
import { join, posix } from "node:path"
import { test } from "node:test"
import { importsOf } from "../support/source.ts"

const root = join(import.meta.dirname, "..", "..")

/** Large enough for years of pages; a folder of data that slipped in would be larger. */
const UNPACKED_MAX_BYTES = 12_000_000

type Packed = { readonly path: string; readonly mode: number; readonly size: number }

const [{ files }] = JSON.parse(
  execFileSync("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], {
    cwd: root,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  }),
) as [{ readonly files: readonly Packed[] }]
const paths = new Set(files.map(({ path }) => path))

test("the tarball has each file of the program, its migrations and its documents", () => {
  const wanted = globSync(["src/**/*.*", "migrations/*.sql", "docs/**/*.*", "bin/*"], { cwd: root })
    .filter((path) => !path.endsWith(".test.ts"))
    .sort()
  assert.deepEqual(
    wanted.filter((path) => !paths.has(path)),
    [],
  )
  const single = ["package.json", "LICENSE", "README.md", ".env.example"]
  assert.deepEqual(
    single.filter((path) => !paths.has(path)),
    [],
  )
})

test("what a packed file imports is packed, or is a package that gets installed", () => {
  const { dependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"))
  const missing = [...paths]
    .filter((path) => path.endsWith(".ts"))
    .flatMap((path) =>
      importsOf(readFileSync(join(root, path), "utf8"))
        .filter((name) => !name.startsWith("node:"))
        .filter((name) =>
          name.startsWith(".")
            ? !paths.has(posix.join(posix.dirname(path), name))
            : !Object.keys(dependencies).some((each) => `${name}/`.startsWith(`${each}/`)),
        )
        .map((name) => `${path}: ${name}`),
    )
  assert.deepEqual(missing, [])
})

test("no test, bench or data of somebody's comes along, and the command can be run", () => {
  const strays = [...paths].filter((path) => /^(test|bench|data)\/|\.test\.ts$/.test(path))
  assert.deepEqual(strays, [])
  const size = files.reduce((sum, each) => sum + each.size, 0)
  assert.ok(size < UNPACKED_MAX_BYTES, `${size} bytes`)
  assert.equal(files.find(({ path }) => path === "bin/caudal")!.mode & 0o111, 0o111)
})
