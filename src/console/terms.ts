/** The words of the core's closed sets, as people read them; a new member has to be said here. */
import type {
  Attempt,
  InstrumentState,
  Method,
  Outcome,
  Payment,
  Reason,
  Refund,
  State,
} from "../core/index.ts"
import type { Tone } from "./parts.ts"
import type { Words } from "./words.ts"

export const STATES: Readonly<Record<State, Words & { readonly tone: Tone }>> = {
  pending: { es: "Pendiente", pt: "Pendente", en: "Pending", tone: "calm" },
  processing: { es: "En proceso", pt: "Em processamento", en: "Processing", tone: "warn" },
  approved: { es: "Aprobado", pt: "Aprovado", en: "Approved", tone: "good" },
  declined: { es: "Rechazado", pt: "Recusado", en: "Declined", tone: "bad" },
  expired: { es: "Vencido", pt: "Expirado", en: "Expired", tone: "plain" },
  cancelled: { es: "Cancelado", pt: "Cancelado", en: "Cancelled", tone: "plain" },
  returned: { es: "Devuelto", pt: "Devolvido", en: "Returned", tone: "bad" },
}

export const ATTEMPT_STATES: Readonly<Record<Attempt["state"], Words & { readonly tone: Tone }>> = {
  waiting: { es: "En espera", pt: "Em espera", en: "Waiting", tone: "calm" },
  unknown: { es: "Sin respuesta", pt: "Sem resposta", en: "No answer yet", tone: "warn" },
  open: { es: "Abierto", pt: "Aberta", en: "Open", tone: "calm" },
  approved: { es: "Aprobado", pt: "Aprovada", en: "Approved", tone: "good" },
  settled: { es: "Abonado", pt: "Liquidada", en: "Settled", tone: "good" },
  declined: { es: "Rechazado", pt: "Recusada", en: "Declined", tone: "bad" },
  closed: { es: "Cerrado", pt: "Encerrada", en: "Closed", tone: "plain" },
  returned: { es: "Devuelto", pt: "Devolvida", en: "Returned", tone: "bad" },
}

export const REFUND_STATES: Readonly<Record<Refund["state"], Words & { readonly tone: Tone }>> = {
  pending: { es: "Pendiente", pt: "Pendente", en: "Pending", tone: "calm" },
  sent: { es: "Enviado", pt: "Enviado", en: "Sent", tone: "warn" },
  confirmed: { es: "Confirmado", pt: "Confirmado", en: "Confirmed", tone: "good" },
  failed: { es: "Fallido", pt: "Falhou", en: "Failed", tone: "bad" },
}

export const INSTRUMENT_STATES: Readonly<Record<InstrumentState, Words & { readonly tone: Tone }>> =
  {
    pending: { es: "Por confirmar", pt: "A confirmar", en: "Pending", tone: "calm" },
    active: { es: "Activo", pt: "Ativo", en: "Active", tone: "good" },
    error: { es: "Con error", pt: "Com erro", en: "Error", tone: "bad" },
    revoked: { es: "Revocado", pt: "Revogado", en: "Revoked", tone: "plain" },
  }

export const METHODS: Readonly<Record<Method, Words>> = {
  bank: { es: "Cuenta bancaria", pt: "Conta bancária", en: "Bank account" },
  wallet: { es: "Billetera", pt: "Carteira digital", en: "Wallet" },
  crypto: { es: "Cripto", pt: "Cripto", en: "Crypto" },
  recharge: { es: "Recarga", pt: "Recarga", en: "Recharge" },
}

export const KINDS: Readonly<Record<Attempt["kind"], Words>> = {
  charge: { es: "Cobro", pt: "Cobrança", en: "Charge" },
  recharge: { es: "Recarga", pt: "Recarga", en: "Recharge" },
  refund: { es: "Reembolso", pt: "Reembolso", en: "Refund" },
}

/** Names of products: the same in every language. */
export const DIALECTS: Readonly<Record<Payment["dialect"], string>> = {
  pentagoo: "Pentagoo",
  tapila: "Tapila",
  "palomma-pay": "Palomma Pay",
  "palomma-direct-debit": "Palomma Direct Debit",
  caudal: "Caudal",
}

export const REASONS: Readonly<Record<Reason, Words>> = {
  not_enough_funds: { es: "Saldo insuficiente", pt: "Saldo insuficiente", en: "Not enough funds" },
  declined_by_bank: {
    es: "El banco lo rechazó",
    pt: "O banco recusou",
    en: "Declined by the bank",
  },
  invalid_account: { es: "La cuenta no existe", pt: "A conta não existe", en: "No such account" },
  account_blocked: {
    es: "La cuenta está cerrada o bloqueada",
    pt: "A conta está encerrada ou bloqueada",
    en: "The account is closed or blocked",
  },
  holder_mismatch: {
    es: "El titular no coincide",
    pt: "O titular não confere",
    en: "The holder doesn't match",
  },
  limit_exceeded: {
    es: "Supera el límite de la cuenta",
    pt: "Acima do limite da conta",
    en: "Above the account's limit",
  },
  mandate_revoked: {
    es: "La autorización fue retirada",
    pt: "A autorização foi retirada",
    en: "The consent was taken back",
  },
  returned_by_bank: {
    es: "El banco devolvió el dinero",
    pt: "O banco devolveu o dinheiro",
    en: "The bank took the money back",
  },
  operator_unavailable: {
    es: "El banco u operador no estaba disponible",
    pt: "O banco ou operadora não estava disponível",
    en: "The bank or operator was unavailable",
  },
  invalid_identifier: {
    es: "El número no es válido",
    pt: "O número não é válido",
    en: "The number is not valid",
  },
  expired: { es: "Se acabó el tiempo", pt: "O tempo acabou", en: "Time ran out" },
  cancelled_by_payer: {
    es: "Lo canceló quien paga",
    pt: "Cancelado por quem paga",
    en: "Cancelled by the payer",
  },
  cancelled_by_merchant: {
    es: "Lo canceló el comercio",
    pt: "Cancelado pelo comerciante",
    en: "Cancelled by the merchant",
  },
  other: { es: "Otra razón", pt: "Outro motivo", en: "Another reason" },
}

export const OUTCOMES: Readonly<Record<Outcome, Words>> = {
  approved: { es: "Aprobar", pt: "Aprovar", en: "Approve" },
  declined: { es: "Rechazar", pt: "Recusar", en: "Decline" },
  expired: { es: "Vencer", pt: "Expirar", en: "Expire" },
  cancelled: { es: "Cancelar", pt: "Cancelar", en: "Cancel" },
  returned: { es: "Devolver (banco)", pt: "Devolver (banco)", en: "Return (bank)" },
}

export const ACCOUNTS: Readonly<Record<string, Words>> = {
  available: { es: "Disponible", pt: "Disponível", en: "Available" },
  held: { es: "Retenido", pt: "Retido", en: "Held" },
  unapplied: { es: "Sin aplicar", pt: "Não aplicado", en: "Unapplied" },
  fees: { es: "Comisiones", pt: "Tarifas", en: "Fees" },
  owed: { es: "Por pagar", pt: "Devido", en: "Owed" },
  clearing: { es: "Por abonar", pt: "A liquidar", en: "Clearing" },
  outside: { es: "Afuera", pt: "Fora", en: "Outside" },
}
