/** The routes over customers: whom a merchant charges again, whichever API stored them. */
import { z } from "zod"
import { type Core, type Customer, DIALECT_NAMES, SEARCH_MAX } from "../../core/index.ts"
import { type DialectApp, WireProblem } from "../dialect.ts"
import { caller } from "../mount.ts"
import { listSchema } from "./answers.ts"
import { idIn, idOut } from "./ids.ts"
import { made } from "./once.ts"
import * as requests from "./requests.ts"
import { listOut } from "./wire.ts"

const DIALECT = "caudal"
const NAME_MAX = 200
/** The longest address that mail can be sent to (RFC 5321). */
const EMAIL_MAX = 254
/** Identity documents of the region, and `passport`. */
const DOCUMENT_TYPES = [
  ...["cc", "ce", "nit", "ti", "ppt", "dni", "cuit", "cuil", "rut", "ruc", "curp", "rfc", "cpf"],
  ...["cnpj", "passport"],
] as const

export const customerSchema = z.strictObject({
  id: z.string(),
  object: z.literal("customer"),
  /** The API that stored it. */
  dialect: z.string(),
  name: z.string(),
  document_type: z.string(),
  document_number: z.string(),
  email: z.string(),
  created_at: z.iso.datetime(),
  updated_at: z.iso.datetime(),
})

export const createCustomer = z.strictObject({
  name: requests.words(NAME_MAX, /^(?=.*\S)[^\p{C}\p{Zl}\p{Zp}]{1,200}$/u),
  document_type: requests.oneOf(DOCUMENT_TYPES as unknown as readonly [string, ...string[]]),
  document_number: z
    .string(requests.must("text"))
    .regex(/^[A-Za-z0-9](?:[A-Za-z0-9.-]{1,28}[A-Za-z0-9])$/, {
      error: "must be 3 to 30 letters, digits, dots or hyphens",
    }),
  email: z
    .string(requests.must("an e-mail address"))
    .max(EMAIL_MAX, `must have at most ${EMAIL_MAX} characters`)
    .regex(/^[^\s@\p{Cc}]{1,64}@[^\s@\p{Cc}]+\.[^\s@\p{Cc}]+$/u, "must be an e-mail address"),
})

const listCustomers = z.strictObject({
  ...requests.page("customer"),
  dialect: requests.oneOf(DIALECT_NAMES).optional(),
  search: z
    .string(requests.must("text"))
    .refine(
      (text) => text.trim() !== "" && text.length <= SEARCH_MAX,
      `must be 1 to ${SEARCH_MAX} characters`,
    )
    .optional(),
})

/** Registers the routes. */
export function customerRoutes(app: DialectApp, core: Core): void {
  const { customers } = core

  app.post(
    "/customers",
    { schema: { body: createCustomer, response: { 201: customerSchema } } },
    async (request, reply) => {
      const { name, document_type: documentType, document_number: number, email } = request.body
      const person = { name, documentType, documentNumber: number, email }
      const spec = { merchantId: caller(request).merchant.id, dialect: DIALECT, person } as const
      return made(core, request, reply, () => ({
        schema: customerSchema,
        out: customerOut,
        make: () => customers.create(spec),
        makeOnce: (once) => customers.createOnce(spec, once),
      }))
    },
  )

  app.get(
    "/customers",
    {
      schema: { querystring: listCustomers, response: { 200: listSchema(customerSchema) } },
    },
    async (request) => {
      const { limit, cursor, dialect, search } = request.query
      const filter = { merchantId: caller(request).merchant.id, dialect, text: search }
      const page = await customers.search(filter, { limit, before: cursor ?? null })
      return listOut("customer", page, customerOut)
    },
  )

  app.get(
    "/customers/:id",
    { schema: { params: z.object({ id: z.string() }), response: { 200: customerSchema } } },
    async (request) =>
      customerOut(await findCustomer(core, caller(request).merchant.id, request.params.id)),
  )
}

/** A merchant's customer; throws the problem of one that isn't there. */
export async function findCustomer(
  core: Core,
  merchantId: string,
  given: string,
  field?: string,
): Promise<Customer> {
  const id = idIn("customer", given)
  const customer = id && (await core.customers.find(merchantId, id))
  if (customer) return customer
  throw new WireProblem({
    code: "customer_not_found",
    message: "there is no such customer",
    ...(field !== undefined && { field }),
  })
}

/** A customer as its own merchant sees it. */
export function customerOut(customer: Customer): z.infer<typeof customerSchema> {
  const { name, documentType, documentNumber, email } = customer.person
  return {
    id: idOut("customer", customer.id),
    object: "customer",
    dialect: customer.dialect,
    name,
    document_type: documentType,
    document_number: documentNumber,
    email,
    created_at: customer.createdAt.toISOString(),
    updated_at: customer.updatedAt.toISOString(),
  }
}
