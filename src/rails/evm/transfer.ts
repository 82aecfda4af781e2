/** Transfers in the words of wallets: a link (EIP-681), or a transaction for its owner to sign. */
import type { Receiving, TransferToSign } from "../../core/index.ts"
import { checksummed } from "./address.ts"
import { type Chain, coinAsset, tokenAsset } from "./chain.ts"

/** `transfer(address,uint256)` of ERC-20. */
const TRANSFER = "0xa9059cbb"
/** What a contract can hold in one number. */
const AMOUNT_END = 2n ** 256n
const ASSET = /^eip155:(\d+)\/(?:erc20:(0x[0-9a-f]{40})|slip44:\d+)$/

type Sending = { readonly asset: string; readonly to: string; readonly amount: bigint }

/**
 * The link that a wallet opens to send `amount` (in the asset's smallest unit) to an address.
 * Throws `RangeError` for what is no asset of a chain, no address or no amount.
 */
export function transferUri({ asset, to, amount }: Sending): string {
  const { chainId, token } = partsOf(asset)
  checkAmount(amount)
  const address = checksummed(to)
  return token === undefined
    ? `ethereum:${address}@${chainId}?value=${amount}`
    : `ethereum:${checksummed(token)}@${chainId}/transfer?address=${address}&uint256=${amount}`
}

/**
 * The transaction that sends `amount` of an asset from its owner's address to another, unsigned;
 * gas and number are the wallet's affair. Null when none of the chains has the asset. Throws like
 * `transferUri`.
 */
export function toSign(
  chains: readonly Chain[],
  transfer: Parameters<Receiving["toSign"]>[0],
): TransferToSign | null {
  const chain = chains.find((each) => hasAsset(each, transfer.asset))
  if (!chain) return null
  const { token } = partsOf(transfer.asset)
  const { asset, amount } = transfer
  const from = checksummed(transfer.from)
  const to = checksummed(transfer.to)
  const uri = transferUri({ asset, to, amount })
  const transaction =
    token === undefined
      ? { to, data: "0x", value: `0x${amount.toString(16)}` }
      : { to: checksummed(token), data: TRANSFER + word(to) + word(amount), value: "0x0" }
  return {
    chainId: chain.chainId,
    blockchain: chain.name,
    from,
    to,
    asset,
    amount: amount.toString(),
    transaction,
    uri,
  }
}

function hasAsset({ chainId, tokens, native }: Chain, asset: string): boolean {
  if (native !== null && asset === coinAsset(chainId, native)) return true
  return tokens.some(({ address }) => asset === tokenAsset(chainId, address))
}

function partsOf(asset: string): { chainId: string; token: string | undefined } {
  const [, chainId, token] = ASSET.exec(asset) ?? []
  if (chainId === undefined) throw new RangeError(`no asset of a chain: ${asset}`)
  return { chainId, token }
}

function checkAmount(amount: bigint): void {
  if (amount <= 0n || amount >= AMOUNT_END) throw new RangeError("an amount that can't be sent")
}

/** 32 bytes in hex, filled up from the left. */
function word(value: string | bigint): string {
  const hex = typeof value === "bigint" ? value.toString(16) : value.slice(2).toLowerCase()
  return hex.padStart(64, "0")
}
