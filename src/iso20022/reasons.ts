/** Why a bank said no: the external codes of ISO 20022 beside our own reasons. */
import type { Reason } from "../core/index.ts"
import { own } from "./table.ts"

/**
 * Codes of ISO's lists of status and return reasons, by what they mean to a payer's charge. A code
 * that isn't here, or a bank's own, is `other`.
 */
const REASON_OF: Readonly<Record<string, Reason>> = {
  AM04: "not_enough_funds", // funds insufficient
  MS03: "declined_by_bank", // not specified by the bank
  AG01: "declined_by_bank", // transaction forbidden on this type of account
  AG03: "declined_by_bank", // transaction type not authorised on this account
  AG07: "declined_by_bank", // can't be debited, for a generic reason
  AM07: "declined_by_bank", // amount blocked by authorities
  BE05: "declined_by_bank", // initiating party not recognised
  FR01: "declined_by_bank", // fraud
  NOCM: "declined_by_bank", // account not compliant with regulation
  RR04: "declined_by_bank", // regulatory reason
  SL01: "declined_by_bank", // specific service of the payer's bank
  SL11: "declined_by_bank", // creditor not on the payer's list of the allowed
  SL12: "declined_by_bank", // creditor on the payer's list of the forbidden
  AC01: "invalid_account", // account number invalid or missing
  AC02: "invalid_account", // the debtor's
  AC03: "invalid_account", // the creditor's
  AC12: "invalid_account", // type of account invalid
  AC13: "invalid_account", // the debtor's
  AC14: "invalid_account", // the creditor's
  BE06: "invalid_account", // unknown at this bank
  CNOR: "invalid_account", // creditor's bank not registered
  DNOR: "invalid_account", // debtor's bank not registered
  RC01: "invalid_account", // bank's code invalid
  RC03: "invalid_account", // the debtor's bank's
  RC04: "invalid_account", // the creditor's bank's
  RC08: "invalid_account", // clearing member invalid
  RC09: "invalid_account", // the debtor's
  RC10: "invalid_account", // the creditor's
  AC06: "account_blocked", // blocked
  AC04: "account_blocked", // closed
  AC05: "account_blocked", // the debtor's closed
  AC07: "account_blocked", // the creditor's closed
  AC16: "account_blocked", // in sequestration
  AC17: "account_blocked", // in liquidation
  MD07: "account_blocked", // its owner died
  BE01: "holder_mismatch", // identification doesn't fit the account
  BE21: "holder_mismatch", // name missing or invalid
  RR02: "holder_mismatch", // debtor's name or address insufficient
  AM14: "limit_exceeded", // over the limit agreed between bank and client
  AM02: "limit_exceeded", // over the allowed maximum
  AM13: "limit_exceeded", // over the clearing system's
  AM21: "limit_exceeded", // over the limit agreed between bank and client
  AM23: "limit_exceeded", // over the settlement limit
  SL13: "limit_exceeded", // too many debits in a period
  SL14: "limit_exceeded", // amount of one debit
  MD01: "mandate_revoked", // no mandate
  MD02: "mandate_revoked", // mandate information missing
  FRTR: "mandate_revoked", // mandate cancelled
  MD06: "returned_by_bank", // return of funds requested by the payer
  MD05: "returned_by_bank", // shouldn't have been collected
  AM05: "returned_by_bank", // duplicate
  BE08: "returned_by_bank", // the bank's own error
  FOCR: "returned_by_bank", // after a cancellation request
  UPAY: "returned_by_bank", // payment not justified
  AB07: "operator_unavailable", // offline
  AB08: "operator_unavailable", // creditor's bank offline
  AB01: "operator_unavailable", // time-out in clearing
  AB02: "operator_unavailable", // fatal error in clearing
  AB03: "operator_unavailable", // time-out in settlement
  AB04: "operator_unavailable", // fatal error in settlement
  AB05: "operator_unavailable", // time-out at the creditor's bank
  AB06: "operator_unavailable", // time-out at the instructed bank
  AB11: "operator_unavailable", // time-out at the debtor's bank
  AB09: "operator_unavailable", // error at the creditor's bank
  AB10: "operator_unavailable", // error at the instructed bank
  AG10: "operator_unavailable", // bank suspended
  AG11: "operator_unavailable", // creditor's bank suspended
  ED05: "operator_unavailable", // settlement failed
  ED06: "operator_unavailable", // settlement system not available
  FF10: "operator_unavailable", // technical issues at the bank
  BE16: "invalid_identifier", // debtor's identification code invalid
  BE15: "invalid_identifier", // identification code invalid
  BE17: "invalid_identifier", // creditor's identification code invalid
  RR01: "invalid_identifier", // debtor's account or identification insufficient
  TM01: "expired", // after the cut-off
  DT05: "expired", // after the cut-off
  CH04: "expired", // date too far in the past
  MS02: "cancelled_by_payer", // not specified by the payer
  CUST: "cancelled_by_payer", // cancellation requested by the debtor
  CN01: "cancelled_by_payer", // authorisation cancelled
  SP01: "cancelled_by_payer", // stopped by the account holder
  SP02: "cancelled_by_payer", // stopped by a stop payment advice
  DS02: "cancelled_by_merchant", // an authorised user has cancelled the order
  NARR: "other", // in words, beside the code
}

/** The code that says each of them best. */
const CODE_OF: Readonly<Record<Reason, string>> = {
  not_enough_funds: "AM04",
  declined_by_bank: "MS03",
  invalid_account: "AC01",
  account_blocked: "AC06",
  holder_mismatch: "BE01",
  limit_exceeded: "AM14",
  mandate_revoked: "MD01",
  returned_by_bank: "MD06",
  operator_unavailable: "AB07",
  invalid_identifier: "BE16",
  expired: "TM01",
  cancelled_by_payer: "MS02",
  cancelled_by_merchant: "DS02",
  other: "NARR",
}

/** What a bank's code means to us; `other` for one that isn't known, or none at all. */
export function reasonOf(code: string | null): Reason {
  return own(REASON_OF, code ?? "") ?? "other"
}

/** The code that says a reason best: `reasonOf` reads it back. */
export function codeOf(reason: Reason): string {
  return CODE_OF[reason]
}
