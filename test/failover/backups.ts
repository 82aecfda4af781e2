/** Backs a cluster up while payments are made, by PostgreSQL's own programs, and restores it. */
import { join } from "node:path"
import { type Database, openDatabase } from "../../src/db/database.ts"
import { lastFirst } from "../support/cleanup.ts"
import type { Cleanup } from "../support/database.ts"
import { freePort } from "../support/gateway.ts"
import { type Cluster, type ClusterParts, PASSWORDS } from "./cluster.ts"
import type { Gateway } from "./gateway.ts"
import { start, until } from "./processes.ts"

export type Backups = readonly {
  readonly kind: string
  readonly right: boolean
  readonly said: string
}[]

type Parts = ClusterParts & {
  readonly cluster: Cluster
  readonly gateway: Gateway
  /** What was acknowledged so far, ids by request. */
  readonly all: () => ReadonlyMap<string, string>
  /** Which of these ids a database lacks. */
  readonly missing: (database: Database, ids: readonly string[]) => Promise<readonly string[]>
}

const READY_MS = 60_000
/** Where what was restored lies; nothing else in the cluster has this name. */
const RESTORED = "restored"

/** Both ways that docs/operating tells of, one after the other. */
export async function tryBackups(parts: Parts): Promise<Backups> {
  const tries = { pg_dump: dumped, pg_basebackup: copied } as const
  const done = []
  for (const [kind, attempt] of Object.entries(tries)) {
    const before = [...parts.all().values()]
    const inner: (() => Promise<void>)[] = []
    const own = lastFirst({ after: (step) => void inner.push(step) })
    try {
      const url = await attempt(own, parts)
      done.push({ kind, ...(await judged(parts, url, before)) })
    } finally {
      for (const step of inner) await step()
    }
  }
  return done
}

/** Whether a restored database is right, and has all that was acknowledged before the back-up. */
async function judged(parts: Parts, url: string, before: readonly string[]) {
  const database = openDatabase({ url })
  try {
    const gone = await parts.missing(database, before)
    const { code, said } = await parts.gateway.command(["verify"], { DATABASE_URL: url })
    return {
      right: gone.length === 0 && code === 0,
      said: `${before.length} payments from before, ${gone.length} missing; verify: ${said}`,
    }
  } finally {
    await database.close()
  }
}

/** A dump by the gateway's own user, restored beside the database that it is of. */
async function dumped(context: Cleanup, parts: Parts): Promise<string> {
  const { cluster, folder } = parts
  const file = join(folder, "caudal.dump")
  const leader = await cluster.untilWhole()
  await run(parts, "pg_dump", ["--format=custom", `--file=${file}`, `--dbname=${cluster.url}`])
  const admin = openDatabase({ url: cluster.superuserUrl(leader) })
  context.after(() => admin.close())
  await admin.query(`create database ${RESTORED} owner caudal template template0`)
  context.after(async () => void (await admin.query(`drop database ${RESTORED} with (force)`)))
  const url = cluster.url.replace(/\/caudal$/, `/${RESTORED}`)
  await run(parts, "pg_restore", ["--no-owner", "--exit-on-error", `--dbname=${url}`, file])
  return url
}

/** A copy of the whole server, started beside it. */
async function copied(context: Cleanup, parts: Parts): Promise<string> {
  const { account, cluster, folder, programs } = parts
  const copy = join(folder, "copy")
  const from = new URL(cluster.superuserUrl(await cluster.untilWhole()))
  from.username = "replicator"
  from.password = PASSWORDS.replication
  from.pathname = ""
  const words = [`--pgdata=${copy}`, "--wal-method=stream", "--checkpoint=fast"]
  await run(parts, "pg_basebackup", [...words, `--dbname=${from.href}`])
  const port = await freePort()
  const settings = {
    listen_addresses: "127.0.0.1",
    port: String(port),
    unix_socket_directories: folder,
    // It stands alone: no standby will say that it has anything.
    synchronous_standby_names: "",
  }
  const server = start(
    [
      join(programs.postgres, "postgres"),
      ...["-D", copy],
      ...Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]),
    ],
    { log: join(folder, "copy.log"), cwd: folder, account, env: environment(folder) },
  )
  context.after(() => server.signal("SIGINT"))
  const url = `postgres://caudal:${PASSWORDS.caudal}@127.0.0.1:${port}/caudal`
  const database = openDatabase({ url })
  context.after(() => database.close())
  await until(
    () => `the copy is started\n${server.said()}`,
    READY_MS,
    () => {
      if (!server.isAlive()) throw new Error(`the copy ended:\n${server.said()}`)
      return database.ping().then(
        () => true,
        () => false,
      )
    },
  )
  return url
}

async function run(
  { account, folder, programs }: ClusterParts,
  program: string,
  words: readonly string[],
): Promise<void> {
  const running = start([join(programs.postgres, program), ...words], {
    ...{ log: join(folder, `${program}.log`), cwd: folder, account, env: environment(folder) },
  })
  const code = await running.ended
  if (code !== 0) throw new Error(`${program} ended with ${code}:\n${running.said()}`)
}

function environment(folder: string): NodeJS.ProcessEnv {
  return { PATH: process.env.PATH, HOME: folder, LC_ALL: "C.UTF-8" }
}
