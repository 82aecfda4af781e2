/** Where the gateway answers whose database a command works on. */
import type { Config } from "../config.ts"
import { hostInUrl } from "../installation.ts"
import { readSandbox, sandboxPath } from "./sandbox-file.ts"
import type { Shell } from "./shell.ts"

/**
 * The public address that was configured, or the one that a sandbox's gateway wrote down when it
 * started: it may have been given another port than this command. Without either it is what these
 * settings would make of host and port, a `guess`.
 */
export function gatewayAddress(config: Config): { readonly url: string; readonly guess: boolean } {
  if (config.publicUrl !== null) return { url: config.publicUrl, guess: false }
  const written = config.mode === "sandbox" ? readSandbox(sandboxPath(config), false)?.url : null
  if (typeof written === "string") return { url: written, guess: false }
  return { url: `http://${hostInUrl(config.host)}:${config.port}`, guess: true }
}

/** Tells a person, where the address that was printed is a guess. */
export function tellGuess(shell: Shell, config: Config): void {
  if (!gatewayAddress(config).guess) return
  shell.note(
    `\nNo gateway has left its address in ${config.dataDir}: the base URL is what PORT and HOST say ` +
      "here. Yours may listen elsewhere.",
  )
}
