/** The rails that the gateway has, also those that commands don't work with. */
import type { Config } from "../config.ts"
import type { Core, Rail } from "../core/index.ts"
import { railsOf } from "../installation.ts"

/** Makes them without opening anything of theirs. Throws `ConfigError`. */
export function allRails({ clock, ids, publicUrl }: Core, config: Config): readonly Rail[] {
  return railsOf(config, { clock, ids, ownChain: null, dataDir: null, publicUrl })
}
