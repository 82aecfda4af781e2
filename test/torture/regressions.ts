/** Every seed that ever failed, and why: each of them is run with the suite from then on. */

export type Regression = { readonly seed: number; readonly why: string }

export const REGRESSIONS: readonly Regression[] = [
  { seed: 7, why: "marks that wait a moment were outlived by a lease of half a minute" },
  { seed: 38, why: "a node died between an outcome made by hand and telling of it" },
  { seed: 257, why: "the bank gave money back after an outcome made by hand had ended the order" },
]
