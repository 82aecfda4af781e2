/** `caudal payment search`: finds payments by whatever somebody knows of them. */
import { type Core, isSearchCursor, type Payment, STATES, type State } from "../core/index.ts"
import { type Command, CommandError, command, UsageError } from "./command.ts"
import { readInstant, TIME_ABOUT } from "./instant.ts"
import {
  dialectNames,
  findCurrency,
  findDialect,
  findMerchant,
  readAmount,
  readId,
  readLimit,
  writeAmount,
} from "./named.ts"
import { instant, table } from "./shell.ts"

const LIMIT_DEFAULT = 20
const LIMIT_MAX = 100
const TEXT_MAX = 200
const METHODS = ["bank", "wallet", "crypto", "recharge"] as const
/** A search goes back in pieces; more of them than this ask for a narrower one. */
const PIECES_MAX = 200

const OPTIONS = {
  text: {
    value: "TEXT",
    about: "an id, a reference, an amount, a payer's e-mail or number, a hash, or a part of a text",
  },
  merchant: { value: "MERCHANT", about: "only of this one: its name or id" },
  state: { value: "STATE", many: true, about: `only in ${STATES.join(", ")}` },
  dialect: { value: "DIALECT", about: `one of ${dialectNames().join(", ")}` },
  method: { value: "METHOD", about: `one of ${METHODS.join(", ")}` },
  rail: { value: "RAIL", about: "only over this rail" },
  currency: { value: "CODE", about: "such as COP" },
  "min-amount": { value: "AMOUNT", about: "from this amount on; needs --currency" },
  "max-amount": { value: "AMOUNT", about: "up to this amount; needs --currency" },
  from: { value: "TIME", about: `created then or later: ${TIME_ABOUT}` },
  to: { value: "TIME", about: "created before then" },
  customer: { value: "ID", about: "only of this customer" },
  reference: { value: "TEXT", about: "the merchant's own id for it, exactly" },
  limit: { value: "N", about: `how many, 1 to ${LIMIT_MAX}; ${LIMIT_DEFAULT} when left out` },
  cursor: { value: "CURSOR", about: "where the last search ended" },
} as const

export const search: Command = command({
  name: "payment search",
  about:
    "Finds payments, newest first, by anything that is known of them. What is sealed (a payer's " +
    "e-mail, document or number) is found, too, and never printed.",
  options: OPTIONS,
  example: 'payment search --text "ana@example.test" --state approved --from 3d',
  async run(values, shell) {
    const limit = readLimit(values.limit, { usual: LIMIT_DEFAULT, most: LIMIT_MAX })
    const { state, ...plain } = readPlain(values)
    if (values.cursor !== undefined && !isSearchCursor(values.cursor)) {
      throw new CommandError(`--cursor ${values.cursor}: no search ended there`)
    }
    await shell.withCore(async (core) => {
      const now = core.clock.now()
      const from = readInstant("--from", values.from, now)
      const to = readInstant("--to", values.to, now)
      if (from && to && from >= to) throw new UsageError("--to: it is not after --from")
      const merchant =
        values.merchant === undefined ? null : await findMerchant(core, values.merchant)
      const filter = {
        ...plain,
        merchantId: merchant?.id ?? null,
        ...(state.length > 0 && { state }),
        ...(from && { from }),
        ...(to && { to }),
      }
      const progress = shell.progress("searching")
      const found = await enough(core, filter, { limit, after: values.cursor ?? null }, (back) =>
        progress.at(0, null, back === null ? "" : `back to ${instant(back)}`),
      ).finally(progress.end)
      const names = new Map((await core.merchants.list()).map(({ id, name }) => [id, name]))
      const nameOf = ({ merchantId }: Payment) => names.get(merchantId) ?? merchantId
      const { items, cursor, lookedBackTo } = found
      const rows = items.map((each) => rowOf(each, nameOf(each)))
      shell.show(
        { payments: items.map((each) => jsonOf(each, nameOf(each))), cursor, lookedBackTo },
        () =>
          [
            rows.length === 0
              ? "Nothing was found."
              : table(["ID", "MERCHANT", "DIALECT", "REFERENCE", "AMOUNT", "STATE", "AT"], rows),
            ...(cursor === null ? [] : [more(cursor, lookedBackTo)]),
          ].join("\n"),
      )
    })
  },
})

type Filter = Parameters<Core["payments"]["search"]>[0]
type Found = Awaited<ReturnType<Core["payments"]["search"]>>

/** Goes on further back until there is a page of them, or nothing is left. */
async function enough(
  core: Core,
  filter: Filter,
  { limit, after }: { readonly limit: number; readonly after: string | null },
  tell: (lookedBackTo: Date | null) => void,
): Promise<Found> {
  const items: Payment[] = []
  let place = after
  for (let piece = 0; piece < PIECES_MAX; piece += 1) {
    const page = { limit: limit - items.length, after: place }
    const found = await core.payments.search(filter, page)
    items.push(...found.items)
    place = found.cursor
    tell(found.lookedBackTo)
    if (place === null || items.length >= limit) return { ...found, items }
  }
  return { items, cursor: place, lookedBackTo: null }
}

type Given = { readonly [Name in keyof typeof OPTIONS]?: string | readonly string[] | undefined }

/** What can be read without the core; throws `UsageError`. */
function readPlain(values: Given) {
  const text = textOf(values, "text")?.trim()
  if (text !== undefined && (text === "" || text.length > TEXT_MAX)) {
    throw new UsageError(`--text: write 1 to ${TEXT_MAX} characters`)
  }
  const state = (values.state as readonly string[]).map((each) => {
    const known = STATES.find((one) => one === each)
    if (known) return known satisfies State
    throw new UsageError(`--state ${each}: there are ${STATES.join(", ")}`)
  })
  const method = METHODS.find((each) => each === values.method)
  if (values.method !== undefined && !method) {
    throw new UsageError(`--method ${values.method}: there are ${METHODS.join(", ")}`)
  }
  const dialect = textOf(values, "dialect")
  const customer = textOf(values, "customer")
  const customerId = customer && readId(bareId(customer), "a customer")
  const { rail, reference } = values
  return {
    state,
    ...(text && { text }),
    ...(method && { method }),
    ...(dialect && { dialect: findDialect(dialect).name }),
    ...(typeof rail === "string" && { rail }),
    ...(typeof reference === "string" && { reference }),
    ...(customerId && { customerId }),
    ...amounts(values),
  }
}

function amounts(values: Given) {
  const code = textOf(values, "currency")
  const [least, most] = [textOf(values, "min-amount"), textOf(values, "max-amount")]
  if (code === undefined) {
    if (least === undefined && most === undefined) return {}
    throw new UsageError("--min-amount and --max-amount need --currency")
  }
  const { currency, decimals } = findCurrency(code)
  const read = (text: string) => readAmount(text, currency, decimals)
  return {
    asset: currency,
    ...(least && { minAmount: read(least) }),
    ...(most && { maxAmount: read(most) }),
  }
}

function textOf(values: Given, name: keyof Given): string | undefined {
  const value = values[name]
  return typeof value === "string" ? value : undefined
}

/** An id as the native dialect writes it, as the one that is kept. */
function bareId(text: string): string {
  const hex = text.toLowerCase().replace(/^[a-z]+_/, "")
  return hex.replace(/^(.{8})-?(.{4})-?(.{4})-?(.{4})-?(.{12})$/, "$1-$2-$3-$4-$5")
}

function more(cursor: string, lookedBackTo: Date | null): string {
  const far = lookedBackTo ? `All since ${instant(lookedBackTo)} were looked at. ` : ""
  return `${far}There may be more: --cursor ${cursor}`
}

function jsonOf(payment: Payment, merchant: string) {
  const { id, dialect, reference, kind, amount, asset, state, reason, createdAt } = payment
  return {
    ...{ id, merchant, dialect, reference, kind, amount: writeAmount(amount, asset), asset },
    ...{ captured: writeAmount(payment.captured, asset), state, reason, createdAt },
    refunded: writeAmount(payment.refunded, asset),
  }
}

function rowOf(payment: Payment, merchant: string): string[] {
  const { id, dialect, reference, amount, asset, state, reason, createdAt } = payment
  const money = `${asset} ${writeAmount(amount, asset)}`
  const end = reason === null ? state : `${state} (${reason})`
  return [id, merchant, dialect, reference ?? "-", money, end, instant(createdAt)]
}
