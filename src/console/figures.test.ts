/** Amounts are read as their language writes them, and never as a thousandth of what was meant. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { amountText, fieldText, type Reading, readAmount, timeText } from "./figures.ts"

const USDT = "eip155:56/erc20:0x55d398326f99059ff775485246999027b3197955"
const reading = (language: Reading["language"]): Reading => ({
  language,
  timeZone: "America/Bogota",
  tokens: new Map([
    [USDT, { asset: USDT, token: "USDT", decimals: 18, blockchain: "BNB Smart Chain" }],
  ]),
})

test("an amount is read as people of the language write it", () => {
  const rows: [language: Reading["language"], text: string, units: bigint | null][] = [
    ["es", "12500", 1_250_000n],
    ["es", "12.500", 1_250_000n],
    ["es", "12.500,50", 1_250_050n],
    ["es", "12500,5", 1_250_050n],
    ["es", "12500.50", 1_250_050n],
    ["es", "$ 1.234.567", 123_456_700n],
    ["es", "12,500.50", 1_250_050n],
    ["es", "12,500", null],
    ["es", "1250.000", null],
    ["pt", "12.500,00", 1_250_000n],
    ["en", "12,500", 1_250_000n],
    ["en", "12.500", null],
    ["en", "12.5", 1_250n],
    ["en", "1,2,3", null],
    ["en", "1.2.3", null],
    ["es", "", null],
    ["es", "-5", null],
    ["es", "1e5", null],
    ["es", ".", null],
    ["es", ",5", null],
    ["es", "9".repeat(61), null],
    ["es", "١٢", null],
  ]
  for (const [language, text, units] of rows) {
    assert.equal(readAmount(text, "COP", reading(language)), units, `${language} ${text}`)
  }
  assert.equal(readAmount("5", "eip155:1/erc20:0x0", reading("es")), null)
  assert.equal(readAmount("0,5", USDT, reading("es")), 500_000_000_000_000_000n)
})

test("what a field is filled with is read back as the same amount", () => {
  for (const language of ["es", "pt", "en"] as const) {
    for (const [amount, asset] of [
      ...([0n, 1n, 100n, 12_345n, 100_000n, 123_456_789n] as const).map((n) => [n, "COP"] as const),
      ...([7n, 1_000n] as const).map((n) => [n, "CLP"] as const),
      [25_500_000_000_000_000_001n, USDT] as const,
    ]) {
      const field = fieldText(amount, asset, reading(language))
      assert.equal(readAmount(field, asset, reading(language)), amount, `${language} ${field}`)
    }
  }
})

test("an amount is shown with all its digits, its asset behind", () => {
  const rows: [amount: bigint, asset: string, es: string, en: string][] = [
    [1_250_000n, "COP", "12.500,00 COP", "12,500.00 COP"],
    [123_400n, "COP", "1.234,00 COP", "1,234.00 COP"],
    [-5n, "USD", "-0,05 USD", "-0.05 USD"],
    [25_500_000_000_000_000_001n, USDT, "25,500000000000000001 USDT", "25.500000000000000001 USDT"],
    [90_071_992_547_409_931n, "CLP", "90.071.992.547.409.931 CLP", "90,071,992,547,409,931 CLP"],
    [12n, "eip155:1/erc20:0xabc", "12 eip155:1/erc20…", "12 eip155:1/erc20…"],
  ]
  for (const [amount, asset, es, en] of rows) {
    assert.equal(amountText(amount, asset, reading("es")), es)
    assert.equal(amountText(amount, asset, reading("en")), en)
  }
})

test("an instant is that of the merchant's zone", () => {
  const at = new Date("2026-11-22T03:04:05.006Z")
  assert.match(timeText(at, reading("es"), "minute"), /^21 (?:de )?nov.* 2026.* 22:04$/)
  assert.match(timeText(at, { ...reading("en"), timeZone: "UTC" }, "second"), /Nov 22, 03:04:05/)
})
