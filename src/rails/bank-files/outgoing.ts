/** Orders as a bank takes them: debits under a mandate, credits that give money back. */
import type { FileOrder, FileToWrite, GroupToWrite, Reason, Target } from "../../core/index.ts"
import { AMOUNT_MAX } from "../../iso20022/decimal.ts"
import { toFileId } from "../../iso20022/ids.ts"
import {
  type Credit,
  creditFlaw,
  type Debit,
  debitFlaw,
  type Group,
  type Holder,
} from "../../iso20022/orders.ts"
import { writeCredits, writeDebits } from "../../iso20022/write.ts"
import type { Account, BankFilesSettings } from "./settings.ts"
import { dayIn } from "./when.ts"

export type Flaw = { readonly reason: Reason; readonly why: string }

/**
 * What a field that doesn't fit means to whoever is charged. What isn't here is about the account.
 */
const REASONS: readonly (readonly [field: RegExp, reason: Reason])[] = [
  [/^amount/, "limit_exceeded"],
  [/^mandate/, "mandate_revoked"],
  [/^(?:debtor|creditor)\.(?:name|document)/, "holder_mismatch"],
  [/^(?:order|endToEndId)/, "other"],
]

/** Why an account can't be charged or credited, whatever is ordered; null when it can. */
export function accountFlaw(settings: BankFilesSettings, target: Target): string | null {
  if (target.bank === undefined || !settings.banks.has(target.bank)) {
    return "debtor.bank: not known here"
  }
  if (!target.holder) return "debtor.name: none"
  // A bank that is asked over files has no look-up, so that only the form can be judged: the
  // account is tried by its first debit. An order of nothing shows what the form lacks.
  const mandate = { id: "1", signedOn: "2026-01-05" }
  const order = { endToEndId: "1", amount: 1n, remittance: null, mandate }
  return debitFlaw({ ...order, debtor: holderOf(settings, target) }, settings.letters)
}

/** See `Exchange.flawOf`. */
export function flawOf(settings: BankFilesSettings, order: FileOrder): Flaw | null {
  const why = orderFlaw(settings, order)
  if (why === null) return null
  const [, reason = "invalid_account"] = REASONS.find(([field]) => field.test(why)) ?? []
  return { reason, why }
}

function orderFlaw(settings: BankFilesSettings, order: FileOrder): string | null {
  const { kind, target } = order
  // Of many such a file's sum would not fit, and would keep back the orders of others.
  if (order.amount > AMOUNT_MAX / BigInt(settings.ordersPerFile)) return "amount: too large"
  if (kind === "recharge") return "order: a recharge is no bank's to make"
  const { consentedAt } = target.mandate ?? {}
  if (kind === "charge") {
    if (consentedAt === undefined) return "mandate: none"
    if (Number.isNaN(Date.parse(consentedAt))) return "mandate.consentedAt: no instant"
    if (!isId(target.mandate?.id)) return "mandate.id: no UUID"
  }
  if (!isId(order.attemptId)) return "endToEndId: no UUID"
  const flaw = accountFlaw(settings, target)
  if (flaw !== null) return kind === "charge" ? flaw : flaw.replace(/^debtor/, "creditor")
  return kind === "charge"
    ? debitFlaw(debitOf(settings, order, settings.timeZone), settings.letters)
    : creditFlaw(creditOf(settings, order), settings.letters)
}

/** A file in pieces of text. Throws for an account that isn't in the settings any more. */
export function piecesOf(settings: BankFilesSettings, file: FileToWrite): AsyncGenerator<string> {
  const { initiator, letters } = settings
  const head = { messageId: toFileId(file.id), createdAt: file.createdAt, initiator, letters }
  return file.kind === "debits"
    ? writeDebits({
        ...head,
        groups: file.groups.map((group) =>
          groupOf(settings, group, (order, { timeZone }) => debitOf(settings, order, timeZone)),
        ),
      })
    : writeCredits({
        ...head,
        groups: file.groups.map((group) =>
          groupOf(settings, group, (order) => creditOf(settings, order)),
        ),
      })
}

function groupOf<Order>(
  { accounts }: BankFilesSettings,
  { account: key, asset, count, day, id, orders, total }: GroupToWrite,
  orderOf: (order: FileOrder, account: Account) => Order,
): Group<Order> {
  const account = accounts.get(key)
  if (!account) throw new Error(`rails.bank-files.accounts: ${key} is gone, and a file needs it`)
  async function* written() {
    for await (const order of orders()) yield orderOf(order, account!)
  }
  return {
    paymentInfoId: toFileId(id),
    owner: account.holder,
    schemeId: account.schemeId,
    currency: asset,
    day,
    count,
    sum: total,
    orders: written(),
  }
}

/** A debit is ordered under the id of the mandate, which is the stored account's own. */
function debitOf(settings: BankFilesSettings, order: FileOrder, timeZone: string): Debit {
  const { amount, attemptId, remittance, target } = order
  const { id, consentedAt } = target.mandate!
  return {
    endToEndId: toFileId(attemptId),
    amount,
    debtor: holderOf(settings, target),
    mandate: { id: toFileId(id), signedOn: dayIn(timeZone, new Date(consentedAt)) },
    remittance,
  }
}

function creditOf(settings: BankFilesSettings, order: FileOrder): Credit {
  const { amount, attemptId, remittance, target } = order
  return {
    endToEndId: toFileId(attemptId),
    amount,
    creditor: holderOf(settings, target),
    remittance,
  }
}

function holderOf({ banks }: BankFilesSettings, target: Target): Holder {
  const { accountNumber = "", accountType = null, bank = "", holder } = target
  return {
    name: holder?.name ?? "",
    documentType: holder?.documentType ?? null,
    documentNumber: holder?.documentNumber ?? null,
    account: accountNumber,
    accountType,
    bank: banks.get(bank) ?? "",
  }
}

function isId(id: string | undefined): boolean {
  try {
    return id !== undefined && toFileId(id) !== ""
  } catch {
    return false
  }
}
