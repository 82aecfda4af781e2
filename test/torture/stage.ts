/** The database that runs are made on, one after the other, with connections that stay open. */
import { type Database, openDatabase, type Writer } from "../../src/db/database.ts"
import { databaseOn, onServer } from "../support/server.ts"
import { type Base, dropOwn } from "./base.ts"

export type Stage = {
  readonly url: string
  /** The harness's own connection. */
  readonly watcher: Database
  /** A node's connections, for all its lives: earlier runs have prepared what it asks. */
  connectionsOf(node: number): Database
  /** After a run: as it was before. When that can't be, the next run has a stage of its own. */
  clear(isSound: boolean): Promise<void>
  close(): Promise<void>
}

/** What was deleted is still read over: after so many runs a fresh copy is cheaper. */
const RUNS_MAX = 40

const stages = new WeakMap<Base, Promise<Stage>>()

/** The base's stage, made now if there is none. */
export function stageOf(base: Base): Promise<Stage> {
  const known = stages.get(base)
  if (known) return known
  const made = openStage(base)
  stages.set(base, made)
  return made
}

/** Removes what there is of a base's stage. */
export async function closeStage(base: Base): Promise<void> {
  const stage = await stages.get(base)
  stages.delete(base)
  await stage?.close()
}

async function openStage(base: Base): Promise<Stage> {
  const { serverUrl } = base
  // Several processes share a base.
  const name = `${base.name}_${process.pid}`
  await dropOwn(serverUrl, name)
  await onServer(serverUrl, `create database ${name} template ${base.name}`)
  // Nothing here stands for a loss of power; crashes of the server are tested elsewhere.
  await onServer(serverUrl, `alter database ${name} set synchronous_commit = off`)
  // A plan that changes after the fifth time may bring the same rows in another order.
  await onServer(serverUrl, `alter database ${name} set plan_cache_mode = force_generic_plan`)
  const url = databaseOn(serverUrl, name)
  const watcher = openDatabase({ url, poolSize: 1, applicationName: "torture" })
  const nodes = new Map<number, ReturnType<typeof keptConnections>>()
  let runs = 0

  async function close(): Promise<void> {
    await Promise.all([...nodes.values(), watcher].map((each) => each.close()))
    await dropOwn(serverUrl, name)
  }

  return {
    url,
    watcher,
    connectionsOf(node) {
      const known = nodes.get(node) ?? keptConnections(url, `caudal node ${node + 1}`)
      nodes.set(node, known)
      return known
    },
    async clear(isSound) {
      runs += 1
      if (!isSound || runs >= RUNS_MAX) return closeStage(base)
      for (const node of nodes.values()) node.takeBack()
      await watcher.query("select keep.restore()")
    },
    close,
  }
}

/** A database whose writers are used again by the next run. */
function keptConnections(url: string, applicationName: string): Database & { takeBack(): void } {
  const real = openDatabase({ url, plans: "indexed", applicationName })
  const writers: Writer[] = []
  let taken = 0
  return {
    ...real,
    writer() {
      taken += 1
      writers[taken - 1] ??= real.writer()
      return writers[taken - 1]!
    },
    takeBack() {
      taken = 0
    },
  }
}
