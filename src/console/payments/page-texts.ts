/** The words of a payment's page; those of its timeline are in story-texts.ts. */
import type { Words } from "../words.ts"

export const PAGE = {
  title: { es: "Pago {id}", pt: "Pagamento {id}", en: "Payment {id}" },
  payments: { es: "Pagos", pt: "Pagamentos", en: "Payments" },
  details: { es: "Detalles", pt: "Detalhes", en: "Details" },
  id: { es: "Id del pago", pt: "Id do pagamento", en: "Payment id" },
  reference: { es: "Referencia", pt: "Referência", en: "Reference" },
  description: { es: "Descripción", pt: "Descrição", en: "Description" },
  merchant: { es: "Comercio", pt: "Comerciante", en: "Merchant" },
  dialect: { es: "API", pt: "API", en: "API" },
  kind: { es: "Clase", pt: "Tipo", en: "Kind" },
  rail: { es: "Vía", pt: "Via", en: "Rail" },
  reason: { es: "Razón", pt: "Motivo", en: "Reason" },
  payer: { es: "Quien paga", pt: "Quem paga", en: "Payer" },
  account: { es: "Cuenta", pt: "Conta", en: "Account" },
  customer: { es: "Cliente", pt: "Cliente", en: "Customer" },
  created: { es: "Creado", pt: "Criado", en: "Created" },
  expires: { es: "Vence", pt: "Expira", en: "Expires" },
  approvedAt: { es: "Aprobado", pt: "Aprovado", en: "Approved" },
  settledAt: { es: "Abonado", pt: "Liquidado", en: "Settled" },
  money: { es: "Dinero", pt: "Dinheiro", en: "Money" },
  asked: { es: "Valor", pt: "Valor", en: "Amount" },
  captured: { es: "Cobrado", pt: "Cobrado", en: "Captured" },
  refunded: { es: "Reembolsado", pt: "Reembolsado", en: "Refunded" },
  fee: { es: "Comisión de la pasarela", pt: "Tarifa do gateway", en: "Fee" },
  commission: { es: "Comisión ganada", pt: "Comissão ganha", en: "Commission earned" },
  held: { es: "Retenido para la recarga", pt: "Retido para a recarga", en: "Held for it" },
  left: { es: "Queda", pt: "Resta", en: "Left" },
  unapplied: { es: "Sin aplicar", pt: "Não aplicado", en: "Unapplied" },
  attempts: { es: "Intentos", pt: "Tentativas", en: "Attempts" },
  noAttempts: {
    es: "Nadie ha elegido aún cómo pagar.",
    pt: "Ninguém escolheu ainda como pagar.",
    en: "Nobody has chosen yet how to pay.",
  },
  railReference: { es: "Id de la vía", pt: "Id da via", en: "Rail's id" },
  begun: { es: "Comenzó", pt: "Começou", en: "Begun" },
  amount: { es: "Valor", pt: "Valor", en: "Amount" },
  state: { es: "Estado", pt: "Estado", en: "State" },
  attempt: { es: "Intento", pt: "Tentativa", en: "Attempt" },
  refunds: { es: "Reembolsos", pt: "Reembolsos", en: "Refunds" },
  refund: { es: "Reembolso", pt: "Reembolso", en: "Refund" },
  actions: { es: "Acciones", pt: "Ações", en: "Actions" },
  toSign: {
    es: "Falta firmarlo en su billetera",
    pt: "Falta assinar em sua carteira",
    en: "It waits for your wallet's signature",
  },
  toSignText: {
    es: "Envíe {amount} desde {from} hasta {to} en {chain}. Se confirma solo cuando la cadena lo muestre.",
    pt: "Envie {amount} de {from} para {to} em {chain}. Confirma-se sozinho quando a cadeia o mostrar.",
    en: "Send {amount} from {from} to {to} on {chain}. It is confirmed by itself once the chain shows it.",
  },
  openWallet: { es: "Abrir en la billetera", pt: "Abrir na carteira", en: "Open in a wallet" },
  story: { es: "Historia", pt: "História", en: "Story" },
  readOnly: {
    es: "Su rol solo mira: no cambia pagos.",
    pt: "Seu papel só olha: não altera pagamentos.",
    en: "Your role looks only: it changes no payments.",
  },
} as const satisfies Record<string, Words>

export const ACT = {
  refund: { es: "Reembolsar", pt: "Reembolsar", en: "Refund" },
  refundAmount: { es: "Valor a reembolsar", pt: "Valor a reembolsar", en: "Amount to refund" },
  refundHint: {
    es: "Quedan {left}. Puede devolverse por partes.",
    pt: "Restam {left}. Pode ser devolvido em partes.",
    en: "{left} is left. It can go back in parts.",
  },
  to: { es: "Dirección que recibe", pt: "Endereço que recebe", en: "Address that gets it" },
  toHint: {
    es: "En la cadena por la que se pagó. Pídala a quien pagó: la de un intercambio no siempre puede recibir.",
    pt: "Na cadeia pela qual se pagou. Peça a quem pagou: a de uma corretora nem sempre pode receber.",
    en: "On the chain that it was paid on. Ask the payer: an exchange's address can't always receive.",
  },
  doRefund: { es: "Reembolsar", pt: "Reembolsar", en: "Refund" },
  amountWrong: {
    es: "Escriba un valor como 12.500 o 12.500,50, mayor que cero.",
    pt: "Escreva um valor como 12.500 ou 12.500,50, maior que zero.",
    en: "Write an amount such as 12,500 or 12,500.50, above zero.",
  },
  amountMost: {
    es: "Es más de lo que queda: {left}.",
    pt: "É mais do que resta: {left}.",
    en: "It is more than what is left: {left}.",
  },
  toMissing: {
    es: "Escriba la dirección que recibe el dinero.",
    pt: "Escreva o endereço que recebe o dinheiro.",
    en: "Write the address that gets the money.",
  },
  refunded: {
    es: "Reembolso de {amount} registrado.",
    pt: "Reembolso de {amount} registrado.",
    en: "Refund of {amount} made.",
  },
  refundedToSign: {
    es: "Reembolso de {amount} preparado: falta firmarlo en su billetera.",
    pt: "Reembolso de {amount} preparado: falta assiná-lo em sua carteira.",
    en: "Refund of {amount} prepared: your wallet has to sign it.",
  },
  cancel: { es: "Cancelar el pago", pt: "Cancelar o pagamento", en: "Cancel the payment" },
  cancelConfirm: {
    es: "Quien paga ya no podrá pagarlo. ¿Cancelar?",
    pt: "Quem paga já não poderá pagar. Cancelar?",
    en: "Its payer won't be able to pay it any more. Cancel it?",
  },
  cancelled: { es: "Pago cancelado.", pt: "Pagamento cancelado.", en: "Payment cancelled." },
  takeBack: { es: "Retirar el reembolso", pt: "Retirar o reembolso", en: "Take it back" },
  takeBackConfirm: {
    es: "Si alguien lo firma de todos modos, el dinero sale. ¿Retirarlo?",
    pt: "Se alguém o assinar mesmo assim, o dinheiro sai. Retirar?",
    en: "If somebody signs it all the same, the money leaves. Take it back?",
  },
  takenBack: { es: "Reembolso retirado.", pt: "Reembolso retirado.", en: "Refund taken back." },
  simulate: { es: "Simular", pt: "Simular", en: "Simulate" },
  simulateHint: {
    es: "Solo en el sandbox: hace que el otro lado diga esto.",
    pt: "Só no sandbox: faz o outro lado dizer isto.",
    en: "Sandbox only: makes the far side say this.",
  },
  simulated: {
    es: "Simulado: el pago quedó {state}.",
    pt: "Simulado: o pagamento ficou {state}.",
    en: "Simulated: the payment is {state}.",
  },
  checkout: { es: "Página de pago", pt: "Página de pagamento", en: "Payment page" },
  replay: { es: "Enviar de nuevo", pt: "Enviar de novo", en: "Send again" },
  replayed: {
    es: "Se enviará de nuevo en un momento, con el mismo id y cuerpo.",
    pt: "Será enviado de novo em instantes, com o mesmo id e corpo.",
    en: "It is sent again in a moment, with the same id and body.",
  },
  nothingPossible: {
    es: "No hay nada que hacer con este pago ahora.",
    pt: "Não há nada a fazer com este pagamento agora.",
    en: "There is nothing to be done about this payment now.",
  },
  failed: {
    es: "No se hizo. {why}",
    pt: "Não foi feito. {why}",
    en: "It wasn't done. {why}",
  },
} as const satisfies Record<string, Words>

/** What to do where something waits for somebody. */
export const NEXT = {
  unapplied: {
    es: "Llegaron {amount} que este pago no pide (de más, tarde o en otra moneda). Es dinero del comercio, anotado aparte.",
    pt: "Chegaram {amount} que este pagamento não pede (a mais, tarde ou em outra moeda). É dinheiro do comerciante, anotado à parte.",
    en: "{amount} came that this payment doesn't ask for (too much, late or in another asset). It is the merchant's money, booked apart.",
  },
  unappliedSelf: {
    es: "Está en la billetera del comercio. Devuélvalo desde ella, o acuerde con quien pagó dejarlo como abono a otra compra.",
    pt: "Está na carteira do comerciante. Devolva por ela, ou combine com quem pagou deixá-lo como crédito para outra compra.",
    en: "It lies in the merchant's own wallet. Give it back from there, or agree with the payer to keep it towards another purchase.",
  },
  unappliedGateway: {
    es: "Está en la cuenta recaudadora. Acuerde con quien pagó: devolverlo por transferencia, o dejarlo como abono a otra compra.",
    pt: "Está na conta arrecadadora. Combine com quem pagou: devolver por transferência, ou deixá-lo como crédito para outra compra.",
    en: "It lies in the collecting account. Agree with the payer: give it back by transfer, or keep it towards another purchase.",
  },
  short: {
    es: "Llegó menos de lo pedido: faltan {amount}. La página de pago pide el resto hasta que venza.",
    pt: "Chegou menos do que o pedido: faltam {amount}. A página de pagamento pede o resto até expirar.",
    en: "Less came than was asked for: {amount} is missing. The payment page asks for the rest until it expires.",
  },
  unknown: {
    es: "El banco u operador recibió la orden y aún no dice qué hizo. No la repita: se consulta sola.",
    pt: "O banco ou operadora recebeu a ordem e ainda não diz o que fez. Não repita: consulta-se sozinha.",
    en: "The bank or operator got the order and hasn't said yet what it did. Don't repeat it: it is looked up by itself.",
  },
  frozen: {
    es: "Una transferencia que ya se había contado salió de la cadena: {amount} quedan retenidos hasta que vuelva.",
    pt: "Uma transferência que já contava saiu da cadeia: {amount} ficam retidos até que volte.",
    en: "A transfer that had counted left the chain: {amount} is held until it is back.",
  },
  returned: {
    es: "El banco se llevó el dinero después de aprobar. Si el saldo no alcanzó, el resto quedó por pagar.",
    pt: "O banco levou o dinheiro depois de aprovar. Se o saldo não bastou, o resto ficou devido.",
    en: "The bank took the money back after approving. If the balance didn't cover it, the rest is owed.",
  },
} as const satisfies Record<string, Words>
