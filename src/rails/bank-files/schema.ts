/** What may stand in caudal.json under `rails.bank-files`, member by member, each judged alone. */
import { z } from "zod"
import { CURRENCY_DECIMALS } from "../../money.ts"

/** A file that takes an hour to check is of no use to a bank; most take fewer. */
const ORDERS_MAX = 200_000
/** More often than every quarter of an hour nobody sends; but leave room. */
const TIMES_MAX = 96
const ACCOUNTS_MAX = 100
const BANKS_MAX = 500
const TEXT_MAX = 300

/**
 * Names of accounts are columns and heads of reports. An account's number can't be one: a letter
 * comes first.
 */
export const KEY = /^[a-z][a-z0-9-]{0,39}$/
/** A code is told from a bank's name by its capitals and digits. */
export const BANK_CODE = /^[A-Z0-9-]{1,35}$/

const key = z.string().regex(KEY, "must be 1 to 40 of a-z, 0-9 and -, a letter first")
const time = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time: "15:30"')
const text = z.string().trim().min(1, "must not be empty").max(TEXT_MAX)
const timeZone = z.string().refine(isTimeZone, "must be a time zone: America/Bogota")
const bank = z.string().min(1).max(40)

export const account = z.strictObject({
  name: text,
  documentType: text.nullable().default(null),
  documentNumber: text.nullable().default(null),
  account: text,
  accountType: z.enum(["savings", "checking"]).nullable().default(null),
  bank,
  schemeId: text.nullable().default(null),
  currency: z
    .enum(Object.keys(CURRENCY_DECIMALS), { error: "must be a currency known here" })
    .default("COP"),
  cutOff: time,
  // A month is longer than any bank asks for.
  leadDays: z.int().min(0).max(30),
  timeZone: timeZone.optional(),
})
export type GivenAccount = z.infer<typeof account>

export const bankFilesSchema = z.strictObject({
  folder: z.string().min(1).max(4_096).optional(),
  accounts: z
    .record(key, account)
    .refine((accounts) => Object.keys(accounts).length > 0, "needs at least one account")
    .refine((accounts) => Object.keys(accounts).length <= ACCOUNTS_MAX, "has too many accounts")
    .optional(),
  defaultAccount: key.optional(),
  initiator: z.strictObject({ name: text, id: text.nullable().default(null) }).optional(),
  timeZone: timeZone.default("America/Bogota"),
  sendAt: z.array(time).min(1).max(TIMES_MAX).optional(),
  sendEverySeconds: z.int().min(1).max(86_400).optional(),
  ordersPerFile: z.int().min(1).max(ORDERS_MAX).default(50_000),
  letters: z.enum(["any", "basic"]).default("any"),
  banks: z
    .record(key, z.string().regex(BANK_CODE, "must be a code: 1 to 35 of A-Z, 0-9 and -"))
    .refine((banks) => Object.keys(banks).length <= BANKS_MAX, "has too many banks")
    .default({}),
  simulatedBank: z.boolean().optional(),
})
export type Given = z.infer<typeof bankFilesSchema>

function isTimeZone(name: string): boolean {
  try {
    // Intl also takes offsets, which know nothing of summer.
    return /^[A-Za-z]/.test(name) && Boolean(new Intl.DateTimeFormat("en", { timeZone: name }))
  } catch {
    return false
  }
}
