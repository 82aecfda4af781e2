/** Image, compose file and unit keep what the pages promise of them. */
import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { test } from "node:test"
import { environmentSchema, FROM_FILES } from "../../src/config.ts"
import { readYaml, type Yaml } from "../support/yaml.ts"

const root = join(import.meta.dirname, "..", "..")
const read = (path: string) => readFileSync(join(root, path), "utf8")
const SETTINGS = [
  ...Object.keys(environmentSchema.shape),
  ...FROM_FILES.map((name) => `${name}_FILE`),
]
/** Not ours, and set for all that is JavaScript. */
const OTHERS = ["NODE_ENV"]

type Instruction = { readonly word: string; readonly rest: string }

/** The instructions of a Dockerfile, stage by stage. */
function stagesOf(text: string): Instruction[][] {
  const joined = text
    .split("\n")
    .filter((line) => !line.startsWith("#"))
    .join("\n")
    .replaceAll(/\\\n\s*/g, "")
  const all = joined.split("\n").flatMap((line) => {
    const [, word, rest] = /^([A-Z]+)\s+(.*)$/.exec(line.trim()) ?? []
    if (word === undefined && line.trim() !== "") assert.fail(`what is this? ${line}`)
    return word === undefined ? [] : [{ word, rest: rest! }]
  })
  const starts = all.flatMap(({ word }, at) => (word === "FROM" ? [at] : []))
  return starts.map((start, at) => all.slice(start, starts[at + 1]))
}

const stages = stagesOf(read("ops/Dockerfile"))
const [packages, image] = [stages[0]!, stages.at(-1)!]
const restsOf = (stage: readonly Instruction[], word: string) =>
  stage.flatMap((each) => (each.word === word ? [each.rest] : []))

test("the image has the program and what it runs on, and nothing to install with", () => {
  assert.equal(stages.length, 2)
  assert.match(restsOf(packages, "RUN").join(), /npm ci --omit=dev .*--ignore-scripts/)
  const copied = restsOf(image, "COPY")
  const sources = copied.flatMap((each) => each.split(" ").slice(0, -1))
  for (const source of sources.filter((each) => !each.startsWith("--"))) {
    if (!source.startsWith("/")) assert.ok(existsSync(join(root, source)), source)
  }
  // Everything that the program's package would hold is there.
  const { files } = JSON.parse(read("package.json")) as { readonly files: readonly string[] }
  const wanted = files.filter((each) => !/[!*]|^(?:CONTRIBUTING|STYLE)|^\.env/.test(each))
  for (const each of wanted) assert.ok(sources.includes(each) || sources.includes(`${each}/`), each)
  const [removed] = restsOf(image, "RUN")
  for (const tool of ["npm", "npx", "yarn", "corepack"]) assert.match(removed!, new RegExp(tool))
  assert.doesNotMatch(restsOf(image, "RUN").join(), /apt|apk|npm (?:ci|install)|curl|wget/)
})

test("a user without rights runs it, is told to stop, and asked whether it is ready", () => {
  const order = image.map(({ word }) => word)
  assert.deepEqual(restsOf(image, "USER"), ["node"])
  // What is copied before the user is set belongs to root.
  assert.ok(order.lastIndexOf("COPY") < order.indexOf("USER"))
  assert.ok(order.lastIndexOf("RUN") < order.indexOf("USER"))
  assert.deepEqual(restsOf(image, "STOPSIGNAL"), ["SIGTERM"])
  assert.match(restsOf(image, "HEALTHCHECK").join(), /\/health\/ready/)
  for (const word of ["ENTRYPOINT", "CMD"]) {
    assert.ok(Array.isArray(JSON.parse(restsOf(image, word)[0]!)), `${word} would start a shell`)
  }
  const set = [
    ...restsOf(image, "ENV")
      .join(" ")
      .matchAll(/(\w+)=/g),
  ].map(([, name]) => name!)
  for (const name of set) assert.ok([...SETTINGS, ...OTHERS].includes(name), name)
  assert.ok(!set.some((name) => /KEY|URL|PASSWORD/.test(name)), "a secret would be in the image")
  assert.doesNotMatch(read("ops/Dockerfile"), /\b(?:ADD|ARG \w*(?:KEY|PASSWORD|TOKEN))\b/)
})

test("nothing but what is copied reaches the builder", () => {
  const [first, ...rest] = read("ops/Dockerfile.dockerignore")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
  assert.equal(first, "*")
  const let_ = rest.filter((line) => line.startsWith("!")).map((line) => line.slice(1))
  const sources = stages
    .flatMap((stage) => restsOf(stage, "COPY"))
    .flatMap((each) => {
      const words = each.split(" ").slice(0, -1)
      return words[0]!.startsWith("--from") ? [] : words
    })
  for (const source of sources.map((each) => each.replace("./", ""))) {
    const isLet = let_.some(
      (each) => each === source || (each === "*.md" && /^[^/]*\.md$/.test(source)),
    )
    assert.ok(isLet, source)
  }
})

type Service = Readonly<Record<string, Yaml>> & {
  readonly environment: Readonly<Record<string, string>>
}
const compose = readYaml(read("ops/compose.yaml")) as {
  readonly services: Readonly<Record<"database" | "gateway", Service>>
  readonly secrets: Readonly<Record<string, { readonly file: string }>>
  readonly volumes: Readonly<Record<string, Yaml>>
}
const { database, gateway } = compose.services

test("the compose file's gateway can write to its volume alone, and win no right", () => {
  assert.equal(gateway["read_only"], "true")
  assert.deepEqual(gateway["cap_drop"], ["ALL"])
  assert.deepEqual(gateway["security_opt"], ["no-new-privileges:true"])
  assert.equal(gateway["user"], undefined)
  assert.deepEqual(gateway["ports"], ["127.0.0.1:8080:8080"])
  const seconds = Number.parseInt(gateway["stop_grace_period"] as string, 10)
  assert.ok(seconds > 30, "it would be killed before it has stopped")
  for (const name of Object.keys(gateway.environment)) assert.ok(SETTINGS.includes(name), name)
  const given = [...read("ops/compose.env.example").matchAll(/^(\w+)=/gm)].map(([, name]) => name!)
  for (const name of given) assert.ok(SETTINGS.includes(name), name)
})

test("its database keeps what was answered, and no port of it is open", () => {
  const command = (database["command"] as readonly string[]).join(" ")
  for (const name of ["fsync", "full_page_writes", "synchronous_commit"]) {
    assert.match(command, new RegExp(`-c ${name}=on`))
  }
  assert.match(database["image"] as string, /^postgres:18/)
  assert.equal(database["ports"], undefined)
  assert.deepEqual(database["volumes"], ["database:/var/lib/postgresql"])
  assert.ok(database["healthcheck"])
  assert.deepEqual(gateway["depends_on"], { database: { condition: "service_healthy" } })
})

test("every secret and volume that is named is there, and none stands in the file", () => {
  for (const service of [database, gateway]) {
    for (const name of service["secrets"] as readonly string[]) {
      assert.match(compose.secrets[name]!.file, /^secrets\//)
    }
    for (const volume of service["volumes"] as readonly string[]) {
      const [source] = volume.split(":")
      assert.ok(source!.startsWith("./") || source! in compose.volumes, volume)
    }
    for (const [name, value] of Object.entries(service.environment)) {
      assert.ok(!/PASSWORD|KEY|URL/.test(name) || value.startsWith("/run/secrets/"), name)
    }
  }
})

/** The settings of a unit by section and name, each with all its values. */
function unitOf(text: string): Map<string, string[]> {
  const found = new Map<string, string[]>()
  let section = ""
  for (const line of text.split("\n")) {
    if (line === "" || line.startsWith("#")) continue
    const [, named] = /^\[(\w+)\]$/.exec(line) ?? []
    if (named !== undefined) section = named
    else {
      const at = line.indexOf("=")
      const key = `${section}.${line.slice(0, at)}`
      found.set(key, [...(found.get(key) ?? []), line.slice(at + 1)])
    }
  }
  return found
}

const unit = unitOf(read("ops/caudal.service"))

test("the unit is run by a user of its own, who writes to one folder and wins no right", () => {
  const table: [name: string, value: string][] = [
    ["DynamicUser", "yes"],
    ["StateDirectory", "caudal"],
    ["ReadWritePaths", "/var/lib/caudal"],
    ["ProtectSystem", "strict"],
    ["ProtectHome", "yes"],
    ["NoNewPrivileges", "yes"],
    ["CapabilityBoundingSet", ""],
    ["PrivateTmp", "yes"],
    ["PrivateDevices", "yes"],
    ["RestrictAddressFamilies", "AF_INET AF_INET6 AF_UNIX"],
    ["UMask", "0077"],
    ["Restart", "always"],
  ]
  for (const [name, value] of table) assert.deepEqual(unit.get(`Service.${name}`), [value], name)
  assert.equal(unit.get("Service.MemoryDenyWriteExecute"), undefined)
  assert.ok(Number(unit.get("Service.TimeoutStopSec")![0]) > 30)
})

test("the unit's settings are ours, and its secrets are handed over as files", () => {
  const set = unit.get("Service.Environment")!.map((each) => each.split("=", 1)[0]!)
  for (const name of set) assert.ok([...SETTINGS, ...OTHERS].includes(name), name)
  const handed = unit.get("Service.LoadCredential")!.map((each) => each.split(":")[0])
  const named = unit
    .get("Service.Environment")!
    .flatMap((each) => /=%d\/(.*)$/.exec(each)?.[1] ?? [])
  assert.deepEqual(named.sort(), handed.sort())
  assert.deepEqual(handed, ["database-url", "master-key"])
})

/** Above this the unit is weaker than it was: each point is a protection less. */
const EXPOSURE_MAX = 15

test("systemd takes the unit, and finds little that it could do", (t) => {
  if (spawnSync("systemd-analyze", ["--version"]).status !== 0) return t.skip("no systemd here")
  const folder = mkdtempSync(join(tmpdir(), "caudal-unit-"))
  t.after(() => rmSync(folder, { recursive: true }))
  const path = join(folder, "caudal.service")
  // It asks for the program, which is not where an operator puts it.
  writeFileSync(path, read("ops/caudal.service").replace(/^ExecStart=.*$/m, "ExecStart=/bin/true"))
  const verified = spawnSync("systemd-analyze", ["verify", path], { encoding: "utf8" })
  assert.doesNotMatch(verified.stderr, /caudal\.service/)
  const judged = spawnSync(
    "systemd-analyze",
    ["security", "--offline=yes", `--threshold=${EXPOSURE_MAX}`, path],
    { encoding: "utf8" },
  )
  if (/unrecognized option/.test(judged.stderr)) return
  assert.equal(judged.status, 0, judged.stdout.split("\n").slice(-4).join("\n"))
})

test("the pages name every file of the folder, and each is in its list", () => {
  const listed = read("ops/README.md")
  for (const path of globSync("*", { cwd: join(root, "ops") })) {
    if (["README.md", "reference"].includes(path) || path.endsWith(".dockerignore")) continue
    assert.ok(listed.includes(path), path)
  }
})
