/** Another merchant beside the sandbox's own, with credentials in the dialects of a test. */
import type { DialectName } from "../../src/core/index.ts"
import { dialects } from "../../src/dialects/index.ts"
import type { Gateway } from "./gateway.ts"

export type OtherMerchant = {
  readonly id: string
  /** What a dialect shows of new credentials, by the dialect's name. */
  readonly shown: Readonly<Record<string, Readonly<Record<string, string>>>>
}

/** Adds a merchant to a running gateway. */
export async function addMerchant(
  { core }: Gateway,
  name: string,
  names: readonly DialectName[] = dialects.map((dialect) => dialect.name),
): Promise<OtherMerchant> {
  const merchant = await core.merchants.add({ name })
  const shown: Record<string, Readonly<Record<string, string>>> = {}
  for (const dialect of dialects.filter((each) => names.includes(each.name))) {
    const signingKey = await core.merchants.agree(merchant.id, dialect.name)
    const issued = dialect.issue(core.ids, { merchantName: name, signingKey })
    for (const secret of issued.secrets) {
      await core.merchants.addCredential(merchant.id, dialect.name, secret)
    }
    shown[dialect.name] = issued.shown
  }
  return { id: merchant.id, shown }
}
