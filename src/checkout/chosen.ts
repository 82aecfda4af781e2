/** What a payer chose to pay with, as far as a page may show it to whoever has its link. */
import type { Attempt, Target } from "../core/index.ts"
import { BANKS } from "./banks.ts"
import { maskKnown, maskTail } from "./form.ts"
import type { PageMethod } from "./methods.ts"

export type Chosen = {
  readonly method: PageMethod
  /** The bank or wallet, by the name that people know; null where nobody said. */
  readonly place: string | null
  /** Its last digits. */
  readonly account: string | null
  readonly holder: string | null
}

/** The rest of a number must stay unknown: of an account four digits are shown, of a phone two. */
const ACCOUNT_SHOWN = 4
const PHONE_SHOWN = 2

/** Masks the target of an attempt. */
export function chosenOf({ method }: Attempt, target: Target): Chosen {
  const { bank, accountNumber, phoneNumber } = target
  const holder = target.holder ? maskKnown("name", target.holder.name) : null
  if (method === "wallet") {
    const account = phoneNumber ? maskTail(phoneNumber, PHONE_SHOWN) : null
    return { method, place: "Nequi", account, holder }
  }
  if (method === "crypto") return { method, place: null, account: null, holder: null }
  const place = BANKS.find(([code]) => code === bank)?.[1] ?? null
  const account = accountNumber ? maskTail(accountNumber, ACCOUNT_SHOWN) : null
  const inBank = bank === "bancolombia" && account === null
  return { method: inBank ? "bancolombia" : "bank", place, account, holder }
}

/** "Bancolombia •••1234"; null where nothing of it is known. */
export function sourceText({ place, account }: Chosen): string | null {
  return [place, account].filter(Boolean).join(" ") || null
}
