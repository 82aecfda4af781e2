/** Settings of the rail: what is understood, and that each mistake is named without its values. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { BANK_CODES } from "./banks.ts"
import { readSettings } from "./settings.ts"

const SANDBOX = { mode: "sandbox", dataDir: "/data" } as const
const LIVE = { mode: "live", dataDir: "/data" } as const
const SECRET = "03012345678"
const ACCOUNT = {
  name: "Comercio de Prueba S.A.S.",
  documentType: "nit",
  documentNumber: "900123456",
  account: SECRET,
  accountType: "checking",
  bank: "bancolombia",
  cutOff: "15:30",
  leadDays: 2,
}
const FULL = {
  folder: "/srv/bank",
  accounts: { main: ACCOUNT },
  initiator: { name: "Caudal", id: "CAUDAL-01" },
  sendAt: ["14:00", "09:00", "14:00"],
}

test("a sandbox needs nothing, and has an account that is nobody's", () => {
  const settings = readSettings({}, SANDBOX)
  assert.equal(settings.folder, "/data/bank-files")
  assert.deepEqual([...settings.accounts.keys()], ["sandbox"])
  assert.equal(settings.defaultAccount, "sandbox")
  assert.deepEqual(settings.sending, { kind: "every", seconds: 5 })
  assert.equal(settings.simulatedBank, true)
  assert.equal(readSettings({}, { ...SANDBOX, dataDir: null }).folder, null)
})

test("all that live needs is understood", () => {
  const { accounts, ...settings } = readSettings(FULL, LIVE)
  const { cutOff, leadDays, bank: _, ...holder } = ACCOUNT
  assert.deepEqual(accounts.get("main"), {
    holder: { ...holder, bank: "1007" },
    schemeId: null,
    currency: "COP",
    cutOff,
    leadDays,
    timeZone: "America/Bogota",
  })
  const { banks, ...rest } = settings
  assert.equal(banks.get("nequi"), "1507")
  assert.deepEqual(rest, {
    folder: "/srv/bank",
    defaultAccount: "main",
    initiator: { name: "Caudal", id: "CAUDAL-01" },
    timeZone: "America/Bogota",
    sending: { kind: "daily", times: ["09:00", "14:00"], timeZone: "America/Bogota" },
    ordersPerFile: 50_000,
    letters: "any",
    simulatedBank: false,
  })
})

test("whatever has a default can be said otherwise", () => {
  const zone = { timeZone: "America/Santiago" }
  const given = {
    ...FULL,
    folder: "exchange",
    accounts: {
      main: { ...ACCOUNT, bank: "lulo", schemeId: "CO-1" },
      "clp-2": { ...ACCOUNT, bank: "BCHI", currency: "CLP", ...zone },
    },
    defaultAccount: "clp-2",
    initiator: undefined,
    timeZone: "America/Lima",
    sendAt: undefined,
    sendEverySeconds: 600,
    ordersPerFile: 200_000,
    letters: "basic",
    banks: { lulo: "1070", union: "9999" },
  }
  const settings = readSettings(given, LIVE)
  assert.equal(settings.folder, "/data/exchange")
  assert.equal(settings.accounts.get("main")?.holder.bank, "1070")
  assert.equal(settings.accounts.get("main")?.timeZone, "America/Lima")
  assert.equal(settings.accounts.get("clp-2")?.holder.bank, "BCHI")
  assert.equal(settings.accounts.get("clp-2")?.timeZone, "America/Santiago")
  assert.deepEqual(settings.initiator, { name: ACCOUNT.name, id: null })
  assert.deepEqual(settings.sending, { kind: "every", seconds: 600 })
  assert.equal(settings.banks.get("union"), "9999")
  assert.equal(settings.banks.get("nequi"), "1507")
  assert.equal(readSettings({ ...given, simulatedBank: false }, SANDBOX).simulatedBank, false)
})

const account = (over: object) => ({ ...FULL, accounts: { main: { ...ACCOUNT, ...over } } })

test("each mistake is named by its place, and never by its value", () => {
  const table: [given: unknown, where: typeof SANDBOX | typeof LIVE, problem: RegExp][] = [
    [null, SANDBOX, /^rails\.bank-files: Invalid input: expected object/],
    [[], SANDBOX, /^rails\.bank-files: Invalid input/],
    [{ folders: "x" }, SANDBOX, /^rails\.bank-files: there is no member folders here$/],
    [{ [SECRET]: 1 }, SANDBOX, /^rails\.bank-files: there is no member of this name here$/],
    [{ ...FULL, folder: undefined }, LIVE, /\.folder: live needs one/],
    [{ ...FULL, accounts: undefined }, LIVE, /\.accounts: live needs at least one/],
    [{ ...FULL, accounts: {} }, SANDBOX, /\.accounts: needs at least one account$/],
    [{ ...FULL, accounts: { [SECRET]: ACCOUNT } }, LIVE, /\.accounts\.…: must be 1 to 40 of/],
    [{ ...FULL, accounts: { Main: ACCOUNT } }, LIVE, /\.accounts\.Main: must be 1 to 40 of/],
    [{ ...FULL, sendAt: undefined }, LIVE, /\.sendAt: live needs the times/],
    [{ ...FULL, sendEverySeconds: 5 }, LIVE, /\.sendAt: can't stand beside sendEverySeconds$/],
    [{ ...FULL, sendAt: ["9:00"] }, LIVE, /\.sendAt\.0: must be a time/],
    [{ ...FULL, sendAt: ["24:00"] }, LIVE, /\.sendAt\.0: must be a time/],
    [{ ...FULL, sendAt: [] }, LIVE, /\.sendAt: /],
    [{ sendEverySeconds: 0 }, SANDBOX, /\.sendEverySeconds: /],
    [{ ordersPerFile: 0 }, SANDBOX, /\.ordersPerFile: /],
    [{ ordersPerFile: 200_001 }, SANDBOX, /\.ordersPerFile: /],
    [{ letters: "latin" }, SANDBOX, /\.letters: /],
    [{ timeZone: "Bogota" }, SANDBOX, /\.timeZone: must be a time zone/],
    [{ timeZone: "-05:00" }, SANDBOX, /\.timeZone: must be a time zone/],
    [{ banks: { lulo: "ten" } }, SANDBOX, /\.banks\.lulo: must be a code/],
    [{ ...FULL, simulatedBank: true }, LIVE, /\.simulatedBank: moves no money/],
    [{ ...FULL, defaultAccount: "other" }, LIVE, /\.defaultAccount: is none of the accounts$/],
    [
      { ...FULL, accounts: { main: ACCOUNT, more: ACCOUNT } },
      LIVE,
      /\.defaultAccount: must say which of the accounts/,
    ],
    [account({ bank: "lulo" }), LIVE, /\.accounts\.main\.bank: is no bank known here/],
    [account({ bank: "constructor" }), LIVE, /\.accounts\.main\.bank: is no bank known here/],
    [account({ cutOff: "3 pm" }), LIVE, /\.accounts\.main\.cutOff: must be a time/],
    [account({ cutOff: undefined }), LIVE, /\.accounts\.main\.cutOff: /],
    [account({ leadDays: -1 }), LIVE, /\.accounts\.main\.leadDays: /],
    [account({ leadDays: 31 }), LIVE, /\.accounts\.main\.leadDays: /],
    [account({ currency: "XXX" }), LIVE, /\.accounts\.main\.currency: must be a currency known/],
    [account({ accountType: "gold" }), LIVE, /\.accounts\.main\.accountType: /],
    [account({ account: `${SECRET} é` }), LIVE, /\.accounts\.main\.account: empty, or characters/],
    [account({ account: SECRET.repeat(4) }), LIVE, /\.accounts\.main\.account: longer than 34/],
    [account({ account: Number(SECRET) }), LIVE, /\.accounts\.main\.account: Invalid input/],
    [account({ name: " " }), LIVE, /\.accounts\.main\.name: must not be empty$/],
    [account({ name: "\u0007" }), LIVE, /\.accounts\.main\.name: empty$/],
    [account({ documentNumber: null }), LIVE, /\.main\.documentNumber: a type or a number alone$/],
    [account({ schemeId: "é" }), LIVE, /\.accounts\.main\.schemeId: empty, or characters/],
    [{ ...FULL, initiator: { name: "x", id: "é" } }, LIVE, /\.initiator\.id: empty, or char/],
  ]
  for (const [given, where, problem] of table) {
    assert.throws(
      () => readSettings(given, where),
      ({ message }: Error) => {
        assert.match(message, problem)
        assert.ok(!message.includes(SECRET), message)
        assert.match(message, /^rails\.bank-files/)
        return true
      },
    )
  }
})

test("all mistakes are named at once, one a line", () => {
  const given = { ...account({ cutOff: "x", leadDays: -1 }), letters: "latin" }
  assert.throws(
    () => readSettings(given, LIVE),
    ({ message }: Error) => message.split("\n").length === 3,
  )
  assert.throws(
    () => readSettings({ accounts: { a: { ...ACCOUNT, bank: "x" }, b: ACCOUNT } }, LIVE),
    ({ message }: Error) => message.split("\n").length === 4,
  )
})

test("each bank has a code of its own, in four digits", () => {
  const codes = Object.values(BANK_CODES)
  assert.equal(new Set(codes).size, codes.length)
  for (const code of codes) assert.match(code, /^1\d{3}$/)
  assert.equal(codes.length, 38)
})
