/** Says no to what was refused before it got here: a repeat under its key hears the same. */
import type { Refusal } from "../refusal.ts"
import type { Decider } from "./decider.ts"

export type SayNo = { readonly merchantId: string; readonly refusal: Refusal }

export const sayNo: Decider<SayNo, never> = {
  name: "say-no",
  needs: () => ({}),
  decide: (_draft, { refusal }) => refusal,
}
