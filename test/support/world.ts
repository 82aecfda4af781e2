/** A gateway with the shops, the chain and the outage that the states of the pages need. */
import assert from "node:assert/strict"
import { deflateSync } from "node:zlib"
import { isRefusal, type Outcome, type Reason } from "../../src/core/index.ts"
import { palommaPay } from "../../src/dialects/palomma-pay/index.ts"
import { chainAt, until } from "./chain.ts"
import { lastFirst } from "./cleanup.ts"
import { type Cleanup, testDatabase } from "./database.ts"
import { ask, type Gateway, startGateway } from "./gateway.ts"
import { type Link, linksOf } from "./payer.ts"
import { pngChunk } from "./pictures.ts"
import { openWire } from "./wire.ts"

export type World = Awaited<ReturnType<typeof openWorld>>

/** Starts all of it; ends with the test. */
export async function openWorld(testContext: Cleanup) {
  const context = lastFirst(testContext)
  const { url, database: direct } = await testDatabase(context)
  const wire = await openWire(context, url)
  const gateway = await startGateway(context, {
    DATABASE_URL: wire.url,
    CAUDAL_SANDBOX_CHAIN: "1",
  })
  const { core } = gateway
  const { baseUrl: pentagoo, key, secret } = gateway.credentials.pentagoo
  const chain = chainAt(gateway.credentials.chain!)
  let made = 0

  const styled = await addShop(gateway, {
    name: "Tienda Azul",
    // Only simulated chains have more than one coin to choose from.
    settings: { rails: { crypto: "simulator" }, displayName: "Papelería La Ola" },
  })
  const look = { colour: "#1d4ed8", supportInfo: "WhatsApp 300 555 0199", logo: waves() }
  assert.ok(!("wrong" in (await core.merchants.style(styled.id, look))))
  const none = { bank: "none", wallet: "none", crypto: "none" }
  const without = await addShop(gateway, { name: "Sin medios", settings: { rails: none } })
  const largest = await addShop(gateway, { name: "Mayorista" }, { maxAmount: "9".repeat(18) })

  async function paymentOf({ id }: Link) {
    return (await core.payments.findByLink(id))!
  }

  return {
    ...gateway,
    chain,
    paymentOf,
    /** Makes links: of the demo, with a style of their own, with no way to pay, of any amount. */
    demo: linksOf(gateway),
    styled: styled.newLink,
    without: without.newLink,
    largest: largest.newLink,

    /** An order in dollars that tokens alone can pay. */
    async order(amount = "25.50"): Promise<Link & { readonly address: string }> {
      made += 1
      const { status, body } = await ask("POST", `${pentagoo}/api/payment/create`, {
        headers: { oauth: `${key}:${secret}` },
        body: { refId: `STATE-${made}`, description: "2 x café", amount },
      })
      assert.equal(status, 200, JSON.stringify(body))
      const { paymentId: id, url: link, options } = body
      return { id, url: link, address: options[0].address }
    },

    async simulate(link: Link, outcome: Outcome, reason: Reason | null = null): Promise<void> {
      const payment = await paymentOf(link)
      const merchant = (await core.merchants.find(payment.merchantId))!
      const done = await core.pay.simulate(merchant, payment, outcome, reason)
      assert.ok(!isRefusal(done), isRefusal(done) ? done.message : "")
    },

    /** Waits until a part of what was asked for is booked. */
    got: ({ id }: Link) =>
      until(`${id} got something`, async () =>
        (await core.payments.attempts(id)).some(({ received }) => Object.keys(received).length > 0),
      ),

    /** Waits until a payment is in a state. */
    is: (link: Link, state: string) =>
      until(`${link.id} is ${state}`, async () => (await paymentOf(link)).state === state),

    /** Takes the database away while `work` is done. */
    async withoutDatabase(work: () => Promise<unknown>): Promise<void> {
      wire.down = true
      try {
        await direct.query(
          `select pg_terminate_backend(pid, 1000) from pg_stat_activity
where datname = current_database() and pid <> pg_backend_pid()`,
        )
        await work()
      } finally {
        wire.down = false
        await until("the database is back", async () =>
          gateway.database.ping().then(
            () => true,
            () => false,
          ),
        )
      }
    },
  }
}

type Core = Gateway["core"]
type NewMerchant = Parameters<Core["merchants"]["add"]>[0]
type Terms = Parameters<Core["merchants"]["agree"]>[2]

async function addShop(gateway: Gateway, spec: NewMerchant, terms: Terms = {}) {
  const { core } = gateway
  const { id } = await core.merchants.add(spec)
  const signingKey = await core.merchants.agree(id, "palomma-pay", terms)
  const issued = palommaPay.issue(core.ids, { merchantName: spec.name, signingKey })
  for (const secret of issued.secrets) await core.merchants.addCredential(id, "palomma-pay", secret)
  return { id, newLink: linksOf(gateway, issued.shown["privateKey"]) }
}

const WAVE = { width: 240, height: 80 }

/** A logo: three waves on white. */
function waves(): Buffer {
  const head = Buffer.alloc(13)
  head.writeUInt32BE(WAVE.width, 0)
  head.writeUInt32BE(WAVE.height, 4)
  // Eight bits for each of red, green and blue.
  head.set([8, 2], 8)
  const rows = Array.from({ length: WAVE.height }, (_, y) => {
    const row = Array.from({ length: WAVE.width }, (_, x) => (isWet(x, y) ? [29, 78, 216] : PAPER))
    return [0, ...row.flat()]
  })
  return Buffer.concat([
    Buffer.from("89504e470d0a1a0a", "hex"),
    pngChunk("IHDR", head),
    pngChunk("IDAT", deflateSync(Buffer.from(rows.flat()))),
    pngChunk("IEND", Buffer.alloc(0)),
  ])
}

const PAPER = [255, 255, 255]

function isWet(x: number, y: number): boolean {
  const depth = y - 14 - 6 * Math.sin(x / 18)
  return depth > 0 && depth < 60 && depth % 20 < 9
}
