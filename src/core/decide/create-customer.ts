/** Stores a person who can be charged again. */
import type { Customer, Person } from "../customers/customer.ts"
import type { Draft } from "../draft.ts"
import type { DialectName } from "../payments/payment.ts"
import type { Decider } from "./decider.ts"

export type CreateCustomer = {
  readonly id: string
  readonly merchantId: string
  readonly dialect: DialectName
  readonly person: Person
  readonly personSealed: Buffer
  readonly marks: string
}

function decide(draft: Draft, command: CreateCustomer): Customer {
  const customer: Customer = { ...command, createdAt: draft.now, updatedAt: draft.now }
  draft.customers.insert(customer.id, customer)
  return customer
}

export const createCustomer: Decider<CreateCustomer, Customer> = {
  name: "create-customer",
  needs: () => ({}),
  decide,
}
