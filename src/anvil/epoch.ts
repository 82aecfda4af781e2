/** Which of the sandbox's chains a chain id belongs to: each that was lost gave its number away. */
import { chainIdOf } from "./folder.ts"

/** Beyond these, chain ids are other people's. */
const EPOCHS_MAX = 1_000

function epochOf(chainId: number): number | null {
  const epoch = chainId - chainIdOf(0)
  return epoch >= 0 && epoch < EPOCHS_MAX ? epoch : null
}

/** The least epoch that none of these chains has. */
export function epochAfter(chainIds: readonly number[]): number {
  const epochs = chainIds.map((id) => epochOf(id) ?? -1)
  return Math.max(-1, ...epochs) + 1
}

/** Whether a chain is an earlier one of the sandbox's own than the one that runs. */
export function isEarlier(chainId: number, running: { readonly epoch: number }): boolean {
  const epoch = epochOf(chainId)
  return epoch !== null && epoch < running.epoch
}
