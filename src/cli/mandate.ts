/** `caudal mandate`: under whose word stored accounts are charged. */
import {
  type Consent,
  type Core,
  type Instrument,
  isRefusal,
  type Merchant,
  maskDocument,
  PAGE_MAX,
} from "../core/index.ts"
import { CommandError, command } from "./command.ts"
import { findMerchant, readId, readLimit } from "./named.ts"
import { instant, list, table } from "./shell.ts"

const MERCHANT = { value: "MERCHANT", required: true, about: "its name or id" } as const
const LIMIT_DEFAULT = 100
/** What fits on some screens; who wants more goes on with --before. */
const LIMIT_MAX = 1_000

const listAll = command({
  name: "mandate list",
  about: "Lists a merchant's stored accounts, newest first, and who agreed to charging them when.",
  options: {
    merchant: MERCHANT,
    customer: { value: "ID", about: "only this customer's" },
    limit: { value: "N", about: `how many, 1 to ${LIMIT_MAX}; ${LIMIT_DEFAULT} when left out` },
    before: { value: "ID", about: "only older ones than this: where the last list ended" },
  },
  example: "mandate list --merchant Demo",
  async run(values, shell) {
    const limit = readLimit(values.limit, { usual: LIMIT_DEFAULT, most: LIMIT_MAX })
    const customerId = values.customer && readId(values.customer, "a customer")
    const before = values.before ? readId(values.before, "a stored account") : null
    await shell.withCore(async (core) => {
      const merchant = await findMerchant(core, values.merchant)
      const { mandates, next } = await read(core, merchant, { customerId, limit, before })
      shell.show({ merchantId: merchant.id, mandates: mandates.map(jsonOf), next }, () =>
        mandates.length === 0
          ? `${merchant.name} has no stored accounts here`
          : [
              table(
                ["ID", "CUSTOMER", "ACCOUNT", "STATE", "AGREED", "BY", "REVOKED", "BY"],
                mandates.map(rowOf),
              ),
              ...(next === null ? [] : ["", `There are more: --before ${next}`]),
            ].join("\n"),
      )
    })
  },
})

const show = command({
  name: "mandate show",
  about: "Shows one, with the proof of the consent as far as it was kept: for a bank that asks.",
  operands: ["ID"],
  options: { merchant: MERCHANT },
  example: "mandate show 0198b0a0-0000-4000-8000-000000000001 --merchant Demo",
  async run(values, shell, [given]) {
    const id = readId(given, "a stored account")
    await shell.withCore(async (core) => {
      const merchant = await findMerchant(core, values.merchant)
      const instrument = (await core.instruments.find(merchant.id, id)) ?? missing(merchant, id)
      await core.audit.note({
        action: "mandate.show",
        merchantId: merchant.id,
        subject: id,
        outcome: "done",
        change: {},
      })
      const proof = core.instruments.consent(instrument)
      const consent = proof && maskedProof(proof)
      shell.show({ merchantId: merchant.id, mandate: { ...jsonOf(instrument), consent } }, () =>
        list([...linesOf(instrument), ...(proof ? proofLines(proof) : [])]),
      )
    })
  },
})

const revoke = command({
  name: "mandate revoke",
  about: "Takes a consent back: no new charge is accepted. What a bank was handed isn't stopped.",
  operands: ["ID"],
  options: { merchant: MERCHANT },
  example: "mandate revoke 0198b0a0-0000-4000-8000-000000000001 --merchant Demo",
  async run(values, shell, [given]) {
    const id = readId(given, "a stored account")
    await shell.withCore(async (core) => {
      const merchant = await findMerchant(core, values.merchant)
      const before = (await core.instruments.find(merchant.id, id)) ?? missing(merchant, id)
      const revoked = await core.instruments.revoke(merchant.id, id, "operator")
      if (isRefusal(revoked)) throw new CommandError(`${id}: ${revoked.message}`)
      const changed = before.state !== "revoked"
      shell.show({ merchantId: merchant.id, changed, mandate: jsonOf(revoked) }, () =>
        changed
          ? `Revoked ${id}. Nothing new is charged; orders that a bank has already go their way.`
          : `${id} was revoked before, by the ${revoked.revokedBy}, at ${instant(revoked.revokedAt)}.`,
      )
    })
  },
})

export const commands = [listAll, show, revoke]

/** One list of up to `limit`, gathered page by page; `next` is where another one goes on. */
async function read(
  core: Core,
  { id: merchantId }: Merchant,
  asked: { customerId: string | undefined; limit: number; before: string | null },
): Promise<{ mandates: readonly Instrument[]; next: string | null }> {
  const mandates: Instrument[] = []
  let next = asked.before
  do {
    const limit = Math.min(PAGE_MAX, asked.limit - mandates.length)
    const filter = { merchantId, customerId: asked.customerId }
    const page = await core.instruments.list(filter, { limit, before: next })
    mandates.push(...page.items)
    next = page.cursor
  } while (next !== null && mandates.length < asked.limit)
  return { mandates, next }
}

function missing({ name }: Merchant, id: string): never {
  throw new CommandError(`${name} has no stored account ${id}; see caudal mandate list`)
}

/** The number as others may see it: an account's, or a wallet's phone. */
function numberOf({ masked }: Instrument): string {
  return [masked.bank, masked.accountNumber ?? masked.phoneNumber].filter(Boolean).join(" ")
}

function jsonOf(instrument: Instrument) {
  const { id, customerId, type, state, reason, rail, masked, createdAt } = instrument
  const { consentedAt, consentChannel, revokedAt, revokedBy } = instrument
  const about = { id, customerId, type, state, reason, rail, account: masked, createdAt }
  return { ...about, consentedAt, consentChannel, revokedAt, revokedBy }
}

function rowOf(instrument: Instrument): string[] {
  const { id, customerId, state, consentedAt, consentChannel, revokedAt, revokedBy } = instrument
  return [
    id,
    customerId,
    numberOf(instrument),
    state,
    instant(consentedAt),
    consentChannel ?? "-",
    instant(revokedAt),
    revokedBy ?? "-",
  ]
}

function linesOf(instrument: Instrument): [string, string][] {
  const { id, customerId, type, state, reason, revokedAt, revokedBy } = instrument
  return [
    ["id", id],
    ["customer", customerId],
    ["type", type],
    ["account", numberOf(instrument)],
    ["state", reason === null ? state : `${state} (${reason})`],
    ["agreed", `${instant(instrument.consentedAt)} ${instrument.consentChannel ?? ""}`.trim()],
    ["revoked", `${instant(revokedAt)} ${revokedBy ?? ""}`.trim()],
  ]
}

/** The proof, but for the whole of the owner's document. */
function maskedProof({ person, ...proof }: Consent) {
  return { ...proof, person: { ...person, documentNumber: maskDocument(person.documentNumber) } }
}

function proofLines(proof: Consent): [string, string][] {
  const { name, documentType, documentNumber } = proof.person
  const owner: [string, string] = [
    "owner",
    `${name}, ${documentType} ${maskDocument(documentNumber)}`,
  ]
  return proof.channel === "merchant"
    ? [owner, ["given by", proof.givenBy ?? "-"], ["merchant's proof", proof.reference ?? "-"]]
    : [
        owner,
        ["language", proof.language],
        ["browser", proof.browser ?? "-"],
        ["words", proof.words.replaceAll("\n", " / ")],
      ]
}
