/** The committed code of the test dollar is that of its source. */
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { createRequire } from "node:module"
import { join } from "node:path"
import { test } from "node:test"
import { DOLLAR_CODE, transferCall } from "./dollar.ts"

type Compiler = { compile(input: string): string }
type Compiled = {
  readonly errors?: readonly unknown[]
  readonly contracts: Record<string, Record<string, { evm: { bytecode: { object: string } } }>>
}

/** Without the hash of the source at its end, which would change with each comment. */
const SETTINGS = {
  evmVersion: "paris",
  optimizer: { enabled: true, runs: 200 },
  metadata: { bytecodeHash: "none", appendCBOR: false },
  outputSelection: { "*": { "*": ["evm.bytecode.object"] } },
}

test("the test dollar's code is what its source compiles to", () => {
  // The compiler has no types of its own.
  const compiler = createRequire(import.meta.url)("solc") as Compiler
  const content = readFileSync(join(import.meta.dirname, "dollar.sol"), "utf8")
  const input = { language: "Solidity", sources: { "dollar.sol": { content } }, settings: SETTINGS }
  const { errors, contracts } = JSON.parse(compiler.compile(JSON.stringify(input))) as Compiled
  assert.deepEqual(errors ?? [], [])
  assert.equal(DOLLAR_CODE, `0x${contracts["dollar.sol"]!.Dollar!.evm.bytecode.object}`)
})

test("a transfer's call holds the receiver and the amount, each in a word of 32 bytes", () => {
  const call = transferCall("0x00000000000000000000000000000000000000AB", 256n)
  assert.equal(call, `0xa9059cbb${"ab".padStart(64, "0")}${"100".padStart(64, "0")}`)
})
