/** Merchants' servers: they keep what they are told, and answer as the seed has it. */
import type { Send, Sent } from "../../src/core/loops/deliver.ts"
import type { Fault } from "./faults.ts"

/** A message as it arrived. */
export type Arrived = {
  /** The path names the merchant and the dialect. */
  readonly endpoint: string
  readonly id: string
  readonly body: string
  readonly headers: Readonly<Record<string, string>>
}

export type Receivers = {
  readonly arrived: readonly Arrived[]
  take(request: Parameters<Send>[0], fault: Fault | null): Promise<Sent>
}

/** What a merchant's server answers where something goes wrong; by default it says 200. */
const ANSWERS: Partial<Record<Fault, Sent>> = {
  "never arrived": { kind: "failed", why: "unreachable", message: "connect ECONNREFUSED" },
  "answer lost": { kind: "failed", why: "timeout", message: "no answer in time" },
  "answers 500": { kind: "answered", status: 500, body: "" },
  // To an address of the inside: it is not followed.
  "answers 302": { kind: "answered", status: 302, body: "" },
  "answers 410": { kind: "answered", status: 410, body: "" },
}

/** Opens the receivers of all merchants. */
export function openReceivers(): Receivers {
  const arrived: Arrived[] = []
  return {
    arrived,
    async take({ body, headers, url }, fault) {
      if (fault !== "never arrived") {
        const endpoint = new URL(url).pathname.slice(1)
        arrived.push({ endpoint, id: headers["webhook-id"] ?? "", body, headers })
      }
      return (fault && ANSWERS[fault]) ?? { kind: "answered", status: 200, body: "" }
    },
  }
}
