/** What Colombian clearing calls each bank that a payer's account may be kept at. */

/**
 * The names of Palomma Direct Debit's list with their "código de compensación", as Banco de la
 * República gives them out and ACH Colombia uses them. The list of the bank that takes our files
 * outranks it: what differs there is said in the settings, under `banks`. Two names of that list
 * are left out on purpose, procreditcolombia and multibank: both banks went over into others, and
 * which code an old account has today is for the settings to say.
 */
export const BANK_CODES: Readonly<Record<string, string>> = {
  avvillas: "1052",
  ban100: "1558",
  bancamia: "1059",
  bancoagrario: "1040",
  bancocajasocial: "1032",
  bancodebogota: "1001",
  bancodeoccidente: "1023",
  bancoldex: "1031",
  bancolombia: "1007",
  bancoomeva: "1061",
  bancopopular: "1002",
  bancow: "1053",
  bbva: "1013",
  cfa: "1283",
  citibank: "1009",
  coltefinanciera: "1370",
  confiar: "1292",
  coofinep: "1291",
  coopcentral: "1066",
  cotrafa: "1289",
  daviplata: "1551",
  davivienda: "1051",
  falabella: "1062",
  finandina: "1063",
  gnbsudameris: "1012",
  iris: "1637",
  itau: "1006",
  itauhelm: "1014",
  jpmorgancolombia: "1071",
  juriscoop: "1121",
  mibanco: "1067",
  mundomujer: "1047",
  nequi: "1507",
  pichincha: "1060",
  santander: "1065",
  scotiabankcolpatria: "1019",
  serfinanza: "1069",
  union: "1303",
}

/** The table with what an installation says otherwise or besides, by the banks' names. */
export function codesWith(own: Readonly<Record<string, string>>): ReadonlyMap<string, string> {
  return new Map([...Object.entries(BANK_CODES), ...Object.entries(own)])
}
