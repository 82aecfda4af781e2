/** Orders, files and settings of the rail `bank-files`, as the core would hand them over. */
import assert from "node:assert/strict"
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { makeIds, testClock } from "../../src/clock.ts"
import type { FileKind, FileOrder, FileToWrite, GroupToWrite } from "../../src/core/index.ts"
import { type BankFilesSettings, readSettings } from "../../src/rails/bank-files/index.ts"
import { makeRails } from "../../src/rails/index.ts"
import type { Sample } from "./bank-samples.ts"

/** An id of ours, as its number makes it. */
export const uuidOf = (number: number) =>
  `00000000-0000-4000-8000-${number.toString(16).padStart(12, "0")}`

const ACCOUNT = {
  name: "Comercio de Prueba S.A.S.",
  documentType: "nit",
  documentNumber: "900123456",
  account: "03012345678",
  accountType: "checking",
  bank: "bancolombia",
  cutOff: "15:00",
  leadDays: 1,
}

/** What stands in a configuration file: two accounts in pesos, one of them in another place. */
export const GIVEN = {
  accounts: {
    main: { ...ACCOUNT, schemeId: "CO-1" },
    second: { ...ACCOUNT, account: "777", cutOff: "11:00", leadDays: 0 },
    clp: { ...ACCOUNT, account: "888", currency: "CLP", timeZone: "America/Santiago" },
  },
  defaultAccount: "main",
  initiator: { name: "Caudal", id: "CAUDAL-01" },
}

/** The settings of a sandbox over a folder, whose files nobody answers by himself. */
export function settingsOf(folder = "/nowhere", more: object = {}): BankFilesSettings {
  const given = { ...GIVEN, folder, simulatedBank: false, ...more }
  return readSettings(given, { mode: "sandbox", dataDir: null })
}

/** An order, as its number makes it: a charge of a stored account. */
export function bankOrder(number: number, more: Partial<FileOrder> = {}): FileOrder {
  return {
    attemptId: uuidOf(number),
    paymentId: uuidOf(1_000_000 + number),
    merchantId: uuidOf(2_000_000),
    kind: "charge",
    method: "bank",
    amount: 4_500_000n,
    asset: "COP",
    target: {
      bank: "davivienda",
      accountType: "savings",
      accountNumber: "12345678900",
      holder: { name: "Ana Ruiz", documentType: "cc", documentNumber: "1020304050" },
      mandate: { id: uuidOf(3_000_000), consentedAt: "2025-11-30T04:30:00.000Z" },
    },
    instructions: null,
    received: {},
    seen: {},
    railReference: null,
    begunAt: new Date("2026-01-05T14:00:00.000Z"),
    createdAt: new Date("2026-01-05T14:00:00.000Z"),
    remittance: `Cuota ${number}`,
    ...more,
  }
}

type GivenGroup = Partial<Omit<GroupToWrite, "orders">> & { readonly orders: readonly FileOrder[] }

/** A file of groups whose orders are at hand; their totals are those of the orders. */
export function fileOf(kind: FileKind, groups: readonly GivenGroup[], number = 1): FileToWrite {
  return {
    id: uuidOf(4_000_000 + number),
    kind,
    createdAt: new Date("2026-01-05T14:00:00.000Z"),
    groups: groups.map(({ orders, ...more }, at) => ({
      id: uuidOf(5_000_000 + 1_000 * number + at),
      account: "main",
      asset: "COP",
      day: "2026-01-07",
      count: orders.length,
      total: orders.reduce((sum, { amount }) => sum + amount, 0n),
      async *orders() {
        yield* orders
      },
      ...more,
    })),
  }
}

/** What accounts end in whose files a schema can judge: 12 is answered with a fault on purpose. */
const ENDS = ["00", "01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "11"]
/** Until all of them were answered, and until a day was stated. */
const ANSWERED_SECONDS = 20
const DAY_MS = 86_400_000

/** Every file that the rail and the simulated bank exchange about orders of each outcome. */
export async function exchanged(): Promise<readonly Sample[]> {
  const dataDir = mkdtempSync(join(tmpdir(), "caudal-exchanged-"))
  try {
    const clock = testClock()
    const ids = makeIds(clock)
    const parts = { clock, ids, dataDir, mode: "sandbox", publicUrl: "http://127.0.0.1:1" } as const
    const { exchange } = makeRails(parts).find(({ name }) => name === "bank-files")!
    assert.ok(exchange)
    await exchange.identify(null, ids.next())
    const samples: Sample[] = []
    for (const [number, kind] of (["debits", "credits"] as const).entries()) {
      const orders = ENDS.map((end, at) => {
        const target = { ...bankOrder(at).target, accountNumber: `400000${end}` }
        const of = kind === "debits" ? "charge" : "refund"
        return bankOrder(100 * number + at, { kind: of, target })
      })
      const file = fileOf(kind, [{ account: "sandbox", orders }], number)
      await exchange.write(file, `part-${number}`)
      await exchange.send(`part-${number}`, `${kind}.xml`)
      samples.push(sampleOf(join(dataDir, "bank-files", "out"), `${kind}.xml`))
    }
    for (let second = 0; second < ANSWERED_SECONDS; second += 1) {
      await exchange.arrived()
      clock.advance(1_000)
    }
    clock.advance(DAY_MS)
    await exchange.arrived()
    const answers = join(dataDir, "bank-files", "in")
    return [...samples, ...readdirSync(answers).map((name) => sampleOf(answers, name))]
  } finally {
    rmSync(dataDir, { recursive: true, force: true })
  }
}

function sampleOf(folder: string, name: string): Sample {
  const text = readFileSync(join(folder, name), "utf8")
  const [, kind = "no message"] = /xmlns="urn:iso:std:iso:20022:tech:xsd:([^"]+)"/.exec(text) ?? []
  return { name, kind, text }
}
