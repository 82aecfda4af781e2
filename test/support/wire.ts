/** A wire between the gateway and its database that a test can cut at a chosen moment. */
import { type AddressInfo, connect, createServer, type Socket } from "node:net"
import { join } from "node:path"
import type { Cleanup } from "./database.ts"

export type Wire = {
  /** The database's URL through the wire. */
  readonly url: string
  /**
   * Cuts the connection that next sends a batch's rows: `before` they reach the server, `after` it
   * committed and before its answer arrives.
   */
  cutAtCommit(when: "before" | "after"): void
  /** Cuts before a commit, and once more as the server answers the insert that follows. */
  cutBeforeCommitAndAtClaim(): void
  /** How often it was cut. */
  cuts: number
  /** Refuses connections while true. */
  down: boolean
  /** Swallows all that is sent either way while true: connections stay, and say nothing. */
  silent: boolean
}

/** The tag that the server answers a COMMIT with. */
const COMMITTED = Buffer.from("COMMIT\0")
/** Only round two runs the statement of this name. */
const ROUND_TWO = Buffer.from("commit\0")
/** The tag of one inserted row. */
const INSERTED = Buffer.from("INSERT 0 1\0")

/** Puts a wire before the database at `url`; ends with the test. */
export async function openWire(context: Cleanup, url: string): Promise<Wire> {
  const target = new URL(url)
  const folder = target.searchParams.get("host")
  const far = () =>
    folder
      ? connect(join(folder, `.s.PGSQL.${target.port || "5432"}`))
      : connect(Number(target.port || "5432"), target.hostname)
  const sockets = new Set<Socket>()
  let cut: "before" | "after" | "claim" | null = null
  let next: "claim" | null = null

  const server = createServer((near) => {
    if (wire.down) {
      near.destroy()
      return
    }
    const away = far()
    for (const socket of [near, away]) {
      sockets.add(socket)
      socket.on("error", () => {})
      socket.on("close", () => {
        sockets.delete(socket)
        near.destroy()
        away.destroy()
      })
    }
    const sever = () => {
      cut = next
      next = null
      wire.cuts += 1
      near.destroy()
      away.destroy()
    }
    near.on("data", (data) => {
      if (wire.silent) return
      if (cut === "before" && data.includes(ROUND_TWO)) sever()
      else away.write(data)
    })
    away.on("data", (data) => {
      if (wire.silent) return
      const answered = cut === "after" ? COMMITTED : cut === "claim" ? INSERTED : null
      if (answered && data.includes(answered)) sever()
      else near.write(data)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const { port } = server.address() as AddressInfo
  context.after(async () => {
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => server.close(resolve))
  })
  const through = new URL(url)
  through.searchParams.delete("host")
  through.hostname = "127.0.0.1"
  through.port = String(port)
  const wire: Wire = {
    url: through.href,
    cuts: 0,
    down: false,
    silent: false,
    cutAtCommit: (when) => {
      cut = when
    },
    cutBeforeCommitAndAtClaim: () => {
      cut = "before"
      next = "claim"
    },
  }
  return wire
}
