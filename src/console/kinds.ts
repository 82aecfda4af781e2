/** What each kind of transfer is to a merchant, as statements and timelines say it. */
import { type Language, say, type Words } from "./words.ts"

const KINDS: Readonly<Record<string, Words>> = {
  "top-up": { es: "Recarga de saldo", pt: "Recarga de saldo", en: "Money paid in" },
  "owed.paid": { es: "Deuda pagada", pt: "Dívida paga", en: "Debt paid" },
  "recharge.hold": {
    es: "Retenido para una recarga",
    pt: "Retido para uma recarga",
    en: "Held for a recharge",
  },
  "recharge.confirmed": {
    es: "Recarga entregada",
    pt: "Recarga entregue",
    en: "Recharge delivered",
  },
  "recharge.released": {
    es: "Recarga no entregada, liberado",
    pt: "Recarga não entregue, liberado",
    en: "Recharge not delivered, given back",
  },
  "recharge.late": {
    es: "Recarga entregada tarde",
    pt: "Recarga entregue tarde",
    en: "Recharge delivered late",
  },
  "recharge.late.owed": {
    es: "Recarga entregada tarde, por pagar",
    pt: "Recarga entregue tarde, devida",
    en: "Recharge delivered late, owed",
  },
  "recharge.commission": { es: "Comisión ganada", pt: "Comissão ganha", en: "Commission earned" },
  fee: { es: "Comisión de la pasarela", pt: "Tarifa do gateway", en: "Fee" },
  "charge.approved": { es: "Pago aprobado", pt: "Pagamento aprovado", en: "Payment approved" },
  "charge.received": { es: "Llegó el dinero", pt: "Chegou o dinheiro", en: "Payment came in" },
  "charge.unapplied": {
    es: "Llegó dinero sin aplicar",
    pt: "Chegou dinheiro não aplicado",
    en: "Payment came in, not assigned",
  },
  "charge.settled": { es: "Pago abonado", pt: "Pagamento liquidado", en: "Payment settled" },
  "charge.returned": {
    es: "Pago devuelto por el banco",
    pt: "Pagamento devolvido pelo banco",
    en: "Payment taken back",
  },
  "charge.returned.owed": {
    es: "Pago devuelto por el banco, por pagar",
    pt: "Pagamento devolvido pelo banco, devido",
    en: "Payment taken back, owed",
  },
  "charge.returned.settled": {
    es: "Pago devuelto después de abonado",
    pt: "Pagamento devolvido depois de liquidado",
    en: "Payment taken back after it was settled",
  },
  "charge.frozen": {
    es: "Pago en duda, retenido",
    pt: "Pagamento em dúvida, retido",
    en: "Payment in doubt, held",
  },
  "charge.frozen.owed": {
    es: "Pago en duda, por pagar",
    pt: "Pagamento em dúvida, devido",
    en: "Payment in doubt, owed",
  },
  "charge.thawed": {
    es: "Pago ya sin duda",
    pt: "Pagamento já sem dúvida",
    en: "Payment no longer in doubt",
  },
  "charge.thawed.owed": {
    es: "Pago ya sin duda, deja de deberse",
    pt: "Pagamento já sem dúvida, deixa de ser devido",
    en: "Payment no longer in doubt, no longer owed",
  },
  "charge.shrunk": {
    es: "El pago quedó en menos",
    pt: "O pagamento ficou em menos",
    en: "Payment came to less",
  },
  "refund.reserved": {
    es: "Retenido para un reembolso",
    pt: "Retido para um reembolso",
    en: "Held for a refund",
  },
  "refund.confirmed": { es: "Reembolso pagado", pt: "Reembolso pago", en: "Refund paid" },
  "refund.failed": {
    es: "Reembolso fallido, liberado",
    pt: "Reembolso falhou, liberado",
    en: "Refund failed, given back",
  },
  "refund.late": {
    es: "Reembolso pagado tarde",
    pt: "Reembolso pago tarde",
    en: "Refund paid late",
  },
  "refund.late.owed": {
    es: "Reembolso pagado tarde, por pagar",
    pt: "Reembolso pago tarde, devido",
    en: "Refund paid late, owed",
  },
  "refund.returned": {
    es: "Reembolso que volvió",
    pt: "Reembolso que voltou",
    en: "Refund came back",
  },
}

/** What a transfer of this kind was; one that has no words yet is shown by its name. */
export function kindText(kind: string, language: Language): string {
  const words = Object.hasOwn(KINDS, kind) ? KINDS[kind] : undefined
  return words ? say(words, language) : kind
}

/** The kinds that have words here. */
export const SAID_KINDS: readonly string[] = Object.keys(KINDS)
