/** Where a bench keeps its things: a folder and databases of its own, gone when it ends. */
import {
  chmodSync,
  closeSync,
  fdatasyncSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { readConfig } from "../src/config.ts"
import { type Database, openDatabase } from "../src/db/database.ts"
import { databaseOn, dropDatabase, onServer } from "../test/support/server.ts"
import type { Context } from "./bench.ts"
import { startChild } from "./children.ts"
import type { ServerSettings } from "./server.ts"

export type Place = {
  /** For files of any kind. */
  readonly folder: string
  /** An empty database of its own on the server. */
  makeDatabase(name: string): Promise<{ readonly url: string; readonly database: Database }>
}

/** Opens the place: PostgreSQL in a folder, or the one that DATABASE_URL names. */
export async function openPlace(context: Context): Promise<Place> {
  const folder = mkdtempSync(join(tmpdir(), "caudal-bench-"))
  context.after(async () => rmSync(folder, { recursive: true, force: true }))
  // Root's PostgreSQL runs as another user, who must come through.
  chmodSync(folder, 0o711)
  const given = readConfig(undefined, folder).databaseUrl
  const server = given ?? (await ownServer(context, folder))
  return {
    folder,
    async makeDatabase(name) {
      const own = `caudal_bench_${process.pid}_${name}`
      await onServer(server, `create database ${own}`)
      const url = databaseOn(server, own)
      const database = openDatabase({ url, applicationName: "caudal bench" })
      context.after(async () => {
        await database.close()
        // Its own server goes with the folder.
        if (given !== null) await drop(given, own)
      })
      return { url, database }
    },
  }
}

/** By force, for who was killed may still be connected; but no force moves the server's upkeep. */
async function drop(server: string, name: string): Promise<void> {
  await dropDatabase(server, name).catch(() => onServer(server, `drop database if exists ${name}`))
}

/** Several gateways, their controls and 64 clients of pgbench. */
const CONNECTIONS = 200

async function ownServer(context: Context, folder: string): Promise<string> {
  const dataDir = join(folder, "server")
  mkdirSync(dataDir)
  writeFileSync(join(dataDir, "postgres.local.conf"), `max_connections = ${CONNECTIONS}\n`)
  const settings: ServerSettings = { dataDir }
  const server = await startChild(context, {
    file: join(import.meta.dirname, "server.ts"),
    settings,
  })
  return server.ask<string>("url")
}

/** A small write, and how long is tried: disks have moods of some 100 ms. */
const PAGE_BYTES = 4_096
const PROBE_MS = 1_000
const SHORT_PROBE_MS = 100

/** Looks how the disk below a folder is now; what it answers looks again, and notes both. */
export function watchDisk(context: Context, folder: string): () => void {
  const before = syncsPerSecond(context, folder)
  return () => {
    const both = [before, syncsPerSecond(context, folder)].map(Math.round)
    context.note(`The disk makes ${both.join(", then ")} writes/s durable.`)
  }
}

/** How many small writes a second the disk below a folder makes durable, one after the other. */
function syncsPerSecond({ short }: Pick<Context, "short">, folder: string): number {
  const probeMs = short ? SHORT_PROBE_MS : PROBE_MS
  const path = join(folder, "probe")
  const file = openSync(path, "w", 0o600)
  try {
    const page = Buffer.alloc(PAGE_BYTES, 7)
    const beganAt = performance.now()
    let count = 0
    for (; performance.now() - beganAt < probeMs; count += 1) {
      writeSync(file, page, 0, page.length, count * PAGE_BYTES)
      fdatasyncSync(file)
    }
    return (count * 1_000) / (performance.now() - beganAt)
  } finally {
    closeSync(file)
    rmSync(path, { force: true })
  }
}
