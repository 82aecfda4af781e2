/** Hears NOTIFY on a connection of its own, and finds its way back after the server was away. */
import { setTimeout as sleep } from "node:timers/promises"
import type pg from "pg"
import { connectClient, type DatabaseSettings, endClient, within } from "./connection.ts"

/**
 * Called with a notification's payload, or with null when the connection was made (again): what was
 * told meanwhile is lost, so look for yourself. A notification only shortens a wait.
 */
export type Heard = (payload: string | null) => void

/** A connection that listens. */
export type Listener = {
  /** Calls `heard` for each notification on the channel; answers the function that stops it. */
  listen(channel: string, heard: Heard): () => void
  close(): Promise<void>
}

const FIRST_RETRY_MS = 100
/** Loops poll anyway, so a longer pause costs latency only. */
const LONGEST_RETRY_MS = 5_000
/** A connection cut by a firewall looks idle for ever; asking finds out. */
const CHECK_EVERY_MS = 30_000
const CHECK_TIMEOUT_MS = 5_000

/** Makes a listener; it connects when the first channel is asked for. */
export function openListener(settings: DatabaseSettings): Listener {
  const channels = new Map<string, Set<Heard>>()
  const stopped = new AbortController()
  let client: pg.Client | undefined
  let running: Promise<void> | undefined

  async function keepConnected(): Promise<void> {
    let pauseMs = FIRST_RETRY_MS
    while (!stopped.signal.aborted) {
      try {
        const current = await connectClient({ ...settings, applicationName: "caudal listen" })
        pauseMs = FIRST_RETRY_MS
        await serve(current)
      } catch (error) {
        settings.onError?.(error as Error)
      }
      await sleep(pauseMs, undefined, { signal: stopped.signal }).catch(() => {})
      pauseMs = Math.min(pauseMs * 2, LONGEST_RETRY_MS)
    }
  }

  /** Resolves when the connection has ended, for whatever reason. */
  async function serve(current: pg.Client): Promise<void> {
    const ended = new Promise<void>((resolve) => {
      current.once("end", () => resolve())
      current.once("error", () => resolve())
    })
    current.on("notification", ({ channel, payload }) => tell(channel, payload ?? ""))
    client = current
    const check = setInterval(() => void probe(current), CHECK_EVERY_MS)
    try {
      for (const channel of channels.keys()) await subscribe(current, channel)
      if (stopped.signal.aborted) return
      await ended
    } finally {
      clearInterval(check)
      client = undefined
      await endClient(current).catch(() => {})
    }
  }

  async function subscribe(current: pg.Client, channel: string): Promise<void> {
    await current.query(`listen ${current.escapeIdentifier(channel)}`)
    tell(channel, null)
  }

  function tell(channel: string, payload: string | null): void {
    for (const heard of channels.get(channel) ?? []) heard(payload)
  }

  return {
    listen(channel, heard) {
      const known = channels.get(channel)
      if (known) known.add(heard)
      else channels.set(channel, new Set([heard]))
      // A failure here is a failure of the connection, which `serve` notices by itself.
      if (client && !known) subscribe(client, channel).catch(() => {})
      else if (client) queueMicrotask(() => heard(null))
      running ??= keepConnected()
      return () => {
        channels.get(channel)?.delete(heard)
      }
    },
    async close() {
      stopped.abort()
      if (client) await endClient(client).catch(() => {})
      await running
    },
  }
}

async function probe(client: pg.Client): Promise<void> {
  // Failing cuts the connection, which `serve` notices.
  await within(client, CHECK_TIMEOUT_MS, () => client.query("select 1")).catch(() => {})
}
