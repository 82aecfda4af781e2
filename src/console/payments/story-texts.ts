/** The words of a payment's timeline: of its events, facts, transfers and messages. */
import type { Words } from "../words.ts"

/** Events by their types; one that isn't here is shown by its type. */
export const EVENTS: Readonly<Record<string, Words>> = {
  "payment.created": { es: "Pago creado", pt: "Pagamento criado", en: "Payment created" },
  "payment.attempt_opened": {
    es: "Intento abierto",
    pt: "Tentativa aberta",
    en: "Attempt opened",
  },
  "payment.attempt_ready": {
    es: "Instrucciones listas para quien paga",
    pt: "Instruções prontas para quem paga",
    en: "Instructions ready for the payer",
  },
  "payment.attempt_declined": {
    es: "Intento rechazado; puede elegir de nuevo",
    pt: "Tentativa recusada; pode escolher de novo",
    en: "Attempt declined; the payer may choose again",
  },
  "payment.attempt_left": {
    es: "Quien paga eligió otro medio",
    pt: "Quem paga escolheu outro meio",
    en: "The payer chose another way",
  },
  "payment.seen": {
    es: "Se vio dinero en camino; no alcanza",
    pt: "Viu-se dinheiro a caminho; não basta",
    en: "Money seen on its way; not enough",
  },
  "payment.processing": { es: "En proceso", pt: "Em processamento", en: "Processing" },
  "payment.orphaned": {
    es: "La transferencia salió de la cadena",
    pt: "A transferência saiu da cadeia",
    en: "The transfer left the chain",
  },
  "payment.underpaid": { es: "Llegó menos", pt: "Chegou menos", en: "Less came" },
  "payment.overpaid": { es: "Llegó de más", pt: "Chegou a mais", en: "Too much came" },
  "payment.unapplied": {
    es: "Dinero sin aplicar",
    pt: "Dinheiro não aplicado",
    en: "Money left unapplied",
  },
  "payment.unapplied_returned": {
    es: "El banco se llevó dinero sin aplicar",
    pt: "O banco levou dinheiro não aplicado",
    en: "The bank took unapplied money back",
  },
  "payment.approved": { es: "Pago aprobado", pt: "Pagamento aprovado", en: "Payment approved" },
  "payment.settled": { es: "Dinero abonado", pt: "Dinheiro liquidado", en: "Money settled" },
  "payment.declined": { es: "Pago rechazado", pt: "Pagamento recusado", en: "Payment declined" },
  "payment.expired": { es: "Pago vencido", pt: "Pagamento expirado", en: "Payment expired" },
  "payment.cancelled": { es: "Pago cancelado", pt: "Pagamento cancelado", en: "Payment cancelled" },
  "payment.returned": {
    es: "El banco devolvió el pago",
    pt: "O banco devolveu o pagamento",
    en: "Payment returned by the bank",
  },
  "payment.reorganised": {
    es: "Reorganización: dinero retenido",
    pt: "Reorganização: dinheiro retido",
    en: "Reorganised: money held",
  },
  "payment.restored": {
    es: "La transferencia volvió a la cadena",
    pt: "A transferência voltou à cadeia",
    en: "The transfer is back on the chain",
  },
  "payment.delivered_late": {
    es: "Recarga entregada tarde",
    pt: "Recarga entregue tarde",
    en: "Recharge delivered late",
  },
  "payment.refund_pending": {
    es: "Reembolso pedido",
    pt: "Reembolso pedido",
    en: "Refund asked for",
  },
  "payment.refund_sent": { es: "Reembolso enviado", pt: "Reembolso enviado", en: "Refund sent" },
  "payment.refund_confirmed": {
    es: "Reembolso confirmado",
    pt: "Reembolso confirmado",
    en: "Refund confirmed",
  },
  "payment.refund_failed": {
    es: "Reembolso fallido",
    pt: "Reembolso falhou",
    en: "Refund failed",
  },
}

/** What a rail showed. */
export const FACTS: Readonly<Record<string, Words>> = {
  offered: { es: "le toca a quien paga", pt: "é a vez de quem paga", en: "the payer's turn" },
  sent: { es: "salió", pt: "saiu", en: "it left" },
  accepted: { es: "lo aceptó", pt: "aceitou", en: "taken on" },
  approved: { es: "dijo que sí", pt: "disse sim", en: "said yes" },
  settled: { es: "movió el dinero", pt: "moveu o dinheiro", en: "moved the money" },
  declined: { es: "dijo que no", pt: "disse não", en: "said no" },
  returned: { es: "se llevó el dinero", pt: "levou o dinheiro", en: "took it back" },
  received: { es: "llegó dinero", pt: "chegou dinheiro", en: "money came" },
  absent: { es: "no sabe de él", pt: "não sabe dela", en: "knows nothing of it" },
}

export const TOLD = {
  attempt: { es: "por {rail}", pt: "por {rail}", en: "over {rail}" },
  begun: {
    es: "La orden salió",
    pt: "A ordem saiu",
    en: "The order left",
  },
  begunFile: {
    es: "La orden quedó en el archivo {file}, para el {day}",
    pt: "A ordem ficou no arquivo {file}, para {day}",
    en: "The order stands in the file {file}, for {day}",
  },
  refund: { es: "Reembolso de {amount}", pt: "Reembolso de {amount}", en: "Refund of {amount}" },
  line: {
    es: "El banco dice {says} en {file}, línea {line}",
    pt: "O banco diz {says} em {file}, linha {line}",
    en: "The bank says {says} in {file}, line {line}",
  },
  explorer: { es: "Ver en el explorador", pt: "Ver no explorador", en: "Open in the explorer" },
  happened: { es: "Ocurrió", pt: "Ocorreu", en: "It happened" },
  movement: { es: "De {from} a {to}", pt: "De {from} para {to}", en: "From {from} to {to}" },
  decided: { es: "Decisión", pt: "Decisão", en: "Decision" },
  booked: { es: "Libros", pt: "Livros", en: "Books" },
  seen: { es: "Vía", pt: "Via", en: "Rail" },
  sent: { es: "Webhook", pt: "Webhook", en: "Webhook" },
  tried: { es: "Intento", pt: "Tentativa", en: "Attempt" },
  details: { es: "Detalles", pt: "Detalhes", en: "Details" },
  body: { es: "Cuerpo", pt: "Corpo", en: "Body" },
  headers: { es: "Encabezados", pt: "Cabeçalhos", en: "Headers" },
  answers: { es: "Respuestas", pt: "Respostas", en: "Answers" },
  deleted: {
    es: "El cuerpo se borró por antiguo.",
    pt: "O corpo foi apagado pela idade.",
    en: "The body was deleted for its age.",
  },
  noTries: { es: "Aún no se ha intentado.", pt: "Ainda não se tentou.", en: "Not tried yet." },
  try: { es: "Intento {number}", pt: "Tentativa {number}", en: "Try {number}" },
  tries: { es: "{tries} intentos", pt: "{tries} tentativas", en: "{tries} tries" },
  oneTry: { es: "1 intento", pt: "1 tentativa", en: "1 try" },
  nextTry: { es: "el próximo, {at}", pt: "a próxima, {at}", en: "the next one {at}" },
  whole: { es: "Ver la entrega completa", pt: "Ver a entrega completa", en: "The whole delivery" },
  dropped: {
    es: "Lo que se contó de ese mes ya se borró: quedan los libros.",
    pt: "O que se contou desse mês já foi apagado: restam os livros.",
    en: "What was told of that month was dropped: the books remain.",
  },
} as const satisfies Record<string, Words>

export const DELIVERY_STATES: Readonly<
  Record<string, Words & { readonly tone: "good" | "bad" | "warn" | "plain" }>
> = {
  due: { es: "Por enviar", pt: "A enviar", en: "Due", tone: "warn" },
  delivered: { es: "Entregado", pt: "Entregue", en: "Delivered", tone: "good" },
  failed: { es: "Fallido", pt: "Falhou", en: "Failed", tone: "bad" },
  cancelled: { es: "Cancelado", pt: "Cancelado", en: "Cancelled", tone: "plain" },
}
