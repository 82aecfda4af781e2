/** Every place where sealed boxes lie, as data: what is rotated, and what a box is sealed for. */
import { KEY_CHECK, SEALED } from "../store/sealed.ts"

/** One column of boxes. */
export type SealedColumn = {
  readonly table: string
  readonly column: string
  /** The primary key: each column with its type. Rows are walked in its order. */
  readonly key: readonly (readonly [column: string, type: string])[]
  /** A box as bytes, or as base64 in a member of a JSON document. */
  readonly member: string | null
  /** What it is sealed for. */
  readonly context: string
  /** Whether a trigger renews its merchant's revision, whose row must then be free as well. */
  readonly renewsMerchant: boolean
}

const ID = [["id", "uuid"]] as const

function column(
  table: string,
  name: string,
  context: string,
  over: Partial<SealedColumn> = {},
): SealedColumn {
  const renewsMerchant = ["terms", "endpoints"].includes(table)
  return { table, column: name, context, key: ID, member: null, renewsMerchant, ...over }
}

/**
 * All of them. The installation's own is the last: as long as it bears an older key, some of the
 * others may. A test compares this list with the database's catalogue.
 */
export const SEALED_COLUMNS: readonly SealedColumn[] = [
  column("terms", "signing_key_sealed", SEALED.signingKey, {
    key: [
      ["merchant_id", "uuid"],
      ["dialect", "text"],
    ],
  }),
  column("endpoints", "secret_sealed", SEALED.endpointSecret),
  column("endpoints", "former_secret_sealed", SEALED.endpointSecret),
  column("endpoints", "headers_sealed", SEALED.endpointHeaders),
  column("xpubs", "key_sealed", SEALED.xpub),
  column("customers", "person_sealed", SEALED.person),
  column("instruments", "details_sealed", SEALED.details),
  column("instruments", "consent_sealed", SEALED.consent),
  column("payments", "purpose", SEALED.personal, { member: "personal" }),
  column("attempts", "target_sealed", SEALED.target),
  column("deliveries", "message_sealed", SEALED.message),
  column("tries", "answer_sealed", SEALED.tryAnswer, {
    key: [
      ["delivery_id", "uuid"],
      ["number", "int4"],
    ],
  }),
  column("answers", "body_sealed", SEALED.answer, { key: [["key", "text"]] }),
  column("users", "email_sealed", SEALED.email),
  column("users", "totp_sealed", SEALED.totp),
  column("users", "totp_draft_sealed", SEALED.totp),
  column("installation", "key_check_sealed", KEY_CHECK, { key: [["only_row", "bool"]] }),
]
