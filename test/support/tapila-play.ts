/** A recharge over the rail under the real core, which may die in the middle of it. */
import assert from "node:assert/strict"
import type { TestContext } from "node:test"
import { isRefusal, type Payment } from "../../src/core/index.ts"
import type { Database } from "../../src/db/database.ts"
import type { TapilaRail } from "../../src/rails/tapila/index.ts"
import { type TestCore, testCore } from "./core.ts"
import type { Asked, Reply } from "./provider.ts"
import { SECRETS, type TapilaWorld, tapilaWorld } from "./tapila-provider.ts"

const WALLET = 1_000_000n
const AMOUNT = 150_010n

export type Play = TapilaWorld & {
  readonly test: TestCore
  readonly sold: Payment
  /** Moves the clock on, and lets the loops do what is due by then. */
  pass(afterMs: number): Promise<void>
  /** State of the payment and its attempt, and what the wallet has and holds. */
  stand(): Promise<string>
  /** Starts anew, over this rail. */
  restart(rail: TapilaRail): Promise<void>
}

/** When the process of a play dies: nothing of what it then knows is written down. */
export type Death = "before its provider is asked" | "after its provider has answered"

/**
 * Makes what plays recharges on a database: each was just asked for, over the rail; `answers` are
 * the provider's to its asks.
 */
export function makePlay(database: Database) {
  let merchants = 0

  return async function play(
    t: TestContext,
    answers: readonly ((asked: Asked) => Reply)[],
    death?: Death,
  ): Promise<Play> {
    const world = await tapilaWorld(t, { timeoutMs: 1_000 })
    const left = [...answers]
    const { payment } = world.provider.on
    world.provider.on.payment = (asked) => (left.shift() ?? payment)(asked)
    merchants += 1
    const { rail, clock } = world
    const mortal: TapilaRail = {
      ...rail,
      async begin(order) {
        if (death === "after its provider has answered") await rail.begin(order)
        await core.engine.stop()
        throw new Error("dead")
      },
    }
    const rails = [death ? mortal : rail]
    const played = await testCore(database, { rails, clock, name: `Seller ${merchants}` })
    const { merchantId } = played
    let { core } = played
    await core.wallet.topUp({ merchantId, asset: "ARS", amount: WALLET, reference: "first" })
    const { id: _id, merchantId: _merchant, attempt: _attempt, ...rest } = played.payment()
    const merchant = (await core.merchants.find(merchantId))!
    const target = { companyCode: "AR-R-0901", productId: "1", identifier: SECRETS.identifier }
    const way = { method: "recharge", target } as const
    const sale = { ...rest, kind: "recharge", amount: AMOUNT, asset: "ARS", merchant, way } as const
    const created = await core.pay.create(sale)
    assert.ok(!isRefusal(created))
    await core.pass()
    return {
      ...world,
      test: played,
      sold: created.payment,
      async restart(next) {
        const { name } = merchant
        core = (await testCore(database, { rails: [next], clock, name })).core
      },
      async pass(afterMs) {
        clock.advance(afterMs)
        await core.pass()
      },
      async stand() {
        const sold = (await core.payments.find(merchantId, created.payment.id))!
        const [attempt] = await core.payments.attempts(sold.id)
        assert.deepEqual(await core.books.verify(), [])
        const accounts = await core.books.accounts(merchantId)
        const balance = (kind: string) => accounts.find((each) => each.kind === kind)?.balance ?? 0n
        return `${sold.state} ${attempt!.state} ${balance("available")} ${balance("held")}`
      },
    }
  }
}
