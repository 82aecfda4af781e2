/** Which addresses a payer may be sent back to. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { readRedirect } from "./redirect.ts"

test("a payer is sent back only to where it is safe", () => {
  const rows: [url: string, mode: "sandbox" | "live", read: string | null][] = [
    ["https://palomma.com", "live", "https://palomma.com/"],
    ["HTTPS://Palomma.com/A?b=c#d", "live", "https://palomma.com/A?b=c#d"],
    ["https://ñandú.example/ñ", "live", "https://xn--and-6ma2c.example/%C3%B1"],
    ["http://localhost:3000/x", "sandbox", "http://localhost:3000/x"],
    ["http://shop.localhost/x", "sandbox", "http://shop.localhost/x"],
    ["http://2130706433/", "sandbox", "http://127.0.0.1/"],
    ["http://localhost:3000/x", "live", null],
    ["http://127.0.0.1/", "live", null],
    ["http://palomma.com", "sandbox", null],
    ["http://localhost.example/", "sandbox", null],
    ["http://127.0.0.1.example/", "sandbox", null],
    ["https://a@palomma.com", "live", null],
    ["https://:b@palomma.com", "live", null],
    ["https://@palomma.com", "live", null],
    ["https://palomma.com\\@shop.example", "live", null],
    ["https://palomma.com/\\shop.example", "live", null],
    ["https://palomma.com/a@b?c@d#e@f", "live", "https://palomma.com/a@b?c@d#e@f"],
    ["https://palomma.com?x", "live", "https://palomma.com/?x"],
    ["https://[::1]:8443/x", "live", "https://[::1]:8443/x"],
    ["http://[::1]:3000/x", "sandbox", "http://[::1]:3000/x"],
    ["http://0x7f.1/", "sandbox", "http://127.0.0.1/"],
    ["http://0.0.0.0/", "sandbox", null],
    ["http://[::ffff:127.0.0.1]/", "sandbox", null],
    ["http://192.168.0.1/", "sandbox", null],
    ["https://пример.example/", "live", "https://xn--e1afmkfd.example/"],
    ["https://palomma.com:99999/", "live", null],
    ["https://pal%00omma.com/", "live", null],
    ['https://a.example/"<script>', "live", "https://a.example/%22%3Cscript%3E"],
    ["javascript:alert(1)", "sandbox", null],
    ["https:palomma.com", "live", null],
    ["https:///palomma.com\t", "live", null],
    ["", "live", null],
  ]
  for (const [url, mode, read] of rows) assert.equal(readRedirect(url, mode), read, url)
})
