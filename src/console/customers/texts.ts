/** The words of customers and of the accounts they let be charged. */
import type { Instrument, Revoker } from "../../core/index.ts"
import type { Words } from "../words.ts"

export const TEXTS = {
  title: { es: "Clientes", pt: "Clientes", en: "Customers" },
  search: { es: "Buscar", pt: "Buscar", en: "Search" },
  searchHint: {
    es: "Correo o documento completos, o palabras del nombre",
    pt: "E-mail ou documento completos, ou palavras do nome",
    en: "A whole e-mail or document, or words of the name",
  },
  apply: { es: "Buscar", pt: "Buscar", en: "Search" },
  clear: { es: "Quitar filtros", pt: "Limpar filtros", en: "Clear filters" },
  dialect: { es: "API", pt: "API", en: "API" },
  any: { es: "Todas", pt: "Todas", en: "Any" },
  name: { es: "Nombre", pt: "Nome", en: "Name" },
  document: { es: "Documento", pt: "Documento", en: "Document" },
  email: { es: "Correo", pt: "E-mail", en: "E-mail" },
  merchant: { es: "Comercio", pt: "Comerciante", en: "Merchant" },
  created: { es: "Creado", pt: "Criado", en: "Created" },
  id: { es: "Id", pt: "Id", en: "Id" },
  nothing: { es: "Aún no hay clientes", pt: "Ainda não há clientes", en: "No customers yet" },
  nothingText: {
    es: "Los crea quien integra, por Palomma Direct Debit o la API nativa, para poder cobrarles de nuevo.",
    pt: "São criados por quem integra, por Palomma Direct Debit ou pela API nativa, para cobrar de novo.",
    en: "Whoever integrates makes them, by Palomma Direct Debit or the native API, to charge them again.",
  },
  noneFits: {
    es: "Ningún cliente coincide",
    pt: "Nenhum cliente corresponde",
    en: "No customer matches",
  },
  noneFitsText: {
    es: "Correo y documento se guardan sellados: se encuentran solo si se escriben completos.",
    pt: "E-mail e documento são guardados selados: só se encontram se escritos por completo.",
    en: "E-mail and document are kept sealed: they are found only when written in full.",
  },
  tooLong: {
    es: "Escriba a lo sumo {most} caracteres.",
    pt: "Escreva no máximo {most} caracteres.",
    en: "Write at most {most} characters.",
  },
  choice: {
    es: "No hay tal opción.",
    pt: "Não existe essa opção.",
    en: "There is no such choice.",
  },
  details: { es: "Detalles", pt: "Detalhes", en: "Details" },
  instruments: { es: "Medios de pago", pt: "Meios de pagamento", en: "Payment methods" },
  noInstruments: {
    es: "Este cliente no tiene cuentas guardadas.",
    pt: "Este cliente não tem contas guardadas.",
    en: "This customer has no stored accounts.",
  },
  account: { es: "Cuenta", pt: "Conta", en: "Account" },
  state: { es: "Estado", pt: "Estado", en: "State" },
  rail: { es: "Vía", pt: "Via", en: "Rail" },
  consent: { es: "Autorización", pt: "Autorização", en: "Consent" },
  consented: {
    es: "dada el {at}, {channel}",
    pt: "dada em {at}, {channel}",
    en: "given {at}, {channel}",
  },
  noConsent: { es: "aún no dada", pt: "ainda não dada", en: "not given yet" },
  revoked: {
    es: "revocada el {at} por {by}",
    pt: "revogada em {at} por {by}",
    en: "revoked {at} by {by}",
  },
  actions: { es: "Acciones", pt: "Ações", en: "Actions" },
  revoke: { es: "Revocar", pt: "Revogar", en: "Revoke" },
  revokeSure: {
    es: "No se acepta ningún cobro nuevo a esta cuenta, y no puede deshacerse: el cliente tendría que autorizar otra. Lo que un banco ya recibió sigue su curso.",
    pt: "Nenhuma cobrança nova será aceita nesta conta, e isso não pode ser desfeito: o cliente teria de autorizar outra. O que um banco já recebeu segue seu curso.",
    en: "No new charge of this account is accepted, and it can't be undone: the customer would have to consent anew. What a bank was handed before goes its way.",
  },
  done: {
    es: "Autorización revocada.",
    pt: "Autorização revogada.",
    en: "Consent revoked.",
  },
  failed: { es: "No se hizo. {why}", pt: "Não foi feito. {why}", en: "It wasn't done. {why}" },
  payments: { es: "Últimos pagos", pt: "Últimos pagamentos", en: "Latest payments" },
  noPayments: {
    es: "Este cliente aún no tiene pagos.",
    pt: "Este cliente ainda não tem pagamentos.",
    en: "This customer has no payments yet.",
  },
  allPayments: { es: "Todos sus pagos", pt: "Todos os seus pagamentos", en: "All its payments" },
  amount: { es: "Valor", pt: "Valor", en: "Amount" },
  reference: { es: "Referencia", pt: "Referência", en: "Reference" },
} as const satisfies Record<string, Words>

export const CHANNELS: Readonly<Record<NonNullable<Instrument["consentChannel"]>, Words>> = {
  merchant: {
    es: "según el comercio",
    pt: "segundo o comerciante",
    en: "as the merchant says",
  },
  page: { es: "en nuestra página", pt: "em nossa página", en: "on our page" },
}

export const REVOKERS: Readonly<Record<Revoker, Words>> = {
  payer: { es: "el cliente", pt: "o cliente", en: "the customer" },
  merchant: { es: "el comercio", pt: "o comerciante", en: "the merchant" },
  operator: { es: "un operador", pt: "um operador", en: "an operator" },
  bank: { es: "el banco", pt: "o banco", en: "the bank" },
}
