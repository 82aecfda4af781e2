/** The words of the simulated bank's pages, which are no words of the checkout's. */
import type { BankAnswer } from "../../core/index.ts"
import type { Language } from "../texts/index.ts"

/** When the bank tells the gateway what its payer did, seen from the browser's way back. */
export const NOTICES = ["before", "after", "instead", "none"] as const
export type Notice = (typeof NOTICES)[number]

/** How a request that is no longer open stands with the bank. */
export type Ending = "approved" | "declined" | "expired"

const es = {
  simulated: { bank: "Banco simulado", wallet: "App simulada" },
  noMoney: "no se mueve dinero real",
  place: { bank: "Banca en línea de prueba", wallet: "App de prueba en tu celular" },
  title: (place: string) => `${place} (simulado)`,
  unnamed: "Banco",
  heading: "¿Autorizas este pago?",
  merchant: "Comercio",
  amount: "Valor",
  concept: "Concepto",
  account: "Desde la cuenta",
  phone: "Desde el celular",
  left: "Tiempo restante",
  until: "hasta",
  answers: {
    approve: "Autorizar el pago",
    decline: "No autorizar",
    expire: "Dejar que venza",
  } satisfies Record<BankAnswer, string>,
  legend: "¿Cuándo le llega el aviso del banco a la pasarela?",
  notices: {
    before: "Antes de volver al comercio",
    after: "Unos segundos después de volver",
    instead: "En lugar de volver: te quedas aquí",
    none: "Nunca: la pasarela lo averigua sola",
  } satisfies Record<Notice, string>,
  endings: {
    approved: { title: "Autorizaste el pago", text: "El banco ya tiene tu respuesta." },
    declined: { title: "El pago no se autorizó", text: "El banco no moverá dinero." },
    expired: { title: "La solicitud venció", text: "El banco no moverá dinero." },
  } satisfies Record<Ending, { title: string; text: string }>,
  close: "Puedes cerrar esta pestaña, o volver cuando quieras.",
  back: (merchant: string) => `Volver al pago de ${merchant}`,
}

export type BankTexts = typeof es

const pt: BankTexts = {
  simulated: { bank: "Banco simulado", wallet: "App simulado" },
  noMoney: "nenhum dinheiro real é movimentado",
  place: { bank: "Internet banking de teste", wallet: "App de teste no seu celular" },
  title: (place) => `${place} (simulado)`,
  unnamed: "Banco",
  heading: "Você autoriza este pagamento?",
  merchant: "Loja",
  amount: "Valor",
  concept: "Descrição",
  account: "Da conta",
  phone: "Do celular",
  left: "Tempo restante",
  until: "até",
  answers: {
    approve: "Autorizar o pagamento",
    decline: "Não autorizar",
    expire: "Deixar vencer",
  },
  legend: "Quando o aviso do banco chega ao gateway?",
  notices: {
    before: "Antes de voltar à loja",
    after: "Alguns segundos depois de voltar",
    instead: "Em vez de voltar: você fica aqui",
    none: "Nunca: o gateway descobre sozinho",
  },
  endings: {
    approved: { title: "Você autorizou o pagamento", text: "O banco já tem a sua resposta." },
    declined: { title: "O pagamento não foi autorizado", text: "O banco não moverá dinheiro." },
    expired: { title: "A solicitação venceu", text: "O banco não moverá dinheiro." },
  },
  close: "Você pode fechar esta aba, ou voltar quando quiser.",
  back: (merchant) => `Voltar ao pagamento de ${merchant}`,
}

const en: BankTexts = {
  simulated: { bank: "Simulated bank", wallet: "Simulated app" },
  noMoney: "no real money moves",
  place: { bank: "Online banking for tests", wallet: "An app for tests on your phone" },
  title: (place) => `${place} (simulated)`,
  unnamed: "Bank",
  heading: "Do you authorize this payment?",
  merchant: "Merchant",
  amount: "Amount",
  concept: "Description",
  account: "From account",
  phone: "From phone",
  left: "Time left",
  until: "until",
  answers: {
    approve: "Authorize the payment",
    decline: "Don’t authorize",
    expire: "Let it time out",
  },
  legend: "When does the bank’s notice reach the gateway?",
  notices: {
    before: "Before you go back to the merchant",
    after: "A few seconds after you went back",
    instead: "Instead of going back: you stay here",
    none: "Never: the gateway finds out by itself",
  },
  endings: {
    approved: { title: "You authorized the payment", text: "The bank has your answer." },
    declined: { title: "The payment was not authorized", text: "The bank will move no money." },
    expired: { title: "The request timed out", text: "The bank will move no money." },
  },
  close: "You can close this tab, or go back whenever you like.",
  back: (merchant) => `Back to the payment of ${merchant}`,
}

/** By the language of the site. */
export const bankTexts: Readonly<Record<Language, BankTexts>> = { es, pt, en }
