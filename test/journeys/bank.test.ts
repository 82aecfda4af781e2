/** The simulated bank: its page, what a payer does there, and how the gateway hears of it. */
import assert from "node:assert/strict"
import { createHash } from "node:crypto"
import type { AddressInfo } from "node:net"
import { after, test } from "node:test"
import { setTimeout as sleep } from "node:timers/promises"
import { mountCheckout } from "../../src/checkout/index.ts"
import { makeIds, testClock } from "../../src/clock.ts"
import { type CreatePayment, createPayment } from "../../src/core/decide/create-payment.ts"
import { BANK_ANSWERS, type BankAnswer, isRefusal, type Target } from "../../src/core/index.ts"
import { makeLogger } from "../../src/http/log.ts"
import { makeMetrics } from "../../src/http/metrics.ts"
import { mountNotices } from "../../src/http/notices.ts"
import { makeServer } from "../../src/http/server.ts"
import { makeSimulator } from "../../src/rails/simulator/index.ts"
import { testCore } from "../support/core.ts"
import { testDatabase } from "../support/database.ts"
import { open, type Page, press } from "../support/page.ts"

const { database } = await testDatabase({ after })

type Asked = {
  readonly payment?: Partial<CreatePayment>
  readonly method?: "bank" | "wallet"
  readonly target?: Target
  readonly until?: string
  /** What the address says that the payer comes back to. */
  readonly query?: string
  /** Whether the payer has to agree there. */
  readonly isSent?: boolean
}

/**
 * A gateway whose loops don't run and whose clock stands still: what it knows it was told, or has
 * looked up because the test said so.
 */
async function world(mode: "sandbox" | "live", name: string) {
  const clock = testClock()
  const ids = makeIds({ ...clock, now: () => new Date(performance.timeOrigin + performance.now()) })
  const simulator = makeSimulator({ clock, ids, dir: null, publicUrl: "http://127.0.0.1:1" })
  const { core, merchantId, payment } = await testCore(database, {
    rails: [simulator],
    clock,
    mode,
    name,
  })
  const server = makeServer({
    clock: { elapsedMs: () => performance.now() },
    ids,
    logger: makeLogger({ level: "silent" }),
    metrics: makeMetrics({ defaults: false }),
    mode,
    // The bank must not mistake this name for its own.
    hosts: { localhost: "/elsewhere" },
  })
  await mountCheckout(server, core)
  await mountNotices(server, core)
  await server.listen({ host: "127.0.0.1", port: 0 })
  after(async () => {
    await server.close()
    await core.engine.stop()
  })
  const { port } = server.server.address() as AddressInfo
  const url = `http://127.0.0.1:${port}`
  const merchant = (await core.merchants.find(merchantId))!

  /** A payment whose payer was sent to the bank, to agree until then. */
  async function atBank(over: Asked = {}) {
    const created = await core.engine.submit(createPayment, payment(over.payment))
    assert.ok(!isRefusal(created))
    const { id } = created.payment
    const returnUrl = `${url}/pay/${id}${over.query ?? ""}`
    const until = over.until ?? null
    const sent = over.isSent ?? true
    const opened = await core.pay.open(merchant, created.payment, {
      method: over.method ?? "bank",
      target: { ...(over.target ?? ACCOUNT), ...(sent && { payer: { returnUrl, until } }) },
    })
    assert.ok(!isRefusal(opened))
    await core.pass()
    const attemptId = opened.attempt.id
    return { id, attemptId, returnUrl, link: linkOf(attemptId) }
  }

  const linkOf = (attemptId: string) => `${url}/pay/bank/${attemptId}`

  async function stateOf({ id, attemptId }: { id: string; attemptId: string }) {
    const { state } = (await core.payments.findByLink(id))!
    const attempt = (await core.payments.attempts(id)).find((each) => each.id === attemptId)!
    return { payment: state, attempt: attempt.state, reason: attempt.reason }
  }

  return { core, clock, simulator, url, linkOf, atBank, stateOf }
}

const ACCOUNT = {
  bank: "bancodebogota",
  accountType: "savings",
  accountNumber: "12345678990",
  holder: { name: "Ana Ruiz", documentType: "cc", documentNumber: "1020304050" },
  email: "ana@example.test",
}

const sandbox = await world("sandbox", "Shop")
const { core, clock, simulator, atBank, stateOf } = sandbox

const WAITING = { payment: "pending", attempt: "open", reason: null }
/** What the gateway knows once it heard what the payer did. */
const ENDS: Readonly<Record<BankAnswer, { state: object; moved: number; says: RegExp }>> = {
  approve: {
    state: { payment: "approved", attempt: "settled", reason: null },
    moved: 1,
    says: /Autorizaste el pago/,
  },
  decline: {
    state: { payment: "pending", attempt: "declined", reason: "cancelled_by_payer" },
    moved: 0,
    says: /El pago no se autorizó/,
  },
  expire: {
    state: { payment: "pending", attempt: "declined", reason: "expired" },
    moved: 0,
    says: /La solicitud venció/,
  },
}

/** Nothing is loaded, run or framed, and the one stylesheet is the one that the policy names. */
function assertStrict(page: Page): void {
  const policy = page.headers.get("content-security-policy") ?? ""
  assert.doesNotMatch(policy, /unsafe|\*|https?:|script-src/)
  assert.match(policy, /^default-src 'none'; .*form-action 'self'.*frame-ancestors 'none'$/)
  const styles = [...page.html.matchAll(/<style>([\s\S]*?)<\/style>/g)].map(([, text]) => text!)
  for (const text of styles) {
    const hash = createHash("sha256").update(text).digest("base64")
    assert.ok(policy.includes(`'sha256-${hash}'`), policy)
  }
  assert.equal(page.headers.get("cache-control"), "no-store")
  for (const tag of page.html.match(/<[^>]*>/g)!.map((each) => each.replace(/"[^"]*"/g, '""'))) {
    assert.doesNotMatch(tag, /^<(script|iframe|img|object|embed|base)|\s(on\w+|style|src)=/i)
  }
}

type AtBank = Awaited<ReturnType<typeof atBank>>

/** What both sides have once the gateway heard: the page shows it, and the way back. */
async function assertEnded(asked: AtBank, answer: BankAnswer): Promise<void> {
  const { state, moved, says } = ENDS[answer]
  assert.deepEqual(await stateOf(asked), state)
  assert.equal(simulator.books.moved(asked.attemptId), moved)
  const bank = await open(asked.link)
  assert.match(bank.text, says)
  assert.match(bank.html, new RegExp(`<a class="go" href="${asked.returnUrl}">`))
  assert.doesNotMatch(bank.html, /<form/)
  assertStrict(bank)
}

for (const answer of BANK_ANSWERS) {
  test(`${answer}: the gateway hears of it before or instead of the payer`, async () => {
    for (const notice of ["before", "instead"]) {
      const asked = await atBank()
      assert.deepEqual(await stateOf(asked), WAITING)
      const page = await open(asked.link)
      assertStrict(page)
      const landed = await press(page, answer, { notice })
      assert.equal(landed.url, notice === "before" ? asked.returnUrl : asked.link)
      assert.equal(landed.status, 200)
      await assertEnded(asked, answer)
    }
  })

  test(`${answer}: without any notice the gateway finds out by looking`, async () => {
    const asked = await atBank()
    const landed = await press(await open(asked.link), answer, { notice: "none" })
    assert.equal(landed.url, asked.returnUrl)
    assert.deepEqual(await stateOf(asked), WAITING)
    clock.advance(2_000)
    await core.pass()
    await assertEnded(asked, answer)
  })
}

test("the gateway hears of it after the payer came back", async () => {
  const pressed = BANK_ANSWERS.map(async (answer) => {
    const asked = await atBank()
    const landed = await press(await open(asked.link), answer, { notice: "after" })
    assert.equal(landed.url, asked.returnUrl)
    assert.deepEqual(await stateOf(asked), WAITING)
    return { asked, answer }
  })
  const giveUpAt = performance.now() + 10_000
  for (const { asked, answer } of await Promise.all(pressed)) {
    while ((await stateOf(asked)).attempt === "open") {
      assert.ok(performance.now() < giveUpAt, "nothing was heard")
      await sleep(50)
    }
    await assertEnded(asked, answer)
  }
})

test("the page says who asks for what, from which account, and until when", async () => {
  const until = new Date(clock.now().getTime() + 5 * 60_000).toISOString()
  const payment = {
    amount: 1_250_000n,
    description: "Pedido 1009",
    purpose: { displayName: "Mi Tienda" },
  }
  const rows: [asked: Asked, shows: RegExp[], hides: RegExp][] = [
    [{ payment, until }, [/Banco simulado · no se mueve dinero real/, /Banco de Bogotá/], /45678/],
    [
      { payment, until, target: { bank: "bancolombia", holder: ACCOUNT.holder } },
      [/Bancolombia/],
      /Desde la cuenta/,
    ],
    [{ payment, until, target: { accountNumber: "123499" } }, [/Banco .*•••3499/], /123499/],
    [
      { payment, until, method: "wallet", target: { phoneNumber: "3001234567" } },
      [/App simulada · no se mueve dinero real/, /Nequi/, /Desde el celular •••67/],
      /4567/,
    ],
  ]
  for (const [asked, shows, hides] of rows) {
    const page = await open((await atBank(asked)).link)
    assert.equal(page.status, 200)
    assertStrict(page)
    const facts = [
      /Comercio Mi Tienda/,
      /\$\s12\.500 COP/,
      /Concepto Pedido 1009/,
      /5 minutos, hasta/,
    ]
    for (const shown of [...shows, ...facts]) assert.match(page.text, shown)
    assert.doesNotMatch(page.text, hides)
    assert.doesNotMatch(page.text, /Ana Ruiz|1020304050|ana@/)
  }
})

test("a bank waits for minutes, and no longer than the payment does", async () => {
  const rows: [seconds: number, says: RegExp][] = [
    [20, /1 minuto,/],
    [61, /2 minutos,/],
    [600, /10 minutos,/],
    // No bank waits longer, whatever the link does.
    [86_400, /10 minutos,/],
  ]
  for (const [seconds, says] of rows) {
    const until = new Date(clock.now().getTime() + seconds * 1_000).toISOString()
    assert.match((await open((await atBank({ until })).link)).text, says)
  }
})

test("it speaks the payer's language", async () => {
  const rows: [query: string, link: string, browser: string, says: RegExp][] = [
    ["", "", "", /¿Autorizas este pago\?/],
    ["", "", "pt-BR", /Você autoriza este pagamento\?.*nenhum|nenhum.*Você autoriza/],
    // The payment's page was read in English.
    ["?lang=en", "", "pt-BR", /Do you authorize this payment\?/],
    ["?lang=en", "?lang=pt", "es", /Você autoriza este pagamento\?/],
    ["?lang=xx", "", "en", /Do you authorize this payment\?/],
  ]
  for (const [query, link, browser, says] of rows) {
    const asked = await atBank({ query })
    const page = await open(asked.link + link, { "accept-language": browser })
    assert.match(page.text, says)
    for (const lang of ["es", "pt", "en"]) assert.ok(page.html.includes(`?lang=${lang}"`))
    const stayed = await press(page, "approve", { notice: "instead" })
    assert.equal(stayed.url, asked.link + link)
  }
})

test("text of others stays text", async () => {
  const evil = `"><script>alert(1)</script><img src=x onerror='alert(2)'>&amp;`
  const asked = await atBank({
    payment: { description: evil, purpose: { displayName: evil } },
    target: { bank: evil, accountNumber: `12345678${evil}` },
    query: `?a="><script>alert(3)</script>`,
  })
  const page = await open(asked.link)
  assertStrict(page)
  assert.equal(page.text.split(evil).length - 1, 2, "merchant, concept")
  const ended = await press(page, "decline", { notice: "instead" })
  assertStrict(ended)
  assert.ok(ended.text.includes(evil))
})

test("clicks on two pages at once have one outcome", async () => {
  for (let round = 0; round < 3; round += 1) {
    const asked = await atBank()
    const page = await open(asked.link)
    const answers = [...BANK_ANSWERS, ...BANK_ANSWERS]
    const pressed = await Promise.all(answers.map((each) => press(page, each)))
    for (const { status } of pressed) assert.equal(status, 200)
    const now = await stateOf(asked)
    const found = Object.values(ENDS).find(
      ({ state }) => JSON.stringify(state) === JSON.stringify(now),
    )
    assert.ok(found, JSON.stringify(now))
    assert.equal(simulator.books.moved(asked.attemptId), found.moved)
    assert.match((await open(asked.link)).text, found.says)
  }
})

test("an answer after the end changes nothing", async () => {
  const ends: [how: string, says: RegExp, end: (asked: AtBank) => unknown][] = [
    ["approved", /Autorizaste el pago/, async ({ link }) => press(await open(link), "approve")],
    ["declined", /El pago no se autorizó/, async ({ link }) => press(await open(link), "decline")],
    [
      "left by the payer",
      /El pago no se autorizó/,
      async ({ id }) => core.pay.leave((await core.payments.findByLink(id))!),
    ],
    ["late", /La solicitud venció/, () => clock.advance(600_001)],
  ]
  for (const [how, says, end] of ends) {
    const asked = await atBank()
    const old = await open(asked.link)
    assert.match(old.html, /<form/)
    await end(asked)
    await core.pass()
    const then = await stateOf(asked)
    assert.notDeepEqual(then, WAITING, how)
    const moved = simulator.books.moved(asked.attemptId)
    for (const answer of BANK_ANSWERS) {
      const page = await press(old, answer)
      // The same again is a double click: it leads where the first one led.
      const isSame = (answer === "approve") === (how === "approved")
      assert.equal(page.url, isSame ? asked.returnUrl : asked.link, `${how}, ${answer}`)
      if (isSame) continue
      assert.match(page.text, says, how)
      assert.ok(page.html.includes(`href="${asked.returnUrl}"`))
    }
    assert.match((await open(asked.link)).text, says, how)
    await core.pass()
    assert.deepEqual(await stateOf(asked), then, how)
    assert.equal(simulator.books.moved(asked.attemptId), moved)
  }
})

test("a request that ended without its payer's word asks for none", async () => {
  const asked = await atBank()
  const old = await open(asked.link)
  const merchant = (await core.merchants.findByName("Shop"))!
  const payment = (await core.payments.findByLink(asked.id))!
  await core.pay.simulate(merchant, payment, "approved", null)
  const page = await open(asked.link)
  assert.match(page.text, /Autorizaste el pago/)
  assert.doesNotMatch(page.html, /<form/)
  assert.match((await press(old, "decline")).text, /Autorizaste el pago/)
})

test("who agreed in the last moment is told to wait, and not to ask for another link", async () => {
  const expiresAt = new Date(clock.now().getTime() + 60_000)
  const asked = await atBank({ payment: { expiresAt }, until: expiresAt.toISOString() })
  await press(await open(asked.link), "approve", { notice: "none" })
  clock.advance(60_000)
  const late = await open(asked.returnUrl)
  assert.match(late.text, /El enlace venció.*Si ya autorizaste el pago en tu banco, espera aquí/)
  assert.match(late.html, /http-equiv="refresh"/)
  await core.pass()
  assert.match((await open(asked.returnUrl)).text, /Pago aprobado/)
})

test("what the form doesn't offer does nothing; an unknown notice comes before", async () => {
  const asked = await atBank()
  const page = await open(asked.link)
  for (const body of ["", "do=", "do=pay", "do=cancel", "do=APPROVE", "notice=before"]) {
    const headers = { "content-type": "application/x-www-form-urlencoded" }
    const answer = await fetch(asked.link, { method: "POST", body, headers, redirect: "manual" })
    assert.equal(answer.status, 303, body)
    assert.equal(new URL(answer.headers.get("location")!, asked.link).href, asked.link)
    assert.deepEqual(await stateOf(asked), WAITING)
  }
  // Links don't act, whoever follows them first.
  assert.equal((await open(`${asked.link}?do=approve&notice=before`)).status, 200)
  assert.deepEqual(await stateOf(asked), WAITING)
  await press(page, "approve", { notice: "never heard of" })
  assert.deepEqual(await stateOf(asked), ENDS.approve.state)
})

test("no other site can press the bank's buttons, nor anything that is no form", async () => {
  const asked = await atBank()
  const page = await open(asked.link)
  const foreign: Record<string, string>[] = [
    { "sec-fetch-site": "cross-site" },
    { "sec-fetch-site": "same-site" },
    { "sec-fetch-site": "", origin: "https://evil.example" },
  ]
  for (const headers of foreign) {
    assert.equal((await press(page, "approve", {}, headers)).status, 403)
  }
  const json = { method: "POST", headers: { "content-type": "application/json" } }
  const answer = await fetch(asked.link, { ...json, body: '{"do":"approve"}' })
  assert.equal(answer.status, 415)
  assert.deepEqual(await stateOf(asked), WAITING)
})

test("what no payer was sent to the bank for leads nowhere", async () => {
  const asked = await atBank()
  const notSent = await atBank({ isSent: false })
  const refused = await atBank({ target: { ...ACCOUNT, accountNumber: "12345678902" } })
  const absent = "01a1f93c-a1f7-4087-826d-012a03a88b87"
  const ids = [
    absent,
    asked.id,
    notSent.attemptId,
    refused.attemptId,
    `${asked.attemptId}x`,
    `${asked.attemptId}/x`,
    "%00",
    "%3Cscript%3E",
    "",
  ]
  for (const id of ids) {
    const page = await open(sandbox.linkOf(id))
    assert.equal(page.status, 404, id)
    assert.match(page.text, /No encontramos este pago/)
    assertStrict(page)
    const body = new URLSearchParams({ do: "approve" })
    assert.equal((await fetch(sandbox.linkOf(id), { method: "POST", body })).status, 404, id)
  }
  assert.deepEqual(await stateOf(asked), WAITING)
})

test("a notice that the gateway does not take keeps nobody on the bank's page", async () => {
  const asked = await atBank()
  const { notice } = core.bank
  const rows: (typeof notice)[] = [
    async (id) => ({ ...(await notice(id))!, headers: { "simulator-signature": "forged" } }),
    async (id) => ({ ...(await notice(id))!, rail: "no rail" }),
    async () => null,
    async () => {
      throw new Error("away")
    },
  ]
  try {
    for (const broken of rows) {
      const each = await atBank()
      core.bank.notice = broken
      const landed = await press(await open(each.link), "approve")
      assert.equal(landed.url, each.returnUrl)
      assert.deepEqual(await stateOf(each), WAITING)
    }
  } finally {
    core.bank.notice = notice
  }
  assert.deepEqual(await stateOf(asked), WAITING)
})

test("with real money there is no simulated bank", async () => {
  const live = await world("live", "Live shop")
  const asked = await live.atBank()
  const missing = await open(live.linkOf("01a1f93c-a1f7-4087-826d-012a03a88b87"))
  const page = await open(asked.link)
  assert.equal(page.status, 404)
  assert.equal(page.html, missing.html)
  assert.equal(page.html, (await open(`${live.url}/pay/nothing/here`)).html)
  const body = new URLSearchParams({ do: "approve" })
  assert.equal((await fetch(asked.link, { method: "POST", body })).status, 404)
  await live.core.pass()
  assert.deepEqual(await live.stateOf(asked), WAITING)
})
