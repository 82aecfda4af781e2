/** Files for banks and from them, in many shapes: what we write, and what we say we can read. */
import { globSync, readFileSync } from "node:fs"
import { basename, join } from "node:path"
import {
  type AccountReport,
  type Movement,
  writeNotification,
  writeStatement,
} from "../../src/iso20022/bank-account.ts"
import { type Answer, writeStatusReport } from "../../src/iso20022/bank-side.ts"
import { AMOUNT_MAX } from "../../src/iso20022/decimal.ts"
import {
  type Credit,
  type Debit,
  type Group,
  type Holder,
  type OrderFile,
  totalsOf,
} from "../../src/iso20022/orders.ts"
import type { Letters } from "../../src/iso20022/text.ts"
import { writeCredits, writeDebits } from "../../src/iso20022/write.ts"

export type Sample = { readonly name: string; readonly kind: string; readonly text: string }

const AT = new Date("2026-01-05T14:00:00.000Z")
/** What people and machines write, down to what no file may hold. */
export const ODD_TEXT = [
  `Ñandú & Cía <S.A.S.>\t"Çà'l"\u0000\u0007\uFFFE`,
  "]]> Łódź ß 株式会社 🙂\uD800",
  "é".repeat(200),
].join(" ")

/** The id of the order with this number. */
export const idOf = (number: number) => number.toString(16).padStart(32, "0")

export const merchant: Holder = {
  name: "Comercio de Prueba S.A.S.",
  documentType: "nit",
  documentNumber: "900123456",
  account: "03012345678",
  accountType: "checking",
  bank: "1007",
}
export const payer: Holder = {
  name: "Ana Ruiz",
  documentType: "cc",
  documentNumber: "1020304050",
  account: "12345678901",
  accountType: "savings",
  bank: "1051",
}

/** A debit, as its number makes it. */
export function debit(number: number, more: Partial<Debit> = {}): Debit {
  return {
    endToEndId: idOf(number),
    amount: 4_500_000n,
    debtor: payer,
    mandate: { id: `M-${number}`, signedOn: "2025-11-30" },
    remittance: `Cuota ${number}`,
    ...more,
  }
}

/** A credit, as its number makes it. */
export function credit(number: number, more: Partial<Credit> = {}): Credit {
  const { endToEndId, amount, remittance } = debit(number)
  return { endToEndId, amount, creditor: payer, remittance, ...more }
}

/** A group of orders that are at hand. */
export function group<Order extends { readonly amount: bigint }>(
  paymentInfoId: string,
  orders: readonly Order[],
  more: Partial<Group<Order>> = {},
): Group<Order> {
  const totals = totalsOf(orders)
  return {
    paymentInfoId,
    owner: merchant,
    currency: "COP",
    day: "2026-01-07",
    ...totals,
    orders,
    ...more,
  }
}

/** A file of groups. */
export function file<Order>(
  groups: readonly Group<Order>[],
  letters: Letters = "any",
): OrderFile<Order> {
  const initiator = { name: "Caudal", id: "CAUDAL-01" }
  return { messageId: idOf(0xf11e), createdAt: AT, initiator, groups, letters }
}

/** The whole text of what comes in pieces. */
export async function textOf(pieces: AsyncIterable<string> | Iterable<string>): Promise<string> {
  let text = ""
  for await (const piece of pieces) text += piece
  return text
}

const odd: Holder = {
  name: ODD_TEXT,
  documentType: "pep",
  documentNumber: "A-1",
  account: "9".repeat(34),
  accountType: "electronic deposit",
  bank: "B".repeat(35),
}
const bare: Holder = {
  ...payer,
  name: "N",
  documentType: null,
  documentNumber: null,
  account: "1",
  accountType: null,
}
const people: readonly Holder[] = [
  payer,
  { ...payer, documentType: "ce" },
  { ...payer, documentType: "passport", documentNumber: "AB123456" },
  { ...merchant, accountType: "savings" },
  odd,
  bare,
]

const DEBIT_FILES: Readonly<Record<string, OrderFile<Debit>>> = {
  "one debit": file([group("G1", [debit(1)])]),
  "many groups": file(
    Array.from({ length: 12 }, (_, at) => {
      const orders = Array.from({ length: at + 1 }, (_, each) => debit(at * 100 + each))
      return group(`G${at}`, orders, { day: `2026-01-${13 + at}`, schemeId: `CO-${at}` })
    }),
  ),
  "every kind of payer": file([
    group(
      "G1",
      people.map((debtor, at) => debit(at, { debtor })),
      { schemeId: "CO-COLLECTOR-1" },
    ),
  ]),
  "odd characters": file([
    group("G/1-?:().,'+ z", [debit(1, { debtor: odd, remittance: ODD_TEXT })], { owner: odd }),
  ]),
  "odd characters in basic letters": file(
    [group("G1", [debit(1, { debtor: odd, remittance: ODD_TEXT })], { owner: odd })],
    "basic",
  ),
  "no remittance": file([
    group("G1", [debit(1, { remittance: null }), debit(2, { remittance: " \u0000 " })]),
  ]),
  "the largest amount": file([group("G1", [debit(1, { amount: AMOUNT_MAX })])]),
  "the smallest amount": file([group("G1", [debit(1, { amount: 1n })])]),
  "several currencies": file([
    group("G1", [debit(1)]),
    group("G2", [debit(2, { amount: 990n })], { currency: "CLP" }),
  ]),
  "no id of ours": {
    ...file([group("G1", [debit(1)])]),
    initiator: { name: "Caudal", id: null },
  },
}

const CREDIT_FILES: Readonly<Record<string, OrderFile<Credit>>> = {
  "one credit": file([group("G1", [credit(1)])]),
  "many groups": file([
    group("G1", [credit(1), credit(2)]),
    group(
      "G2",
      people.map((creditor, at) => credit(10 + at, { creditor })),
    ),
  ]),
  "odd characters": file([
    group("G1", [credit(1, { creditor: odd, remittance: ODD_TEXT })], { owner: odd }),
  ]),
  "the largest amount": file([group("G1", [credit(1, { amount: AMOUNT_MAX, remittance: null })])]),
}

const message = { messageId: "BANK-1", createdAt: AT }

/** What becomes of the order with this number. */
export function answer(number: number, more: Partial<Answer> = {}): Answer {
  return {
    paymentInfoId: "G1",
    endToEndId: idOf(number),
    status: "ACSP",
    reason: null,
    amount: 4_500_000n,
    currency: "COP",
    reference: `BANK-${number}`,
    ...more,
  }
}

/** The movement of the order with this number: a debit that was collected. */
export function movement(number: number, more: Partial<Movement> = {}): Movement {
  return {
    endToEndId: idOf(number),
    paymentInfoId: "G1",
    of: "debit",
    direction: "credit",
    amount: 4_500_000n,
    returned: null,
    reference: `BANK-${number}`,
    text: null,
    ...more,
  }
}

/** A day of our account. */
export function account(
  movements: readonly Movement[],
  more: Partial<AccountReport> = {},
): AccountReport {
  return {
    ...message,
    id: "2026-01-07",
    account: merchant.account,
    currency: "COP",
    bookedOn: "2026-01-07",
    movements,
    batched: false,
    ...more,
  }
}

const original = { messageId: idOf(0xf11e), kind: "pain.008.001.08", count: 3 } as const
export const MOVEMENTS: readonly Movement[] = [
  movement(1),
  movement(2, { amount: 1n }),
  movement(3, { paymentInfoId: "G2", text: ODD_TEXT }),
  movement(1, { direction: "debit", returned: "returned_by_bank" }),
  movement(4, { of: "transfer", direction: "debit" }),
  movement(4, { of: "transfer", returned: "invalid_account" }),
  movement(5, { endToEndId: null, paymentInfoId: null, of: null, text: "Consignación" }),
]

const BANK_FILES: Readonly<
  Record<string, readonly [kind: string, pieces: () => Iterable<string>]>
> = {
  "every order accepted": [
    "pain.002.001.10",
    () =>
      writeStatusReport({
        ...message,
        original,
        fileStatus: null,
        answers: [1, 2, 3].map((n) => answer(n)),
      }),
  ],
  "some refused, in two groups": [
    "pain.002.001.10",
    () =>
      writeStatusReport({
        ...message,
        original,
        fileStatus: { status: "PART", reason: null },
        answers: [
          answer(1),
          answer(2, { status: "RJCT", reason: "not_enough_funds" }),
          answer(3, { status: "RJCT", reason: "account_blocked", paymentInfoId: "G2" }),
        ],
      }),
  ],
  "the whole file refused": [
    "pain.002.001.10",
    () =>
      writeStatusReport({
        ...message,
        original,
        fileStatus: { status: "RJCT", reason: "other" },
        answers: [],
      }),
  ],
  "a notification of everything": ["camt.054.001.08", () => writeNotification(account(MOVEMENTS))],
  "a notification in batches": [
    "camt.054.001.08",
    () => writeNotification(account(MOVEMENTS, { batched: true })),
  ],
  "a statement": ["camt.053.001.08", () => writeStatement(account(MOVEMENTS), 100_000n)],
  "a statement in batches": [
    "camt.053.001.08",
    () => writeStatement(account(MOVEMENTS, { batched: true }), 100_000n),
  ],
  "a statement of a debt": ["camt.053.001.08", () => writeStatement(account([]), -100n)],
}

/** Every shape of every message that we write, the simulated bank's included. */
export async function written(): Promise<readonly Sample[]> {
  const samples: Sample[] = []
  for (const [name, orders] of Object.entries(DEBIT_FILES)) {
    samples.push({ name, kind: "pain.008.001.08", text: await textOf(writeDebits(orders)) })
  }
  for (const [name, orders] of Object.entries(CREDIT_FILES)) {
    samples.push({ name, kind: "pain.001.001.09", text: await textOf(writeCredits(orders)) })
  }
  for (const [name, [kind, pieces]] of Object.entries(BANK_FILES)) {
    samples.push({ name, kind, text: await textOf(pieces()) })
  }
  return samples
}

const FOLDER = join(import.meta.dirname, "../fixtures/bank-files")

/** Files such as banks write them, which we read: each is named `<message>-<what it shows>.xml`. */
export function accepted(): readonly Sample[] {
  return globSync("*.xml", { cwd: FOLDER })
    .sort()
    .map((path) => {
      const [, kind = "", name = ""] = /^(\w+(?:\.\d+)+)-(.*)\.xml$/.exec(basename(path)) ?? []
      return {
        name: name.replaceAll("-", " "),
        kind,
        text: readFileSync(join(FOLDER, path), "utf8"),
      }
    })
}
