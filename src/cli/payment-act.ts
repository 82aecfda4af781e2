/** `caudal payment simulate`, `cancel`, `refund`: acts on a payment as its merchant's API does. */
import { OUTCOMES, REASONS } from "../core/index.ts"
import { CURRENCY_DECIMALS } from "../money.ts"
import { CommandError, command, UsageError } from "./command.ts"
import { readAmount, writeAmount } from "./named.ts"
import { findNative, GATEWAY, type Json, type Native, Refused } from "./native.ts"
import { nearest } from "./nearest.ts"
import { list, type Shell } from "./shell.ts"

const KEY_MAX = 255

const simulate = command({
  name: "payment simulate",
  about:
    "Makes a payment of a sandbox end as told, whatever its dialect: the simulator's outcome, or " +
    "a real transfer on the sandbox's chain.",
  operands: ["ID", "OUTCOME"],
  options: {
    reason: { value: "REASON", about: "why, such as not_enough_funds" },
    ...GATEWAY,
  },
  example: "payment simulate pay_0198b0a0000040008000000000000001 approved",
  async run(values, shell, [id, given]) {
    const outcome = known("OUTCOME", given, OUTCOMES)
    const reason = values.reason === undefined ? null : known("--reason", values.reason, REASONS)
    const native = await findNative(await shell.config(), values)
    const body = { outcome, ...(reason && { reason }) }
    const payment = await native.ask("POST", `/payments/${named(id)}/simulate`, body)
    told(shell, payment, `It is ${payment.state} now.`)
  },
})

const cancel = command({
  name: "payment cancel",
  about: "Cancels a payment that waits for its payer; refused once a rail is moving its money.",
  operands: ["ID"],
  options: GATEWAY,
  example: "payment cancel pay_0198b0a0000040008000000000000001",
  async run(values, shell, [id]) {
    const native = await findNative(await shell.config(), values)
    const payment = await native.ask("POST", `/payments/${named(id)}/cancel`)
    told(shell, payment, `It is ${payment.state} now.`)
  },
})

const refund = command({
  name: "payment refund",
  about:
    "Gives money of an approved payment back over the rail that brought it: all that is left, or " +
    "a part. Repeated with the same key it is one refund.",
  operands: ["ID"],
  options: {
    amount: { value: "AMOUNT", about: "such as 1500.00; all that is left without it" },
    to: { value: "ADDRESS", about: "for tokens: whom to send it to" },
    from: { value: "ADDRESS", about: "for tokens: from which of the merchant's addresses" },
    key: { value: "KEY", about: "your own key for this refund: sent twice, it is made once" },
    ...GATEWAY,
  },
  example: "payment refund pay_0198b0a0000040008000000000000001 --amount 1500.00",
  async run(values, shell, [id]) {
    const key = values.key ?? (await newKey())
    if (!/^[\x21-\x7e]+$/.test(key) || key.length > KEY_MAX) {
      throw new UsageError(`--key: write 1 to ${KEY_MAX} letters, digits or signs, no blanks`)
    }
    const native = await findNative(await shell.config(), values)
    const path = `/payments/${named(id)}`
    const { asset } = await native.ask("GET", path)
    const amount = values.amount === undefined ? null : minorUnits(values.amount, asset)
    const body = {
      ...(amount && { amount }),
      ...(values.to && { to: values.to }),
      ...(values.from && { from: values.from }),
    }
    const made = await asked(native, `${path}/refunds`, body, key)
    shell.show({ refund: made, key }, () =>
      [
        `Refund ${made.id} of ${asset} ${writeAmount(BigInt(made.amount), asset)}: ${made.state}.`,
        list([
          ["payment", id],
          ["key", key],
        ]),
      ].join("\n"),
    )
  },
})

export const acts = [simulate, cancel, refund]

/** A refund whose answer was lost may have been made: the key makes a second try safe. */
async function asked(native: Native, path: string, body: object, key: string): Promise<Json> {
  try {
    return await native.ask("POST", path, body, { "idempotency-key": key })
  } catch (error) {
    if (!(error instanceof CommandError) || error instanceof Refused) throw error
    throw new CommandError(`${error.message}. It may have been made: repeat it with --key ${key}`)
  }
}

async function newKey(): Promise<string> {
  const { hostClock, makeIds } = await import("../clock.ts")
  return `cli-${makeIds(hostClock()).next()}`
}

function told(shell: Shell, payment: Json, text: string): void {
  const { id, dialect, reference, amount, asset, state, reason } = payment
  shell.show({ payment }, () =>
    [
      `Payment ${id}. ${text}`,
      list([
        ["dialect", dialect],
        ["reference", reference ?? "-"],
        ["amount", `${asset} ${writeAmount(BigInt(amount), asset)}`],
        ["state", reason === null ? state : `${state} (${reason})`],
      ]),
    ].join("\n"),
  )
}

/** An id stands in a path: what can't be one is said here, and not as an unknown route. */
function named(id: string): string {
  if (/^[A-Za-z0-9_-]{1,80}$/.test(id)) return id
  throw new UsageError("ID: write one such as pay_… or 0198b0a0-0000-4000-8000-000000000001")
}

function minorUnits(text: string, asset: string): string {
  const decimals = Object.hasOwn(CURRENCY_DECIMALS, asset) ? CURRENCY_DECIMALS[asset]! : 0
  return readAmount(text, asset, decimals).toString()
}

function known<T extends string>(what: string, given: string, all: readonly T[]): T {
  const found = all.find((each) => each === given.toLowerCase())
  if (found) return found
  const guess = nearest(given, all)
  const hint = guess ? `did you mean ${guess}? ` : ""
  throw new UsageError(`${what} ${given}: ${hint}there are ${all.join(", ")}`)
}
