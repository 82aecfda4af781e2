/** What a payer typed: which documents and phones are taken, and what is said of others. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { checkDigit, type DOCUMENT_TYPES, isSame, readDocument } from "./documents.ts"
import { type Field, type FormRules, readForm, type Typed, typedOf } from "./form.ts"
import { PAGE_METHODS } from "./methods.ts"
import type { KnownPayer } from "./purpose.ts"
import { dictionaries } from "./texts/index.ts"

const t = dictionaries.es
const RULES: FormRules = { offered: PAGE_METHODS, known: null, enforcedDocument: null }

const PERSON: Typed = {
  holder: "person",
  name: "Ana Ruiz",
  documentType: "cc",
  documentNumber: "1.020.304.050",
  email: "ana@example.test",
}
const BUSINESS: Typed = {
  holder: "business",
  businessName: "Río Claro S.A.S.",
  nit: "890.903.938-8",
  email: "pagos@example.test",
}
const BANK: Typed = {
  method: "bank",
  bank: "davivienda",
  accountType: "checking",
  accountNumber: "123-456 789",
}
const HOLDER = { name: "Ana Ruiz", documentType: "cc", documentNumber: "1020304050" }

/** The fields that are wrong, with what is said about each. */
function wrongOf(typed: Typed, rules: Partial<FormRules> = {}): Partial<Record<Field, string>> {
  const read = readForm(typed, { ...RULES, ...rules }, t)
  return "wrong" in read ? read.wrong : {}
}

test("documents are read as people write them, and a NIT's check digit is checked", () => {
  const rows: [type: (typeof DOCUMENT_TYPES)[number], written: string, read: string | null][] = [
    ["cc", "1020304050", "1020304050"],
    ["cc", " 1.020.304.050 ", "1020304050"],
    ["cc", "1234", "1234"],
    ["cc", "123", null],
    ["cc", "12345678901", null],
    ["cc", "0123456", null],
    ["cc", "10203a4050", null],
    ["cc", "１０２０３０", null],
    ["cc", "", null],
    ["ce", "123", "123"],
    ["ce", "12", null],
    ["ce", "0012345678", "0012345678"],
    ["ce", "E123456", null],
    ["ce", "000", null],
    ["nit", "890903938", "890903938"],
    ["nit", "890-903-938", "890903938"],
    ["nit", "890.903.938-8", "890903938"],
    ["nit", "890 903 938 – 8", "890903938"],
    ["nit", "8909039388", "890903938"],
    ["nit", "8909039387", null],
    // A person's NIT is its cédula, of fewer or more digits than a company's.
    ["nit", "12345678-8", "12345678"],
    ["nit", "12.345.678-8", "12345678"],
    ["nit", "12345678-9", null],
    ["nit", "123456-3", "123456"],
    ["nit", "12345-8", null],
    ["nit", "1020304050-8", "1020304050"],
    ["nit", "1.020.304.050-8", "1020304050"],
    ["nit", "1020304050", null],
    ["nit", "10203040508", null],
    ["nit", "10203040506-1", null],
    ["nit", "89090393", null],
    ["nit", "89090393888", null],
    ["nit", "89090393A", null],
    ["nit", "890903938-A", null],
    ["nit", "890903938-", "890903938"],
    ["nit", "-8", null],
    ["nit", "000000000", null],
    ["nit", "000000-0", null],
  ]
  for (const [type, written, number] of rows) {
    const read = readDocument(type, written)
    assert.deepEqual(read, number === null ? read : { number }, `${type} ${written}`)
    assert.equal(typeof read, number === null ? "string" : "object", `${type} ${written}`)
  }
  assert.equal(readDocument("nit", "890903938-7"), "check")
  for (const form of ["89090393", "8909039387", "1020304050"]) {
    assert.equal(readDocument("nit", form), "form", form)
  }
})

test("check digits are those of well-known businesses", () => {
  const rows = ["890903938-8", "860034313-7", "899999068-1", "860002964-4", "800197268-4"]
  for (const row of rows) {
    const [nit, digit] = row.split("-")
    assert.equal(checkDigit(nit!), digit, row)
  }
})

test("a document that a merchant asks for may be written with its check digit", () => {
  const rows: [
    type: (typeof DOCUMENT_TYPES)[number],
    number: string,
    wanted: string,
    is: boolean,
  ][] = [
    ["cc", "1020304050", "1020304050", true],
    ["cc", "1020304050", "1020304051", false],
    ["nit", "890903938", "890903938", true],
    ["nit", "890903938", "8909039388", true],
    ["nit", "890903938", "890.903.938-8", true],
    ["nit", "1020304050", "1020304050", true],
    ["nit", "1020304050", "10203040508", true],
    ["cc", "890903938", "8909039388", false],
    ["nit", "890903938", "8909039387", false],
    ["nit", "890903938", "860034313", false],
  ]
  for (const [type, number, wanted, is] of rows) assert.equal(isSame(type, number, wanted), is)
})

test("each way to pay asks for what it needs and for no more", () => {
  const email = "ana@example.test"
  const wallet = { method: "wallet", phone: "+57 300 123-4567" }
  const rows: [typed: Typed, way: object][] = [
    [
      { ...PERSON, ...BANK },
      {
        method: "bank",
        target: {
          bank: "davivienda",
          accountType: "checking",
          accountNumber: "123456789",
          holder: HOLDER,
          email,
        },
      },
    ],
    // Fields of other ways may be there, for the browser only hid them.
    [
      { ...PERSON, ...BANK, ...wallet },
      { method: "wallet", target: { phoneNumber: "3001234567", holder: HOLDER, email } },
    ],
    [
      { ...PERSON, ...BANK, method: "bancolombia" },
      { method: "bank", target: { bank: "bancolombia", holder: HOLDER, email } },
    ],
    [
      { ...PERSON, ...BUSINESS, method: "bancolombia" },
      {
        method: "bank",
        target: {
          bank: "bancolombia",
          holder: {
            name: "Río Claro S.A.S.",
            documentType: "nit",
            documentNumber: "890903938",
          },
          email: "pagos@example.test",
        },
      },
    ],
    [
      { method: "crypto", name: "<b>", email: "x" },
      { method: "crypto", target: {} },
    ],
    [
      { ...PERSON, holder: "", ...wallet },
      {
        method: "wallet",
        target: {
          phoneNumber: "3001234567",
          holder: HOLDER,
          email,
        },
      },
    ],
  ]
  for (const [typed, filled] of rows) {
    const read = readForm(typed, RULES, t)
    assert.deepEqual(JSON.parse(JSON.stringify(read)), { filled })
  }
})

test("each wrong field is told in its place, alone", () => {
  const bank = { ...PERSON, ...BANK }
  const business = { ...BUSINESS, ...BANK }
  const wallet = { ...PERSON, method: "wallet", phone: "3001234567" }
  const { documentNumber } = t.wrong
  const rows: [typed: Typed, field: Field, says: string][] = [
    [{ ...bank, method: "" }, "method", t.wrong.method],
    [{ ...bank, method: "recharge" }, "method", t.wrong.method],
    [{ ...bank, bank: "" }, "bank", t.wrong.bank],
    [{ ...bank, bank: "toString" }, "bank", t.wrong.bank],
    [{ ...bank, accountType: "" }, "accountType", t.wrong.accountType],
    [{ ...bank, accountNumber: "12345" }, "accountNumber", t.wrong.accountNumber],
    [{ ...bank, accountNumber: "1".repeat(21) }, "accountNumber", t.wrong.accountNumber],
    [{ ...bank, accountNumber: "12345x78" }, "accountNumber", t.wrong.accountNumber],
    [{ ...bank, name: "A" }, "name", t.wrong.name],
    [{ ...bank, name: "1234" }, "name", t.wrong.name],
    [{ ...bank, name: "Ana\u0000 Ruiz" }, "name", t.wrong.signs],
    [{ ...bank, name: "<b>Ana Ruiz" }, "name", t.wrong.signs],
    [{ ...bank, name: "A".repeat(162) }, "name", t.wrong.name],
    [{ ...bank, documentType: "" }, "documentType", t.wrong.documentType],
    [{ ...bank, documentType: "nit" }, "documentType", t.wrong.documentType],
    [{ ...bank, documentNumber: "0123456" }, "documentNumber", documentNumber.cc],
    [{ ...bank, documentType: "ce", documentNumber: "1" }, "documentNumber", documentNumber.ce],
    [{ ...bank, email: "ana@" }, "email", t.wrong.email],
    [{ ...bank, email: "" }, "email", t.wrong.email],
    [{ ...bank, email: `${"a".repeat(250)}@x.co` }, "email", t.wrong.email],
    [{ ...business, businessName: "7" }, "businessName", t.wrong.businessName],
    [{ ...business, businessName: "Río > Mar" }, "businessName", t.wrong.signs],
    [{ ...business, nit: "1234" }, "nit", documentNumber.nit],
    [{ ...business, nit: "8909039380" }, "nit", documentNumber.nit],
    [{ ...business, nit: "890903938-0" }, "nit", t.wrong.nitCheck],
    [{ ...wallet, phone: "6011234567" }, "phone", t.wrong.phone],
    [{ ...wallet, phone: "300123456" }, "phone", t.wrong.phone],
    [{ ...wallet, phone: "30012345678" }, "phone", t.wrong.phone],
    [{ ...wallet, phone: "" }, "phone", t.wrong.phone],
  ]
  for (const [typed, field, says] of rows) {
    assert.deepEqual(wrongOf(typed), { [field]: says }, JSON.stringify(typed[field]))
  }
  const all = wrongOf({ method: "bank" })
  assert.deepEqual(Object.keys(all).sort(), [
    "accountNumber",
    "accountType",
    "bank",
    "documentType",
    "email",
    "name",
  ])
})

test("a phone is read as people write it", () => {
  const rows = ["3001234590", "(300) 123-4590", "+57 (300) 123 45 90", "0057 300.123.4590"]
  for (const phone of rows) {
    const read = readForm({ ...PERSON, method: "wallet", phone }, RULES, t)
    assert.ok("filled" in read, phone)
    assert.equal(read.filled.target.phoneNumber, "3001234590", phone)
  }
})

test("what isn't offered can't be chosen", () => {
  const rows: [method: string, offered: FormRules["offered"]][] = [
    ["crypto", ["bank", "wallet", "bancolombia"]],
    ["wallet", ["bank"]],
    ["bank", []],
  ]
  for (const [method, offered] of rows) {
    const wrong = wrongOf({ ...PERSON, ...BANK, phone: "3001234567", method }, { offered })
    assert.deepEqual(wrong, { method: t.wrong.method })
  }
})

test("what a merchant knows stands for what is left empty, for its kind of holder", () => {
  const ana: KnownPayer = {
    name: " Ana  Ruiz ",
    documentType: "cc",
    documentNumber: "1020304050",
    email: "ana@example.test",
    phoneNumber: "573001234567",
  }
  const company = { ...ana, name: "Río Claro", documentType: "nit", documentNumber: "890903938-8" }
  const wallet = { method: "wallet" }
  const read = readForm(wallet, { ...RULES, known: ana }, t)
  assert.ok("filled" in read)
  const { phoneNumber, holder } = read.filled.target
  assert.deepEqual([phoneNumber, holder], ["3001234567", HOLDER])
  const rows: [typed: Typed, known: KnownPayer, wrong: Field[]][] = [
    [wallet, company, []],
    [{ ...wallet, name: "Eva Gil" }, ana, []],
    [{ ...wallet, holder: "business" }, ana, ["businessName", "nit"]],
    [{ ...wallet, holder: "person" }, company, ["name", "documentType"]],
    [wallet, { ...ana, email: "nonsense" }, ["email"]],
    [{ ...wallet, email: "eva@example.test" }, { ...ana, email: "nonsense" }, []],
    [wallet, { ...ana, documentType: "passport" }, ["documentType"]],
    // Without its dash a person's NIT can't be told from a company's with a wrong check digit.
    [wallet, { ...company, documentNumber: "1020304050" }, ["nit"]],
    [wallet, { ...company, documentNumber: "1020304050-8" }, []],
    [{ ...wallet, nit: " - " }, company, []],
  ]
  for (const [typed, known, wrong] of rows) {
    assert.deepEqual(Object.keys(wrongOf(typed, { known })), wrong)
  }
})

test("another document than the one that is asked for is refused in its place", () => {
  const enforced = { documentNumber: t.wrong.enforced }
  const rows: [typed: Typed, enforcedDocument: string, wrong: object][] = [
    [{ ...PERSON, ...BANK }, "1020304050", {}],
    [{ ...PERSON, ...BANK }, "1020304051", enforced],
    [
      { ...PERSON, ...BANK, documentNumber: "9" },
      "9",
      { documentNumber: t.wrong.documentNumber.cc },
    ],
    [{ ...BUSINESS, ...BANK }, "8909039388", {}],
    [{ ...BUSINESS, ...BANK }, "890903938", {}],
    [{ ...BUSINESS, ...BANK }, "1020304050", { nit: t.wrong.enforced }],
    [{ ...BUSINESS, ...BANK, nit: "1020304050-8" }, "1020304050", {}],
  ]
  for (const [typed, enforcedDocument, wrong] of rows) {
    assert.deepEqual(wrongOf(typed, { enforcedDocument }), wrong)
  }
})

test("only the form's own fields are kept, and of each only so much", () => {
  const form = new URLSearchParams({ name: "x".repeat(400), version: "1", nit: "\ud800" })
  form.append("name", "second")
  const typed = typedOf(form)
  assert.deepEqual(Object.keys(typed), ["name", "nit"])
  assert.equal(typed.name, "x".repeat(300))
  assert.equal(typed.nit, "\ufffd")
})
