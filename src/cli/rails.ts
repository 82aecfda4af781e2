/** The rails that the gateway has, also those that commands don't work with. */
import type { Config } from "../config.ts"
import type { Core, Rail } from "../core/index.ts"
import { railsOf } from "../installation.ts"

/** What somebody who has none can do about it. */
export const NO_PROVIDER =
  "no provider is configured: rails.tapila in caudal.json, see docs/rails/tapila.md"

/** Makes them without opening anything of theirs. Throws `ConfigError`. */
export function allRails({ clock, ids, publicUrl }: Core, config: Config): readonly Rail[] {
  return railsOf(config, { clock, ids, ownChain: null, dataDir: null, publicUrl })
}
