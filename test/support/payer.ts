/** Payers of a running gateway: links for them, what they fill in, what they do at their bank. */
import assert from "node:assert/strict"
import type { Cleanup } from "./database.ts"
import { ask, type Gateway } from "./gateway.ts"
import { open, type Page, press } from "./page.ts"

/** A payment request as its shop knows it. */
export type Link = { readonly id: string; readonly url: string }

const PERSON = {
  name: "Ana María Ruiz",
  documentType: "cc",
  documentNumber: "1020304050",
  email: "ana@ejemplo.com",
}

/** A form that names an account, a Nequi or a Bancolombia; the last two digits say what happens. */
export const FORMS = {
  bank: (digits: string) => ({
    ...PERSON,
    method: "bank",
    bank: "davivienda",
    accountType: "savings",
    accountNumber: `12345678${digits}`,
  }),
  wallet: (digits: string) => ({ ...PERSON, method: "wallet", phone: `30012345${digits}` }),
  bancolombia: () => ({ ...PERSON, method: "bancolombia" }),
  crypto: () => ({ method: "crypto" }),
}

/** Makes links with the key of a shop; without one the sandbox's own shop makes them. */
export function linksOf({ credentials }: Pick<Gateway, "credentials">, key?: string) {
  return async function newLink(over: object = {}): Promise<Link> {
    const { status, body } = await ask(
      "POST",
      `${credentials.palommaPay.baseUrl}/payment-requests`,
      {
        body: { amount_cents: 1_250_000, description: "Pedido 1009", ...over },
        ...(key !== undefined && { headers: { authorization: key } }),
      },
    )
    assert.equal(status, 200, JSON.stringify(body))
    return { id: body.id, url: body.payment_url }
  }
}

/** Fills in a page's form and sends it. */
export async function fill({ url }: Link, form: Readonly<Record<string, string>>): Promise<Page> {
  return press(await open(url), "pay", form)
}

/** Where the button of a page leads that goes to the bank. */
export function bankLink({ html, text }: Page): string {
  const [, link] = /<a [^>]*id="go" href="([^"]+)"/.exec(html) ?? []
  assert.ok(link, `no way to a bank: ${text}`)
  return link
}

/** Fills in a form, and answers at the bank that it leads to; answers the page after that. */
export async function payAtBank(
  link: Link,
  form: Readonly<Record<string, string>>,
  answer: "approve" | "decline" | "expire" = "approve",
  notice: "before" | "after" | "instead" | "none" = "before",
): Promise<Page> {
  const bank = await open(bankLink(await fill(link, form)))
  return press(bank, answer, { notice })
}

/** Steps to undo for a program that isn't a test: they run when it says so. */
export function ownCleanup(): Cleanup & { run(): Promise<void> } {
  const steps: (() => Promise<void>)[] = []
  return {
    after: (step) => {
      steps.push(step)
    },
    async run() {
      for (const step of steps) await step()
    },
  }
}
