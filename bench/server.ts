/** The database of a bench, in a process of its own: it ends with the bench, however that ends. */
import { startEmbedded } from "../src/db/embedded.ts"
import { serveStarted, settings } from "./child.ts"

export type ServerSettings = { readonly dataDir: string }

serveStarted(
  () => startEmbedded(settings<ServerSettings>()),
  { url: ({ url }) => url },
  (server) => server.stop(),
)
