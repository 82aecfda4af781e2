/** The routes over instruments: stored accounts that are charged again, shown masked. */
import { z } from "zod"
import {
  type Core,
  type Customer,
  DIALECT_NAMES,
  INSTRUMENT_STATES,
  type Instrument,
  maskNumber,
} from "../../core/index.ts"
import { type DialectApp, WireProblem } from "../dialect.ts"
import { allowEmptyBody, caller, orThrow } from "../mount.ts"
import { instrumentSchema, listSchema } from "./answers.ts"
import { findCustomer } from "./customers.ts"
import { idIn } from "./ids.ts"
import { made } from "./once.ts"
import * as requests from "./requests.ts"
import { instrumentOut, listOut } from "./wire.ts"

const DIALECT = "caudal"
/** By which kind of rail each type is charged. */
const METHOD_OF = { bank_account: "bank", wallet: "wallet" } as const
/** The clocks of two honest machines may be so far apart. */
const CLOCKS_DIFFER_MS = 300_000
/** Nobody agreed to be debited by this before: an earlier one is a slip of the pen. */
const ACCEPTED_FIRST = new Date("1990-01-01T00:00:00.000Z")

/** In a dispute it is the proof: a member with another name would be missing only then. */
const mandate = z.strictObject({
  accepted_at: z.iso
    .datetime({ offset: true, ...requests.must("a time with its zone") })
    .transform((text) => new Date(text))
    .refine((at) => at >= ACCEPTED_FIRST, `must not be before ${ACCEPTED_FIRST.toISOString()}`),
  channel: requests
    .words(40, /^(?=.*\S)[^\p{C}]{1,40}$/u)
    .nullable()
    .default(null),
  reference: requests
    .words(140, /^(?=.*\S)[^\p{C}]{1,140}$/u)
    .nullable()
    .default(null),
})

export const createInstrument = z.discriminatedUnion(
  "type",
  [
    z.strictObject({
      type: z.literal("bank_account"),
      customer: z.string(requests.must("an id")).max(100),
      bank: z
        .string(requests.must("text"))
        .regex(/^[a-z0-9_-]{2,40}$/, "must be a bank's name in small letters, such as bancolombia"),
      account_type: requests.oneOf(["savings", "checking"]),
      account_number: z.string(requests.must("text")).regex(/^\d{6,20}$/, "must be 6 to 20 digits"),
      mandate,
    }),
    z.strictObject({
      type: z.literal("wallet"),
      customer: z.string(requests.must("an id")).max(100),
      phone_number: z
        .string(requests.must("text"))
        .regex(/^3\d{9}$/, "must be 10 digits of which the first is 3"),
      mandate,
    }),
  ],
  { error: "must be one of bank_account, wallet" },
)
type CreateInstrument = z.output<typeof createInstrument>

const listInstruments = z.strictObject({
  ...requests.page("instrument"),
  dialect: requests.oneOf(DIALECT_NAMES).optional(),
  state: requests.several(INSTRUMENT_STATES).optional(),
  customer: requests.idOf("customer").optional(),
})

/** Registers the routes. */
export function instrumentRoutes(app: DialectApp, core: Core): void {
  const { instruments } = core
  const named = z.object({ id: z.string() })

  app.post(
    "/instruments",
    { schema: { body: createInstrument, response: { 201: instrumentSchema } } },
    async (request, reply) =>
      made(core, request, reply, async () => {
        const { merchant } = caller(request)
        const { body } = request
        const rail = core.railFor(merchant, METHOD_OF[body.type])
        if (rail === null) {
          const message = `this merchant has no rail that charges a ${body.type}`
          throw new WireProblem({ code: "method_not_offered", field: "type", message })
        }
        const customer = await findCustomer(core, merchant.id, body.customer, "customer")
        const spec = {
          merchantId: merchant.id,
          dialect: DIALECT,
          customerId: customer.id,
          rail,
          type: body.type,
          ...accountOf(body, customer),
          consent: consentOf(body, customer, core.clock.now()),
        } as const
        return {
          schema: instrumentSchema,
          out: ({ instrument }) => instrumentOut(instrument),
          make: () => instruments.create(spec),
          makeOnce: (once) => instruments.createOnce(spec, once),
        }
      }),
  )

  app.get(
    "/instruments",
    {
      schema: { querystring: listInstruments, response: { 200: listSchema(instrumentSchema) } },
    },
    async (request) => {
      const { limit, cursor, dialect, state, customer } = request.query
      const owner = { merchantId: caller(request).merchant.id, customerId: customer }
      const filter = { ...owner, dialect, states: state }
      const page = await instruments.list(filter, { limit, before: cursor ?? null })
      return listOut("instrument", page, instrumentOut)
    },
  )

  app.get(
    "/instruments/:id",
    { schema: { params: named, response: { 200: instrumentSchema } } },
    async (request) =>
      instrumentOut(await findInstrument(core, caller(request).merchant.id, request.params.id)),
  )

  app.post(
    "/instruments/:id/revoke",
    {
      schema: {
        params: named,
        body: requests.nothing,
        response: { 200: instrumentSchema },
      },
      onRequest: allowEmptyBody,
    },
    async (request) => {
      const { merchant } = caller(request)
      const { id } = await findInstrument(core, merchant.id, request.params.id)
      return instrumentOut(orThrow(await instruments.revoke(merchant.id, id, "merchant")))
    },
  )
}

async function findInstrument(core: Core, merchantId: string, given: string): Promise<Instrument> {
  const id = idIn("instrument", given)
  const instrument = id && (await core.instruments.find(merchantId, id))
  if (instrument) return instrument
  throw new WireProblem({ code: "instrument_not_found", message: "there is no such instrument" })
}

/** What is charged, in full and as it may be shown. */
function accountOf(body: CreateInstrument, { person }: Customer) {
  const { name, documentType, documentNumber } = person
  const holder = { name, documentType, documentNumber }
  if (body.type === "wallet") {
    const { phone_number: phoneNumber } = body
    return {
      details: { phoneNumber, holder },
      masked: { phoneNumber: maskNumber(phoneNumber) },
    }
  }
  const { bank, account_type: accountType, account_number: accountNumber } = body
  return {
    details: { bank, accountType, accountNumber, holder },
    masked: { bank, accountType, accountNumber: maskNumber(accountNumber) },
  }
}

/** The merchant's word for its customer's consent; throws when it lies in the future. */
function consentOf({ mandate: given }: CreateInstrument, { person }: Customer, now: Date) {
  const aheadMs = given.accepted_at.getTime() - now.getTime()
  if (aheadMs > CLOCKS_DIFFER_MS) {
    const [field, message] = [
      "mandate.accepted_at",
      "mandate.accepted_at must not be in the future",
    ]
    throw new WireProblem({ code: "body_invalid", field, message })
  }
  const { name, documentType, documentNumber } = person
  const proof = {
    person: { name, documentType, documentNumber },
    channel: "merchant" as const,
    givenBy: given.channel,
    reference: given.reference,
  }
  return { at: aheadMs > 0 ? now : given.accepted_at, proof }
}
