/** A recharge to try things out with. */
import {
  amountProblem,
  type Company,
  commissionOf,
  identifierProblem,
  maskNumber,
  type Product,
  type Sample,
  type SampleAsked,
} from "../../core/index.ts"
import type { RechargePurpose } from "./wire.ts"

/** Makes one of the first product that can be sold; null when there is none. */
export function sample(asked: SampleAsked): Sample | null {
  for (const company of asked.companies) {
    const identifier = identifierOf(company, asked.digits)
    const sold = company.products.flatMap((product) => {
      const amount = amountOf(product)
      return product.active && amount !== null ? [{ product, amount }] : []
    })[0]
    if (identifier !== null && sold) return saleOf(asked, company, identifier, sold)
  }
  return null
}

/** A number that the company takes and that ends as asked; null when there is none. */
function identifierOf({ details }: Company, digits: string): string | null {
  for (let length = details.minLength; length <= details.maxLength; length += 1) {
    const identifier = "11".padEnd(length - digits.length, "5").slice(0, length - 2) + digits
    if (identifierProblem(details, identifier) === null) return identifier
  }
  return null
}

function amountOf(product: Product): bigint | null {
  const { allowedAmounts, amount, minAmount } = product
  const tries = [amount, minAmount, ...allowedAmounts]
  return tries.find((each) => each > 0n && amountProblem(product, each) === null) ?? null
}

function saleOf(
  { agent, merchant, reference }: SampleAsked,
  company: Company,
  identifier: string,
  { amount, product }: { readonly amount: bigint; readonly product: Product },
): Sample {
  const purpose: RechargePurpose = {
    companyCode: company.code,
    companyName: company.name,
    productId: product.id,
    productDescription: product.description,
    identifierName: company.details.identifierName,
    identifierMasked: maskNumber(identifier),
    paymentMethod: "CASH",
    agent,
    clientUsername: "console",
    externalClientId: "console",
    notifyAlways: true,
  }
  const target = { companyCode: company.code, productId: product.id, identifier }
  return {
    payment: {
      merchant,
      dialect: "tapila",
      kind: "recharge",
      reference,
      amount,
      commission: commissionOf(product, amount),
      asset: company.currency,
      description: null,
      purpose,
      expiresAt: null,
      way: { method: "recharge", target },
      repeat: "refuse",
    },
    account: null,
  }
}
