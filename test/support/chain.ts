/** Journeys on a real chain: the payer who sends, the miner who makes blocks, the demo's shop. */
import assert from "node:assert/strict"
import { setTimeout as sleep } from "node:timers/promises"
import { DOLLAR_CODE, transferCall } from "../../src/anvil/dollar.ts"
import { verifyBooks } from "../../src/core/verify/whole.ts"
import type { Database } from "../../src/db/database.ts"
import { ask, type ChainEntry, type Credentials, type Receiver } from "./gateway.ts"

/** A read of the chain takes up to a second to begin, and much longer on a busy machine. */
const WAIT_MS = 20_000
const LOOK_MS = 20
/** What the sandbox's chain asks for. */
export const CONFIRMATIONS = 6
/** An unlocked account beside the payer: it made the test dollar, and has most of it. */
export const MAKER = "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266"
/** With no limit named, each transaction claims a whole block for itself. */
const GAS = "0x2dc6c0"
const CALL_GAS = "0x1d4c0"

/** Millionths of a dollar: what the test dollar counts in. */
export const usd = (amount: number) => BigInt(Math.round(amount * 1e6))

/** Waits until `look` answers something, and answers that. */
export async function until<T>(
  what: string,
  look: () => Promise<T | null | undefined | false>,
  timeoutMs = WAIT_MS,
): Promise<T> {
  const giveUpAt = performance.now() + timeoutMs
  for (;;) {
    const found = await look()
    if (found !== null && found !== undefined && found !== false) return found
    assert.ok(performance.now() < giveUpAt, `didn't happen: ${what}`)
    await sleep(LOOK_MS)
  }
}

/** Asks a node; throws with its words when it refuses. */
// biome-ignore lint/suspicious/noExplicitAny: a test reads whatever came and asserts on it.
export async function rpc(url: string, method: string, ...params: unknown[]): Promise<any> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }),
  })
  const { result, error } = (await response.json()) as { result?: unknown; error?: unknown }
  assert.equal(error, undefined, `${method}: ${JSON.stringify(error)}`)
  return result
}

const hex = (value: number | bigint) => `0x${value.toString(16)}`

/** Another token, another unlocked account, or a price that puts it before others in its block. */
type Sending = { readonly of?: string; readonly from?: string; readonly gasPrice?: string }

export type Chain = ReturnType<typeof chainAt>

/** What a payer and a miner can do on a chain. */
export function chainAt({ rpcUrl, token, payer }: ChainEntry) {
  const call = (method: string, ...params: unknown[]) => rpc(rpcUrl, method, ...params)
  let turn: Promise<unknown> = Promise.resolve()

  /** One after the other: two at once may be given the same number, and one of them is refused. */
  function transact(transaction: object): Promise<string> {
    const sent = turn.then(() => call("eth_sendTransaction", transaction))
    turn = sent.catch(() => undefined)
    return sent
  }

  return {
    call,
    transact,
    payer,
    token,

    /** Sends test dollars; the next block holds them. Answers the transaction's hash. */
    send(to: string, amount: bigint, { of = token, ...over }: Sending = {}) {
      const data = transferCall(to, amount)
      return transact({ from: payer, to: of, data, gas: CALL_GAS, ...over })
    },

    /** What a transaction holds that sends test dollars. */
    transferTo: transferCall,

    /** Makes so many blocks at once, beside the one a second. */
    mine: (blocks: number) => call("anvil_mine", hex(blocks), "0x0"),

    /**
     * Takes a transaction's block and all above it off the chain, and puts empty ones there. Blocks
     * come meanwhile: it is done again until the transaction is gone.
     */
    async drop(hash: string): Promise<void> {
      await until("the transaction is gone", async () => {
        const receipt = await call("eth_getTransactionReceipt", hash)
        if (receipt === null) return true
        const depth = Number(await call("eth_blockNumber")) - Number(receipt.blockNumber) + 1
        await call("anvil_reorg", depth, [])
        return false
      })
    },

    /** A transaction as it was signed. */
    signed: (hash: string): Promise<string> => call("eth_getRawTransactionByHash", hash),

    /** Brings in a transaction again that was dropped, under the same hash. */
    sendSigned: (raw: string): Promise<string> => call("eth_sendRawTransaction", raw),

    async blockOf(hash: string): Promise<number | null> {
      const receipt = await call("eth_getTransactionReceipt", hash)
      return receipt && Number(receipt.blockNumber)
    },

    async balanceOf(owner: string, of = token): Promise<bigint> {
      const data = `0x70a08231${owner.slice(2).toLowerCase().padStart(64, "0")}`
      return BigInt(await call("eth_call", { to: of, data }, "latest"))
    },

    /** Another dollar, all of which belongs to the payer. Makes a block. */
    async deployDollar(): Promise<string> {
      const hash = await transact({ from: payer, data: DOLLAR_CODE, gas: GAS })
      await call("anvil_mine", "0x1", "0x0")
      return (await call("eth_getTransactionReceipt", hash)).contractAddress
    },

    /**
     * Puts a contract at `address` that forwards two calls of a token's `transfer`, as wallets that
     * pay several bills at once do.
     */
    async placeForwarder(address: string): Promise<void> {
      const length = "44"
      // gas, to, value, from where in memory, how long, and no answer is kept.
      const forward = (from: string) => `6000600060${length}60${from}600073${token.slice(2)}5af150`
      const code = `0x60886000600037${forward("00")}${forward(length)}00`
      await call("anvil_setCode", address, code)
    },
  }
}

/** What a journey needs to know of a gateway, wherever it runs. */
export type Shop = {
  readonly credentials: Readonly<Record<"pentagoo" | "caudal", Credentials>>
  readonly receiver: Receiver
}

/** Orders of this process: a reference is given once, also after a restart. */
let made = 0

/** The demo merchant's server: it creates orders, reads them, and is called back. */
export function shopAt({ credentials, receiver }: Shop) {
  const { baseUrl: base, key, secret } = credentials.pentagoo
  const headers = { oauth: `${key}:${secret}` }
  const native = { authorization: `Bearer ${credentials.caudal.apiKey}` }

  const v1 = (method: "GET" | "POST", path: string, body?: unknown) =>
    ask(method, credentials.caudal.baseUrl + path, { headers: native, ...(body ? { body } : {}) })

  async function get(path: string) {
    const { status, body } = await v1("GET", path)
    assert.equal(status, 200, JSON.stringify(body))
    return body
  }

  /** The same server also hears the native dialect's events; those are not Pentagoo's to shape. */
  const isCallback = ({ body }: { body: string }, paymentId: string) =>
    body.includes(paymentId) && !body.includes('"object":"event"')

  const shop = {
    v1,

    /** Creates an order; the answer's only option stands beside the rest of it. */
    async order(amount = "25.50", refId?: string) {
      made += 1
      const body = { refId: refId ?? `CHAIN-${made}`, description: "2 x cafe", amount }
      const answer = await ask("POST", `${base}/api/payment/create`, { headers, body })
      assert.equal(answer.status, 200, JSON.stringify(answer.body))
      const { address } = answer.body.options[0]
      return { ...answer.body, id: answer.body.paymentId as string, address: address as string }
    },

    async read(id: string) {
      return (await ask("GET", `${base}/api/payment/${id}`, { headers })).body
    },

    /** The whole payment, as the native dialect shows it. */
    payment: (id: string) => get(`/payments/${id}`),

    /** Waits for a payment to be in a state, and answers it. */
    in(id: string, state: string) {
      return until(`${id} is ${state}`, async () => {
        const payment = await shop.payment(id)
        return payment.state === state && payment
      })
    },

    /** Waits until a payment's sightings are in these states, and answers them. */
    seen(id: string, ...states: readonly string[]) {
      return until(`${id} has ${states.join(", ")}`, async () => {
        const { sightings } = await shop.payment(id)
        const found = sightings.map(({ state }: { state: string }) => state)
        return found.join() === states.join() && sightings
      })
    },

    /** What happened to a payment, in order, without the word that all begin with. */
    async told(id: string): Promise<string[]> {
      const { data } = await get(`/events?subject=${(await shop.payment(id)).id}&limit=100`)
      return data.map(({ type }: { type: string }) => type.replace("payment.", "")).reverse()
    },

    /** What the merchant has of an asset, without what is zero. */
    async balance(asset: string): Promise<Record<string, bigint>> {
      const { data } = await get("/balances")
      const found = data.find((each: { asset: string }) => each.asset === asset) ?? {}
      const kinds = ["available", "held", "unapplied", "fees", "owed"]
      const entries = kinds.map((kind) => [kind, BigInt(found[kind] ?? 0)] as const)
      return Object.fromEntries(entries.filter(([, amount]) => amount !== 0n))
    },

    /** Waits for the callback of an order: the fields in it. */
    async callback(id: string): Promise<Record<string, string>> {
      const { body } = await receiver.next((each) => isCallback(each, id), WAIT_MS)
      return JSON.parse(body)
    },

    /** The ids of the messages that told of an order so far, one for each time. */
    callbackIds: (id: string) =>
      receiver.received
        .filter((each) => isCallback(each, id))
        .map(({ headers: sent }) => String(sent["webhook-id"])),
  }
  return shop
}

/** The name of the chain's test dollar in the books. */
export const assetOf = ({ chainId, token }: Pick<ChainEntry, "chainId" | "token">) =>
  `eip155:${chainId}/erc20:${token}`

/**
 * The books agree with themselves and with the chain: what the merchant has of an asset is what
 * lies at the addresses that payers were given.
 */
export async function assertBooks(
  database: Database,
  chain: Chain,
  entry: Pick<ChainEntry, "chainId" | "token">,
): Promise<void> {
  assert.deepEqual(await verifyBooks(database), [])
  const { rows } = await database.query<{ booked: bigint; addresses: string[] }>(
    `select coalesce(sum(balance), 0) as booked, (select array_agg(address) from addresses) addresses
from accounts where asset = $1 and custodian = 'self' and merchant_id is not null`,
    [assetOf(entry)],
  )
  const { booked, addresses } = rows[0]!
  const there = await Promise.all(addresses.map((each) => chain.balanceOf(each, entry.token)))
  assert.equal(
    BigInt(booked),
    there.reduce((sum, each) => sum + each, 0n),
    "what is booked isn't what lies on the chain",
  )
}
