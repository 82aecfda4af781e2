/** Tapila: a recharge for each kind of number, one twice, and one that the wallet can't pay. */
import { makeIds } from "../../clock.ts"
import { dialects } from "../../dialects/index.ts"
import { CommandError } from "../command.ts"
import type { Json } from "../demo/stage.ts"
import type { Scenario, Scene } from "./scene.ts"

const COMPANY = "AR-R-0901"
const AMOUNT = 1_500

/** What the last two digits of the number cause: the first answer, and how it ends. */
const NUMBERS: readonly {
  readonly name: string
  readonly about: string
  readonly ending: string
  readonly status: number
  readonly end: "approved" | "declined"
}[] = [
  {
    name: "tapila.confirmed",
    about: "a recharge is done at once",
    ...{ ending: "99", status: 200, end: "approved" },
  },
  {
    name: "tapila.not-enough-funds",
    about: "the operator says no: 01",
    ...{ ending: "01", status: 500, end: "declined" },
  },
  {
    name: "tapila.invalid-identifier",
    about: "there is no such number: 02",
    ...{ ending: "02", status: 500, end: "declined" },
  },
  {
    name: "tapila.slow",
    about: "202, and done after ten seconds: 04",
    ...{ ending: "04", status: 202, end: "approved" },
  },
  {
    name: "tapila.no-answer-approved",
    about: "the operator doesn't answer; a look-up finds it done: 05",
    ...{ ending: "05", status: 202, end: "approved" },
  },
  {
    name: "tapila.no-answer-declined",
    about: "the operator doesn't answer; a look-up finds it refused: 06",
    ...{ ending: "06", status: 202, end: "declined" },
  },
  {
    name: "tapila.operator-down",
    about: "the operator is down: 07",
    ...{ ending: "07", status: 500, end: "declined" },
  },
]

export const TAPILA: readonly Scenario[] = [
  ...NUMBERS.map(
    ({ name, about, ending, status, end }): Scenario => ({
      name,
      about,
      async play(scene) {
        const headers = await login(scene)
        await recharge(scene, headers, ending, status)
        await scene.until(await paymentOf(scene, ending), end)
      },
    }),
  ),
  {
    name: "tapila.waits",
    about: "nobody knows how it ends until it is simulated: 09",
    async play(scene) {
      const { operationId } = await recharge(scene, await login(scene), "09", 202)
      await scene.does("POST", `/payments/${operationId}/simulate`, 200, { outcome: "approved" })
      await scene.until(operationId, "approved")
    },
  },
  {
    name: "tapila.duplicate-reference",
    about: "the same externalPaymentId twice: the second is refused, and delivers nothing",
    async play(scene) {
      const headers = await login(scene)
      await recharge(scene, headers, "99", 200)
      await recharge(scene, headers, "99", 409)
    },
  },
  {
    name: "tapila.empty-wallet",
    about: "a merchant without money in its wallet tries to sell a recharge",
    async play(scene) {
      const found = await scene.operate(async (core) => {
        const merchant =
          (await core.merchants.findByName(POOR)) ?? (await core.merchants.add({ name: POOR }))
        const tapila = dialects.find(({ name }) => name === "tapila")!
        const { merchants } = core
        const signingKey =
          (await merchants.signingKey(merchant.id, "tapila")) ??
          (await merchants.agree(merchant.id, "tapila"))
        const issued = tapila.issue(makeIds(core.clock), { merchantName: POOR, signingKey })
        const expiresAt = new Date(core.clock.now().getTime() + KEY_LIFE_MS)
        const made = await merchants.issueKeys(merchant.id, "tapila", issued.secrets, { expiresAt })
        if ("wrong" in made) throw new CommandError(`No key can be made: ${made.wrong.message}`)
        return { merchant, shown: issued.shown }
      })
      await scene.check(`a merchant without money: ${found.merchant.name}`, true)
      const headers = await login(scene, found.shown)
      const refused = await recharge(scene, headers, "99", 400)
      await scene.check(`refused: ${refused.code} ${refused.message ?? ""}`.trim(), true)
    },
  },
]

/** One merchant for all runs: it stays poor. */
const POOR = "Trigger: sin saldo"
/** Each run has keys of its own, which are gone soon after it. */
const KEY_LIFE_MS = 600_000

type Headers = Readonly<Record<string, string>>
type Credentials = Readonly<Record<string, string>>

async function login(scene: Scene, given?: Credentials): Promise<Headers> {
  const { gateway } = scene
  const of = (name: string) => given?.[name] ?? gateway.credential("tapila", name)
  const body = { clientUsername: of("clientUsername"), password: of("password") }
  const ask = { to: "tapila", method: "POST", path: "/login", body, status: 200 } as const
  const { accessToken } = await scene.ask(ask)
  return { "x-authorization-token": accessToken, "x-api-key": of("apiKey") }
}

async function recharge(
  scene: Scene,
  headers: Headers,
  ending: string,
  status: number,
): Promise<Json> {
  const answer = await scene.ask({
    to: "tapila",
    method: "POST",
    path: "/payment",
    headers,
    body: {
      companyCode: COMPANY,
      productId: "1",
      amount: AMOUNT,
      // Another number each time: how often one may be recharged has a limit.
      identifierValue: `1155${scene.digits}${ending}`,
      paymentMethod: "ACCOUNT",
      externalPaymentId: `pay-${scene.run}-${ending}`,
      externalClientId: "user-77",
    },
    status,
  })
  if (answer.operationId) scene.made("payment", answer.operationId)
  return answer
}

/** A refused recharge is answered without its id: its reference finds it. */
async function paymentOf(scene: Scene, ending: string): Promise<string> {
  const reference = encodeURIComponent(`pay-${scene.run}-${ending}`)
  const { data } = await scene.native.ask("GET", `/payments?reference=${reference}`)
  scene.made("payment", data[0].id)
  return data[0].id
}
