/** What the calls take. Written by `npm run sdk`: change it there. */

/** What `payments.create` takes. */
export type PaymentCreateParams = {
  readonly amount: string
  readonly asset: string
  readonly reference?: string | null
  readonly description?: string | null
  readonly method?: "bank" | "wallet" | "crypto" | null
  readonly customer?: string | null
  readonly instrument?: string | null
  readonly ttl_seconds?: number | null
  readonly redirect_url?: string | null
}

/** What `payments.list` takes. */
export type PaymentListParams = {
  readonly limit?: number | string
  readonly cursor?: string
  readonly state?:
    | "pending"
    | "processing"
    | "approved"
    | "declined"
    | "expired"
    | "cancelled"
    | "returned"
    | readonly (
        | "pending"
        | "processing"
        | "approved"
        | "declined"
        | "expired"
        | "cancelled"
        | "returned"
      )[]
  readonly dialect?: "pentagoo" | "tapila" | "palomma-pay" | "palomma-direct-debit" | "caudal"
  readonly reference?: string
  readonly customer?: string
}

/** What `payments.simulate` takes. */
export type PaymentSimulateParams = {
  readonly outcome: "approved" | "declined" | "expired" | "cancelled" | "returned"
  readonly reason?:
    | "not_enough_funds"
    | "declined_by_bank"
    | "invalid_account"
    | "account_blocked"
    | "holder_mismatch"
    | "limit_exceeded"
    | "mandate_revoked"
    | "returned_by_bank"
    | "operator_unavailable"
    | "invalid_identifier"
    | "expired"
    | "cancelled_by_payer"
    | "cancelled_by_merchant"
    | "other"
    | null
}

/** What `payments.refund` takes. */
export type PaymentRefundParams = {
  readonly amount?: string | null
  readonly to?: string | null
  readonly from?: string | null
}

/** What `events.list` takes. */
export type EventListParams = {
  readonly limit?: number | string
  readonly cursor?: string
  readonly subject?: string
}

/** What `deliveries.list` takes. */
export type DeliveryListParams = {
  readonly limit?: number | string
  readonly cursor?: string
}

/** What `statement.read` takes. */
export type StatementReadParams = {
  readonly asset: string
  readonly from?: string
  readonly to?: string
  readonly limit?: number | string
  readonly cursor?: string
}

/** What `statement.readCsv` takes. */
export type StatementReadCsvParams = {
  readonly asset: string
  readonly from?: string
  readonly to?: string
}

/** What `endpoints.create` takes. */
export type EndpointCreateParams = {
  readonly url: string
  readonly dialect?: "pentagoo" | "tapila" | "palomma-pay" | "palomma-direct-debit" | "caudal"
  readonly headers?: Readonly<Record<string, string>>
}

/** What `operator.topUp` takes. */
export type OperatorTopUpParams = {
  readonly merchant: string
  readonly asset: string
  readonly amount: string
  readonly reference: string
}
