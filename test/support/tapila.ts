/** A client of the Tapila dialect: its credentials, a token, and calls with both. */
import assert from "node:assert/strict"
import type { TermsSettings } from "../../src/core/index.ts"
import { tapila } from "../../src/dialects/tapila/index.ts"
import { ask, type Gateway } from "./gateway.ts"

export type Client = {
  readonly merchantId: string
  readonly shown: Readonly<Record<string, string>>
  readonly token: string
  call(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): ReturnType<typeof ask>
  /** Recharges a number that is good for it, unless `over` says otherwise. */
  recharge(over?: object): ReturnType<typeof ask>
}

/** The request of the vendor's page with its blanks filled in; each gets an id of its own. */
export function recharge(over: object = {}): Record<string, unknown> {
  made += 1
  return {
    companyCode: "AR-R-0901",
    productId: "1",
    amount: 1500,
    identifierValue: `11${String(made).padStart(6, "0")}99`,
    paymentMethod: "ACCOUNT",
    externalPaymentId: `pay-${made}`,
    externalClientId: "user-77",
    ...over,
  }
}
let made = 0

/** Logs the sandbox's own client in. */
export async function demoClient(gateway: Gateway): Promise<Client> {
  const { core, credentials } = gateway
  const merchant = await core.merchants.findByName("Demo")
  return logIn(gateway, merchant!.id, credentials.tapila)
}

/** Adds a client with `settings` and (unless there is to be none) 100,000 pesos in its wallet. */
export async function addClient(
  gateway: Gateway,
  name: string,
  settings: Partial<TermsSettings> = {},
  wallet = 10_000_000n,
): Promise<Client> {
  const { merchants, wallet: wallets, ids } = gateway.core
  const merchant = await merchants.add({ name })
  const signingKey = await merchants.agree(merchant.id, "tapila", settings)
  const { secrets, shown } = tapila.issue(ids, { merchantName: name, signingKey })
  for (const secret of secrets) await merchants.addCredential(merchant.id, "tapila", secret)
  if (wallet > 0n) {
    const topUp = { merchantId: merchant.id, asset: "ARS", amount: wallet, reference: "first" }
    await wallets.topUp(topUp)
  }
  return logIn(gateway, merchant.id, shown)
}

async function logIn(
  gateway: Gateway,
  merchantId: string,
  shown: Readonly<Record<string, string>>,
): Promise<Client> {
  const base = gateway.credentials.tapila.baseUrl
  const { clientUsername, password, apiKey } = shown
  const login = await ask("POST", `${base}/login`, { body: { clientUsername, password } })
  assert.equal(login.status, 200, JSON.stringify(login.body))
  const token: string = login.body.accessToken
  const call: Client["call"] = (method, path, body, headers = {}) =>
    ask(method, base + path, {
      body,
      headers: { "x-authorization-token": token, "x-api-key": apiKey!, ...headers },
    })
  return {
    merchantId,
    shown,
    token,
    call,
    recharge: (over) => call("POST", "/payment", recharge(over)),
  }
}
