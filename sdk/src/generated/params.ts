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
  readonly metadata?: Readonly<Record<string, string>> | null
}

/** What `payments.list` takes. */
export type PaymentListParams = {
  readonly limit?: number | string
  readonly cursor?: string
  readonly search?: string
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
  readonly method?: "bank" | "wallet" | "crypto" | "recharge"
  readonly rail?: string
  readonly asset?: string
  readonly min_amount?: number | string
  readonly max_amount?: number | string
  readonly from?: string
  readonly to?: string
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

/** What `refunds.list` takes. */
export type RefundListParams = {
  readonly limit?: number | string
  readonly cursor?: string
  readonly state?:
    | "pending"
    | "sent"
    | "confirmed"
    | "failed"
    | readonly ("pending" | "sent" | "confirmed" | "failed")[]
  readonly payment?: string
}

/** What `customers.create` takes. */
export type CustomerCreateParams = {
  readonly name: string
  readonly document_type:
    | "cc"
    | "ce"
    | "nit"
    | "ti"
    | "ppt"
    | "dni"
    | "cuit"
    | "cuil"
    | "rut"
    | "ruc"
    | "curp"
    | "rfc"
    | "cpf"
    | "cnpj"
    | "passport"
  readonly document_number: string
  readonly email: string
}

/** What `customers.list` takes. */
export type CustomerListParams = {
  readonly limit?: number | string
  readonly cursor?: string
  readonly dialect?: "pentagoo" | "tapila" | "palomma-pay" | "palomma-direct-debit" | "caudal"
  readonly search?: string
}

/** What `instruments.create` takes. */
export type InstrumentCreateParams = {
  readonly type: "bank_account"
  readonly customer: string
  readonly bank: string
  readonly account_type: "savings" | "checking"
  readonly account_number: string
  readonly mandate: {
    readonly accepted_at: string
    readonly channel?: string | null
    readonly reference?: string | null
  }
}

/** What `instruments.list` takes. */
export type InstrumentListParams = {
  readonly limit?: number | string
  readonly cursor?: string
  readonly dialect?: "pentagoo" | "tapila" | "palomma-pay" | "palomma-direct-debit" | "caudal"
  readonly state?:
    | "pending"
    | "active"
    | "error"
    | "revoked"
    | readonly ("pending" | "active" | "error" | "revoked")[]
  readonly customer?: string
}

/** What `quotes.create` takes. */
export type QuoteCreateParams = {
  readonly amount: string
  readonly asset: string
}

/** What `reports.daily` takes. */
export type ReportDailyParams = {
  readonly day?: string
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

/** What `events.list` takes. */
export type EventListParams = {
  readonly limit?: number | string
  readonly cursor?: string
  readonly subject?: string
  readonly after?: string
  readonly since?: string
}

/** What `endpoints.create` takes. */
export type EndpointCreateParams = {
  readonly url: string
  readonly dialect?: "pentagoo" | "tapila" | "palomma-pay" | "palomma-direct-debit" | "caudal"
  readonly headers?: Readonly<Record<string, string>>
  readonly description?: string | null
}

/** What `endpoints.update` takes. */
export type EndpointUpdateParams = {
  readonly url?: string
  readonly headers?: Readonly<Record<string, string>> | null
  readonly description?: string | null
}

/** What `endpoints.rotateSecret` takes. */
export type EndpointRotateSecretParams = {
  readonly overlap_seconds?: number
}

/** What `endpoints.replay` takes. */
export type EndpointReplayParams = {
  readonly since: string
  readonly until?: string
  readonly states?: readonly ("failed" | "cancelled" | "delivered")[]
  readonly cursor?: string
}

/** What `deliveries.list` takes. */
export type DeliveryListParams = {
  readonly limit?: number | string
  readonly cursor?: string
  readonly endpoint?: string
  readonly event?: string
  readonly subject?: string
  readonly state?: "due" | "delivered" | "failed" | "cancelled"
}

/** What `sandbox.advanceClock` takes. */
export type SandboxAdvanceClockParams = {
  readonly advance_seconds: number
}

/** What `operator.topUp` takes. */
export type OperatorTopUpParams = {
  readonly merchant: string
  readonly asset: string
  readonly amount: string
  readonly reference: string
}
