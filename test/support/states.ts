/** Every state of every page that a payer can see, each brought about as payers bring it about. */
import assert from "node:assert/strict"
import type { Page as BrowserPage } from "playwright-core"
import type { Language } from "../../src/checkout/texts/index.ts"
import { CONFIRMATIONS, usd } from "./chain.ts"
import { ask } from "./gateway.ts"
import { open, press } from "./page.ts"
import { bankLink, FORMS, fill, type Link, payAtBank } from "./payer.ts"
import type { World } from "./world.ts"

/** Shows a state in a browser's fresh page, in a language. */
export type Show = (page: BrowserPage, language: Language) => Promise<void>

export type State = {
  /** Also the name of its picture. */
  readonly name: string
  /** What its page says in Spanish, and no neighbour's does. */
  readonly says: string
  /** Brings it about once; answers its address, or how else a browser gets to see it. */
  readonly make: (world: World) => Promise<string | Show>
}

/** A state, ready to be shown. */
export type Reached = Omit<State, "make"> & {
  /** Its address; null where only a browser gets to see it. */
  readonly url: string | null
  readonly show: Show
}

/** Brings a state about. Showing it in Spanish fails where the page says something else. */
export async function reach({ name, says, make }: State, world: World): Promise<Reached> {
  const made = await make(world)
  const [url, show] = typeof made === "string" ? [made, at(made)] : [null, made]
  return {
    name,
    says,
    url,
    async show(page, language) {
      await show(page, language)
      if (language !== "es") return
      const text = (await page.evaluate("document.body.innerText")) as string
      const shown = text.replace(/\s+/g, " ")
      assert.ok(shown.includes(says), `this isn't "${name}": ${shown}`)
    },
  }
}

function at(url: string): Show {
  return async (page, language) => {
    await page.goto(inLanguage(url, language))
  }
}

/** An address that names its language. */
export function inLanguage(url: string, language: Language): string {
  const named = new URL(url)
  named.searchParams.set("lang", language)
  return named.href
}

const KNOWN_PERSON = {
  first_name: "Ana María",
  last_name: "Ruiz",
  document_type: "cc",
  document_number: "1020304050",
  email: "ana@ejemplo.com",
  phone_number: "3001234567",
}
const KNOWN_BUSINESS = {
  business_name: "Café del Río S.A.S.",
  document_type: "nit",
  document_number: "9001234567",
  email: "pagos@cafedelrio.example",
}
const REDIRECT = { redirect_url: "https://tienda.example/gracias" }
const { bank, wallet, bancolombia, crypto } = FORMS

/** The first digits of an emoji, of letters read from the right, and of one endless word. */
const LONG = {
  merchant_display_name: `Comercializadora 🦜 Ñandú & Hijas ${"W".repeat(30)} متجر القهوة`,
  description: `Pedido "1009" <b>negrilla</b> 🎁 ${"x".repeat(120)}\nde parte de قهوة`,
  merchant_support_info: `soporte+${"largo".repeat(15)}@comercializadora.example`,
}

async function link(world: World, over: object = {}): Promise<Link> {
  return world.demo({ ttl: 900, ...REDIRECT, ...over })
}

/** A link whose page is what came of it. */
function after(work: (world: World, made: Link) => Promise<unknown>, over: object = {}) {
  return async (world: World) => {
    const made = await link(world, over)
    await work(world, made)
    return made.url
  }
}

/** What a browser shows after something was done on a link's form. */
function onForm(work: (page: BrowserPage) => Promise<void>) {
  return async (world: World): Promise<Show> => {
    const show = at((await link(world)).url)
    return async (page, language) => {
      await show(page, language)
      await work(page)
    }
  }
}

/** The bank's own page, after whatever its customer did there. */
function atBank(
  form: Readonly<Record<string, string>>,
  work: (url: string, made: Link, world: World) => Promise<unknown> = async () => {},
) {
  return async (world: World) => {
    const made = await link(world)
    const url = bankLink(await fill(made, form))
    await work(url, made, world)
    return url.replace(/\?.*/, "")
  }
}

const answer = (what: "approve" | "decline" | "expire") => async (url: string) =>
  press(await open(url), what, { notice: "instead" })

/** Presses the button of a page that stands in a browser, and waits for what it leads to. */
async function click(page: BrowserPage, name: string): Promise<void> {
  await page.click(`button[name="do"][value="${name}"]`)
  await page.waitForLoadState()
}

const WITHDRAW = "?step=withdraw"

/** A consent page, with what was pressed on it; `then` does more there and answers its address. */
function consent(
  button: "agree" | "decline" | null,
  then: (url: string) => Promise<string> = async (url) => url,
) {
  return async (world: World) => {
    const { baseUrl, apiKey } = world.credentials.palommaDirectDebit
    const make = async (path: string, body: object) => {
      const headers = { authorization: `Bearer ${apiKey}` }
      const made = await ask("POST", baseUrl + path, { headers, body })
      assert.equal(made.status, 201, JSON.stringify(made.body))
      return made.body
    }
    const { name, documentType, documentNumber, email } = bank("90")
    const customer = await make("/customers", { name, documentType, documentNumber, email })
    const method = await make("/paymentMethods", {
      customerId: customer.id,
      type: "bancolombiaInstant",
      accountType: "savings",
      accountNumber: "12345678990",
    })
    const url = `${world.url}/pay/consent/${method.id}`
    if (button) await press(await open(url), button)
    return then(url)
  }
}

/**
 * All of them, in the order in which a payer would meet them. A payment with a page is never
 * declined: its payer may try again.
 */
export const STATES: readonly State[] = [
  {
    name: "choose",
    says: "¿Cómo quieres pagar?",
    make: after(async () => {}),
  },
  {
    name: "choose-known",
    says: "ya nos lo dio el comercio",
    make: after(async () => {}, { user_information: KNOWN_PERSON }),
  },
  {
    name: "choose-business",
    says: "Razón social",
    make: after(async () => {}, { user_information: KNOWN_BUSINESS }),
  },
  {
    name: "choose-enforced",
    says: "a nombre de quien hace la compra",
    make: after(async () => {}, { enforced_document_number: "1020304050" }),
  },
  {
    name: "choose-nequi",
    says: "Celular registrado en Nequi",
    make: onForm((page) => page.check("#method-wallet")),
  },
  {
    name: "choose-crypto",
    says: "Al continuar verás cuánto enviar",
    make: onForm((page) => page.check("#method-crypto")),
  },
  {
    name: "errors",
    says: "Revisa los datos marcados",
    make: onForm(async (page) => {
      await page.fill("#email", "ana@")
      await click(page, "pay")
    }),
  },
  {
    name: "errors-business",
    says: "Ese dígito de verificación no es el de ese NIT",
    make: onForm(async (page) => {
      await page.check("#method-bancolombia")
      await page.check("#holder-business")
      await page.fill("#nit", "900123456-7")
      await click(page, "pay")
    }),
  },
  {
    name: "choose-again-declined",
    says: "no tiene saldo suficiente",
    make: after((_, made) => payAtBank(made, bank("01"))),
  },
  {
    name: "choose-again-refused",
    says: "El banco no encontró esa cuenta",
    make: after((_, made) => fill(made, bank("02"))),
  },
  {
    name: "choose-again-left",
    says: "No autorizaste el pago",
    make: after((_, made) => payAtBank(made, bank("90"), "decline")),
  },
  {
    name: "choose-again-late",
    says: "Se acabó el tiempo para autorizar",
    make: after((_, made) => payAtBank(made, wallet("90"), "expire")),
  },
  {
    name: "no-methods",
    says: "no hay medios de pago disponibles",
    make: async (world) => (await world.without()).url,
  },
  {
    name: "styled",
    says: "Papelería La Ola",
    make: async (world) => (await world.styled({ description: "Pedido 1009" })).url,
  },
  {
    name: "long",
    says: "Comercializadora 🦜 Ñandú & Hijas",
    make: after(async () => {}, LONG),
  },
  {
    name: "huge",
    says: "90.071.992.547.409,91",
    make: async (world) =>
      (await world.largest({ amount_cents: Number.MAX_SAFE_INTEGER, ttl: 31_536_000 })).url,
  },

  {
    name: "visit-bank",
    says: "Continúa en Davivienda",
    make: after((_, made) => fill(made, bank("90"))),
  },
  {
    name: "visit-nequi",
    says: "Acéptalo en Nequi",
    make: after((_, made) => fill(made, wallet("90"))),
  },
  {
    name: "visit-bancolombia",
    says: "Continúa en Bancolombia",
    make: after((_, made) => fill(made, bancolombia())),
  },
  {
    name: "visit-returned",
    says: "Esperamos la respuesta de Davivienda",
    make: async (world) => {
      const made = await link(world)
      await fill(made, bank("90"))
      return `${world.url}/pay/${made.id}?from=bank`
    },
  },
  {
    name: "too-late",
    says: "Ya no se puede detener",
    make: async (world) => async (page, language) => {
      // Its bank goes on without a word for 15 seconds, so each look needs a payment of its own.
      const made = await link(world)
      const visit = await fill(made, bank("05"))
      await at(made.url)(page, language)
      await press(await open(bankLink(visit)), "approve", { notice: "none" })
      await click(page, "cancel")
    },
  },
  { name: "bank", says: "¿Autorizas este pago?", make: atBank(bank("90")) },
  { name: "bank-nequi", says: "Desde el celular", make: atBank(wallet("90")) },
  {
    name: "bank-approved",
    says: "Autorizaste el pago",
    make: atBank(bank("90"), answer("approve")),
  },
  {
    name: "bank-declined",
    says: "El pago no se autorizó",
    make: atBank(bank("90"), answer("decline")),
  },
  {
    name: "bank-expired",
    says: "La solicitud venció",
    make: atBank(wallet("90"), answer("expire")),
  },
  {
    name: "processing",
    says: "Estamos procesando tu pago",
    make: after((_, made) => payAtBank(made, bank("09"))),
  },
  {
    name: "approved",
    says: "Davivienda •••7890",
    make: after((_, made) => payAtBank(made, bank("90"))),
  },
  {
    name: "approved-nequi",
    says: "Nequi •••90",
    make: after((_, made) => payAtBank(made, wallet("90"))),
  },
  {
    name: "approved-styled",
    says: "Bancolombia",
    make: async (world) => {
      const made = await world.styled({ description: "Pedido 1009" })
      await payAtBank(made, bancolombia())
      return made.url
    },
  },
  {
    name: "approved-printed",
    says: "Comprobante",
    make: async (world) => {
      const made = await world.styled({ description: "Pedido 1009" })
      await payAtBank(made, bank("90"))
      return async (page, language) => {
        await at(made.url)(page, language)
        await page.emulateMedia({ media: "print" })
      }
    },
  },
  {
    name: "returned",
    says: "Pago devuelto",
    make: after(async (world, made) => {
      await payAtBank(made, bank("90"))
      await world.simulate(made, "returned")
    }),
  },
  {
    name: "expired",
    says: "El enlace venció",
    make: after((world, made) => world.simulate(made, "expired")),
  },
  {
    name: "cancelled",
    says: "Pago cancelado",
    make: after(async (_, made) => press(await open(made.url), "cancel")),
  },

  {
    name: "send",
    says: "Envía solo TUSD por Caudal Sandbox",
    make: after((_, made) => fill(made, crypto())),
  },
  {
    name: "send-coins",
    says: "Envía solo USDT por BNB Smart Chain Testnet",
    make: async (world) => {
      const made = await world.styled({ description: "Pedido 1009", ttl: 900 })
      await fill(made, crypto())
      return made.url
    },
  },
  {
    name: "send-wallet",
    says: "Pagar con Zorro",
    make: async (world) => {
      const { url } = await world.order()
      return async (page, language) => {
        await page.addInitScript(ANNOUNCED_WALLET)
        await at(url)(page, language)
        await page.locator("#wallet-0").waitFor()
      }
    },
  },
  {
    name: "send-offline",
    says: "Sin conexión",
    make: async (world) => {
      const { url } = await world.order()
      return async (page, language) => {
        await at(url)(page, language)
        await page.context().setOffline(true)
        await page.locator("#offline").waitFor()
      }
    },
  },
  {
    name: "send-part",
    says: "Llegaron 10.00 TUSD de 25.50 TUSD",
    make: async (world) => {
      const made = await world.order()
      await sendPart(world, made)
      return made.url
    },
  },
  {
    name: "confirming",
    says: "de 6 confirmaciones",
    // A block comes each second, so each look needs a payment of its own.
    make: async (world) => async (page, language) => {
      const made = await world.order()
      await world.chain.send(made.address, usd(25.5))
      await world.chain.mine(1)
      await world.is(made, "processing")
      await at(made.url)(page, language)
    },
  },
  {
    name: "approved-crypto",
    says: "Enviaste 4.50 TUSD de más",
    make: async (world) => {
      const made = await world.order()
      await world.chain.send(made.address, usd(30))
      await world.chain.mine(CONFIRMATIONS)
      await world.is(made, "approved")
      return made.url
    },
  },
  {
    name: "expired-part",
    says: "Recibimos 10.00 TUSD y no se perdieron",
    make: async (world) => {
      const made = await world.order()
      await sendPart(world, made)
      await world.simulate(made, "expired")
      return made.url
    },
  },
  {
    name: "expired-crypto",
    says: "Si ya enviaste el dinero, no lo envíes otra vez",
    make: async (world) => {
      const made = await world.order()
      await world.simulate(made, "expired")
      return made.url
    },
  },
  {
    name: "resend",
    says: "Pedir una dirección nueva",
    make: async (world) => {
      const made = await world.order()
      await world.simulate(made, "declined")
      return made.url
    },
  },

  { name: "consent", says: "Autoriza los débitos a tu cuenta", make: consent(null) },
  { name: "consent-agreed", says: "Autorización lista", make: consent("agree") },
  { name: "consent-declined", says: "No autorizaste los débitos", make: consent("decline") },
  {
    name: "consent-withdraw",
    says: "¿Retirar tu autorización?",
    make: consent("agree", async (url) => url + WITHDRAW),
  },
  {
    name: "consent-withdrawn",
    says: "Autorización retirada",
    make: consent("agree", async (url) => {
      await press(await open(url + WITHDRAW), "withdraw")
      return url
    }),
  },
  {
    name: "not-found",
    says: "No encontramos este pago",
    make: async ({ url }) => `${url}/pay/01a1f93c-a1f7-4087-826d-012a03a88b87`,
  },
  {
    name: "unreadable",
    says: "No pudimos leer el formulario",
    make: onForm(async (page) => {
      await page.evaluate(`document.querySelector("form").enctype = "multipart/form-data"`)
      await click(page, "cancel")
    }),
  },
  {
    name: "foreign",
    says: "Vino de otra página",
    make: async (world) => {
      const { url } = await link(world)
      return async (page, language) => {
        await page.setContent(`<form method="post" action="${inLanguage(url, language)}">
<button name="do" value="cancel">x</button></form>`)
        await click(page, "cancel")
      }
    },
  },
  {
    name: "unavailable",
    says: "Volvemos en un momento",
    make: async (world) => {
      const show = at((await link(world)).url)
      return (page, language) => world.withoutDatabase(() => show(page, language))
    },
  },
]

async function sendPart(world: World, made: Link & { readonly address: string }): Promise<void> {
  await world.chain.send(made.address, usd(10))
  await world.chain.mine(CONFIRMATIONS)
  await world.got(made)
}

/** A wallet that says its name and nothing else. */
const ANNOUNCED_WALLET = `addEventListener("eip6963:requestProvider", () =>
  dispatchEvent(new CustomEvent("eip6963:announceProvider", {
    detail: { info: { uuid: "1", name: "Zorro" }, provider: { request: async () => null } },
  })))`
