/** The clients of all creates, in a process of their own. */
import { serve } from "../child.ts"
import { type Load, runClients } from "../clients.ts"
import { makeRequests, type Target } from "./kinds.ts"

export type LoadRequest = {
  readonly target: Target
  readonly connections: number
  readonly seconds: number
}

/** No two requests are the same, whatever they ask for. */
let made = 0
const next = () => {
  made += 1
  return made
}

function load({ connections, seconds, target }: LoadRequest): Promise<Load> {
  const wanted = { url: target.baseUrl, connections, seconds }
  return runClients(wanted, makeRequests(target, next))
}

serve({ load })
