/** What a credential consists of while somebody holds it in the clear. */
import type { Passwords } from "../password.ts"
import { hashSecret } from "../seal.ts"

/** What a new credential consists of, in the clear: shown once, never stored so. */
export type Secret =
  | { readonly kind: "key"; readonly key: string }
  | { readonly kind: "pair"; readonly key: string; readonly secret: string }
  | { readonly kind: "login"; readonly username: string; readonly password: string }

/** What a credential is found by: nothing that could be used in its place. */
export function credentialLookup(secret: Secret): string {
  if (secret.kind === "key") return hashSecret(secret.key)
  return secret.kind === "pair" ? secret.key.toLowerCase() : secret.username
}

/** What proves a credential that isn't proved by being found; null for one that is. */
export async function verifierOf(passwords: Passwords, secret: Secret): Promise<string | null> {
  if (secret.kind === "key") return null
  if (secret.kind === "pair") return hashSecret(secret.secret)
  return passwords.hashPassword(secret.password)
}
