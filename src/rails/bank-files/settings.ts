/** The settings of this rail: our own accounts at banks, the folder, and when files leave. */
import { isAbsolute, join, resolve } from "node:path"
import { issuePath, issueSentence } from "../../core/index.ts"
import { fileFlaw, type Holder } from "../../iso20022/orders.ts"
import type { Letters } from "../../iso20022/text.ts"
import { codesWith } from "./banks.ts"
import { BANK_CODE, bankFilesSchema, type Given, type GivenAccount } from "./schema.ts"
import type { Sending } from "./when.ts"

export type BankFilesSettings = {
  /** Null where nobody said which, in a process that keeps no files: a command. */
  readonly folder: string | null
  /** By their names. */
  readonly accounts: ReadonlyMap<string, Account>
  /** For merchants that chose none. */
  readonly defaultAccount: string
  /** Who hands files in, as the bank knows them. */
  readonly initiator: { readonly name: string; readonly id: string | null }
  /** Where the days of mandates count, and those of accounts that we don't know. */
  readonly timeZone: string
  readonly sending: Sending
  readonly ordersPerFile: number
  readonly letters: Letters
  /** What clearing calls each bank. */
  readonly banks: ReadonlyMap<string, string>
  /** Whether a bank of our own answers: sandbox only. */
  readonly simulatedBank: boolean
}

/** An account of ours, into which debits are collected and from which credits are paid. */
export type Account = {
  readonly holder: Holder
  /** What the bank calls us as a collector. */
  readonly schemeId: string | null
  readonly currency: string
  /** `HH:MM`: what is handed in then or later counts as of the next business day. */
  readonly cutOff: string
  /** Business days between handing in and collection. */
  readonly leadDays: number
  readonly timeZone: string
}

export type Where = { readonly mode: "sandbox" | "live"; readonly dataDir: string | null }
/** Says where something is wrong, within `rails.bank-files`, and how a sentence about it ends. */
type Complain = (path: string, problem: string) => void

/** Quick enough to be watched, and long enough that charges leave together. */
const SANDBOX_EVERY_SECONDS = 5

/** Nobody's account: a sandbox works without configuration. */
const SANDBOX_ACCOUNT: GivenAccount = {
  name: "Caudal Sandbox S.A.S.",
  documentType: "nit",
  documentNumber: "900000000",
  account: "00000000001",
  accountType: "checking",
  bank: "bancolombia",
  schemeId: null,
  currency: "COP",
  cutOff: "17:00",
  leadDays: 0,
}

/**
 * Reads what stands in caudal.json under `rails.bank-files`; `{}` is enough in a sandbox. A folder
 * that isn't absolute lies in the data folder. Throws an `Error` that names every problem, one a
 * line, each with its path; what is wrong is never repeated, for it may be an account's number.
 */
export function readSettings(value: unknown, where: Where): BankFilesSettings {
  const problems: string[] = []
  const complain: Complain = (path, problem) => {
    problems.push(`rails.bank-files${path === "" ? "" : `.${path}`}: ${problem}`)
  }
  const stop = () => {
    if (problems.length > 0) throw new Error(problems.join("\n"))
  }
  const parsed = bankFilesSchema.safeParse(value)
  for (const issue of parsed.error?.issues ?? []) complain(issuePath(issue), issueSentence(issue))
  stop()
  const given = parsed.data!
  const banks = codesWith(given.banks)
  const accounts = accountsOf(given, where, banks, complain)
  const defaultAccount = defaultOf(given, accounts, complain)
  const settings: BankFilesSettings = {
    folder: folderOf(given, where, complain),
    accounts,
    defaultAccount,
    initiator: given.initiator ?? {
      name: accounts.get(defaultAccount)?.holder.name ?? "",
      id: null,
    },
    timeZone: given.timeZone,
    sending: sendingOf(given, where, complain),
    ordersPerFile: given.ordersPerFile,
    letters: given.letters,
    banks,
    simulatedBank: given.simulatedBank ?? where.mode === "sandbox",
  }
  if (where.mode === "live" && settings.simulatedBank) {
    complain("simulatedBank", "moves no money, so it has no place in live")
  }
  stop()
  checkWritable(settings, complain)
  stop()
  return settings
}

function accountsOf(
  given: Given,
  { mode }: Where,
  banks: ReadonlyMap<string, string>,
  complain: Complain,
): ReadonlyMap<string, Account> {
  if (!given.accounts && mode === "live") complain("accounts", "live needs at least one")
  const accounts = Object.entries(given.accounts ?? { sandbox: SANDBOX_ACCOUNT })
  return new Map(
    accounts.map(([key, { bank, currency, cutOff, leadDays, schemeId, timeZone, ...holder }]) => {
      const code = banks.get(bank) ?? (BANK_CODE.test(bank) ? bank : null)
      if (code === null) {
        complain(`accounts.${key}.bank`, "is no bank known here: give its code, or add it to banks")
      }
      const rest = { currency, cutOff, leadDays, schemeId, timeZone: timeZone ?? given.timeZone }
      return [key, { ...rest, holder: { ...holder, bank: code ?? "" } }]
    }),
  )
}

function defaultOf(
  { defaultAccount }: Given,
  accounts: ReadonlyMap<string, Account>,
  complain: Complain,
): string {
  const [first = "", ...more] = accounts.keys()
  if (defaultAccount === undefined) {
    if (more.length > 0) complain("defaultAccount", "must say which of the accounts is the usual")
    return first
  }
  if (!accounts.has(defaultAccount)) complain("defaultAccount", "is none of the accounts")
  return defaultAccount
}

function folderOf({ folder }: Given, { mode, dataDir }: Where, complain: Complain): string | null {
  if (folder === undefined && mode === "live") complain("folder", "live needs one that a bank sees")
  if (folder !== undefined && isAbsolute(folder)) return resolve(folder)
  return dataDir === null ? null : join(dataDir, folder ?? "bank-files")
}

function sendingOf(given: Given, { mode }: Where, complain: Complain): Sending {
  const { sendAt, sendEverySeconds: seconds, timeZone } = given
  if (sendAt && seconds !== undefined) complain("sendAt", "can't stand beside sendEverySeconds")
  if (!sendAt && seconds === undefined && mode === "live") {
    complain("sendAt", 'live needs the times at which files leave: ["09:00", "14:00"]')
  }
  if (!sendAt) return { kind: "every", seconds: seconds ?? SANDBOX_EVERY_SECONDS }
  return { kind: "daily", times: [...new Set(sendAt)].sort(), timeZone }
}

/** Asks those who write files whether ours could stand in one. */
function checkWritable(settings: BankFilesSettings, complain: Complain): void {
  const { accounts, initiator, letters } = settings
  const any = { messageId: "1", createdAt: new Date(0), letters }
  for (const [key, { currency, holder: owner, schemeId }] of accounts) {
    const one = { paymentInfoId: "1", day: "2026-01-05", count: 1, sum: 1n, orders: [] }
    const group = { ...one, owner, schemeId, currency }
    const flaw = fileFlaw({ ...any, initiator, groups: [group] })
    if (flaw === null) continue
    const [path, problem] = [flaw.slice(0, flaw.indexOf(":")), flaw.slice(flaw.indexOf(":") + 2)]
    if (path.startsWith("initiator.")) return complain(path, problem)
    complain(`accounts.${key}.${path.replace(/^owner\./, "")}`, problem)
  }
}
