/**
 * Clients of five APIs that create payments while the gateway is killed: who has no answer asks
 * again for the same, until there is one.
 */
import assert from "node:assert/strict"
import { setTimeout as sleep } from "node:timers/promises"
import { account, clientOf } from "./direct-debit.ts"
import { ask, type Gateway } from "./gateway.ts"

export type KillLoad = {
  /** What was acknowledged so far: the id of a payment, without dashes, by its request. */
  readonly acknowledged: ReadonlyMap<string, string>
  /** Resolves with the time (of `performance`) at which a request sent from now on is answered. */
  nextAnswer(timeoutMs: number): Promise<number>
  /** Creates nothing new any more, and resolves when all that was asked for is answered. */
  finish(): Promise<void>
  /** Breaks off, whatever is still unanswered. */
  end(): Promise<void>
}

type Answer = Awaited<ReturnType<typeof ask>>
/** Asks for one payment, anew or again; the id of what was made, or null: it isn't known yet. */
type Api = (number: number) => Promise<string | null>

const CLIENTS = 12
/** So that a long run stays small: the kills are what counts, and not the payments. */
const PAUSE_MS = 10
const AGAIN_MS = 15
/** While the gateway is away: refused, or cut off. Anything else would be an answer. */
const AWAY = new Set([500, 502, 503, 504])
/** In minor units: more than any run recharges. */
const WALLET = "100000000000"

/** Starts the clients of the demo merchant. */
export async function startKillLoad(
  credentials: Gateway["credentials"],
  merchantId: string,
): Promise<KillLoad> {
  const apis = await apisOf(credentials, merchantId)
  const kinds = Object.keys(apis)
  const acknowledged = new Map<string, string>()
  let waiting: { readonly sinceMs: number; resolve(atMs: number): void }[] = []
  let state: "running" | "finishing" | "ended" = "running"
  let made = 0

  /** A request is repeated until it has its answer. */
  async function settle(kind: string, number: number): Promise<void> {
    while (state !== "ended") {
      const sentMs = performance.now()
      const id = await apis[kind]!(number)
      if (id === null) {
        await sleep(AGAIN_MS)
        continue
      }
      acknowledged.set(`${kind} ${number}`, id)
      const atMs = performance.now()
      for (const each of waiting) if (sentMs >= each.sinceMs) each.resolve(atMs)
      waiting = waiting.filter(({ sinceMs }) => sentMs < sinceMs)
      return
    }
  }

  const clients = Array.from({ length: CLIENTS }, async () => {
    while (state === "running") {
      made += 1
      await settle(kinds[made % kinds.length]!, made)
      await sleep(PAUSE_MS)
    }
  })
  // Whoever waits for them hears of it; until then it is nobody's.
  const all = Promise.all(clients)
  all.catch(() => undefined)

  async function until(next: "finishing" | "ended"): Promise<void> {
    state = next
    await all
  }

  return {
    acknowledged,
    async nextAnswer(timeoutMs) {
      const { promise, resolve } = Promise.withResolvers<number>()
      waiting.push({ sinceMs: performance.now(), resolve })
      const late = new AbortController()
      const giveUp = sleep(timeoutMs, null, { signal: late.signal }).then(() => {
        throw new Error(`nothing was acknowledged within ${timeoutMs} ms`)
      })
      try {
        return await Promise.race([promise, giveUp, all.then(() => promise)])
      } finally {
        late.abort()
        giveUp.catch(() => undefined)
      }
    },
    finish: () => until("finishing"),
    end: () => until("ended"),
  }
}

/** The APIs that payments are created by, in the words of each. */
async function apisOf(
  { caudal, palommaDirectDebit, palommaPay, pentagoo, tapila }: Gateway["credentials"],
  merchantId: string,
): Promise<Readonly<Record<string, Api>>> {
  const bearer = (key = "") => ({ authorization: `Bearer ${key}` })
  const keyed = (number: number) => ({ "idempotency-key": `kill-${number}` })
  const post = (url: string, headers: Record<string, string>, body: object) =>
    askFor("POST", url, { headers, body }).catch(orNothing)
  const { apiKey: debitKey = "", baseUrl: debitUrl } = palommaDirectDebit
  const debits = clientOf(debitUrl, debitKey)
  const paymentMethodId = await debits.newMethod(account(await debits.newCustomer()))
  const cash = { merchant: merchantId, asset: "ARS", amount: WALLET, reference: "kills" }
  const filled = await post(
    `${caudal.baseUrl}/operator/top-ups`,
    bearer(caudal["operatorKey"]),
    cash,
  )
  assert.equal(filled?.status, 201, JSON.stringify(filled?.body))
  const sell = recharges(tapila)
  const { key = "", secret = "" } = pentagoo
  return {
    pentagoo: async (number) =>
      idIn(
        await post(
          `${pentagoo.baseUrl}/api/payment/create`,
          { oauth: `${key}:${secret}` },
          { refId: `kill-${number}`, description: "2 x cafe", amount: "25.50" },
        ),
        "paymentId",
      ),
    caudal: async (number) =>
      idIn(
        await post(`${caudal.baseUrl}/payments`, bearer(caudal["apiKey"]), {
          reference: `kill-${number}`,
          description: "2 x cafe",
          amount: "2550000",
          asset: "COP",
          method: "bank",
        }),
        "id",
      ),
    "palomma-pay": async (number) =>
      idIn(
        await post(
          `${palommaPay.baseUrl}/payment-requests`,
          { authorization: palommaPay["privateKey"]!, ...keyed(number) },
          { amount_cents: 2_500_000, description: "2 x cafe" },
        ),
        "id",
      ),
    "palomma-direct-debit": async (number) =>
      idIn(
        await post(
          `${debitUrl}/paymentRequests`,
          { ...bearer(debitKey), ...keyed(number) },
          { paymentMethodId, amount: 45_000 },
        ),
        "id",
      ),
    tapila: sell,
  }
}

/** Recharges: one that is known is looked up, as the vendor tells its clients to do. */
function recharges({ baseUrl, ...client }: Gateway["credentials"]["tapila"]): Api {
  let headers: Record<string, string> | null = null
  return async (number) => {
    try {
      headers ??= await logIn(baseUrl, client)
      if (headers === null) return null
      const externalPaymentId = `kill-${number}`
      const sale = {
        companyCode: "AR-R-0901",
        productId: "1",
        amount: 100,
        identifierValue: `11${String(number % 1_000_000).padStart(6, "0")}99`,
        paymentMethod: "ACCOUNT",
        externalPaymentId,
        externalClientId: "kills",
      }
      const path = `${baseUrl}/operation/${externalPaymentId}?type=external-payment-id`
      const known = await askFor("GET", path, { headers })
      if (known.status === 200) return hex(known.body.operation.operationId)
      if (known.status === 404) {
        const sold = await askFor("POST", `${baseUrl}/payment`, { headers, body: sale })
        return sold.status === 401 ? null : idIn(sold, "operationId")
      }
      // Tokens end after a while.
      if (known.status === 401) headers = null
      return null
    } catch (error) {
      return orNothing(error)
    }
  }
}

async function logIn(
  baseUrl: string,
  { clientUsername, password, apiKey }: Readonly<Record<string, string>>,
): Promise<Record<string, string> | null> {
  const login = await askFor("POST", `${baseUrl}/login`, { body: { clientUsername, password } })
  if (login.status !== 200) return null
  return { "x-authorization-token": login.body.accessToken, "x-api-key": apiKey! }
}

/** Asks, and holds an answer that says "later" to saying when. */
async function askFor(...question: Parameters<typeof ask>): Promise<Answer> {
  const answer = await ask(...question)
  const isSaid = answer.status !== 503 || answer.headers.has("retry-after")
  assert.ok(isSaid, `503 without Retry-After: ${question[0]} ${question[1]}`)
  return answer
}

/** Nobody answered; what an answer said wrongly stays an error. */
function orNothing(error: unknown): null {
  if (error instanceof assert.AssertionError) throw error
  return null
}

/** The id in a right answer; null where there was none, and it has to be asked for again. */
function idIn(answer: Answer | null, name: string): string | null {
  if (answer === null || AWAY.has(answer.status)) return null
  assert.ok(answer.status < 300, `${answer.status} ${JSON.stringify(answer.body)}`)
  return hex(answer.body[name])
}

/** An id as all APIs could write it: its digits alone. */
function hex(id: string): string {
  return id.replace(/^[a-z]+_/, "").replaceAll("-", "")
}
