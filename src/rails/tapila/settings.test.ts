/** The settings: all problems at once, and no secret in any of them. */
import assert from "node:assert/strict"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { test } from "node:test"
import { type ConnectionSettings, readSettings } from "./settings.ts"

const WHOLE = {
  baseUrl: "https://provider.example/tapila",
  clientUsername: "acme",
  password: "hush-password",
  apiKey: "hush-key",
  countries: ["AR", "CL"],
}
const HOSTS = {
  login: "https://login.example",
  companies: "https://companies.example",
  recharges: "https://recharge.example",
}

function read(connection: object, more: object = {}, mode: "sandbox" | "live" = "live") {
  return readSettings({ connections: { first: connection, ...more } }, mode)
}

test("what is left out has a default, and one address stands for all services", () => {
  const url = WHOLE.baseUrl
  const [{ farSide, ...rest }] = read(WHOLE).connections as [ConnectionSettings]
  assert.match(farSide, /^[\w-]{16}$/)
  assert.deepEqual(rest, {
    name: "first",
    hosts: { login: url, companies: url, recharges: url, tools: url },
    keys: { login: "hush-key", companies: "hush-key", recharges: "hush-key", tools: "hush-key" },
    clientUsername: "acme",
    password: "hush-password",
    webhookKey: null,
    webhookHeader: null,
    countries: ["AR", "CL"],
    timeoutMs: 20_000,
  })
})

test("services may have hosts and keys of their own, and the tools may be missing", () => {
  const { baseUrl: _, apiKey: __, ...rest } = WHOLE
  const apiKeys = { companies: "hush-c", recharges: "hush-r" }
  const header = { name: "X-Our-Key", value: "hush-header" }
  const [connection] = read({ ...rest, hosts: HOSTS, apiKeys, webhookHeader: header }).connections
  assert.deepEqual(connection!.hosts, { ...HOSTS, tools: null })
  assert.deepEqual(connection!.keys, { ...apiKeys, login: null, tools: null })
  assert.deepEqual(connection!.webhookHeader, { name: "x-our-key", value: "hush-header" })
})

test("a secret may stand in a file, with a line break at its end", (t) => {
  const dir = mkdtempSync(join(tmpdir(), "caudal-tapila-"))
  t.after(() => rmSync(dir, { recursive: true }))
  const file = (name: string, text: string) => {
    writeFileSync(join(dir, name), text)
    return { file: join(dir, name) }
  }
  const [connection] = read({
    ...WHOLE,
    password: file("password", "hush one two\n"),
    apiKey: file("key", "hush-key\r\n"),
    webhookKey: file("webhook", "hush-webhook"),
  }).connections
  assert.equal(connection!.password, "hush one two")
  assert.equal(connection!.keys.recharges, "hush-key")
  assert.equal(connection!.webhookKey, "hush-webhook")
  const table: [given: unknown, problem: RegExp][] = [
    [{ file: join(dir, "gone") }, /password: the file can't be read \(ENOENT\)/],
    [{ file: dir }, /password: the file can't be read \(EISDIR\)/],
    [file("empty", "\n"), /password: must be printable/],
    [file("two", "hush\nhush\n"), /password: must be printable/],
    [file("large", "hush".repeat(3_000)), /password: the file is too large/],
    [{ file: "hush" }, /password.file: must be an absolute path/],
    [{ file: join(dir, "key"), hush4321: 1 }, /password: there is no member of this name/],
    [7, /password: must be text, or/],
  ]
  for (const [password, problem] of table) {
    assert.throws(
      () => read({ ...WHOLE, password }),
      (error: Error) => {
        assert.match(error.message, problem)
        assert.ok(!error.message.includes("hush"), error.message)
        return true
      },
    )
  }
})

test("each thing that is wrong is named by its place, and none repeats what was given", () => {
  const { baseUrl: _, ...homeless } = WHOLE
  const { apiKey: __, ...keyless } = WHOLE
  const table: [given: unknown, problem: string][] = [
    [null, "rails.tapila: "],
    [{}, "rails.tapila.connections: "],
    [{ connections: {} }, "rails.tapila.connections: needs at least one connection"],
    [{ connections: { first: WHOLE }, hush: 1 }, "rails.tapila: there is no member hush here"],
    [{ connections: { "First One": WHOLE } }, "rails.tapila.connections.…: must be 1 to 40"],
    [{ connections: { first: homeless } }, "connections.first: needs either baseUrl or hosts"],
    [
      { connections: { first: { ...WHOLE, hosts: HOSTS } } },
      "first: needs either baseUrl or hosts",
    ],
    [{ connections: { first: keyless } }, "connections.first: needs either apiKey or apiKeys"],
    [
      { connections: { first: { ...WHOLE, baseUrl: "http://x.example" } } },
      "first.baseUrl: the address must be https in live",
    ],
    [
      { connections: { first: { ...WHOLE, baseUrl: "hush" } } },
      "first.baseUrl: the address is no address",
    ],
    [
      { connections: { first: { ...WHOLE, countries: ["BR"] } } },
      "first.countries.0: must be one of AR, CL, CO, MX, PE",
    ],
    [{ connections: { first: { ...WHOLE, timeoutMs: 60_000 } } }, "first.timeoutMs: "],
    [{ connections: { first: { ...WHOLE, password: "" } } }, "first.password: must be printable"],
    [
      { connections: { first: { ...WHOLE, apiKey: "hush\nhush" } } },
      "first.apiKey: must be printable",
    ],
    [
      { connections: { first: { ...WHOLE, clientUsername: "" } } },
      "first.clientUsername: must be printable",
    ],
    [
      { connections: { first: { ...WHOLE, webhookHeader: { name: "a b", value: "hush" } } } },
      "first.webhookHeader.name: must be the name of a header",
    ],
    [
      { connections: { first: { ...WHOLE, "hush-4321": 1 } } },
      "first: there is no member of this name here",
    ],
    [
      { connections: { first: WHOLE, second: { ...WHOLE, countries: ["PE", "AR"] } } },
      "second.countries: AR is sold over first already",
    ],
  ]
  for (const [given, problem] of table) {
    assert.throws(
      () => readSettings(given, "live"),
      (error: Error) => {
        assert.ok(error.message.includes(problem), `${error.message}\n${problem}`)
        const repeated = error.message.replace("member hush", "").includes("hush")
        assert.ok(!repeated, error.message)
        return true
      },
    )
  }
})

test("all problems are told at once, one a line", () => {
  const first = { ...WHOLE, baseUrl: "ftp://x", password: "", countries: ["XX"], timeoutMs: 1 }
  assert.throws(
    () => read(first, { second: {} }),
    (error: Error) => {
      const lines = error.message.split("\n")
      for (const place of ["baseUrl", "password", "countries.0", "timeoutMs"]) {
        assert.ok(
          lines.some((line) => line.startsWith(`rails.tapila.connections.first.${place}: `)),
          place,
        )
      }
      assert.ok(lines.some((line) => line.startsWith("rails.tapila.connections.second.password: ")))
      return true
    },
  )
})

test("a sandbox may ask a provider that has no TLS", () => {
  const connection = { ...WHOLE, baseUrl: "http://10.0.0.7:8080/tapila" }
  assert.equal(read(connection, {}, "sandbox").connections[0]!.hosts.login, connection.baseUrl)
})

test("a far side is an address for recharges and a user there, and nothing else", () => {
  const farSide = (over: object) => read({ ...WHOLE, ...over }).connections[0]!.farSide
  const { baseUrl: _, ...rest } = WHOLE
  const hosts = (over: object) => {
    const [connection] = read({ ...rest, hosts: { ...HOSTS, ...over } }).connections
    return connection!.farSide
  }
  const same: object[] = [
    { baseUrl: "https://PROVIDER.example:443/tapila/" },
    { password: "hush-other", apiKey: "hush-other", timeoutMs: 5_000 },
    { countries: [] },
  ]
  for (const over of same) assert.equal(farSide(over), farSide({}), JSON.stringify(over))
  const others: object[] = [
    { baseUrl: "https://provider.example/tapila/v2" },
    { baseUrl: "https://another.example/tapila" },
    { clientUsername: "acme2" },
  ]
  for (const over of others) assert.notEqual(farSide(over), farSide({}), JSON.stringify(over))
  assert.equal(hosts({ companies: "https://elsewhere.example" }), hosts({}))
  assert.notEqual(hosts({ recharges: "https://elsewhere.example" }), hosts({}))
})
