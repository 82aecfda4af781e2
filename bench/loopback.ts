/** Servers of a bench listen on this machine alone, each on a port of its own choice. */
import { once } from "node:events"
import type { AddressInfo, Server } from "node:net"

/** Lets it listen; answers where. */
export async function listen(server: Server): Promise<string> {
  await once(server.listen(0, "127.0.0.1"), "listening")
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
