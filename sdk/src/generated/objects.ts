/** What the API answers and sends. Written by `npm run sdk`: change it there. */

/** The version of the API that this was written from. */
export const API_VERSION = "2026-11-22"

/** What receivers are sent. */
export type WebhookMessage = EventMessage | Ping

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

export type Clock = {
  readonly object: "clock"
  readonly now: string
  readonly ahead_seconds: number
}

export type Customer = {
  readonly id: string
  readonly object: "customer"
  readonly dialect: string
  readonly name: string
  readonly document_type: string
  readonly document_number: string
  readonly email: string
  readonly created_at: string
  readonly updated_at: string
}

export type DailyReport = {
  readonly object: "daily_report"
  readonly day: string
  readonly time_zone: string
  readonly from: string
  readonly to: string
  readonly over: boolean
  readonly dropped: boolean
  readonly rows: number
  readonly totals: readonly {
    readonly asset: string
    readonly rail: string | null
    readonly asked: {
      readonly count: number
      readonly amount: string
    }
    readonly approved: {
      readonly count: number
      readonly amount: string
    }
    readonly unapplied: {
      readonly count: number
      readonly amount: string
    }
    readonly settled: {
      readonly count: number
      readonly amount: string
    }
    readonly returned: {
      readonly count: number
      readonly amount: string
    }
    readonly recharged: {
      readonly count: number
      readonly amount: string
    }
    readonly declined: {
      readonly count: number
      readonly amount: string
    }
    readonly lapsed: {
      readonly count: number
      readonly amount: string
    }
    readonly refunds_asked: {
      readonly count: number
      readonly amount: string
    }
    readonly refunded: {
      readonly count: number
      readonly amount: string
    }
    readonly refunds_returned: {
      readonly count: number
      readonly amount: string
    }
    readonly refunds_failed: {
      readonly count: number
      readonly amount: string
    }
    readonly fees: {
      readonly count: number
      readonly amount: string
    }
    readonly commissions: {
      readonly count: number
      readonly amount: string
    }
    readonly missing: {
      readonly count: number
      readonly amount: string
    }
  }[]
  readonly transfers: readonly {
    readonly kind: string
    readonly asset: string
    readonly rail: string | null
    readonly from: string
    readonly to: string
    readonly count: number
    readonly amount: string
    readonly gained: string
  }[]
  readonly accounts: readonly {
    readonly asset: string
    readonly custodian: string
    readonly kind: string
    readonly opening: string
    readonly change: string
    readonly closing: string
  }[]
  readonly checks: readonly {
    readonly asset: string
    readonly what: string
    readonly rows: string
    readonly ledger: string
    readonly agrees: boolean
  }[]
  readonly agrees: boolean
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

export type WholeDelivery = Delivery & {
  readonly event_type: string
  readonly url: string
  readonly message: {
    readonly headers: Readonly<Record<string, string>>
    readonly body: string
  } | null
  readonly history: readonly {
    readonly number: number
    readonly at: string
    readonly status: number | null
    readonly error: string | null
    readonly elapsed_ms: number | null
    readonly answer: string | null
  }[]
}

export type Endpoint = {
  readonly id: string
  readonly object: "endpoint"
  readonly url: string
  readonly description: string | null
  readonly dialect: string
  readonly header_names: readonly string[]
  readonly state: "enabled" | "paused" | "disabled"
  readonly paused_at: string | null
  readonly disabled_at: string | null
  readonly disabled_reason: string | null
  readonly former_secret_until: string | null
  readonly created_at: string
}

export type EndpointWithLastDay = Endpoint & {
  readonly last_day: {
    readonly delivered: number
    readonly failed: number
    readonly cancelled: number
    readonly due: number
    readonly mean_ms: number | null
    readonly last_fault: string | null
  }
}

export type NewEndpoint = Endpoint & {
  readonly secret: string
}

export type EndpointTest = {
  readonly object: "endpoint_test"
  readonly endpoint: string
  readonly ok: boolean
  readonly status: number | null
  readonly error: string | null
  readonly elapsed_ms: number
  readonly answer: string
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

export type EventMessage = Event & {
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
  readonly metadata: Readonly<Record<string, string>>
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

export type Ping = {
  readonly object: "ping"
  readonly type: "ping"
  readonly created_at: string
}

export type Quote = {
  readonly object: "quote"
  readonly amount: string
  readonly asset: string
  readonly at: string
  readonly offers: readonly {
    readonly rail: string
    readonly blockchain: string
    readonly chain_id: number
    readonly token: string
    readonly decimals: number
    readonly asset: string
    readonly amount: string
    readonly rate: string
    readonly source: "peg" | "fixed" | "feed" | null
    readonly valid_until: string | null
  }[]
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

export type Replay = {
  readonly object: "replay"
  readonly endpoint: string
  readonly replayed: number
  readonly deleted: number
  readonly has_more: boolean
  readonly next_cursor: string | null
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
