/** Where the creates are asked for, and what has to be there before the first. */
import type { Child } from "../children.ts"
import type { PlainAccess } from "../controls/plain.ts"
import type { Sandbox } from "../gateway.ts"
import type { Target } from "./kinds.ts"

/** Who is debited. An account that ends in 09 waits: a create is a create, and no more. */
export const PERSON = {
  name: "Ana Pérez",
  documentType: "cc",
  documentNumber: "1020304050",
  email: "ana@tienda.example",
}
export const ACCOUNT = { bank: "bancolombia", accountType: "savings", accountNumber: "1234567809" }
/** In centavos: more than any run recharges. */
export const WALLET = "100000000000"

type Targets = Readonly<Record<Target["kind"], Target>>

/** The demo merchant's five APIs; its wallet is filled, and an account is stored. */
export async function targetsOf(gateway: Child): Promise<Targets> {
  const { caudal, palommaDirectDebit, palommaPay, pentagoo, tapila } =
    await gateway.ask<Sandbox>("sandbox")
  await gateway.ask("fillWallet", { asset: "ARS", amount: WALLET })
  const debits = bearer(palommaDirectDebit.apiKey)
  const { baseUrl } = palommaDirectDebit
  const customerId = (await post(`${baseUrl}/customers`, debits, PERSON)).id
  const method = { customerId, type: "bankAccount", ...ACCOUNT }
  const paymentMethodId = (await post(`${baseUrl}/paymentMethods`, debits, method)).id!
  const { apiKey, clientUsername, password } = tapila
  const client = { "x-api-key": apiKey }
  const login = await post(`${tapila.baseUrl}/login`, client, { clientUsername, password })
  return {
    native: { kind: "native", baseUrl: caudal.baseUrl, headers: bearer(caudal.apiKey) },
    pentagoo: pentagooOf({ pentagoo }),
    "palomma-pay": {
      kind: "palomma-pay",
      baseUrl: palommaPay.baseUrl,
      headers: bearer(palommaPay.privateKey),
    },
    "palomma-direct-debit": {
      kind: "palomma-direct-debit",
      baseUrl,
      headers: debits,
      paymentMethodId,
    },
    tapila: {
      kind: "tapila",
      baseUrl: tapila.baseUrl,
      headers: { ...client, "x-authorization-token": login.accessToken! },
    },
  }
}

/** Pentagoo's create alone. */
export function pentagooOf({ pentagoo }: Pick<Sandbox, "pentagoo">): Target {
  const { baseUrl, key, secret } = pentagoo
  return { kind: "pentagoo", baseUrl, headers: { oauth: `${key}:${secret}` } }
}

/** The same creates of the plain server. */
export function plainTargetsOf({ baseUrl, key, paymentMethodId }: PlainAccess): Targets {
  const at = <Kind extends Target["kind"]>(kind: Kind, path: string) => ({
    kind,
    baseUrl: baseUrl + path,
    headers: bearer(key),
    paymentMethodId,
  })
  return {
    native: at("native", "/v1"),
    pentagoo: at("pentagoo", "/pentagoo"),
    "palomma-pay": at("palomma-pay", "/palomma-pay"),
    "palomma-direct-debit": at("palomma-direct-debit", "/palomma-direct-debit/v1"),
    tapila: at("tapila", "/tapila"),
  }
}

const bearer = (key: string) => ({ authorization: `Bearer ${key}` })

async function post(
  url: string,
  headers: Readonly<Record<string, string>>,
  body: object,
): Promise<{ readonly id?: string; readonly accessToken?: string }> {
  const answer = await fetch(url, {
    method: "POST",
    headers: { ...headers, "content-type": "application/json" },
    body: JSON.stringify(body),
  })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${url}: ${answer.status} ${text}`)
  return JSON.parse(text)
}
