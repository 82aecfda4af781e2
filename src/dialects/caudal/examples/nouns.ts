/** The rows behind the examples of customers, quotes and reports. */
import { type Customer, type DaySummary, FIGURES, type Quoted } from "../../../core/index.ts"

const at = (time: string) => new Date(`2026-01-05T14:${time}Z`)
const MERCHANT = "019b8e40-0000-4000-8000-000000000001"

export const customer: Customer = {
  id: "019b8e41-1c60-4001-8a11-3c5d1f0e8f0c",
  merchantId: MERCHANT,
  dialect: "caudal",
  person: {
    name: "Ana Ruiz",
    documentType: "cc",
    documentNumber: "1020304050",
    email: "ana@example.test",
  },
  personSealed: Buffer.alloc(0),
  marks: null,
  createdAt: at("03:22.118"),
  updatedAt: at("03:22.118"),
}

/** What `create-quote.json` asks. */
export const quoted: Quoted = {
  at: at("03:00.000"),
  offers: [
    {
      rail: "evm",
      blockchain: "BNB Smart Chain",
      chainId: 56,
      token: "USDT",
      decimals: 18,
      asset: "eip155:56/erc20:0x55d398326f99059ff775485246999027b3197955",
      amount: "11250000000000000000",
      pricing: { source: "feed", validUntil: at("03:15.000") },
    },
  ],
}

const none = Object.fromEntries(FIGURES.map((figure) => [figure, { count: 0, amount: 0n }]))

export const daily: DaySummary = {
  merchantId: MERCHANT,
  timeZone: "America/Bogota",
  day: "2026-01-05",
  from: new Date("2026-01-05T05:00:00.000Z"),
  to: new Date("2026-01-06T05:00:00.000Z"),
  over: true,
  dropped: false,
  rows: 1,
  totals: [
    {
      asset: "COP",
      rail: "simulator",
      ...(none as Omit<DaySummary["totals"][number], "asset" | "rail">),
      asked: { count: 1, amount: 4_500_000n },
      approved: { count: 1, amount: 4_500_000n },
    },
  ],
  ledger: {
    transfers: [
      {
        kind: "charge.approved",
        asset: "COP",
        rail: "simulator",
        fromAccount: "clearing",
        toAccount: "available",
        gained: 4_500_000n,
        count: 1n,
        amount: 4_500_000n,
      },
    ],
    accounts: [
      {
        asset: "COP",
        custodian: "gateway",
        kind: "available",
        opening: 0n,
        change: 4_500_000n,
        closing: 4_500_000n,
      },
    ],
  },
  checks: [{ asset: "COP", what: "approved", rows: 4_500_000n, ledger: 4_500_000n, agrees: true }],
  agrees: true,
}
