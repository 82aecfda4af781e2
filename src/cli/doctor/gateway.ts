/** Asks the gateway that runs how it is: its own checks of chains, rails, clock and books. */
import type { Config } from "../../config.ts"
import { gatewayAddress } from "../address.ts"
import { bad, type Finding, warn, well } from "./finding.ts"

const ANSWER_MS = 4_000

type Check = {
  readonly name: string
  readonly ok: boolean
  readonly detail?: string
  readonly optional?: boolean
}

/** What to do about a check that isn't well, by the beginning of its name. */
const TODO: readonly (readonly [name: string, todo: string])[] = [
  ["clock", "let ntp or chrony set this machine's clock"],
  ["database", "see the lines about the database"],
  ["books", "caudal verify says which rows; docs/operating.md what to do"],
  ["chain", "look at the chain's nodes in rails.evm: add another one that agrees with the rest"],
  ["evm", "look at the chain's nodes in rails.evm: add another one that agrees with the rest"],
  ["tapila", "look at the provider's connection in rails.tapila, and at caudal wallet providers"],
  ["bank-files", "caudal bank-files list shows its files; docs/rails/bank-files.md what to do"],
]

/** Whether it answers, and each thing that it checks itself. */
export async function lookAtGateway(
  config: Config,
): Promise<{ readonly runs: boolean; readonly findings: readonly Finding[] }> {
  const { url } = gatewayAddress(config)
  let checks: readonly Check[]
  let ready: boolean
  try {
    const signal = AbortSignal.timeout(ANSWER_MS)
    const response = await fetch(`${url}/health/ready`, { signal })
    ready = response.status === 200
    ;({ checks } = (await response.json()) as { checks: readonly Check[] })
  } catch {
    const todo = "start it (caudal start), or look at its log if it should be running"
    return { runs: false, findings: [warn("gateway", `nothing answers at ${url}`, todo)] }
  }
  const gateway = ready
    ? well("gateway", `ready at ${url}`)
    : bad("gateway", `not ready at ${url}`, "see what isn't well below")
  return { runs: true, findings: [gateway, ...checks.map(findingOf)] }
}

function findingOf({ name, ok, detail, optional }: Check): Finding {
  const text = detail ? `${name}: ${detail}` : name
  if (ok) return well("health", text)
  const known = TODO.find(([beginning]) => name.startsWith(beginning))
  const todo = known?.[1] ?? "the gateway's log says more"
  return optional ? warn("health", text, todo) : bad("health", text, todo)
}
