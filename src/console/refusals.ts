/** What a refusal of the core means to whoever pressed the button, and what to do about it. */
import type { Refusal, RefusalCode } from "../core/index.ts"
import { type Language, say, type Words } from "./words.ts"

/** Those that a button of the console can meet; any other is said in general. */
const SAID: Partial<Record<RefusalCode, Words>> = {
  payment_not_found: {
    es: "Ese pago o reembolso no existe.",
    pt: "Esse pagamento ou reembolso não existe.",
    en: "There is no such payment or refund.",
  },
  instrument_not_found: {
    es: "Ese medio de pago no existe.",
    pt: "Esse meio de pagamento não existe.",
    en: "There is no such payment method.",
  },
  instrument_ended: {
    es: "Ese medio de pago falló: no hay autorización que revocar.",
    pt: "Esse meio de pagamento falhou: não há autorização para revogar.",
    en: "This payment method failed: there is no consent to revoke.",
  },
  payment_not_open: {
    es: "El pago ya terminó: mire su estado de ahora.",
    pt: "O pagamento já terminou: veja o estado de agora.",
    en: "The payment has ended: look at its state now.",
  },
  payment_has_open_attempt: {
    es: "Hay un intento en curso que ya puede estar moviendo el dinero. Espere a que termine.",
    pt: "Há uma tentativa em curso que já pode estar movendo o dinheiro. Espere que termine.",
    en: "A try is under way and may be moving the money already. Wait for it to end.",
  },
  refund_too_large: {
    es: "Es más de lo que queda por reembolsar.",
    pt: "É mais do que resta para reembolsar.",
    en: "It is more than what is left to refund.",
  },
  refund_not_possible: {
    es: "Este dinero no puede devolverse por la vía que lo trajo. Devuélvalo por fuera.",
    pt: "Este dinheiro não pode voltar pela via que o trouxe. Devolva por fora.",
    en: "This money can't go back over the rail that brought it. Give it back outside.",
  },
  refund_receiver_missing: {
    es: "Escriba la dirección de quien recibe: una de la cadena, y ninguna de las que damos aquí.",
    pt: "Escreva o endereço de quem recebe: um da cadeia, e nenhum dos que damos aqui.",
    en: "Say which address gets it: one on the chain, and none that payers are given here.",
  },
  balance_insufficient: {
    es: "El saldo disponible no alcanza para este reembolso.",
    pt: "O saldo disponível não cobre este reembolso.",
    en: "The available balance doesn't cover this refund.",
  },
  reference_conflict: {
    es: "Esa referencia ya se registró con otro valor o moneda.",
    pt: "Essa referência já foi registrada com outro valor ou moeda.",
    en: "This reference was booked with another amount or currency.",
  },
  amount_out_of_range: {
    es: "El valor está fuera de los límites.",
    pt: "O valor está fora dos limites.",
    en: "The amount is out of range.",
  },
  idempotency_conflict: {
    es: "Alguien cambió este pago mientras tanto. Revise cómo quedó y decida de nuevo.",
    pt: "Alguém mudou este pagamento enquanto isso. Veja como ficou e decida de novo.",
    en: "Somebody changed this payment meanwhile. See how it is now, and decide again.",
  },
  simulation_not_possible: {
    es: "Ese resultado ya no puede simularse en este pago.",
    pt: "Esse resultado já não pode ser simulado neste pagamento.",
    en: "This outcome can't be simulated on this payment any more.",
  },
  method_not_offered: {
    es: "El comercio no ofrece ese método.",
    pt: "O comerciante não oferece esse método.",
    en: "This merchant doesn't offer that method.",
  },
}

const OTHER: Words = {
  es: "No se pudo: {why}",
  pt: "Não foi possível: {why}",
  en: "That wasn't possible: {why}",
}

/** The sentence for a refusal. */
export function saidOf({ refused, message }: Refusal, language: Language): string {
  const words = SAID[refused]
  return words ? say(words, language) : say(OTHER, language, { why: message })
}
