/** Clients that create payments and have each of them approved, at the gateway or its control. */
import { type Asked, type Load, runClients, wrongly } from "../clients.ts"
import { type Answer, headOf, requestOf } from "../connection.ts"

/** Where one of a server's APIs is, and what each request to it carries. */
export type Api = {
  readonly baseUrl: string
  readonly headers: Readonly<Record<string, string>>
}

export type Lives = {
  /** Right answers to creates and to approvals, counted from the start. */
  readonly counts: { created: number; approved: number }
  /** Lets clients live lives for so long; what they leave to approve is the next ones' first. */
  run(seconds: number, connections: number): Promise<Load>
}

type Born = { readonly id: string; readonly reference: string }

const AMOUNT = "25.50"
const MINOR_UNITS = "2550"
const ID = /"paymentId":"([0-9a-f-]{36})"/
const APPROVAL = JSON.stringify({ outcome: "approved" })

/** Makes the clients of one server: Pentagoo's API creates, the native one plays the payer. */
export function makeLives(pentagoo: Api, native: Api): Lives {
  const createHead = headOf("POST", `${pentagoo.baseUrl}/api/payment/create`, pentagoo.headers)
  const approveHead = headOf("POST", `${native.baseUrl}/payments/:id/simulate`, native.headers)
  const counts = { created: 0, approved: 0 }
  const born: Born[] = []
  let made = 0

  function creation(): Asked {
    made += 1
    const reference = `life-${made}`
    const body = { refId: reference, description: "2 x cafe", amount: AMOUNT }
    const told = [`"refId":"${reference}"`, '"status":"pending"', `"amount":"${AMOUNT}"`]
    const problem = (answer: Answer) => {
      const id = tells(answer, told) && ID.exec(answer.text)?.[1]
      if (!id) return wrongly(answer)
      counts.created += 1
      born.push({ id, reference })
      return null
    }
    return { request: requestOf(createHead, JSON.stringify(body)), problem }
  }

  function approval({ id, reference }: Born): Asked {
    const payment = [`"dialect_id":"${id}"`, `"reference":"${reference}"`]
    const told = [...payment, '"state":"approved"', `"amount":"${MINOR_UNITS}"`]
    const problem = (answer: Answer) => {
      if (!tells(answer, told)) return wrongly(answer)
      counts.approved += 1
      return null
    }
    return { request: requestOf(approveHead.replace("/:id/", `/${id}/`), APPROVAL), problem }
  }

  const next = (): Asked => {
    const first = born.shift()
    return first ? approval(first) : creation()
  }

  return {
    counts,
    run: (seconds, connections) => runClients({ url: native.baseUrl, connections, seconds }, next),
  }
}

/** Reading the whole answer would cost the server more than it tells. */
function tells({ status, text }: Answer, told: readonly string[]): boolean {
  return status === 200 && told.every((each) => text.includes(each))
}
