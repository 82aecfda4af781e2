/** Speaks JSON-RPC with the sandbox's own node. */

/** The dearest answer, a dump of the longest chain that is kept, takes 0.1 s. */
const CALL_MS = 5_000

/** A question for the node. */
export type Question = readonly [method: string, params?: readonly unknown[]]

/** What the node said to one question; throws if it doesn't answer, or answers with an error. */
export async function call(url: string, ...question: Question): Promise<unknown> {
  const [answer] = await callAll(url, [question])
  return answer
}

/** Asks several things in one request; the answers come in the order of the questions. */
export async function callAll(url: string, questions: readonly Question[]): Promise<unknown[]> {
  const body = questions.map(([method, params = []], id) => ({
    jsonrpc: "2.0",
    id,
    method,
    params,
  }))
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(CALL_MS),
  })
  const answers = (await response.json()) as readonly Answer[]
  return questions.map(([method], id) => {
    const answer = answers.find((each) => each.id === id)
    if (answer !== undefined && answer.error === undefined) return answer.result
    throw new Error(`The sandbox chain refused ${method}: ${answer?.error?.message ?? "silence"}`)
  })
}

type Answer = {
  readonly id: number
  readonly result?: unknown
  readonly error?: { readonly message: string }
}

/** A number as the node writes it. */
export function hex(value: number | bigint): string {
  return `0x${value.toString(16)}`
}
