/** What `caudal export` can write row by row: where the rows come from, and their columns. */
import {
  type Cell,
  type Core,
  type Customer,
  type Delivery,
  type Event,
  type Instrument,
  maskDocument,
  type Page,
  type PageRequest,
  type Payment,
} from "../core/index.ts"
import { writeAmount } from "./named.ts"

/** Personal parts are masked unless they are to be revealed. */
type Reveal = { readonly reveal: boolean }

export type Kind = {
  readonly columns: readonly string[]
  /** Newest first; `before` is an id, for ids rise with time. */
  page(core: Core, merchantId: string, page: PageRequest): Promise<Page<Row>>
  cells(row: Row, how: Reveal): readonly Cell[]
  /** Whether revealing shows more than masking does. */
  readonly isPersonal: boolean
}
/** Of every kind; the kind's own functions know what else it has. */
export type Row = { readonly id: string; readonly createdAt: Date }

function kind<T extends Row>(spec: {
  readonly isPersonal: boolean
  readonly page: (core: Core, merchantId: string, page: PageRequest) => Promise<Page<T>>
  readonly columns: Readonly<Record<string, (row: T, how: Reveal) => Cell>>
}): Kind {
  const readers = Object.values(spec.columns)
  return {
    columns: Object.keys(spec.columns),
    isPersonal: spec.isPersonal,
    page: spec.page,
    cells: (row, how) => readers.map((read) => read(row as T, how)),
  }
}

const money = (amount: bigint, asset: string) => writeAmount(amount, asset)

export const KINDS: Readonly<Record<string, Kind>> = {
  payments: kind<Payment>({
    // What a merchant writes about a payment may name whoever pays.
    isPersonal: true,
    page: (core, merchantId, page) => core.payments.list({ merchantId }, page),
    columns: {
      id: ({ id }) => id,
      created_at: ({ createdAt }) => createdAt,
      dialect: ({ dialect }) => dialect,
      kind: (row) => row.kind,
      reference: ({ reference }) => reference,
      description: ({ description }, { reveal }) => (reveal ? description : hidden(description)),
      asset: ({ asset }) => asset,
      amount: ({ amount, asset }) => money(amount, asset),
      captured: ({ captured, asset }) => money(captured, asset),
      refunded: ({ refunded, asset }) => money(refunded, asset),
      fee: ({ fee, asset }) => money(fee, asset),
      state: ({ state }) => state,
      reason: ({ reason }) => reason,
      customer: ({ customerId }) => customerId,
      instrument: ({ instrumentId }) => instrumentId,
      approved_at: ({ approvedAt }) => approvedAt,
      settled_at: ({ settledAt }) => settledAt,
      updated_at: ({ updatedAt }) => updatedAt,
    },
  }),
  customers: kind<Customer>({
    isPersonal: true,
    page: (core, merchantId, page) => core.customers.search({ merchantId }, page),
    columns: {
      id: ({ id }) => id,
      created_at: ({ createdAt }) => createdAt,
      dialect: ({ dialect }) => dialect,
      name: ({ person }, { reveal }) => (reveal ? person.name : maskName(person.name)),
      document_type: ({ person }) => person.documentType,
      document_number: ({ person }, { reveal }) =>
        reveal ? person.documentNumber : maskDocument(person.documentNumber),
      email: ({ person }, { reveal }) => (reveal ? person.email : maskEmail(person.email)),
      updated_at: ({ updatedAt }) => updatedAt,
    },
  }),
  instruments: kind<Instrument>({
    isPersonal: true,
    page: (core, merchantId, page) => core.instruments.list({ merchantId }, page),
    columns: {
      id: ({ id }) => id,
      created_at: ({ createdAt }) => createdAt,
      dialect: ({ dialect }) => dialect,
      customer: ({ customerId }) => customerId,
      type: ({ type }) => type,
      rail: ({ rail }) => rail,
      bank: ({ masked }) => masked.bank ?? null,
      account_number: (row, { reveal }) =>
        (reveal ? row.details : row.masked).accountNumber ?? null,
      phone_number: (row, { reveal }) => (reveal ? row.details : row.masked).phoneNumber ?? null,
      state: ({ state }) => state,
      reason: ({ reason }) => reason,
      consented_at: ({ consentedAt }) => consentedAt,
      revoked_at: ({ revokedAt }) => revokedAt,
      revoked_by: ({ revokedBy }) => revokedBy,
    },
  }),
  events: kind<Event>({
    isPersonal: false,
    page: (core, merchantId, page) => core.events.list({ merchantId }, page),
    columns: {
      id: ({ id }) => id,
      created_at: ({ createdAt }) => createdAt,
      type: ({ type }) => type,
      subject: ({ subject }) => subject,
      subject_id: ({ subjectId }) => subjectId,
      sequence: ({ seq }) => seq,
      dialect: ({ dialect }) => dialect,
      data: ({ data }) => JSON.stringify(data),
    },
  }),
  deliveries: kind<Delivery>({
    isPersonal: false,
    page: (core, merchantId, page) => core.events.deliveries({ merchantId }, page),
    columns: {
      id: ({ id }) => id,
      created_at: ({ createdAt }) => createdAt,
      event: ({ eventId }) => eventId,
      endpoint: ({ endpointId }) => endpointId,
      state: ({ state }) => state,
      tries: ({ tries }) => tries,
      last_status: ({ lastStatus }) => lastStatus,
      last_error: ({ lastError }) => lastError,
      due_at: ({ dueAt }) => dueAt,
      delivered_at: ({ deliveredAt }) => deliveredAt,
    },
  }),
}

function hidden(text: string | null): string | null {
  return text === null || text === "" ? text : "*"
}

/** `Ana Ruiz` → `A* R*`. */
function maskName(name: string): string {
  const words = name.split(/\s+/).filter((word) => word !== "")
  return words.map((word) => `${Array.from(word)[0]}*`).join(" ")
}

/** `ana@example.test` → `a*@example.test`. */
function maskEmail(email: string): string {
  const at = email.lastIndexOf("@")
  return at < 1 ? "*" : `${Array.from(email)[0]}*${email.slice(at)}`
}
