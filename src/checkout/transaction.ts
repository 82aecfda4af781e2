/** What a wallet is asked to send: as a link (EIP-681), and as a transaction. */
import type { Offer } from "./view.ts"

/** All in hexadecimal, as EIP-1193 wants it. */
export type Transaction = {
  readonly chainId: string
  readonly to: string
  readonly value: string
  readonly data: string
}

/**
 * The link for what is still missing; null when the option's own link can't be read. A link that
 * asks for the whole amount after a part came would make the payer pay twice.
 */
export function linkOf({ uri, missing }: Offer): string | null {
  if (!uri.startsWith("ethereum:")) return null
  // EIP-681 allows "2.014e18" for a number.
  const rest = uri.replace(/([?&](?:uint256|value)=)[\d.]+(?:e\d+)?(?=&|$)/i, `$1${missing}`)
  return rest.includes(`=${missing}`) ? rest : null
}

/** `transfer(address,uint256)` of ERC-20: the first four bytes of its hash. */
const TRANSFER = "a9059cbb"
/** An argument of a call has 32 bytes. */
const WORD_DIGITS = 64

/** The transaction that sends what is missing; null for an asset that isn't on such a chain. */
export function transactionOf(offer: Offer): Transaction | null {
  const { asset, address, missing } = offer
  if (!/^0x[0-9a-f]{40}$/i.test(address) || missing === 0n) return null
  const chainId = `0x${offer.chainId.toString(16)}`
  const [, contract] = /^eip155:\d+\/erc20:(0x[0-9a-f]{40})$/i.exec(asset) ?? []
  if (contract !== undefined) {
    const words = [address.slice(2).toLowerCase(), missing.toString(16)]
    const data = words.map((word) => word.padStart(WORD_DIGITS, "0")).join("")
    return { chainId, to: contract, value: "0x0", data: `0x${TRANSFER}${data}` }
  }
  if (!/^eip155:\d+\/slip44:\d+$/.test(asset)) return null
  return { chainId, to: address, value: `0x${missing.toString(16)}`, data: "0x" }
}
