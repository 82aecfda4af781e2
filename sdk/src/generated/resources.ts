/** The calls of the API, by what they are about. Written by `npm run sdk`: change it there. */
import type { Call } from "../call.ts"
import type { Pages } from "../pages.ts"
import type { CallOptions } from "../request.ts"
import type { StreamOptions } from "../stream.ts"
import type {
  Balance,
  Clock,
  CreatedPayment,
  Customer,
  DailyReport,
  Delivery,
  Endpoint,
  EndpointTest,
  EndpointWithLastDay,
  Event,
  Instrument,
  Movement,
  NewEndpoint,
  Payment,
  Quote,
  Refund,
  Replay,
  Statement,
  TopUp,
  WholeDelivery,
  WholePayment,
} from "./objects.ts"
import type {
  CustomerCreateParams,
  CustomerListParams,
  DeliveryListParams,
  EndpointCreateParams,
  EndpointReplayParams,
  EndpointRotateSecretParams,
  EndpointUpdateParams,
  EventListParams,
  InstrumentCreateParams,
  InstrumentListParams,
  OperatorTopUpParams,
  PaymentCreateParams,
  PaymentListParams,
  PaymentRefundParams,
  PaymentSimulateParams,
  QuoteCreateParams,
  RefundListParams,
  ReportDailyParams,
  SandboxAdvanceClockParams,
  StatementReadCsvParams,
  StatementReadParams,
} from "./params.ts"

/** The calls, made by `call`. */
export function resourcesOf(call: Call) {
  return {
    balances: {
      /** Reads what the merchant has, asset by asset: `GET /balances`. */
      list: (options?: CallOptions): Pages<Balance> =>
        call.pages({ method: "GET", path: ["balances"] }, options),
    },
    customers: {
      /** Stores a customer, who can be charged again: `POST /customers`. */
      create: (body: CustomerCreateParams, options?: CallOptions): Promise<Customer> =>
        call.one({ method: "POST", path: ["customers"], body, once: true }, options),
      /** Lists customers of every dialect, or searches them: `GET /customers`. */
      list: (query: CustomerListParams = {}, options?: CallOptions): Pages<Customer> =>
        call.pages({ method: "GET", path: ["customers"], query }, options),
      /** Reads a customer: `GET /customers/{id}`. */
      get: (id: string, options?: CallOptions): Promise<Customer> =>
        call.one({ method: "GET", path: ["customers", id] }, options),
    },
    deliveries: {
      /** Lists messages to endpoints, newest first: `GET /deliveries`. */
      list: (query: DeliveryListParams = {}, options?: CallOptions): Pages<Delivery> =>
        call.pages({ method: "GET", path: ["deliveries"], query }, options),
      /**
       * Reads a message to an endpoint, with what was sent and how each try went: `GET
       * /deliveries/{id}`.
       */
      get: (id: string, options?: CallOptions): Promise<WholeDelivery> =>
        call.one({ method: "GET", path: ["deliveries", id] }, options),
      /** Sends a message again, with the same id and body: `POST /deliveries/{id}/replay`. */
      replay: (id: string, options?: CallOptions): Promise<Delivery> =>
        call.one({ method: "POST", path: ["deliveries", id, "replay"] }, options),
    },
    endpoints: {
      /** Lists endpoints: `GET /endpoints`. */
      list: (options?: CallOptions): Pages<EndpointWithLastDay> =>
        call.pages({ method: "GET", path: ["endpoints"] }, options),
      /** Makes an endpoint; its secret is shown this once: `POST /endpoints`. */
      create: (body: EndpointCreateParams, options?: CallOptions): Promise<NewEndpoint> =>
        call.one({ method: "POST", path: ["endpoints"], body }, options),
      /** Reads an endpoint, and how it fared in the last day: `GET /endpoints/{id}`. */
      get: (id: string, options?: CallOptions): Promise<EndpointWithLastDay> =>
        call.one({ method: "GET", path: ["endpoints", id] }, options),
      /** Changes an endpoint's address, headers or description: `PATCH /endpoints/{id}`. */
      update: (
        id: string,
        body: EndpointUpdateParams = {},
        options?: CallOptions,
      ): Promise<Endpoint> => call.one({ method: "PATCH", path: ["endpoints", id], body }, options),
      /** Disables an endpoint: `DELETE /endpoints/{id}`. */
      disable: (id: string, options?: CallOptions): Promise<Endpoint> =>
        call.one({ method: "DELETE", path: ["endpoints", id] }, options),
      /**
       * Gives an endpoint another secret, shown this once; both sign while they overlap: `POST
       * /endpoints/{id}/rotate-secret`.
       */
      rotateSecret: (
        id: string,
        body: EndpointRotateSecretParams = {},
        options?: CallOptions,
      ): Promise<NewEndpoint> =>
        call.one({ method: "POST", path: ["endpoints", id, "rotate-secret"], body }, options),
      /** Lets what is to be told to an endpoint wait: `POST /endpoints/{id}/pause`. */
      pause: (id: string, options?: CallOptions): Promise<Endpoint> =>
        call.one({ method: "POST", path: ["endpoints", id, "pause"] }, options),
      /** Sends what waited for a paused endpoint: `POST /endpoints/{id}/resume`. */
      resume: (id: string, options?: CallOptions): Promise<Endpoint> =>
        call.one({ method: "POST", path: ["endpoints", id, "resume"] }, options),
      /** Tells an endpoint again that was disabled: `POST /endpoints/{id}/enable`. */
      enable: (id: string, options?: CallOptions): Promise<Endpoint> =>
        call.one({ method: "POST", path: ["endpoints", id, "enable"] }, options),
      /**
       * Sends an endpoint a message of no event, and answers what its receiver said: `POST
       * /endpoints/{id}/test`.
       */
      test: (id: string, options?: CallOptions): Promise<EndpointTest> =>
        call.one({ method: "POST", path: ["endpoints", id, "test"] }, options),
      /**
       * Sends an endpoint's messages again, those of a span of time and of some states: `POST
       * /endpoints/{id}/replay`.
       */
      replay: (id: string, body: EndpointReplayParams, options?: CallOptions): Promise<Replay> =>
        call.one({ method: "POST", path: ["endpoints", id, "replay"], body }, options),
    },
    events: {
      /**
       * Lists what happened, newest first; with `after` or `since` oldest first, settled: `GET
       * /events`.
       */
      list: (query: EventListParams = {}, options?: CallOptions): Pages<Event> =>
        call.pages({ method: "GET", path: ["events"], query }, options),
      /** Reads an event: `GET /events/{id}`. */
      get: (id: string, options?: CallOptions): Promise<Event> =>
        call.one({ method: "GET", path: ["events", id] }, options),
      /** Tells events as they happen, as server-sent events: `GET /events/stream`. */
      stream: (options?: StreamOptions): AsyncGenerator<Event, void, undefined> =>
        call.stream({ method: "GET", path: ["events", "stream"] }, options),
    },
    instruments: {
      /**
       * Stores an account of a customer; its rail verifies it before it is charged: `POST
       * /instruments`.
       */
      create: (body: InstrumentCreateParams, options?: CallOptions): Promise<Instrument> =>
        call.one({ method: "POST", path: ["instruments"], body, once: true }, options),
      /** Lists stored accounts of every dialect, masked: `GET /instruments`. */
      list: (query: InstrumentListParams = {}, options?: CallOptions): Pages<Instrument> =>
        call.pages({ method: "GET", path: ["instruments"], query }, options),
      /** Reads a stored account, masked: `GET /instruments/{id}`. */
      get: (id: string, options?: CallOptions): Promise<Instrument> =>
        call.one({ method: "GET", path: ["instruments", id] }, options),
      /**
       * Takes the consent back: the account is charged no more: `POST /instruments/{id}/revoke`.
       */
      revoke: (id: string, options?: CallOptions): Promise<Instrument> =>
        call.one({ method: "POST", path: ["instruments", id, "revoke"] }, options),
    },
    operator: {
      /** Books money that came in: `POST /operator/top-ups`. */
      topUp: (body: OperatorTopUpParams, options?: CallOptions): Promise<TopUp> =>
        call.one({ method: "POST", path: ["operator", "top-ups"], body }, options),
      /** Reads what a merchant has: `GET /operator/merchants/{id}/balances`. */
      balances: (id: string, options?: CallOptions): Pages<Balance> =>
        call.pages({ method: "GET", path: ["operator", "merchants", id, "balances"] }, options),
    },
    payments: {
      /** Creates a payment, once for its reference: `POST /payments`. */
      create: (body: PaymentCreateParams, options?: CallOptions): Promise<CreatedPayment> =>
        call.one({ method: "POST", path: ["payments"], body, once: true }, options),
      /** Lists payments of every dialect, newest first, or searches them: `GET /payments`. */
      list: (query: PaymentListParams = {}, options?: CallOptions): Pages<Payment> =>
        call.pages({ method: "GET", path: ["payments"], query }, options),
      /** Reads a payment with all that was tried and given back: `GET /payments/{id}`. */
      get: (id: string, options?: CallOptions): Promise<WholePayment> =>
        call.one({ method: "GET", path: ["payments", id] }, options),
      /** Cancels a payment: `POST /payments/{id}/cancel`. */
      cancel: (id: string, options?: CallOptions): Promise<WholePayment> =>
        call.one({ method: "POST", path: ["payments", id, "cancel"] }, options),
      /** Decides a payment's outcome (sandbox only): `POST /payments/{id}/simulate`. */
      simulate: (
        id: string,
        body: PaymentSimulateParams,
        options?: CallOptions,
      ): Promise<Payment> =>
        call.one({ method: "POST", path: ["payments", id, "simulate"], body }, options),
      /** Gives money of a payment back: `POST /payments/{id}/refunds`. */
      refund: (
        id: string,
        body: PaymentRefundParams = {},
        options?: CallOptions,
      ): Promise<Refund> =>
        call.one({ method: "POST", path: ["payments", id, "refunds"], body, once: true }, options),
      /** Takes a refund back: `POST /payments/{id}/refunds/{refund}/cancel`. */
      cancelRefund: (id: string, refund: string, options?: CallOptions): Promise<WholePayment> =>
        call.one({ method: "POST", path: ["payments", id, "refunds", refund, "cancel"] }, options),
    },
    quotes: {
      /** Says what an amount costs now in each token that is offered: `POST /quotes`. */
      create: (body: QuoteCreateParams, options?: CallOptions): Promise<Quote> =>
        call.one({ method: "POST", path: ["quotes"], body }, options),
    },
    refunds: {
      /** Lists refunds of every dialect, newest first: `GET /refunds`. */
      list: (query: RefundListParams = {}, options?: CallOptions): Pages<Refund> =>
        call.pages({ method: "GET", path: ["refunds"], query }, options),
      /** Reads a refund: `GET /refunds/{id}`. */
      get: (id: string, options?: CallOptions): Promise<Refund> =>
        call.one({ method: "GET", path: ["refunds", id] }, options),
    },
    reports: {
      /**
       * Reads what became of money on a day, beside the ledger's own sums: `GET /reports/daily`.
       */
      daily: (query: ReportDailyParams = {}, options?: CallOptions): Promise<DailyReport> =>
        call.one({ method: "GET", path: ["reports", "daily"], query }, options),
    },
    sandbox: {
      /** Reads the time of a sandbox: `GET /sandbox/clock`. */
      clock: (options?: CallOptions): Promise<Clock> =>
        call.one({ method: "GET", path: ["sandbox", "clock"] }, options),
      /** Moves the time of a sandbox on (sandbox only): `POST /sandbox/clock`. */
      advanceClock: (body: SandboxAdvanceClockParams, options?: CallOptions): Promise<Clock> =>
        call.one({ method: "POST", path: ["sandbox", "clock"], body }, options),
    },
    statement: {
      /** Reads a wallet's statement, page by page, or whole as CSV: `GET /statement`. */
      read: (query: StatementReadParams, options?: CallOptions): Pages<Movement, Statement> =>
        call.pages({ method: "GET", path: ["statement"], query }, options),
      /** Reads a wallet's statement, page by page, or whole as CSV: `GET /statement`. */
      readCsv: (
        query: StatementReadCsvParams,
        options?: CallOptions,
      ): Promise<ReadableStream<Uint8Array> | null> =>
        call.file({ method: "GET", path: ["statement"], query }, "text/csv", options),
    },
  }
}

export type Resources = ReturnType<typeof resourcesOf>
