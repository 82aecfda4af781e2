/** People, accounts and banks as elements: the same in every message that we write. */
import { branch, leaf } from "./elements.ts"
import { type Holder, NAME_MAX } from "./orders.ts"
import { own } from "./table.ts"
import { clean, type Letters } from "./text.ts"

/** Where a document's number stands: a company's or a person's, under which of ISO's codes. */
const DOCUMENTS: Readonly<Record<string, readonly [place: "OrgId" | "PrvtId", code: string]>> = {
  nit: ["OrgId", "TXID"],
  cc: ["PrvtId", "NIDN"],
  ce: ["PrvtId", "ARNU"],
  passport: ["PrvtId", "CCPT"],
}

const ACCOUNT_TYPES: Readonly<Record<string, string>> = { savings: "SVGS", checking: "CACC" }

/** Name and document of a holder, as element `name`. */
export function holderElement(name: string, holder: Holder, letters: Letters): string {
  const { documentNumber, documentType } = holder
  return branch(
    name,
    leaf("Nm", clean(holder.name, NAME_MAX, letters)),
    documentType === null || documentNumber === null
      ? ""
      : branch("Id", documentElement(documentType, documentNumber)),
  )
}

/** A holder's account, as element `name`; with its currency where that isn't every order's own. */
export function accountElement(name: string, holder: Holder, currency: string | null): string {
  return branch(
    name,
    branch("Id", branch("Othr", leaf("Id", holder.account))),
    holder.accountType === null
      ? ""
      : branch("Tp", codeOrOwn(own(ACCOUNT_TYPES, holder.accountType), holder.accountType)),
    leaf("Ccy", currency),
  )
}

/** The bank that keeps a holder's account, as element `name`. */
export function bankElement(name: string, { bank }: Holder): string {
  return branch(name, branch("FinInstnId", branch("ClrSysMmbId", leaf("MmbId", bank))))
}

/** Who hands a file in. The id is what the bank calls them, so it has no scheme that all know. */
export function initiatorElement(
  { name, id }: { readonly name: string; readonly id: string | null },
  letters: Letters,
): string {
  return branch(
    "InitgPty",
    leaf("Nm", clean(name, NAME_MAX, letters)),
    branch("Id", branch("OrgId", branch("Othr", leaf("Id", id)))),
  )
}

/** What a bank calls a collector of debits. */
export function schemeElement(schemeId: string | null): string {
  return branch("CdtrSchmeId", branch("Id", branch("OrgId", branch("Othr", leaf("Id", schemeId)))))
}

function documentElement(type: string, number: string): string {
  const [place, code] = own(DOCUMENTS, type) ?? ["PrvtId", undefined]
  return branch(place, branch("Othr", leaf("Id", number), branch("SchmeNm", codeOrOwn(code, type))))
}

function codeOrOwn(code: string | undefined, own: string): string {
  return code === undefined ? leaf("Prtry", own.toUpperCase()) : leaf("Cd", code)
}
