/** What one may ask of endpoints, and tell them. */
import type { Actor } from "../audit/entry.ts"
import { firstIdAt } from "../retention/months.ts"
import { SEALED } from "../store/sealed.ts"
import type { Endpoint } from "../webhooks/event.ts"
import { makePing, type PingParts } from "../webhooks/ping.ts"
import { healthOf } from "../webhooks/store/deliveries.ts"
import { disableEndpoint } from "./endings.ts"
import * as endpoints from "./endpoints.ts"
import { addEndpoint, type NewEndpoint, type OnboardParts } from "./onboard.ts"
import * as store from "./store/endpoints.ts"

const DAY_MS = 86_400_000

/** `by` is written down, where nobody else is named. */
export type EndpointVerbParts = OnboardParts & PingParts

/** Makes them for one node. Each takes last who is written down, where it isn't the node's own. */
export function makeEndpointVerbs(parts: EndpointVerbParts) {
  const { clock, database, keyring } = parts
  const as = (by: Actor | null) => ({ ...parts, by })
  return {
    addEndpoint: (spec: NewEndpoint, by = parts.by) => addEndpoint(as(by), spec),
    endpoints: (merchantId: string) => store.listEndpoints(database, merchantId),
    findEndpoint: (merchantId: string, id: string) => store.findEndpoint(database, merchantId, id),
    /** The Standard Webhooks secret of an endpoint, in the clear. */
    endpointSecret: (endpoint: Endpoint): string =>
      keyring.unseal(endpoint.secretSealed, SEALED.endpointSecret).toString(),
    /** The names of the headers that an endpoint's receiver wants; their values may be secrets. */
    endpointHeaderNames: (endpoint: Endpoint): readonly string[] =>
      Object.keys(endpoints.headersOf(parts, endpoint)).sort(),
    /** How each endpoint fared in the last 24 hours; one that nothing was told to is left out. */
    endpointHealth: (merchantId: string) =>
      healthOf(database, merchantId, firstIdAt(new Date(clock.now().getTime() - DAY_MS))),
    updateEndpoint: (
      merchantId: string,
      id: string,
      change: endpoints.EndpointChange,
      by = parts.by,
    ) => endpoints.updateEndpoint(as(by), merchantId, id, change),
    rotateSecret: (merchantId: string, id: string, overlapSeconds?: number, by = parts.by) =>
      endpoints.rotateSecret(as(by), merchantId, id, overlapSeconds),
    pauseEndpoint: (merchantId: string, id: string, by = parts.by) =>
      endpoints.pauseEndpoint(as(by), merchantId, id),
    resumeEndpoint: (merchantId: string, id: string, by = parts.by) =>
      endpoints.resumeEndpoint(as(by), merchantId, id),
    disableEndpoint: (
      merchantId: string,
      id: string,
      disabled: { readonly at: Date; readonly reason: string } | null,
      by = parts.by,
    ) => disableEndpoint(as(by), merchantId, id, disabled),
    /** Sends a message of no event at once: see `makePing`. */
    testEndpoint: makePing(parts),
  }
}
