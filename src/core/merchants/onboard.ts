/** Sets a merchant up: how it looks, its terms, where it wants to be told. */
import type { Clock, Ids } from "../../clock.ts"
import type { Database } from "../../db/database.ts"
import { append, audited } from "../audit/audited.ts"
import { type Actor, differences } from "../audit/entry.ts"
import type { Passwords } from "../password.ts"
import type { DialectName } from "../payments/payment.ts"
import { assert } from "../refusal.ts"
import type { Keyring } from "../seal.ts"
import { SEALED } from "../store/sealed.ts"
import type { Endpoint } from "../webhooks/event.ts"
import { newWebhookSecret } from "../webhooks/sign.ts"
import { type Logo, readLogo } from "./logo.ts"
import {
  type Merchant,
  type MerchantSettings,
  merchantSettings,
  type TermsSettings,
  termsSettings,
} from "./merchant.ts"
import { insertEndpoint } from "./store/endpoints.ts"
import * as store from "./store.ts"

export type OnboardParts = {
  readonly database: Database
  readonly clock: Clock
  readonly ids: Ids
  readonly keyring: Keyring
  readonly passwords: Passwords
  /** Who is written down as having done it; null for nobody. */
  readonly by: Actor | null
}

/** A merchant as an operator describes it; what is left out has its default. */
export type NewMerchant = {
  readonly name: string
  readonly timeZone?: string
  readonly settings?: Partial<Omit<MerchantSettings, "logo">>
}

/** Adds a merchant. Throws for settings that aren't valid and for a name that is taken. */
export async function addMerchant(parts: OnboardParts, spec: NewMerchant): Promise<Merchant> {
  const merchant: Merchant = {
    id: parts.ids.next(),
    name: spec.name,
    timeZone: spec.timeZone ?? "America/Bogota",
    settings: merchantSettings.parse(spec.settings ?? {}),
    createdAt: parts.clock.now(),
  }
  const { id: merchantId, name, timeZone, settings } = merchant
  return audited(
    parts,
    async (tx) => {
      await store.insertMerchant(tx, merchant)
      return merchant
    },
    () => ({
      action: "merchant.add",
      merchantId,
      subject: null,
      outcome: "done",
      change: differences(null, { name, timeZone, ...settings }),
    }),
  )
}

type Style = Pick<MerchantSettings, "displayName" | "supportInfo" | "colour" | "language">

/** How a merchant is to look to payers: what is left out stays, and null takes it away. */
export type NewStyle = {
  readonly [Name in keyof Style]?: Style[Name] | undefined
} & { readonly logo?: Buffer | null | undefined }

/**
 * Changes how a merchant looks to payers, on every node from the next page on. Answers the merchant
 * as it is then, or what is wrong with the logo; throws for other settings that aren't valid.
 */
export async function styleMerchant(
  parts: OnboardParts,
  merchantId: string,
  change: NewStyle,
): Promise<Merchant | { readonly wrong: string }> {
  const logo = change.logo && readLogo(change.logo)
  if (logo && "wrong" in logo) return logo
  return parts.database.transaction(async (tx) => {
    const merchant = await store.lockMerchant(tx, merchantId)
    assert(merchant, `there is no merchant ${merchantId}`)
    const settings = merchantSettings.parse(styled(merchant.settings, change, logo))
    if (logo) await store.putLogo(tx, merchantId, logo)
    if (logo === null) await store.deleteLogo(tx, merchantId)
    await store.updateSettings(tx, merchantId, settings)
    await append(tx, parts, {
      action: "merchant.style",
      merchantId,
      subject: null,
      outcome: "done",
      change: differences(merchant.settings, settings),
    })
    return { ...merchant, settings }
  })
}

function styled(
  old: MerchantSettings,
  change: NewStyle,
  logo: Logo | null | undefined,
): MerchantSettings {
  const {
    displayName = old.displayName,
    supportInfo = old.supportInfo,
    colour = old.colour,
    language = old.language,
  } = change
  const about = logo && { hash: logo.hash, width: logo.width, height: logo.height }
  const style = { displayName, supportInfo, colour, language }
  return { ...old, ...style, logo: about === undefined ? old.logo : about }
}

/** Lets a merchant use a dialect, and answers the key that signs its notices in it. */
export async function agreeTerms(
  parts: OnboardParts,
  merchantId: string,
  dialect: DialectName,
  settings: Partial<TermsSettings> = {},
): Promise<string> {
  const signingKey = parts.ids.bytes(24).toString("base64url")
  const agreed = termsSettings.parse(settings)
  await audited(
    parts,
    (tx) =>
      store.insertTerms(tx, {
        merchantId,
        dialect,
        settings: agreed,
        signingKeySealed: parts.keyring.seal(signingKey, SEALED.signingKey),
        createdAt: parts.clock.now(),
      }),
    () => ({
      action: "terms.agree",
      merchantId,
      subject: null,
      outcome: "done",
      change: differences(null, { dialect, ...agreed }),
    }),
  )
  return signingKey
}

/** The key that signs a merchant's notices in a dialect; null when it doesn't use the dialect. */
export async function signingKeyOf(
  parts: OnboardParts,
  merchantId: string,
  dialect: DialectName,
): Promise<string | null> {
  const terms = await store.findTerms(parts.database, merchantId, dialect)
  return terms && parts.keyring.unseal(terms.signingKeySealed, SEALED.signingKey).toString()
}

/** Where to tell a merchant, in which dialect. */
export type NewEndpoint = {
  readonly merchantId: string
  readonly dialect: DialectName
  readonly url: string
  /** The merchant's own words for it, 1 to 200 characters. */
  readonly description?: string | null
  /** Headers that the receiver wants on each call, such as an API key of its own. */
  readonly headers?: Readonly<Record<string, string>>
  /** A Standard Webhooks secret to use; made anew when left out. */
  readonly secret?: string
}

/** Adds an endpoint and answers it with its Standard Webhooks secret, which is shown only now. */
export async function addEndpoint(
  parts: OnboardParts,
  spec: NewEndpoint,
): Promise<{ endpoint: Endpoint; secret: string }> {
  const secret = spec.secret ?? newWebhookSecret(parts.ids.bytes(32))
  const endpoint: Endpoint = {
    id: parts.ids.next(),
    merchantId: spec.merchantId,
    dialect: spec.dialect,
    url: spec.url,
    description: spec.description ?? null,
    secretSealed: parts.keyring.seal(secret, SEALED.endpointSecret),
    formerSecretSealed: null,
    formerUntil: null,
    headersSealed: spec.headers
      ? parts.keyring.seal(JSON.stringify(spec.headers), SEALED.endpointHeaders)
      : null,
    createdAt: parts.clock.now(),
    disabledAt: null,
    disabledReason: null,
    pausedAt: null,
  }
  const headers = Object.keys(spec.headers ?? {})
  await audited(
    parts,
    (tx) => insertEndpoint(tx, endpoint),
    () => ({
      action: "endpoint.add",
      merchantId: spec.merchantId,
      subject: endpoint.id,
      outcome: "done",
      change: differences(null, { dialect: spec.dialect, url: spec.url, headers }),
    }),
  )
  return { endpoint, secret }
}
