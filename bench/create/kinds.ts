/** The creates that are measured: what is asked, and by what a right answer is known. */
import { type Asked, wrongly } from "../clients.ts"
import { headOf, requestOf } from "../connection.ts"

/** Where a kind of create is asked for, by the gateway or by its control. */
export type Target = {
  readonly kind: keyof typeof KINDS
  readonly baseUrl: string
  readonly headers: Readonly<Record<string, string>>
  /** The stored account that debits charge. */
  readonly paymentMethodId?: string
}

type Create = {
  readonly path: string
  readonly status: number
  /** Whether each request has an Idempotency-Key: the API has no reference of the client's own. */
  readonly keyed: boolean
  body(number: number, target: Target): object
  /** What the right answer to that body has in it. */
  tells(number: number): readonly string[]
}

/** Pesos and centavos from 20,000 pesos on: what links and debits may be about. */
const LEAST_PESOS = 20_000
const AMOUNTS = 10_000
const pesos = (number: number) => LEAST_PESOS + (number % AMOUNTS)
/** Another one each time, which its operator takes: how often one is recharged is limited. */
const phone = (number: number) => `11${String(number % 1_000_000).padStart(6, "0")}99`

const KINDS = {
  native: {
    path: "/payments",
    status: 201,
    keyed: false,
    body: (number) => ({
      reference: `BENCH-${number}`,
      description: "2 x cafe",
      amount: "2550",
      asset: "USD",
      method: "crypto",
    }),
    tells: (number) => [`"reference":"BENCH-${number}"`, '"state":"pending"', '"url":"http'],
  },
  pentagoo: {
    path: "/api/payment/create",
    status: 200,
    keyed: false,
    body: (number) => ({ refId: `BENCH-${number}`, description: "2 x cafe", amount: "25.50" }),
    tells: (number) => [`"refId":"BENCH-${number}"`, '"status":"pending"', '"address":"0x'],
  },
  "palomma-pay": {
    path: "/payment-requests",
    status: 200,
    keyed: true,
    body: (number) => ({ amount_cents: pesos(number) * 100, description: "2 x cafe" }),
    tells: () => ['"id":"', '"payment_url":"http'],
  },
  "palomma-direct-debit": {
    path: "/paymentRequests",
    status: 201,
    keyed: true,
    body: (number, { paymentMethodId }) => ({ paymentMethodId, amount: pesos(number) }),
    tells: (number) => [`"amount":${pesos(number)},`, '"status":"pending"'],
  },
  tapila: {
    path: "/payment",
    status: 200,
    keyed: false,
    body: (number) => ({
      companyCode: "AR-R-0901",
      productId: "1",
      amount: 100,
      identifierValue: phone(number),
      paymentMethod: "ACCOUNT",
      externalPaymentId: `BENCH-${number}`,
      externalClientId: "bench",
    }),
    tells: (number) => [`"externalPaymentId":"BENCH-${number}"`, '"status":"confirmed"'],
  },
} as const satisfies Record<string, Create>

/** Makes the requests of a target, each with a number of its own. */
export function makeRequests(target: Target, next: () => number): () => Asked {
  const { body, keyed, path, status, tells }: Create = KINDS[target.kind]
  const json = { ...target.headers, "content-type": "application/json" }
  const head = headOf("POST", target.baseUrl + path, json)
  return () => {
    const number = next()
    const own = keyed ? `${head}\r\nidempotency-key: BENCH-${number}` : head
    const told = tells(number)
    return {
      request: requestOf(own, JSON.stringify(body(number, target))),
      problem(answer) {
        const right = answer.status === status && told.every((each) => answer.text.includes(each))
        return right ? null : wrongly(answer)
      },
    }
  }
}
