/**
 * A cluster that fails over: two PostgreSQL under Patroni, one etcd, one haproxy, each on a
 * loopback address of its own, with the files that docs/operating shows.
 */
import { chmodSync, chownSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import pg from "pg"
import type { Cleanup } from "../support/database.ts"
import { childrenOf, type Running, send, start, until } from "./processes.ts"
import type { Account, Programs } from "./programs.ts"
import { filled, templateOf } from "./templates.ts"

export const SERVERS = ["one", "two"] as const
export type Name = (typeof SERVERS)[number]

export type Cluster = {
  /** The database of Caudal, where haproxy says that it is. */
  readonly url: string
  /** The same as the superuser, on one server; for looking, and for back-ups. */
  readonly superuserUrl: (name: Name) => string
  /** Who leads, by its own words; null while nobody does. */
  leader(): Promise<Name | null>
  /** Resolves when one leads and the other has all that it has. */
  untilWhole(): Promise<Name>
  /** Resolves when another one leads. */
  untilLedByOther(than: Name): Promise<Name>
  /** Patroni and the first process of PostgreSQL, as by the kernel: the others notice. */
  kill(name: Name): Promise<void>
  /** The first process of PostgreSQL alone. */
  crash(name: Name): void
  /** All of one server stands still, with its connections open; what it answers lets it go on. */
  freeze(name: Name): () => void
  /** A planned change of the leader. */
  switchover(from: Name): Promise<void>
  /** Starts what `kill` ended. */
  revive(name: Name): void
  /** haproxy stands still, its connections stay; what it answers lets it go on. */
  hangProxy(): () => void
  /** Kills haproxy with all connections that go through it, and starts it again. */
  cutProxy(): Promise<void>
}

export type ClusterParts = {
  readonly programs: Programs
  readonly account: Account | null
  /** Everything lies in here. */
  readonly folder: string
  /** Patroni speaks etcd's newer protocol, in which some versions of it lose payments. */
  readonly etcd3: boolean
}

/** Longer than a first start on a machine that has much else to do. */
const BUILT_MS = 120_000
/** The time to live, a round or two of Patroni, and the new leader's own recovery. */
const LED_MS = 120_000
/** A former leader recovers, is rewound or copied anew, and catches up. */
const WHOLE_MS = 180_000
const LOOK_MS = 2_000
/** A new database waits for a checkpoint, and for the standby. */
const MADE_MS = 30_000
/** Free numbers of 127/8, so that two runs and whatever else listens stay apart. */
const NETWORK = (run: number) => `127.77.${(run % 250) + 1}`
/** Whoever calls one of them from this machine comes from 127.0.0.1. */
const LOOPBACK = "127.0.0.0/8"
/** Of a cluster that lives for minutes on this machine's loopback. */
export const PASSWORDS = { caudal: "caudal", superuser: "postgres", replication: "replicator" }

/** Builds it, and answers when both servers are there; it ends with the test. */
export async function buildCluster(context: Cleanup, parts: ClusterParts): Promise<Cluster> {
  const { programs, account, folder } = parts
  const network = NETWORK(process.pid)
  const addresses: Readonly<Record<Name, string>> = { one: `${network}.1`, two: `${network}.2` }
  const [etcd, proxy] = [`${network}.3`, `${network}.4`]
  const folderOf = (name: string) => join(folder, name)
  const launch = (name: string, command: readonly [string, ...string[]]): Running => {
    const running = start(command, {
      ...{ log: join(folder, `${name}.log`), cwd: folder, account },
      // Whatever the machine's own server is told must not reach these.
      env: { PATH: process.env.PATH, HOME: folder, LC_ALL: "C.UTF-8" },
    })
    context.after(() => running.signal("SIGTERM"))
    return running
  }
  for (const name of ["etcd", ...SERVERS]) makeFolder(folderOf(name), account)
  own(folder, account)

  const etcdUrls = { client: `http://${etcd}:2379`, peer: `http://${etcd}:2380` }
  launch("etcd", [
    programs.etcd,
    ...["--name", "etcd", "--data-dir", folderOf("etcd"), "--logger", "zap", "--enable-v2"],
    ...["--listen-client-urls", etcdUrls.client, "--advertise-client-urls", etcdUrls.client],
    ...["--listen-peer-urls", etcdUrls.peer, "--initial-advertise-peer-urls", etcdUrls.peer],
    ...["--initial-cluster", `etcd=${etcdUrls.peer}`],
  ])
  for (const name of SERVERS) {
    const template = templateOf("patroni.yml")
    const text = filled(parts.etcd3 ? template.replace(/^etcd:$/m, "etcd3:") : template, {
      ...{ name, address: addresses[name], etcd: `${etcd}:2379`, network: LOOPBACK },
      ...{ folder: folderOf(name), programs: programs.postgres },
      "superuser-password": PASSWORDS.superuser,
      "replication-password": PASSWORDS.replication,
    })
    write(join(folderOf(name), "patroni.yml"), text, account)
  }
  const [one, two] = SERVERS
  const proxyText = filled(templateOf("haproxy.cfg"), {
    ...{ proxy, "name-1": one, "name-2": two },
    ...{ "address-1": addresses.one, "address-2": addresses.two },
  })
  write(join(folder, "haproxy.cfg"), proxyText, account)

  const startPatroni = (name: Name) =>
    launch(`patroni-${name}`, [programs.patroni, join(folderOf(name), "patroni.yml")])
  const startProxy = () =>
    launch("haproxy", [programs.haproxy, "-db", "-f", join(folder, "haproxy.cfg")])
  const patronis = { one: startPatroni("one"), two: startPatroni("two") }
  // Whatever becomes of Patroni, no server stays; a frozen one can't be told to stop.
  context.after(async () => {
    for (const name of SERVERS) for (const pid of processesOf(name)) send(pid, "SIGCONT")
    await Promise.all(SERVERS.map((name) => patronis[name].signal("SIGTERM")))
    for (const name of SERVERS) for (const pid of processesOf(name)) send(pid, "SIGKILL")
  })
  let haproxy = startProxy()

  function postmasterPid(name: Name): number | null {
    try {
      const file = join(folderOf(name), "data", "postmaster.pid")
      const pid = Number(readFileSync(file, "utf8").split("\n")[0]) || null
      return pid !== null && isOurs(pid, folderOf(name)) ? pid : null
    } catch {
      return null
    }
  }

  /** Patroni, the server's first process, and all the others of it. */
  function processesOf(name: Name): number[] {
    const first = postmasterPid(name)
    const patroni = patronis[name].isAlive() ? [patronis[name].pid] : []
    return first === null ? patroni : [...patroni, first, ...childrenOf(first)]
  }

  const superuserUrl = (name: Name) =>
    `postgres://postgres:${PASSWORDS.superuser}@${addresses[name]}:5432/caudal`
  const rest = (name: Name, path: string) => `http://${addresses[name]}:8008${path}`
  const says = (name: Name, path: string) =>
    fetch(rest(name, path), { signal: AbortSignal.timeout(LOOK_MS) }).then(
      async (answer) => {
        await answer.text()
        return answer.status === 200
      },
      () => false,
    )

  async function leader(): Promise<Name | null> {
    const leads = await Promise.all(SERVERS.map((name) => says(name, "/primary")))
    const leaders = SERVERS.filter((_, at) => leads[at])
    // For a moment two may think so: then nobody does.
    return leaders.length === 1 ? leaders[0]! : null
  }

  /** The leader, where the other is its synchronous standby by what Patroni and PostgreSQL say. */
  async function wholeUnder(): Promise<Name | null> {
    const name = await leader()
    if (name === null) return null
    const rows = await asked(
      superuserUrl(name).replace(/\/caudal$/, "/postgres"),
      "select from pg_stat_replication where state = 'streaming' and sync_state = 'sync'",
    ).catch(() => [])
    if (rows.length !== 1) return null
    // The other's own Patroni: what a server that stood still says of it may be old.
    const other = SERVERS.find((each) => each !== name)!
    return (await says(other, "/synchronous")) ? name : null
  }

  const logs = (name: Name) => `${name}: ${patronis[name].said()}`
  const cluster: Cluster = {
    url: `postgres://caudal:${PASSWORDS.caudal}@${proxy}:5432/caudal`,
    superuserUrl,
    leader,
    untilWhole: () =>
      until(
        () => `a leader and its standby\n${SERVERS.map(logs).join("\n")}`,
        WHOLE_MS,
        wholeUnder,
      ),
    untilLedByOther: (than) =>
      until(`another leader than ${than}`, LED_MS, async () => {
        const now = await leader()
        return now !== null && now !== than ? now : null
      }),
    async kill(name) {
      const first = postmasterPid(name)
      const gone = patronis[name].signal("SIGKILL")
      if (first !== null) send(first, "SIGKILL")
      await gone
    },
    crash(name) {
      const first = postmasterPid(name)
      if (first !== null) send(first, "SIGKILL")
    },
    freeze(name) {
      const all = processesOf(name)
      for (const pid of all) send(pid, "SIGSTOP")
      return () => {
        for (const pid of all) send(pid, "SIGCONT")
      }
    },
    async switchover(from) {
      const candidate = SERVERS.find((name) => name !== from)!
      const answer = await fetch(rest(from, "/switchover"), {
        method: "POST",
        body: JSON.stringify({ leader: from, candidate }),
        signal: AbortSignal.timeout(LED_MS),
      })
      const text = await answer.text()
      if (answer.status !== 200) throw new Error(`switchover: ${answer.status} ${text}`)
    },
    revive(name) {
      patronis[name] = startPatroni(name)
    },
    hangProxy() {
      const { pid } = haproxy
      send(pid, "SIGSTOP")
      return () => send(pid, "SIGCONT")
    },
    async cutProxy() {
      await haproxy.signal("SIGKILL")
      haproxy = startProxy()
    },
  }
  const first = await until(
    () => `a first leader\n${SERVERS.map(logs).join("\n")}`,
    BUILT_MS,
    async () => {
      if (SERVERS.some((name) => !patronis[name].isAlive())) {
        throw new Error(`the cluster could not be built\n${SERVERS.map(logs).join("\n")}`)
      }
      return leader()
    },
  )
  await makeDatabase(superuserUrl(first).replace(/\/caudal$/, "/postgres"))
  await cluster.untilWhole()
  return cluster
}

/** What docs/operating/fail-over.md has an operator type. */
async function makeDatabase(url: string): Promise<void> {
  await asked(url, `create role caudal login password '${PASSWORDS.caudal}'`)
  await asked(url, "create database caudal owner caudal encoding 'UTF8' template template0")
}

async function asked(url: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: LOOK_MS })
  client.on("error", () => {})
  await client.connect()
  try {
    return (await client.query({ text, query_timeout: MADE_MS } as pg.QueryConfig)).rows
  } finally {
    await client.end().catch(() => undefined)
  }
}

function isOurs(pid: number, folder: string): boolean {
  return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(`${folder}/`)
}

function makeFolder(path: string, account: Account | null): void {
  mkdirSync(path, { recursive: true })
  chmodSync(path, 0o700)
  own(path, account)
}

function own(path: string, account: Account | null): void {
  if (account) chownSync(path, account.uid, account.gid)
}

function write(path: string, text: string, account: Account | null): void {
  writeFileSync(path, text, { mode: 0o600 })
  own(path, account)
}
