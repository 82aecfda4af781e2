/** What a bank's files have to look like, as tables of our own: order, number, type of elements. */
import { SaxesParser } from "saxes"

/**
 * One line an element, below and in the order of its parent: name, how often (`?`, `*`, `+`, or
 * once), and a type, or `@name` for what another table says. `|` before names: exactly one of
 * those.
 */
const TABLES: Readonly<Record<string, string>> = {
  "pain.008.001.08": `
    CstmrDrctDbtInitn
      GrpHdr @orderHeader
      PmtInf+
        PmtInfId id
        PmtMtd =DD
        NbOfTxs count
        CtrlSum sum
        PmtTpInf
          SeqTp =RCUR
        ReqdColltnDt day
        Cdtr @holder
        CdtrAcct @account
        CdtrAgt @agent
        CdtrSchmeId?
          Id
            OrgId
              Othr
                Id id
        DrctDbtTxInf+
          PmtId
            EndToEndId id
          InstdAmt amount
          DrctDbtTx
            MndtRltdInf
              MndtId id
              DtOfSgntr day
          DbtrAgt @agent
          Dbtr @holder
          DbtrAcct @account
          RmtInf?
            Ustrd line`,
  "pain.001.001.09": `
    CstmrCdtTrfInitn
      GrpHdr @orderHeader
      PmtInf+
        PmtInfId id
        PmtMtd =TRF
        NbOfTxs count
        CtrlSum sum
        ReqdExctnDt
          Dt day
        Dbtr @holder
        DbtrAcct @account
        DbtrAgt @agent
        CdtTrfTxInf+
          PmtId
            EndToEndId id
          Amt
            InstdAmt amount
          CdtrAgt @agent
          Cdtr @holder
          CdtrAcct @account
          RmtInf?
            Ustrd line`,
  "pain.002.001.10": `
    CstmrPmtStsRpt
      GrpHdr @header
      OrgnlGrpInfAndSts
        OrgnlMsgId id
        OrgnlMsgNmId id
        OrgnlNbOfTxs count
        GrpSts? code
        StsRsnInf? @statusReason
      OrgnlPmtInfAndSts*
        OrgnlPmtInfId id
        NbOfTxsPerSts*
          DtldNbOfTxs count
          DtldSts code
          DtldCtrlSum sum
        TxInfAndSts+
          OrgnlEndToEndId id
          TxSts code
          StsRsnInf? @statusReason
          AcctSvcrRef id
          OrgnlTxRef
            Amt
              InstdAmt amount`,
  "camt.054.001.08": `
    BkToCstmrDbtCdtNtfctn
      GrpHdr @header
      Ntfctn
        Id id
        CreDtTm instant
        Acct @ownAccount
        TxsSummry @summary
        Ntry* @entry`,
  "camt.053.001.08": `
    BkToCstmrStmt
      GrpHdr @header
      Stmt
        Id id
        CreDtTm instant
        Acct @ownAccount
        Bal+
          Tp
            CdOrPrtry
              Cd code
          Amt amount
          CdtDbtInd direction
          Dt
            Dt day
        TxsSummry @summary
        Ntry* @entry`,
  "@header": `
    MsgId id
    CreDtTm instant`,
  "@orderHeader": `
    MsgId id
    CreDtTm instant
    NbOfTxs count
    CtrlSum sum
    InitgPty
      Nm name
      Id?
        OrgId
          Othr
            Id id`,
  "@holder": `
    Nm name
    Id?
      |OrgId
        Othr
          Id id
          SchmeNm @codeOrOwn
      |PrvtId
        Othr
          Id id
          SchmeNm @codeOrOwn`,
  "@codeOrOwn": `
    |Cd code
    |Prtry id`,
  "@account": `
    Id
      Othr
        Id account
    Tp? @codeOrOwn
    Ccy? currency`,
  "@ownAccount": `
    Id
      Othr
        Id account
    Ccy currency`,
  "@agent": `
    FinInstnId
      ClrSysMmbId
        MmbId id`,
  "@statusReason": `
    Rsn
      Cd code`,
  "@summary": `
    TtlNtries @total
    TtlCdtNtries @total
    TtlDbtNtries @total`,
  "@total": `
    NbOfNtries count
    Sum sum`,
  "@entry": `
    NtryRef id
    Amt amount
    CdtDbtInd direction
    Sts
      Cd code
    BookgDt
      Dt day
    ValDt
      Dt day
    AcctSvcrRef id
    BkTxCd
      Domn
        Cd code
        Fmly
          Cd code
          SubFmlyCd code
    NtryDtls
      Btch?
        PmtInfId id
        NbOfTxs count
        TtlAmt amount
        CdtDbtInd direction
      TxDtls+
        Refs
          AcctSvcrRef id
          PmtInfId? id
          EndToEndId id
        Amt amount
        CdtDbtInd direction
        RmtInf?
          Ustrd line
        RtrInf?
          Rsn
            Cd code`,
}

const decimal = (text: string, digits: number, decimals: number) =>
  /^\d+(\.\d+)?$/.test(text) &&
  text.replace(".", "").replace(/^0+/, "").length <= digits &&
  (text.split(".")[1] ?? "").length <= decimals
const upTo = (max: number) => (text: string) => [...text].length <= max && text.trim() === text
const isDay = (text: string) =>
  /^\d{4}-\d\d-\d\d$/.test(text) && new Date(text).toISOString().startsWith(text)

/** Whether a text, which is never empty, is of a type. */
const LEAVES: Readonly<Record<string, (text: string) => boolean>> = {
  id: upTo(35),
  account: upTo(34),
  name: upTo(140),
  line: upTo(140),
  code: (text) => /^[A-Z0-9]{4}$/.test(text),
  count: (text) => /^[1-9]\d{0,14}$|^0$/.test(text),
  sum: (text) => decimal(text, 18, 17),
  amount: (text) => decimal(text, 18, 5),
  currency: (text) => /^[A-Z]{3}$/.test(text),
  direction: (text) => text === "CRDT" || text === "DBIT",
  day: isDay,
  instant: (text) => /^[-\d]{10}T\d\d:\d\d:\d\d\.\d{3}Z$/.test(text) && isDay(text.slice(0, 10)),
}

type Rule = {
  readonly name: string
  readonly least: number
  readonly most: number
  readonly choice: boolean
  readonly type: string | null
  readonly below: Rule[]
}
type Element = {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly below: Element[]
  text: string
}

const COUNTS: Readonly<Record<string, readonly [number, number]>> = {
  "": [1, 1],
  "?": [0, 1],
  "*": [0, Number.POSITIVE_INFINITY],
  "+": [1, Number.POSITIVE_INFINITY],
}

function rulesOf(table: string): readonly Rule[] {
  const lines = TABLES[table]!.split("\n").filter((line) => line.trim() !== "")
  const margin = lines[0]!.search(/\S/)
  const top: Rule[] = []
  const open: Rule[][] = [top]
  for (const line of lines) {
    const depth = (line.search(/\S/) - margin) / 2
    const [, bar, name = "", often = "", type = null] = /^\s*(\|?)(\w+)([?*+]?)(?: (\S+))?$/.exec(
      line,
    )!
    const [least, most] = COUNTS[often]!
    const rule = { name, least, most, choice: bar === "|", type, below: [] }
    open[depth]!.push(rule)
    open[depth + 1] = rule.below
  }
  return top
}

/** All that is wrong with a file of this kind, each with its path; empty when nothing is. */
export function shapeFlaws(kind: string, text: string): readonly string[] {
  const root = parse(text)
  const namespace = root.attributes["xmlns"]
  const flaws = checkChildren(root.below, rulesOf(kind), "Document")
  if (root.name !== "Document") flaws.push(`${root.name} is no Document`)
  if (namespace !== `urn:iso:std:iso:20022:tech:xsd:${kind}`) flaws.push(`xmlns ${namespace}`)
  return flaws
}

function checkChildren(found: readonly Element[], rules: readonly Rule[], path: string): string[] {
  const flaws: string[] = []
  if (rules.some(({ choice }) => choice)) {
    const [only, ...more] = found
    const rule = rules.find(({ name }) => name === only?.name)
    if (!only || !rule || more.length > 0) return [`${path}: not one of its choices`]
    return checkElement(only, rule, `${path}/${only.name}`)
  }
  let at = 0
  for (const rule of rules) {
    const from = at
    while (at < found.length && found[at]!.name === rule.name && at - from < rule.most) {
      flaws.push(...checkElement(found[at]!, rule, `${path}/${rule.name}`))
      at += 1
    }
    if (at - from < rule.least) flaws.push(`${path}/${rule.name}: missing, or out of order`)
  }
  if (at < found.length) flaws.push(`${path}/${found[at]!.name}: not expected here`)
  return flaws
}

function checkElement(element: Element, { type, below }: Rule, path: string): string[] {
  if (type?.startsWith("@")) return checkChildren(element.below, rulesOf(type), path)
  if (type === null) return checkChildren(element.below, below, path)
  if (element.below.length > 0) return [`${path}: elements in a ${type}`]
  const currency = element.attributes["Ccy"]
  if ((type === "amount") !== (currency !== undefined)) return [`${path}: its currency`]
  const fits = type.startsWith("=") ? element.text === type.slice(1) : LEAVES[type]!(element.text)
  return fits && element.text !== "" ? [] : [`${path}: no ${type}: ${element.text}`]
}

function parse(text: string): Element {
  const parser = new SaxesParser()
  const open: Element[] = [{ name: "", attributes: {}, below: [], text: "" }]
  parser.on("opentag", ({ name, attributes }) => {
    const element = { name, attributes: attributes as Record<string, string>, below: [], text: "" }
    open.at(-1)!.below.push(element)
    open.push(element)
  })
  parser.on("text", (more) => {
    open.at(-1)!.text += more
  })
  parser.on("closetag", () => open.pop())
  parser.write(text).close()
  return open[0]!.below[0]!
}
