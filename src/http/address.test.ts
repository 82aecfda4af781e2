/** Only the public internet, and what was listed, can be sent to, in whatever notation. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { checkAddress, checkResolved, parseAllowList } from "./address.ts"

const nothing = parseAllowList([])
const sandbox = { mode: "sandbox", allow: nothing } as const
const live = { mode: "live", allow: nothing } as const

const allowed = (url: string, rules: Parameters<typeof checkAddress>[1]) =>
  checkAddress(url, rules).kind === "allowed"

test("public addresses and names are allowed", () => {
  const table = [
    "https://example.com/hook?a=b#c",
    "HTTPS://EXAMPLE.COM",
    "http://example.com:9000/",
    "http://a_b.example.com",
    "http://xn--bcher-kva.example/",
    "http://bücher.example/",
    "http://8.8.8.8/",
    "http://134744072/",
    "http://[2606:4700::1111]/",
    "http://[::ffff:8.8.8.8]/",
    "http://172.32.0.1/",
    "http://100.128.0.1/",
    "http://localhost.example.com/",
    "http://internal.example.com/",
    "http://127.0.0.1.nip.io/",
  ]
  for (const url of table) assert.equal(allowed(url, sandbox), true, url)
})

test("every way to write an inside IPv4 address is refused as what it is", () => {
  const table: [string, string][] = [
    ["127.0.0.1", "loopback"],
    ["127.255.255.254", "loopback"],
    ["2130706433", "loopback"],
    ["0x7f000001", "loopback"],
    ["0x7f.1", "loopback"],
    ["0177.0.0.1", "loopback"],
    ["017700000001", "loopback"],
    ["127.1", "loopback"],
    ["127.0.1", "loopback"],
    ["127.0.0.1.", "loopback"],
    ["１２７.0.0.1", "loopback"],
    ["127。0。0。1", "loopback"],
    ["%31%32%37.0.0.1", "loopback"],
    ["0", "unspecified"],
    ["0.0.0.0", "unspecified"],
    ["0.1.2.3", "unspecified"],
    ["10.0.0.1", "private"],
    ["0xa.1", "private"],
    ["172.16.0.1", "private"],
    ["172.31.255.255", "private"],
    ["192.168.1.1", "private"],
    ["3232235777", "private"],
    ["100.64.0.1", "private"],
    ["100.127.255.255", "private"],
    ["169.254.169.254", "link-local"],
    ["0xa9fea9fe", "link-local"],
    ["224.0.0.1", "multicast"],
    ["239.255.255.255", "multicast"],
    ["255.255.255.255", "broadcast"],
    ["192.0.0.8", "reserved"],
    ["192.0.2.1", "reserved"],
    ["198.51.100.1", "reserved"],
    ["203.0.113.1", "reserved"],
    ["198.18.0.1", "reserved"],
    ["198.19.255.255", "reserved"],
    ["192.88.99.1", "reserved"],
    ["240.0.0.1", "reserved"],
  ]
  for (const [host, range] of table) {
    const verdict = checkAddress(`http://${host}/hook`, sandbox)
    assert.ok(verdict.kind === "refused" && verdict.why.includes(range), `${host} ${range}`)
  }
})

test("every way to write an inside IPv6 address is refused as what it is", () => {
  const table: [string, string][] = [
    ["::1", "loopback"],
    ["0:0:0:0:0:0:0:1", "loopback"],
    ["::ffff:127.0.0.1", "loopback"],
    ["::ffff:7f00:1", "loopback"],
    ["0:0:0:0:0:ffff:7f00:0001", "loopback"],
    ["::ffff:10.0.0.1", "private"],
    ["::ffff:169.254.169.254", "link-local"],
    ["::", "unspecified"],
    ["fc00::1", "private"],
    ["fd12:3456::1", "private"],
    ["fec0::1", "private"],
    ["fe80::1", "link-local"],
    ["febf::1", "link-local"],
    ["ff02::1", "multicast"],
    ["64:ff9b::7f00:1", "translated"],
    ["64:ff9b::8.8.8.8", "translated"],
    ["64:ff9b:1::a00:1", "translated"],
    ["::ffff:0:127.0.0.1", "translated"],
    ["2002:7f00:1::1", "translated"],
    ["2001:0:7f00:1::1", "translated"],
    ["::127.0.0.1", "reserved"],
    ["::8.8.8.8", "reserved"],
    ["::808:808", "reserved"],
    ["100::1", "reserved"],
    ["100:0:0:1::1", "reserved"],
    ["2001:2::1", "reserved"],
    ["2001:10::1", "reserved"],
    ["2001:20::1", "reserved"],
    ["2001:db8::1", "reserved"],
    ["3fff::1", "reserved"],
    ["4000::1", "reserved"],
    ["5f00::1", "reserved"],
    ["8000::1", "reserved"],
    ["1::1", "reserved"],
  ]
  for (const [host, range] of table) {
    const verdict = checkAddress(`http://[${host}]:8080/`, sandbox)
    assert.ok(verdict.kind === "refused" && verdict.why.includes(range), `${host} ${range}`)
    const resolved = checkResolved(host, 80, sandbox)
    assert.ok(resolved?.why.includes(range), `resolved ${host} ${range}`)
  }
})

test("names of inside networks and malformed names are refused", () => {
  const label = "x".repeat(63)
  const table = [
    "localhost",
    "LOCALHOST",
    "%6c%6f%63alhost",
    "ⓛocalhost",
    "a.localhost",
    "printer.local",
    "db.internal",
    "metadata.google.internal",
    "x.localdomain",
    "x.home.arpa",
    "x.lan",
    "x.corp",
    "postgres",
    "localhost.",
    "example.com.",
    "a..b",
    ".example.com",
    "-a.example",
    "a-.example",
    "a*b.example",
    "1.2.3.4.5",
    "example.0x1",
    "256.1.1.1",
    `${"x".repeat(64)}.example`,
    `${label}.${label}.${label}.${label}.com`,
  ]
  for (const host of table) assert.equal(allowed(`http://${host}/`, sandbox), false, host)
  assert.equal(allowed(`http://${label}.${label}.${label}.com/`, sandbox), true)
})

test("addresses that could be read in two ways are refused", () => {
  const table = [
    "",
    "example.com",
    "//example.com",
    "http:example.com",
    "http:/example.com",
    "http:///example.com",
    "ftp://example.com",
    "file:///etc/passwd",
    "javascript:alert(1)",
    "gopher://example.com",
    "http://",
    "http://user@example.com",
    "http://user:pass@example.com",
    "http://@example.com",
    "http://:@example.com",
    "http://example.com\\@127.0.0.1/",
    "http://exam\nple.com/",
    "http://example.com/\r\nx: y",
    "http://exam\tple.com/",
    " http://example.com",
    "http://example.com ",
    "http://example.com/a b",
    "http://ex%00ample.com/",
    "http://ex%2fample.com/",
    "http://[::1",
    "http://[fe80::1%25eth0]/",
    "http://[fe80::1%eth0]/",
    "http://example.com:0/",
    "http://example.com:65536/",
    `http://example.com/${"x".repeat(2_030)}`,
  ]
  for (const url of table) assert.equal(allowed(url, sandbox), false, JSON.stringify(url))
  assert.equal(allowed("http://example.com/@a?b=@c#@d", sandbox), true)
})

test("live addresses are https on 443 or 8443", () => {
  const table: [string, boolean][] = [
    ["https://example.com/", true],
    ["https://example.com:443/", true],
    ["https://example.com:8443/", true],
    ["https://8.8.8.8/", true],
    ["https://example.com:8080/", false],
    ["https://example.com:22/", false],
    ["http://example.com/", false],
    ["http://example.com:443/", false],
    ["https://127.0.0.1/", false],
  ]
  for (const [url, ok] of table) assert.equal(allowed(url, live), ok, url)
})

test("what is listed is let through, and nothing beside it", () => {
  const entries = ["receiver", "hooks.local:9000", "10.1.0.0/16", "127.0.0.1:8081", "[::1]:7"]
  const rules = { mode: "live", allow: parseAllowList([...entries, "fd00::/8"]) } as const
  const table: [string, boolean][] = [
    ["http://receiver/", true],
    ["http://RECEIVER:1234/", true],
    ["http://receiver.example/", false],
    ["http://a.receiver/", false],
    ["http://hooks.local:9000/", true],
    ["http://hooks.local/", false],
    ["http://10.1.2.3:5/", true],
    ["http://[::ffff:10.1.2.3]/", true],
    ["http://10.2.0.1/", false],
    ["http://127.0.0.1:8081/", true],
    ["http://127.1:8081/", true],
    ["http://127.0.0.1:8082/", false],
    ["http://127.0.0.2:8081/", false],
    ["http://[::1]:7/", true],
    ["http://[::1]:8/", false],
    ["https://[fd12::1]/", true],
    ["https://[fe80::1]/", false],
    ["http://example.com/", false],
    ["http://user@receiver/", false],
    ["ftp://receiver/", false],
  ]
  for (const [url, ok] of table) assert.equal(allowed(url, rules), ok, url)
})

test("the verdict says whether the name was listed and which port is meant", () => {
  const rules = { mode: "sandbox", allow: parseAllowList(["receiver", "10.0.0.0/8"]) } as const
  const table: [string, boolean, number][] = [
    ["http://receiver/", true, 80],
    ["https://receiver/", true, 443],
    ["http://10.0.0.1:81/", false, 81],
    ["https://example.com/", false, 443],
  ]
  for (const [url, listed, port] of table) {
    const verdict = checkAddress(url, rules)
    assert.ok(verdict.kind === "allowed")
    assert.deepEqual([verdict.listed, verdict.port], [listed, port], url)
  }
})

test("resolved addresses are judged alike, and what is no address is refused", () => {
  const rules = { mode: "live", allow: parseAllowList(["10.0.0.0/8", "192.168.0.1:443"]) } as const
  const table: [string, number, boolean][] = [
    ["93.184.215.14", 443, true],
    ["2606:4700::1111", 443, true],
    ["10.9.9.9", 443, true],
    ["192.168.0.1", 443, true],
    ["192.168.0.1", 80, false],
    ["127.0.0.1", 443, false],
    ["fe80::1%eth0", 443, false],
    ["example.com", 443, false],
    ["127.1", 443, false],
    ["", 443, false],
  ]
  for (const [address, port, ok] of table) {
    assert.equal(checkResolved(address, port, rules) === null, ok, address)
  }
})

test("a refusal doesn't tell what a name resolves to", () => {
  const refused = checkResolved("10.20.30.40", 443, live)
  assert.ok(refused && !refused.why.includes("10.20.30.40"))
})

test("an entry that can't be understood stops the start", () => {
  const table = ["", "http://receiver", "a b", "10.0.0.0/33", "10.0.0/8", "host:0", "host:99999"]
  for (const entry of [
    ...table,
    "[::1",
    "*.example.com",
    "a..b",
    "1.2.3",
    "[receiver]:80",
    "::1%lo",
  ]) {
    assert.throws(() => parseAllowList([entry]), RangeError, entry)
  }
})
