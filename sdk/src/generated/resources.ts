/** The calls of the API, by what they are about. Written by `npm run sdk`: change it there. */
import type { Call } from "../call.ts"
import type { Pages } from "../pages.ts"
import type { CallOptions } from "../request.ts"
import type {
  Balance,
  CreatedPayment,
  Delivery,
  Endpoint,
  Event,
  Movement,
  NewEndpoint,
  Payment,
  Refund,
  Statement,
  TopUp,
  WholePayment,
} from "./objects.ts"
import type {
  DeliveryListParams,
  EndpointCreateParams,
  EventListParams,
  OperatorTopUpParams,
  PaymentCreateParams,
  PaymentListParams,
  PaymentRefundParams,
  PaymentSimulateParams,
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
    deliveries: {
      /** Lists messages to endpoints, newest first: `GET /deliveries`. */
      list: (query: DeliveryListParams = {}, options?: CallOptions): Pages<Delivery> =>
        call.pages({ method: "GET", path: ["deliveries"], query }, options),
    },
    endpoints: {
      /** Lists endpoints: `GET /endpoints`. */
      list: (options?: CallOptions): Pages<Endpoint> =>
        call.pages({ method: "GET", path: ["endpoints"] }, options),
      /** Makes an endpoint; its secret is shown this once: `POST /endpoints`. */
      create: (body: EndpointCreateParams, options?: CallOptions): Promise<NewEndpoint> =>
        call.one({ method: "POST", path: ["endpoints"], body }, options),
      /** Disables an endpoint: `DELETE /endpoints/{id}`. */
      disable: (id: string, options?: CallOptions): Promise<Endpoint> =>
        call.one({ method: "DELETE", path: ["endpoints", id] }, options),
    },
    events: {
      /** Lists what happened, newest first: `GET /events`. */
      list: (query: EventListParams = {}, options?: CallOptions): Pages<Event> =>
        call.pages({ method: "GET", path: ["events"], query }, options),
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
      /** Lists payments of every dialect, newest first: `GET /payments`. */
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
