/** Looks for customers by what they are known by: an e-mail, document, number or name. */
import type { Database } from "../../db/database.ts"
import { listMerchants } from "../merchants/store.ts"
import type { Page, PageRequest } from "../page.ts"
import type { Keyring } from "../seal.ts"
import type { Customer } from "./customer.ts"
import { makeMarks } from "./marks.ts"
import { customersMarked } from "./store/marks.ts"
import { type CustomerFilter, listCustomers } from "./store.ts"

export type CustomerSearch = Omit<CustomerFilter, "ids"> & {
  /** An e-mail, document, number or whole words of a name; the newest 1,000 that it fits. */
  readonly text?: string | undefined
}

/** The ids of those whom a text names, by a merchant's marks or, for null, by everybody's. */
export type WhoIs = (merchantId: string | null, text: string) => Promise<string[]>

/** Makes the look-up by marks of one node. */
export function makeWhoIs(database: Database, keyring: Keyring): WhoIs {
  const marks = makeMarks(keyring)
  return async (merchantId, text) => {
    const merchants =
      merchantId === null ? (await listMerchants(database)).map(({ id }) => id) : [merchantId]
    const sets = merchants.flatMap((id) => marks.asked(id, text))
    return customersMarked(database, merchantId, sets)
  }
}

/** Makes the search of customers of one node. */
export function makeCustomerSearch(database: Database, keyring: Keyring) {
  const whoIs = makeWhoIs(database, keyring)
  /** Customers of every dialect, newest first. */
  return async (
    { text, ...filter }: CustomerSearch,
    page: PageRequest,
  ): Promise<Page<Customer>> => {
    const ids = text === undefined ? undefined : await whoIs(filter.merchantId, text)
    return listCustomers(database, keyring, { ...filter, ids }, page)
  }
}
