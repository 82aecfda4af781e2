/** What a database remembers of its installation: its mode, and which master key opens it. */
import type { Queries } from "../../db/database.ts"
import { type Keyring, SealError } from "../seal.ts"

const CONTEXT = "installation.key-check"

export type Claimed = { readonly mode: "sandbox" | "live"; readonly keyFits: boolean }

/** Writes mode and key down at the first start; later it says what was written, and if it fits. */
export async function claimInstallation(
  db: Queries,
  mode: "sandbox" | "live",
  keyring: Keyring,
  now: Date,
): Promise<Claimed> {
  await db.query(
    `insert into installation (mode, key_check_sealed, created_at) values ($1, $2, $3)
on conflict do nothing`,
    [mode, keyring.seal(CONTEXT, CONTEXT), now],
  )
  const { rows } = await db.query<{ mode: Claimed["mode"]; keyCheckSealed: Buffer }>(
    `select mode, key_check_sealed as "keyCheckSealed" from installation`,
  )
  const [row] = rows
  return { mode: row!.mode, keyFits: opens(keyring, row!.keyCheckSealed) }
}

function opens(keyring: Keyring, box: Buffer): boolean {
  try {
    keyring.unseal(box, CONTEXT)
    return true
  } catch (error) {
    if (error instanceof SealError) return false
    throw error
  }
}
