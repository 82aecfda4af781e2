/** `caudal replay`: sends webhooks again, one or all of an endpoint's since a time. */
import { type Core, isRefusal, type Merchant, type Refusal } from "../core/index.ts"
import { CommandError, command, UsageError } from "./command.ts"
import { readInstant, TIME_ABOUT } from "./instant.ts"
import { findMerchant, readId } from "./named.ts"
import { list } from "./shell.ts"

const STATES = ["failed", "cancelled", "delivered"] as const
type State = (typeof STATES)[number]
const USUAL: readonly State[] = ["failed", "cancelled"]

const SINCE_FORM =
  "--endpoint ID --since TIME [--until TIME] [--state STATE]… [--merchant MERCHANT]"

const replay = command({
  name: "replay",
  about:
    "Makes deliveries due again, under the same id and with the same body: one by its id, or all " +
    "of an endpoint's since a time that failed or were cancelled. The gateway sends them at once.",
  optional: "DELIVERY",
  options: {
    merchant: { value: "MERCHANT", about: "whose: its name or id; all are searched without it" },
    endpoint: { value: "ID", about: "all of this endpoint's instead, with --since" },
    since: { value: "TIME", about: `of events from then on: ${TIME_ABOUT}` },
    until: { value: "TIME", about: "and before then; until now without it" },
    state: {
      value: "STATE",
      many: true,
      about: `which: ${STATES.join(", ")}; ${USUAL.join(" and ")} without it`,
    },
  },
  forms: ["DELIVERY [--merchant MERCHANT]", SINCE_FORM],
  example: "replay --endpoint ep_0198b0a0000040008000000000000001 --since 2h",
  async run(values, shell, _operands, given) {
    const { endpoint } = values
    if ((given === undefined) === (endpoint === undefined)) {
      throw new UsageError("replay needs a DELIVERY, or --endpoint ID with --since TIME")
    }
    if (given !== undefined) {
      const other = (["since", "until"] as const).find((name) => values[name] !== undefined)
      if (other || values.state.length > 0) {
        throw new UsageError(`--${other ?? "state"} goes with --endpoint, not with a DELIVERY`)
      }
      return one(readOwnId(given, "del", "a delivery"))
    }
    if (values.since === undefined)
      throw new UsageError("replay --endpoint also needs --since TIME")
    const id = readOwnId(endpoint!, "ep", "an endpoint")
    const states = values.state.length > 0 ? [...new Set(values.state.map(readState))] : USUAL
    await shell.withCore(async (core) => {
      const now = core.clock.now()
      const since = readInstant("--since", values.since, now)!
      const until = readInstant("--until", values.until, now) ?? undefined
      if (until && until <= since) throw new UsageError("--until: it is not after --since")
      const whose = await ownerOf(core, values.merchant, async (merchant) =>
        core.merchants.findEndpoint(merchant.id, id),
      )
      if (!whose)
        throw new CommandError(`There is no endpoint ${endpoint}; see caudal endpoint list`)
      const { merchant, found } = whose
      const progress = shell.progress("replaying")
      let [replayed, deleted, after] = [0, 0, undefined as string | undefined]
      try {
        for (;;) {
          const which = { since, until, states, ...(after && { after }) }
          const part = await core.events.replaySince(merchant.id, id, which)
          const done = sure(part, `${endpoint}`)
          replayed += done.replayed
          deleted += done.deleted
          progress.at(replayed, null)
          if (done.next === null) break
          after = done.next
        }
      } finally {
        progress.end()
      }
      const shown = { endpoint: id, url: found.url, replayed, deleted, since, states }
      shell.show(shown, () =>
        [
          `${replayed} deliveries to ${found.url} are due again.`,
          ...(deleted > 0
            ? [`${deleted} can't be: their messages were deleted for their age.`]
            : []),
        ].join("\n"),
      )
    })

    async function one(deliveryId: string): Promise<void> {
      await shell.withCore(async (core) => {
        const whose = await ownerOf(core, values.merchant, (merchant) =>
          core.events.delivery(merchant.id, deliveryId),
        )
        if (!whose) throw new CommandError(`There is no delivery ${given}`)
        const { merchant, found } = whose
        const after = sure(await core.events.replay(merchant.id, deliveryId), `${given}`)
        const { event, endpoint: to } = found
        const shown = { delivery: deliveryId, state: after.state, event: event.type, url: to.url }
        shell.show({ ...shown, merchant: merchant.name }, () =>
          [
            `Delivery ${deliveryId} is due again.`,
            list([
              ["merchant", merchant.name],
              ["event", event.type],
              ["to", to.url],
            ]),
          ].join("\n"),
        )
      })
    }
  },
})

export const commands = [replay]

/** Whose it is: ids tell nothing of it, and an operator may ask for everybody's. */
async function ownerOf<T>(
  core: Core,
  named: string | undefined,
  find: (merchant: Merchant) => Promise<T | null>,
): Promise<{ merchant: Merchant; found: T } | null> {
  const all = named === undefined ? await core.merchants.list() : [await findMerchant(core, named)]
  for (const merchant of all) {
    const found = await find(merchant)
    if (found) return { merchant, found }
  }
  return null
}

function sure<T>(answer: T | Refusal | null, what: string): T {
  if (answer === null) throw new CommandError(`There is no ${what}`)
  if (isRefusal(answer)) throw new CommandError(`${what}: ${answer.message}`)
  return answer
}

function readState(text: string): State {
  const found = STATES.find((each) => each === text)
  if (found) return found
  throw new UsageError(`--state ${text}: there are ${STATES.join(", ")}`)
}

/** An id as the native API writes it, or as it is kept. */
function readOwnId(text: string, prefix: string, what: string): string {
  const hex = text.toLowerCase().startsWith(`${prefix}_`) ? text.slice(prefix.length + 1) : text
  return readId(hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5"), what)
}
