/** The HTTP client's pools without the rest of it, whose loading would be a tenth of a start. */
import { createRequire } from "node:module"
import type * as undici from "undici"

const require = createRequire(import.meta.url)

/** A pool of connections for each origin. */
export const Agent: typeof undici.Agent = require("undici/lib/dispatcher/agent.js")
/** Connections to one origin. */
export const Pool: typeof undici.Pool = require("undici/lib/dispatcher/pool.js")
/** Makes what connects, with a look-up and time-out of one's own. */
export const buildConnector: typeof undici.buildConnector = require("undici/lib/core/connect.js")
