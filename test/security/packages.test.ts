/** What others wrote and we run: pinned, hashed, under known terms. */
import assert from "node:assert/strict"
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { test } from "node:test"

const root = join(import.meta.dirname, "..", "..")
const read = (path: string) => JSON.parse(readFileSync(join(root, path), "utf8"))

type Entry = {
  readonly version?: string
  readonly resolved?: string
  readonly integrity?: string
  readonly license?: string
  readonly dev?: boolean
  readonly link?: boolean
  readonly hasInstallScript?: boolean
}

const lock = read("package-lock.json")
const manifest = read("package.json")
const { "": own, ...rest } = lock.packages as Readonly<Record<string, Entry>>
const entries = Object.entries(rest)

const KINDS = ["dependencies", "optionalDependencies", "devDependencies"] as const

/** SHA-512, whole: 64 bytes in base64. */
const INTEGRITY = /^sha512-[A-Za-z0-9+/]{86}==$/

/** Terms under which what we run may be handed on with what we wrote (Apache 2.0). */
const LICENCES = ["MIT", "ISC", "BSD-2-Clause", "BSD-3-Clause", "Apache-2.0", "0BSD", "CC0-1.0"]
/** What only builds and tests is handed on with nothing: its terms may ask for more. */
const DEV_LICENCES = [...LICENCES, "MPL-2.0", "Unlicense", "BlueOak-1.0.0"]

/** What is wrong with an entry of the lockfile. */
function flawsOf(name: string, { resolved, integrity, link, version }: Entry): string[] {
  return [
    link && "is a link to somewhere on a disk",
    !/^\d+\.\d+\.\d+/.test(version ?? "") && `has the version ${version}`,
    // Without a place it comes from the registry that the machine has: the hash says what it is.
    resolved !== undefined && `comes from ${resolved}`,
    !INTEGRITY.test(integrity ?? "") && "has no hash of its content",
  ].flatMap((flaw) => (flaw ? [`${name} ${flaw}`] : []))
}

/** Whether one of the licences of an expression such as "MIT OR Apache-2.0" will do. */
function isFree(expression: string | undefined, free: readonly string[]): boolean {
  const either = (expression ?? "").replace(/^\((.*)\)$/, "$1").split(" OR ")
  return either.some((all) => all.split(" AND ").every((each) => free.includes(each)))
}

test("each package of the lockfile has a hash, and none comes from elsewhere", () => {
  assert.ok(entries.length > 50)
  assert.equal(lock.lockfileVersion, 3)
  assert.deepEqual(
    entries.flatMap(([name, entry]) => flawsOf(name, entry)),
    [],
  )
})

test("an entry that was meddled with is found", () => {
  const good = {
    version: "1.0.0",
    integrity: `sha512-${"A".repeat(86)}==`,
  }
  assert.deepEqual(flawsOf("x", good), [])
  const bad: Partial<Entry>[] = [
    { resolved: "https://packages.example/x/-/x-1.0.0.tgz" },
    { resolved: "git+ssh://git@example.com/x.git#main" },
    { resolved: "file:../x" },
    { integrity: "sha1-AAAAAAAAAAAAAAAAAAAAAAAAAAA=" },
    { integrity: "sha512-short" },
    { version: "file:../x" },
    { link: true },
  ]
  for (const over of bad) {
    assert.equal(flawsOf("x", { ...good, ...over }).length, 1, JSON.stringify(over))
  }
  assert.equal(flawsOf("x", { version: "1.0.0" }).length, 1)
  assert.ok(isFree("(MIT OR GPL-3.0)", LICENCES))
  for (const none of [undefined, "", "GPL-3.0", "MIT AND GPL-3.0", "SEE LICENSE IN x"]) {
    assert.ok(!isFree(none, LICENCES), none)
  }
})

test("every version is exact, and the lockfile is of these", () => {
  for (const kind of KINDS) {
    for (const [name, version] of Object.entries<string>(manifest[kind])) {
      assert.match(version, /^\d+\.\d+\.\d+(?:-[\w.]+)?$/, name)
      assert.equal(rest[`node_modules/${name}`]?.version, version, name)
    }
    assert.deepEqual((own as Record<string, unknown>)[kind], manifest[kind], kind)
  }
  assert.equal(manifest.private, true)
})

test("no package runs a script when it is installed", () => {
  const allowed: Readonly<Record<string, boolean>> = manifest.allowScripts
  for (const [path, { hasInstallScript }] of entries) {
    const name = path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length)
    if (hasInstallScript) assert.equal(allowed[name], false, `${name} may run a script`)
  }
  assert.deepEqual(Object.values(allowed).filter(Boolean), [])
  for (const when of ["preinstall", "install", "postinstall", "prepare", "prepublish"]) {
    assert.equal(manifest.scripts[when], undefined, when)
  }
})

test("what is installed stands under terms that allow its use here", () => {
  let seen = 0
  for (const [path, { dev }] of entries) {
    // A package for another platform isn't here; the lockfile has its word.
    const installed = existsSync(join(root, path, "package.json"))
    const { license } = installed ? read(`${path}/package.json`) : rest[path]!
    // A very old one says it in the older form.
    const legacy = installed ? read(`${path}/package.json`).licenses?.[0]?.type : undefined
    const free = isFree(license ?? legacy, dev ? DEV_LICENCES : LICENCES)
    assert.ok(free, `${path}: ${license ?? legacy}`)
    if (installed) seen += 1
  }
  assert.ok(seen > 50)
})

test("what is installed is what the lockfile names", () => {
  for (const [path, { version }] of entries) {
    if (!existsSync(join(root, path, "package.json"))) continue
    assert.equal(read(`${path}/package.json`).version, version, path)
  }
})
