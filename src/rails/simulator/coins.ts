/** Simulated chains: what a payer would be asked to send, worked out from the order alone. */
import { hash } from "node:crypto"
import type { Instructions, Order, PayOption } from "../../core/index.ts"
import { decimalsOf } from "../../money.ts"

type Network = {
  readonly blockchain: string
  readonly chainId: number
  readonly token: string
  readonly decimals: number
  readonly contract: string
}

/** Two test networks whose dollars differ in decimals, as they do on the real ones. */
const NETWORKS: readonly Network[] = [
  {
    blockchain: "BNB Smart Chain Testnet",
    chainId: 97,
    token: "USDT",
    decimals: 18,
    contract: "0x337610d27c682e347c9cd60bd4b3b107c9d34ddd",
  },
  {
    blockchain: "Ethereum Sepolia",
    chainId: 11_155_111,
    token: "USDT",
    decimals: 6,
    contract: "0x7169d38820dfd117c3fa1f22a697dba58d90ba06",
  },
]

/** Ten-thousandths of a currency's unit that one dollar costs here; a rate that never moves. */
const RATE_SCALE = 10_000n
const RATES: Readonly<Record<string, bigint>> = {
  ARS: 14_000_000n,
  BRL: 54_000n,
  CLP: 9_500_000n,
  COP: 40_000_000n,
  EUR: 9_000n,
  MXN: 185_000n,
  PEN: 37_500n,
  USD: 10_000n,
}

/** The ways to pay an order on simulated chains. Throws `RangeError` for an unknown currency. */
export function instruct(order: Pick<Order, "attemptId" | "amount" | "asset">): Instructions {
  const address = `0x${digest(`address ${order.attemptId}`).slice(0, 40)}`
  return { options: NETWORKS.map((network) => optionOn(network, order, address)) }
}

function optionOn(
  network: Network,
  order: Pick<Order, "amount" | "asset">,
  address: string,
): PayOption {
  const { blockchain, chainId, token, decimals, contract } = network
  const amount = tokenUnits(order.amount, order.asset, decimals).toString()
  return {
    blockchain,
    chainId,
    token,
    decimals,
    asset: `eip155:${chainId}/erc20:${contract}`,
    amount,
    address,
    // EIP-681: wallets read it from a link or a QR code.
    uri: `ethereum:${contract}@${chainId}/transfer?address=${address}&uint256=${amount}`,
  }
}

/** Minor units of a currency as units of a dollar token, rounded up so that nothing is short. */
function tokenUnits(amount: bigint, currency: string, decimals: number): bigint {
  const rate = RATES[currency]
  if (rate === undefined) throw new RangeError(`no simulated rate for ${currency}`)
  const dividend = amount * 10n ** BigInt(decimals) * RATE_SCALE
  const divisor = rate * 10n ** BigInt(decimalsOf(currency))
  return (dividend + divisor - 1n) / divisor
}

/** The hash that a simulated transfer has: the same each time it is asked about. */
export function transactionHash(attemptId: string): string {
  return `0x${digest(`transaction ${attemptId}`)}`
}

/** The number under which the simulated bank or operator knows an order. */
export function bankReference(attemptId: string): string {
  return `SIM-${digest(`reference ${attemptId}`).slice(0, 12).toUpperCase()}`
}

function digest(text: string): string {
  return hash("sha256", text, "hex")
}
