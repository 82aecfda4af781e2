/** When people come who know nothing of each other: now and then several at once. */

/** Instants from 0 to `withinMs`, in order, the same in every run of a process. */
export function arrivals(count: number, withinMs: number): readonly number[] {
  return Array.from({ length: Math.round(count) }, () => nextShare() * withinMs).sort(
    (a, b) => a - b,
  )
}

/** From 0 to 1: a linear congruence (Numerical Recipes, 7.1). */
let share = 1
function nextShare(): number {
  share = (Math.imul(share, 1_664_525) + 1_013_904_223) >>> 0
  return share / 2 ** 32
}
