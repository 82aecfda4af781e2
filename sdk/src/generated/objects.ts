/** What the API answers and sends. Written by `npm run sdk`: change it there. */

/** The version of the API that this was written from. */
export const API_VERSION: string | null = null

export type Attempt = {
  readonly id: string
  readonly object: "attempt"
  readonly rail: string
  readonly rail_reference: string | null
  readonly method: string
  readonly kind: string
  readonly amount: string
  readonly asset: string
  readonly state: string
  readonly reason: string | null
  readonly received: Readonly<Record<string, string>>
  readonly seen: Readonly<Record<string, string>>
  readonly options: readonly {
    readonly blockchain: string
    readonly chain_id: number
    readonly token: string
    readonly decimals: number
    readonly asset: string
    readonly amount: string
    readonly address: string
    readonly uri: string
  }[]
  readonly created_at: string
  readonly updated_at: string
}

export type Balance = {
  readonly object: "balance"
  readonly asset: string
  readonly custodian: string
  readonly available: string
  readonly held: string
  readonly unapplied: string
  readonly fees: string
  readonly owed: string
}

export type Delivery = {
  readonly id: string
  readonly object: "delivery"
  readonly webhook_id: string
  readonly event: string
  readonly endpoint: string
  readonly state: string
  readonly tries: number
  readonly last_status: number | null
  readonly last_error: string | null
  readonly due_at: string | null
  readonly created_at: string
  readonly delivered_at: string | null
}

export type Endpoint = {
  readonly id: string
  readonly object: "endpoint"
  readonly url: string
  readonly dialect: string
  readonly state: "enabled" | "disabled"
  readonly disabled_at: string | null
  readonly disabled_reason: string | null
  readonly created_at: string
}

export type NewEndpoint = Endpoint & {
  readonly secret: string
}

export type Event = {
  readonly id: string
  readonly object: "event"
  readonly type: string
  readonly subject: string
  readonly sequence: number
  readonly dialect: string
  readonly details: {
    readonly state?: string
    readonly reason?: string | null
    readonly attempt_reason?: string
    readonly method?: string
    readonly rail?: string
    readonly amount?: string
    readonly asset?: string
    readonly due?: string
    readonly surplus?: string
    readonly available?: string
    readonly limit?: string
    readonly transaction?: string
    readonly received?: Readonly<Record<string, string>>
    readonly refund?: string
    readonly refund_amount?: string
    readonly refund_reason?: string | null
  }
  readonly created_at: string
}

export type WebhookMessage = Event & {
  readonly data: {
    readonly object: Payment | Instrument
  }
}

export type Instrument = {
  readonly id: string
  readonly object: "instrument"
  readonly dialect: string
  readonly customer: string
  readonly type: string
  readonly state: string
  readonly reason: string | null
  readonly bank: string | null
  readonly account_type: string | null
  readonly account_number: string | null
  readonly phone_number: string | null
  readonly consented_at: string | null
  readonly consent_channel: string | null
  readonly revoked_at: string | null
  readonly revoked_by: string | null
  readonly version: number
  readonly created_at: string
  readonly updated_at: string
}

export type Movement = {
  readonly object: "movement"
  readonly id: string
  readonly at: string
  readonly kind: string
  readonly description: string
  readonly amount: string
  readonly balance: string
  readonly held_amount: string
  readonly held: string
  readonly payment: string | null
  readonly reference: string | null
}

export type Payment = {
  readonly id: string
  readonly object: "payment"
  readonly dialect: string
  readonly dialect_id: string
  readonly kind: string
  readonly reference: string | null
  readonly amount: string
  readonly asset: string
  readonly state: string
  readonly reason: string | null
  readonly description: string | null
  readonly customer: string | null
  readonly instrument: string | null
  readonly captured: string
  readonly refunded: string
  readonly fee: string
  readonly commission: string
  readonly version: number
  readonly expires_at: string | null
  readonly created_at: string
  readonly updated_at: string
  readonly approved_at: string | null
  readonly settled_at: string | null
}

export type CreatedPayment = Payment & {
  readonly url: string | null
}

export type WholePayment = Payment & {
  readonly attempts: readonly Attempt[]
  readonly refunds: readonly Refund[]
  readonly sightings: readonly Sighting[]
}

export type Refund = {
  readonly id: string
  readonly object: "refund"
  readonly payment: string
  readonly amount: string
  readonly asset: string
  readonly state: string
  readonly reason: string | null
  readonly to_sign: {
    readonly chain_id: number
    readonly blockchain: string
    readonly from: string
    readonly to: string
    readonly asset: string
    readonly amount: string
    readonly transaction: {
      readonly to: string
      readonly data: string
      readonly value: string
    }
    readonly uri: string
  } | null
  readonly created_at: string
  readonly updated_at: string
}

export type Sighting = {
  readonly object: "sighting"
  readonly asset: string
  readonly amount: string
  readonly reference: string
  readonly state: string
  readonly confirmations: number
  readonly confirmations_needed: number | null
  readonly explorer_url: string | null
  readonly at: string
}

export type Statement = {
  readonly object: "statement"
  readonly asset: string
  readonly time_zone: string
  readonly from: string | null
  readonly to: string | null
  readonly opening: {
    readonly available: string
    readonly held: string
  }
  readonly data: readonly Movement[]
  readonly closing: {
    readonly available: string
    readonly held: string
  }
  readonly agrees: boolean | null
  readonly has_more: boolean
  readonly next_cursor: string | null
}

export type TopUp = {
  readonly object: "top_up"
  readonly merchant: string
  readonly asset: string
  readonly amount: string
  readonly reference: string
  readonly repeated: boolean
  readonly available: string
}
