/** A little of everything in a sandbox, so that pages of the console have something to show. */
import assert from "node:assert/strict"
import { isRefusal } from "../../src/core/index.ts"
import { WAITS_MS } from "../../src/core/webhooks/schedule.ts"
import type { Gateway } from "./gateway.ts"

/** Accounts whose endings say how a debit goes: see `docs/sandbox.md`. */
const ENDINGS = ["11", "22", "33", "01", "02", "09", "44", "08", "55", "66"]

type Over = { readonly prefix?: string; readonly endings?: readonly string[] }

/** Plays debits of the sandbox's own merchant, and a wallet that is filled. */
export async function playDay(
  { core }: Pick<Gateway, "core">,
  { prefix = "ORDEN-2026", endings = ENDINGS }: Over = {},
): Promise<void> {
  const merchant = (await core.merchants.findByName("Demo"))!
  for (const [at, ending] of endings.entries()) {
    const holder = { name: "Lucía Prueba", documentType: "CC", documentNumber: "1020304050" }
    const account = { bank: "bancolombia", accountType: "savings", holder } as const
    await core.pay.create({
      ...{ merchant, dialect: "caudal", kind: "charge", repeat: "answer", asset: "COP" },
      reference: `${prefix}-${1_000 + at}`,
      amount: BigInt(at + 1) * 1_250_000n,
      description: "Café de origen, 2 libras",
      purpose: {},
      ...{ customerId: null, instrumentId: null, expiresAt: null },
      way: { method: "bank", target: { ...account, accountNumber: `520771123${ending}` } },
    })
  }
  await core.pass()
  await core.pass()
}

const BY = { kind: "command", name: "a test", id: null } as const
/** Longer than any wait between two tries of a webhook. */
const DAY_S = 86_400

/** Plays payments whose webhooks nobody takes, until the last try of each was in vain. */
export async function playLost(gateway: Gateway, prefix = "PERDIDA"): Promise<void> {
  const { core, receiver } = gateway
  const before = receiver.answer
  receiver.answer = { status: 503, body: "Servicio en mantenimiento" }
  await playDay(gateway, { prefix, endings: ["11", "22"] })
  for (const _ of WAITS_MS.slice(1)) {
    assert.ok(!isRefusal(await core.testClock.advance(2 * DAY_S, BY)))
    await core.pass()
  }
  receiver.answer = before
}
