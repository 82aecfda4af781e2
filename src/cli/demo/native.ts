/** Caudal's own API: all of these payments in one list, with their story and their money. */
import type { Flow, Json } from "./stage.ts"
import { verifiesStandard } from "./standard.ts"

const LISTED = 10

export const native: Flow = {
  name: "caudal",
  title: "Caudal's own API: the payments of every dialect in one list",
  async play(stage) {
    const headers = { authorization: `Bearer ${stage.gateway.credential("caudal", "apiKey")}` }
    const list = await stage.ask({
      to: "caudal",
      path: `/payments?limit=${LISTED}`,
      headers,
      status: 200,
    })
    const seen = new Set<string>(list.data.map(({ dialect }: Json) => dialect))
    await stage.check(
      `the newest ${list.data.length} came in by ${[...seen].join(", ")}`,
      seen.size > 0,
    )
    const newest = list.data.find(
      ({ state, kind }: Json) => state === "approved" && kind === "charge",
    )
    await stage.check("one of them is an approved charge", newest !== undefined)
    if (!newest) return

    const events = await stage.ask({
      to: "caudal",
      path: `/events?subject=${newest.id}`,
      headers,
      status: 200,
    })
    const sequences = events.data
      .map(({ sequence }: Json) => sequence)
      .sort((a: number, b: number) => a - b)
    await stage.check(
      `its ${sequences.length} events are numbered without gaps`,
      sequences.every((sequence: number, at: number) => sequence === at + 1),
      sequences,
    )
    const message = await stage.webhook(
      "caudal",
      "the same event, in Caudal's own words",
      ({ type, data }) => type === "payment.approved" && data.object.id === newest.id,
    )
    await stage.check(
      "signed as Standard Webhooks",
      verifiesStandard(message, stage.secrets["caudal"] ?? "", stage.clock),
    )
    const balances = await stage.ask({ to: "caudal", path: "/balances", headers, status: 200 })
    await stage.check(
      `the money is in the books: ${balances.data.map(({ asset }: Json) => asset).join(", ")}`,
      balances.data.length > 0,
    )
  },
}
