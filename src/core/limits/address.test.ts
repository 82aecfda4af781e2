/** Under which name an address is counted: each host has one, however it is written. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { addressName, isOwnMachine } from "./address.ts"

const ADDRESSES: [ip: string | undefined, name: string, own: boolean][] = [
  ["192.0.2.7", "192.0.2.7", false],
  ["::ffff:192.0.2.7", "192.0.2.7", false],
  ["::FFFF:192.0.2.7", "192.0.2.7", false],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64", false],
  ["2001:0DB8:0001:0002::9", "2001:db8:1:2::/64", false],
  ["2001:db8:1:2::9", "2001:db8:1:2::/64", false],
  ["2001:db8::9", "2001:db8:0:0::/64", false],
  ["fe80::1%eth0", "fe80:0:0:0::/64", false],
  ["::1", "0:0:0:0::/64", true],
  ["127.0.0.9", "127.0.0.9", true],
  ["::ffff:127.0.0.1", "127.0.0.1", true],
  // A closed socket doesn't know any more who was at its end.
  [undefined, "gone", false],
]
for (const [ip, name, own] of ADDRESSES) {
  test(`${ip} is counted as ${name}`, () => {
    assert.equal(addressName(ip), name)
    assert.equal(isOwnMachine(ip), own)
  })
}
