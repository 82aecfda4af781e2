/** Clients that create payments and have each of them approved, at the gateway or its control. */
import { type Asked, type Load, runClients, wrongly } from "../clients.ts"
import { type Answer, headOf, requestOf } from "../connection.ts"
import { withKey } from "../sandbox-keys.ts"

export type Lives = {
  /** Right answers to creates and to approvals, counted from the start. */
  readonly counts: { created: number; approved: number }
  /** Lets clients live lives for so long; what was created is approved before it ends. */
  run(seconds: number, connections: number): Promise<Load>
}

type Born = { readonly id: string; readonly reference: string }

const AMOUNT = "2550"
const CREATED = 201
const ID = /"id":"(pay_[0-9a-f]{32})"/
const APPROVAL = JSON.stringify({ outcome: "approved" })

/** Makes the clients of one server; both speak the same few words of the native API. */
export function makeLives(baseUrl: string, key: string): Lives {
  const createHead = headOf("POST", `${baseUrl}/payments`, withKey(key))
  const approveHead = (id: string) =>
    createHead.replace("/payments HTTP", `/payments/${id}/simulate HTTP`)
  const counts = { created: 0, approved: 0 }
  const born: Born[] = []
  let made = 0

  function creation(): Asked {
    made += 1
    const reference = `life-${made}`
    const about = { amount: AMOUNT, asset: "USD", method: "crypto", description: "2 x cafe" }
    const request = requestOf(createHead, JSON.stringify({ ...about, reference }))
    const problem = (answer: Answer) => {
      const id = isRight(answer, CREATED, reference, "pending") && ID.exec(answer.text)?.[1]
      if (!id) return wrongly(answer)
      counts.created += 1
      born.push({ id, reference })
      return null
    }
    return { request, problem }
  }

  function approval({ id, reference }: Born): Asked {
    const problem = (answer: Answer) => {
      if (!isRight(answer, 200, reference, "approved")) return wrongly(answer)
      counts.approved += 1
      return null
    }
    return { request: requestOf(approveHead(id), APPROVAL), problem }
  }

  const next = (): Asked => {
    const first = born.shift()
    return first ? approval(first) : creation()
  }

  return {
    counts,
    run: (seconds, connections) => runClients({ url: baseUrl, connections, seconds }, next),
  }
}

/** Reading the whole answer would cost the server more than it tells. */
function isRight({ status, text }: Answer, wanted: number, reference: string, state: string) {
  return (
    status === wanted &&
    text.includes(`"reference":"${reference}"`) &&
    text.includes(`"state":"${state}"`) &&
    text.includes(`"amount":"${AMOUNT}"`)
  )
}
