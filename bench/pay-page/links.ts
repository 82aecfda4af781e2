/** Payment links of many kinds, made as shops make them: by Palomma Pay's own API. */
import { readFileSync } from "node:fs"
import { join } from "node:path"

/** What sandbox.json holds for the dialect. */
export type Shop = { readonly baseUrl: string; readonly privateKey: string }

export type Link = {
  readonly url: string
  /** What its page says, each unlike that of any other link. */
  readonly holds: readonly string[]
}

/** Under way at once: enough for the engine to make batches of them. */
const AT_ONCE = 16
const LEAST_PESOS = 5_000
const TTL_S = 86_400

/** Payers of whom the shop knows something, and those of whom it knows nothing. */
const PAYERS: readonly object[] = [
  {},
  {
    user_information: {
      first_name: "Ana",
      last_name: "Ruiz",
      document_type: "cc",
      document_number: "1020304050",
      email: "ana@example.test",
      phone_number: "3001234567",
    },
  },
  {
    user_information: {
      business_name: "Ferretería El Tornillo S.A.S.",
      document_type: "nit",
      document_number: "9001234567",
      email: "pagos@example.test",
    },
  },
  { enforced_document_number: "1020304050" },
]
const KINDS: readonly object[] = [
  { description: null },
  { description: "Pedido 1009, dos cafés y una arepa con queso", ttl: TTL_S },
  {
    description: '{"customer_id":7,"transaction_id":1009}',
    redirect_url: "https://shop.example/gracias?pedido=1009",
    merchant_support_info: "soporte@example.test, 601 555 0199",
    ttl: TTL_S,
  },
]

/** The demo merchant's, once the gateway in this folder has started. */
export function readShop(dataDir: string): Shop {
  return JSON.parse(readFileSync(join(dataDir, "sandbox.json"), "utf8")).palommaPay
}

/** Makes so many links, each number always of the same kind; throws if the gateway refuses one. */
export async function makeLinks(shop: Shop, count: number): Promise<readonly Link[]> {
  const links: Link[] = []
  const numbers = Array.from({ length: count }, (_, at) => at).values()
  async function maker(): Promise<void> {
    for (const number of numbers) links[number] = await makeLink(shop, number)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, maker))
  return links
}

async function makeLink({ baseUrl, privateKey }: Shop, number: number): Promise<Link> {
  const pesos = LEAST_PESOS + number
  const name = `Almacén N.º ${number}`
  const response = await fetch(`${baseUrl}/payment-requests`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: privateKey },
    body: JSON.stringify({
      amount_cents: pesos * 100,
      merchant_display_name: name,
      ...PAYERS[number % PAYERS.length],
      ...KINDS[number % KINDS.length],
    }),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`no link: ${response.status} ${text}`)
  const { payment_url: url }: { readonly payment_url: string } = JSON.parse(text)
  return { url, holds: [`${name}<`, amountText(pesos)] }
}

/** As people in Colombia write it, by no code of the gateway's: 12500 is 12.500. */
function amountText(pesos: number): string {
  return String(pesos).replace(/\B(?=(?:\d{3})+$)/g, ".")
}
