/** Where things stand in camt.054.001.08 and camt.053.001.08, which differ in names only. */
import { HEADER_FIELDS } from "./header.ts"
import { type Layout, plan } from "./layout.ts"

/** `statement`: one account's part of a file. `part`, `payment`: what an entry stands for. */
export type Name = "header" | "statement" | "balance" | "entry" | "part" | "payment"

/** ISO's most exact bank transaction code. */
export const FAMILY = "BkTxCd/Domn/Fmly/SubFmlyCd"
const DESCRIPTION_MAX = 500

/** What differs between the two messages. */
type Paths = { readonly root: string; readonly account: string; readonly page: string }
export const NOTIFICATION: Paths = {
  root: "BkToCstmrDbtCdtNtfctn",
  account: "Ntfctn",
  page: "NtfctnPgntn",
}
export const STATEMENT: Paths = { root: "BkToCstmrStmt", account: "Stmt", page: "StmtPgntn" }

function layoutOf({ root, account, page }: Paths): Layout<Name> {
  const at = `${root}/${account}`
  return {
    header: { at: `${root}/GrpHdr`, fields: HEADER_FIELDS },
    statement: {
      at,
      fields: {
        Id: {},
        [`${page}/PgNb`]: {},
        [`${page}/LastPgInd`]: {},
        "Acct/Id/IBAN": {},
        "Acct/Id/Othr/Id": {},
        "Acct/Ccy": {},
        "TxsSummry/TtlNtries/NbOfNtries": {},
        "TxsSummry/TtlNtries/Sum": {},
        "TxsSummry/TtlNtries/TtlNetNtry/Amt": {},
        "TxsSummry/TtlNtries/TtlNetNtry/CdtDbtInd": {},
        "TxsSummry/TtlCdtNtries/NbOfNtries": {},
        "TxsSummry/TtlCdtNtries/Sum": {},
        "TxsSummry/TtlDbtNtries/NbOfNtries": {},
        "TxsSummry/TtlDbtNtries/Sum": {},
      },
    },
    balance: {
      at: `${at}/Bal`,
      fields: { "Tp/CdOrPrtry/Cd": {}, Amt: {}, "Amt@Ccy": {}, CdtDbtInd: {} },
    },
    entry: {
      at: `${at}/Ntry`,
      fields: {
        NtryRef: {},
        Amt: {},
        "Amt@Ccy": {},
        CdtDbtInd: {},
        RvslInd: {},
        "Sts/Cd": {},
        "Sts/Prtry": {},
        "BookgDt/Dt": {},
        "BookgDt/DtTm": {},
        "ValDt/Dt": {},
        "ValDt/DtTm": {},
        AcctSvcrRef: {},
        [FAMILY]: {},
        AddtlNtryInf: { cut: true, max: DESCRIPTION_MAX },
      },
    },
    part: {
      at: `${at}/Ntry/NtryDtls`,
      fields: { "Btch/PmtInfId": {}, "Btch/NbOfTxs": {} },
    },
    payment: {
      at: `${at}/Ntry/NtryDtls/TxDtls`,
      fields: {
        "Refs/AcctSvcrRef": {},
        "Refs/PmtInfId": {},
        "Refs/EndToEndId": {},
        "Refs/TxId": {},
        "Refs/MndtId": {},
        "Refs/ClrSysRef": {},
        Amt: {},
        "Amt@Ccy": {},
        CdtDbtInd: {},
        "AmtDtls/TxAmt/Amt": {},
        "AmtDtls/TxAmt/Amt@Ccy": {},
        [FAMILY]: {},
        "RmtInf/Ustrd": { repeated: "first", cut: true, max: 140 },
        "RtrInf/Rsn/Cd": {},
        "RtrInf/Rsn/Prtry": {},
        "RtrInf/AddtlInf": { repeated: "first", cut: true, max: 105 },
        AddtlTxInf: { cut: true, max: DESCRIPTION_MAX },
      },
    },
  }
}

export const NOTIFICATION_PLAN = plan(layoutOf(NOTIFICATION))
export const STATEMENT_PLAN = plan(layoutOf(STATEMENT))
