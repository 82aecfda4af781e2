/** Gives up chains that are gone for good, as only a sandbox's own can be. */
import { endPayment } from "../decide/end-payment.ts"
import type { Rail } from "../rail.ts"
import * as sightings from "../sightings/store.ts"
import { applyDue } from "./apply.ts"
import type { LoopParts } from "./loops.ts"

/**
 * What was on its way on these chains never arrives, and payments that only they could have paid
 * expire; answers how many. Everything that was booked stays as it is.
 */
export async function abandon(
  parts: LoopParts,
  rail: Rail,
  chainIds: readonly number[],
): Promise<number> {
  const watches = chainIds.map((chainId) => `eip155:${chainId}`)
  await sightings.orphanAll(parts.database, rail.name, watches)
  while ((await applyDue(parts, rail)) > 0);
  const open = await sightings.paymentsOnlyOn(parts.database, rail.name, chainIds)
  const how = { kind: "expire", force: true } as const
  await Promise.all(
    open.map(({ id: paymentId, merchantId }) =>
      parts.engine.submit(endPayment, { paymentId, merchantId, how }),
    ),
  )
  return open.length
}
