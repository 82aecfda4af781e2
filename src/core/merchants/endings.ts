/** Switches a merchant's endpoints off and on. */
import { type AuditParts, append } from "../audit/audited.ts"
import { differences } from "../audit/entry.ts"
import { setEndpointDisabled } from "./store/endpoints.ts"

/** Switches an endpoint off with a reason, or (null) on again; false when there is none. */
export function disableEndpoint(
  parts: AuditParts,
  merchantId: string,
  id: string,
  disabled: { readonly at: Date; readonly reason: string } | null,
): Promise<boolean> {
  const now = parts.clock.now()
  return parts.database.transaction(async (tx) => {
    const before = await setEndpointDisabled(tx, merchantId, id, disabled, now)
    if (before === null) return false
    await append(tx, parts, {
      action: disabled ? "endpoint.disable" : "endpoint.enable",
      merchantId,
      subject: id,
      outcome: (before.disabledAt === null) === (disabled === null) ? "unchanged" : "done",
      change: differences({ reason: before.disabledReason }, { reason: disabled?.reason ?? null }),
    })
    return true
  })
}
