/** Translates between this API's wire and the core's words; pure. */
import { hash } from "node:crypto"
import type { z } from "zod"
import type { Company, Payment, State } from "../../core/index.ts"
import { decimalsOf, formatDecimal, toNumber } from "../../money.ts"
import type {
  catalogueAnswer,
  companyAnswer,
  Operation,
  RechargeAnswer,
  Status,
} from "./answers.ts"
import type { CatalogueQuery } from "./requests.ts"
import type { Trace } from "./trace.ts"

/** The webhook writes amounts with two decimals, whatever their currency has. */
const WIRE_DECIMALS = 2

/** What this dialect keeps beside a payment. The identifier itself is only in the sealed target. */
export type RechargePurpose = {
  readonly companyCode: string
  readonly companyName: string
  readonly productId: string
  readonly productDescription: string
  readonly identifierName: string
  readonly identifierMasked: string
  readonly paymentMethod: string
  readonly agent: string
  readonly clientUsername: string
  readonly externalClientId: string
  readonly notifyAlways: boolean
}

/** What was kept beside a recharge when it was created. */
export function purposeOf(payment: Payment): RechargePurpose {
  return payment.purpose as RechargePurpose
}

/** Final states never change again on this wire, whatever the books still learn. */
const STATUS = {
  pending: "processing",
  processing: "processing",
  approved: "confirmed",
  returned: "confirmed",
  declined: "failed",
  expired: "failed",
  cancelled: "failed",
} as const satisfies Record<State, Status>

/** How a payment's state is called here. */
export function statusOf({ state }: Pick<Payment, "state">): Status {
  return STATUS[state]
}

/** A payment's amount in major units. */
export function amountOf({ amount, asset }: Pick<Payment, "amount" | "asset">): number {
  return toNumber(amount, decimalsOf(asset))
}

/** A payment's amount with two decimals, as the webhook's hash has it. */
export function amountText({ amount, asset }: Pick<Payment, "amount" | "asset">): string {
  const scale = 10n ** BigInt(WIRE_DECIMALS - decimalsOf(asset))
  return formatDecimal(amount * scale, WIRE_DECIMALS)
}

/** The answer to a recharge that was not refused. `identifierValue` is as the client sent it. */
export function rechargeOf(
  payment: Payment,
  status: RechargeAnswer["status"],
  identifierValue: string,
  trace: Trace,
): RechargeAnswer {
  const purpose = purposeOf(payment)
  const { clientUsername, identifierName } = purpose
  return {
    operationId: payment.id,
    createdAt: payment.createdAt.toISOString(),
    status,
    companyCode: purpose.companyCode,
    companyName: purpose.companyName,
    amount: amountOf(payment),
    identifiers: [{ identifierName, identifierValue }],
    agent: purpose.agent,
    clientUsername,
    clientUserName: clientUsername,
    externalClientId: purpose.externalClientId,
    externalPaymentId: payment.reference ?? "",
    additionalData: {},
    ...trace,
  }
}

/** What a look-up shows of an operation. */
export function operationOf(payment: Payment): Operation {
  const { agent, companyCode, companyName, externalClientId } = purposeOf(payment)
  const status = statusOf(payment)
  return {
    operationId: payment.id,
    status,
    externalPaymentId: payment.reference ?? "",
    externalClientId,
    additionalData: {
      agent,
      customerId: externalClientId,
      ticket: status === "confirmed" ? ticketOf(payment) : [],
      providerName: agent,
    },
    companyCode,
    companyName,
    amount: amountOf(payment),
    createdAt: payment.createdAt.toISOString(),
  }
}

/** The lines of a receipt, for the client's own customer: in Spanish, the number masked. */
function ticketOf(payment: Payment): string[] {
  const purpose = purposeOf(payment)
  return [
    "COMPROBANTE DE RECARGA",
    purpose.companyName,
    purpose.productDescription,
    `${purpose.identifierName}: ${purpose.identifierMasked}`,
    `Monto: ${payment.asset} ${amountText(payment)}`,
    `Operación: ${payment.id}`,
  ]
}

/**
 * A company of the catalogue with what it sells now; of one that isn't sold any more, with what it
 * sold.
 */
export function companyOf({ currency, details, ...company }: Company): CompanyAnswer {
  const major = (amount: bigint) => toNumber(amount, decimalsOf(currency))
  return {
    companyCode: company.code,
    companyName: company.name,
    companyType: "RECHARGE",
    companyLogo: details.logo,
    tags: [...details.tags],
    products: company.products
      .filter(({ active }) => active || !company.active)
      .map((product) => ({
        productType: product.type,
        productId: product.id,
        productDescription: product.description,
        status: company.active ? "live" : "inactive",
        amountType: product.amountType,
        amount: major(product.amount),
        minAmount: major(product.minAmount),
        maxAmount: major(product.maxAmount),
        allowedAmounts: product.allowedAmounts.map(major),
        additionalData: { ...product.additionalData },
        active: company.active,
      })),
    identifierName: details.identifierName,
    identifierValue: null,
    dataType: details.dataType,
    helpText: details.helpText,
    minLength: details.minLength,
    maxLength: details.maxLength,
  }
}
type CompanyAnswer = z.infer<typeof companyAnswer>

/** Whether a company is one that a client looks for, by a part of its name or code. */
export function matches({ name, code }: Company, wanted: string): boolean {
  const plain = (text: string) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase()
  return plain(`${name} ${code}`).includes(plain(wanted.trim()))
}

/**
 * The number by which companies with a tag are asked for. The vendor counts its tags, ours only
 * have names: this follows from the name, so it is the same on every node and in every catalogue.
 */
export function tagIdOf(tag: string): number {
  return hash("sha256", tag, "buffer").readUInt32BE() >>> 1 || 1
}

/** The tags of the companies that are sold, by name. */
export function tagsOf(companies: readonly Company[]): { id: number; name: string }[] {
  const sold = companies.filter(({ active }) => active)
  const tags = new Set(sold.flatMap(({ details }) => details.tags))
  return [...tags].sort().map((name) => ({ id: tagIdOf(name), name }))
}

/** Where the next page of the catalogue is, with what was searched for. */
export function nextLink(asked: CatalogueQuery): NextLink {
  const { page, limit, active, searchCompany, tag_id } = asked
  const query = new URLSearchParams({ page: String(page + 1), limit: String(limit) })
  if (active === "false") query.set("active", active)
  if (searchCompany !== undefined) query.set("searchCompany", searchCompany)
  if (tag_id !== undefined) query.set("tag_id", String(tag_id))
  return { rel: "next", title: "Next interval", href: `?${query}` }
}
type NextLink = z.infer<typeof catalogueAnswer>["links"][number]
