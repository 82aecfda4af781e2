/** Palomma Direct Debit: accounts that are charged, refuse, take back; consents; refunds. */
import { setTimeout as sleep } from "node:timers/promises"
import type { Json } from "../demo/stage.ts"
import type { Scenario, Scene } from "./scene.ts"

const AMOUNT = 45_000
/** In minor units, as the native API has it. */
const WHOLE = 4_500_000n

/** What the last two digits of the account cause when it is charged. */
const ACCOUNTS: readonly (readonly [name: string, ending: string, end: string, about: string])[] = [
  ["approved", "99", "approved", "an account is stored and charged"],
  ["not-enough-funds", "01", "declined", "the account has no money: 01"],
  ["slow", "04", "approved", "the bank takes ten seconds: 04"],
  ["no-answer-approved", "05", "approved", "no answer; a look-up finds it paid: 05"],
  ["no-answer-declined", "06", "declined", "no answer; a look-up finds it refused: 06"],
  ["bank-down", "07", "declined", "the bank is down: 07"],
  ["returned", "08", "returned", "approved, and taken back by the bank: 08"],
]

/** Accounts that aren't even stored for good. */
const FLAWS: readonly (readonly [name: string, ending: string, about: string])[] = [
  ["invalid-account", "02", "the bank knows no such account: 02"],
  ["holder-mismatch", "03", "the account is somebody else's: 03"],
]

export const DIRECT_DEBIT: readonly Scenario[] = [
  ...ACCOUNTS.map(
    ([name, ending, end, about]): Scenario => ({
      name: `direct-debit.${name}`,
      about,
      async play(scene) {
        await scene.until(await charge(scene, await store(scene, ending, "active")), end)
      },
    }),
  ),
  ...FLAWS.map(
    ([name, ending, about]): Scenario => ({
      name: `direct-debit.${name}`,
      about,
      async play(scene) {
        await store(scene, ending, "error")
      },
    }),
  ),
  {
    name: "direct-debit.mandate-revoked",
    about: "the consent is taken back; the next charge is refused",
    async play(scene) {
      const method = await store(scene, "99", "active")
      await ask(scene, "DELETE", `/paymentMethods/${method}`, 200)
      await ask(scene, "POST", "/paymentRequests", 400, { paymentMethodId: method, amount: AMOUNT })
    },
  },
  {
    name: "direct-debit.refund-part",
    about: "a part is given back, then the rest, and nothing more",
    async play(scene) {
      const id = await charge(scene, await store(scene, "99", "active"))
      await scene.until(id, "approved")
      await giveBack(scene, id, "1000000", "1000000")
      await giveBack(scene, id, null, WHOLE.toString())
      await scene.does("POST", `/payments/${id}/refunds`, 409, { amount: "1" })
    },
  },
  {
    name: "direct-debit.refund-all",
    about: "all of it is given back at once",
    async play(scene) {
      const id = await charge(scene, await store(scene, "99", "active"))
      await scene.until(id, "approved")
      await giveBack(scene, id, null, WHOLE.toString())
    },
  },
]

function ask(
  scene: Scene,
  method: "GET" | "POST" | "DELETE",
  path: string,
  status: number,
  body?: object,
): Promise<Json> {
  const headers = {
    authorization: `Bearer ${scene.gateway.credential("palommaDirectDebit", "apiKey")}`,
  }
  const what = { to: "palommaDirectDebit", method, path, headers, status }
  return scene.ask({ ...what, ...(body && { body }) })
}

/** Stores an account of a new customer and waits until its bank has said what it thinks of it. */
async function store(scene: Scene, ending: string, state: string): Promise<string> {
  const customer = await ask(scene, "POST", "/customers", 201, {
    ...{ name: "Ana Ruiz", documentType: "cc", email: "ana@example.test" },
    documentNumber: `10${scene.digits}${scene.digits}`,
  })
  scene.made("customer", customer.id)
  const method = await ask(scene, "POST", "/paymentMethods", 201, {
    ...{ customerId: customer.id, type: "bankAccount", bank: "bancolombia" },
    ...{ accountType: "savings", accountNumber: `2010${scene.digits}${ending}` },
  })
  scene.made("instrument", method.id)
  let read = method
  for (let look = 0; look < LOOKS && read.status === "pending"; look += 1) {
    await sleep(LOOK_EVERY_MS)
    const { baseUrl, credential } = scene.gateway
    const url = `${baseUrl("palommaDirectDebit")}/paymentMethods/${method.id}`
    const headers = { authorization: `Bearer ${credential("palommaDirectDebit", "apiKey")}` }
    read = await (await fetch(url, { headers })).json()
  }
  await scene.check(`the account is ${state}`, read.status === state, read)
  return method.id
}

async function charge(scene: Scene, paymentMethodId: string): Promise<string> {
  const body = { paymentMethodId, amount: AMOUNT }
  const { id } = await ask(scene, "POST", "/paymentRequests", 201, body)
  scene.made("payment", id)
  return id
}

/** Gives money back and waits until it went; `refunded` is what all refunds come to then. */
async function giveBack(
  scene: Scene,
  id: string,
  amount: string | null,
  refunded: string,
): Promise<void> {
  const body = amount === null ? {} : { amount }
  const refund = await scene.does("POST", `/payments/${id}/refunds`, 201, body)
  scene.made("refund", refund.id)
  for (let look = 0; look < LOOKS; look += 1) {
    const { refunds } = await scene.native.ask("GET", `/payments/${id}`)
    const read = (refunds as readonly Json[]).find((each) => each.id === refund.id)
    if (read?.state === "confirmed") break
    await sleep(LOOK_EVERY_MS)
  }
  const { refunded: now } = await scene.native.ask("GET", `/payments/${id}`)
  await scene.check(`${now} of ${WHOLE} minor units were given back`, now === refunded, now)
}

const LOOKS = 60
const LOOK_EVERY_MS = 150
