/** The door to providers: whoever calls one over HTTP comes through here. */
export { BREAKER_LIMITS } from "./breaker.ts"
export { ProviderFault } from "./fault.ts"
export {
  type Answer,
  looksIll,
  makeProvider,
  type Provider,
  type ProviderHealth,
  type ProviderLog,
  type ProviderRequest,
} from "./provider.ts"
export { providerUrlProblem } from "./url.ts"
