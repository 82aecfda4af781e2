/** Payers: they open a payment's page, choose a way, answer at their bank, and come back. */
import { NUMBERS_BEGIN } from "./node.ts"
import type { Pay } from "./workload.ts"

/** What one request to a page came to. */
export type Page = { readonly status: number; readonly body: string }

/** Asks for a page, or sends its form. */
export type Ask = (path: string, form?: Readonly<Record<string, string>>) => Promise<Page>

const PERSON = {
  holder: "person",
  name: "Ana Ruiz",
  documentType: "cc",
  documentNumber: "1020304050",
  email: "ana@example.test",
}

/** Does all that one payer does, and answers the last page that came. */
export async function pay(ask: Ask, paymentId: string, step: Pay): Promise<Page> {
  const own = `/pay/${paymentId}`
  let page = await ask(own)
  const send = async (button: string, form: Readonly<Record<string, string>> = {}) => {
    const [, version] = /name="version" value="(\d+)"/.exec(page.body) ?? []
    if (version === undefined) return
    const sent = await ask(own, { version, do: button, ...form })
    // As a browser does that is sent on.
    page = sent.status === 303 ? await ask(own) : sent
  }
  if (step.answer === "cancel") await send("cancel")
  else await send("pay", formOf(step))
  const [bank] = /\/pay\/bank\/[0-9a-f-]{36}/.exec(page.body) ?? []
  if (bank === undefined || step.answer === "cancel" || step.answer === "leave") return page
  await ask(bank, { do: step.answer, notice: step.notice })
  return ask(`${own}?from=bank`)
}

function formOf({ ending, method }: Pay): Readonly<Record<string, string>> {
  if (method === "wallet") return { ...PERSON, method, phone: `30012345${ending}` }
  const account = { accountType: "savings", accountNumber: `${NUMBERS_BEGIN}${ending}` }
  return { ...PERSON, method, bank: "davivienda", ...account }
}
