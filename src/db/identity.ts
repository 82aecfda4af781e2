/**
 * Decides as which user PostgreSQL runs, which refuses to be root, and where its files then lie.
 */
import { spawn } from "node:child_process"
import { createHash } from "node:crypto"
import { chmodSync, existsSync, readFileSync, statSync } from "node:fs"
import { userInfo } from "node:os"
import { join } from "node:path"

/** The user that runs PostgreSQL, and how a process becomes that user. */
export type Identity =
  | { kind: "self" }
  /** A user namespace: inside, this user has the number `uid`; outside it stays who it is. */
  | { kind: "namespace"; uid: number }
  /** Another user of this machine, possible only for root. */
  | { kind: "user"; uid: number; gid: number; name: string }

/** The user, and the folder that holds cluster, sockets and log. */
export type Place = { identity: Identity; home: string }

/** A command as an identity runs it. */
export type Command = { file: string; args: string[]; uid?: number; gid?: number }

/**
 * Where root keeps the cluster when it has to belong to another user, who can't reach the clone.
 */
export const SYSTEM_DIR = "/var/lib/caudal"

/** PostgreSQL gets no environment of ours: it could hold secrets. */
export const environment = {
  LC_ALL: "C",
  TZ: "UTC",
  PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/run/current-system/sw/bin",
}

/** Says how a program is started as an identity. */
export function commandAs(identity: Identity, file: string, args: string[]): Command {
  if (identity.kind === "self") return { file, args }
  if (identity.kind === "user") return { file, args, uid: identity.uid, gid: identity.gid }
  // unshare turns into the program, so the process number is the program's.
  return { file: "unshare", args: ["--user", `--map-user=${identity.uid}`, "--", file, ...args] }
}

/** What a program that ran to its end left: exit code (null: it didn't run) and all it printed. */
export type Ran = { code: number | null; output: string }

/** Runs a short program to its end, or kills it after `timeoutMs`. */
export function runAs(
  identity: Identity,
  file: string,
  args: string[],
  options: { timeoutMs: number; env?: Record<string, string> },
): Promise<Ran> {
  const command = commandAs(identity, file, args)
  return new Promise((resolve) => {
    const child = spawn(command.file, command.args, {
      env: { ...environment, ...options.env },
      // The caller's folder may be one that the identity can't enter.
      cwd: "/",
      // Not the terminal's Ctrl-C: half an initdb is of no use.
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
      ...(command.uid === undefined ? {} : { uid: command.uid, gid: command.gid }),
    })
    let output = ""
    const timer = setTimeout(() => {
      output += `\nstopped after ${options.timeoutMs} ms`
      child.kill("SIGKILL")
    }, options.timeoutMs)
    child.stdout.on("data", (text) => (output += text))
    child.stderr.on("data", (text) => (output += text))
    const end = (code: number | null) => {
      clearTimeout(timer)
      resolve({ code, output: output.trim() })
    }
    child.once("error", (error) => {
      output += error.message
      end(null)
    })
    child.once("close", end)
  })
}

/**
 * Chooses the identity for a data folder: an ordinary user runs PostgreSQL itself; root (and a user
 * without an account, as in some containers) inside a user namespace; where that isn't allowed,
 * root uses another account, which keeps its files in the data folder if it can get there, else
 * under `systemDir`. A cluster that is there already (`knownHome`: where it was last) stays where
 * it is and with its owner. Throws, saying what to do, when nothing of this is possible.
 */
export async function choosePlace(
  dataDir: string,
  knownHome = dataDir,
  systemDir = SYSTEM_DIR,
): Promise<Place> {
  const isRoot = process.getuid?.() === 0
  if (!existsSync(knownHome)) throw new Error(vanished(dataDir, knownHome))
  const away = join(systemDir, folderHash(dataDir))
  const there = [dataDir, knownHome, away].find((home) => existsSync(join(home, "postgres")))
  // Made by another user, or in another user's folder: only that one can run it.
  const home = there ?? dataDir
  const made = there !== undefined && join(there, "postgres")
  // An ordinary user may well have been given a folder of root's, as containers do.
  const other = made || isRoot ? otherOwner(made || dataDir) : undefined
  if (other && isRoot) return { identity: other, home }
  if (other) throw new Error(`${home} belongs to ${other.name}: start Caudal as that user.`)
  if (!isRoot && hasAccount()) return { identity: { kind: "self" }, home: dataDir }
  const namespace: Identity = { kind: "namespace", uid: mappedUid() }
  const tried = await runAs(namespace, "true", [], { timeoutMs: PROBE_TIMEOUT_MS })
  if (tried.code === 0) return { identity: namespace, home: dataDir }
  const account = isRoot && there === undefined ? servingAccount() : undefined
  if (account === undefined) throw new Error(impossible(isRoot, dataDir, tried.output))
  const identity: Identity = { kind: "user", ...account }
  return { identity, home: (await canEnter(identity, dataDir)) ? dataDir : away }
}

/** The user that a folder belongs to, unless that is us. */
function otherOwner(dir: string): Extract<Identity, { kind: "user" }> | undefined {
  const { uid, gid } = statSync(dir)
  if (uid === process.getuid?.()) return undefined
  const name = accounts().find((account) => account.uid === uid)?.name ?? `user ${uid}`
  return { kind: "user", uid, gid, name }
}

/** Lets an account through the data folder, without showing it what is in there. */
async function canEnter(identity: Identity, dataDir: string): Promise<boolean> {
  chmodSync(dataDir, 0o711)
  const tried = await runAs(identity, "test", ["-x", dataDir], { timeoutMs: PROBE_TIMEOUT_MS })
  return tried.code === 0
}

const PROBE_TIMEOUT_MS = 5_000

function vanished(dataDir: string, home: string): string {
  return (
    `The database of ${dataDir} lies in ${home}, and that folder is gone. Bring it back, ` +
    `or remove ${join(dataDir, "postgres.json")} to begin with an empty database.`
  )
}

function impossible(isRoot: boolean, dataDir: string, reason: string): string {
  const who = isRoot ? "root" : `user number ${process.getuid?.()}, which has no account here,`
  return (
    `PostgreSQL doesn't run as ${who} and a user namespace isn't allowed here (${reason}). ` +
    `Start Caudal as an ordinary user that owns ${dataDir}, or set DATABASE_URL to a server.`
  )
}

function hasAccount(): boolean {
  try {
    return userInfo().username !== ""
  } catch {
    return false
  }
}

type Account = { name: string; uid: number; gid: number }

function accounts(): Account[] {
  try {
    const lines = readFileSync("/etc/passwd", "utf8").split("\n")
    return lines
      .map((line) => line.split(":"))
      .map(([name = "", , uid, gid]) => ({ name, uid: Number(uid), gid: Number(gid) }))
      .filter(({ name }) => name !== "")
  } catch {
    return []
  }
}

/** Inside the namespace any number will do that has a name there: initdb looks it up. */
function mappedUid(): number {
  const known = accounts().find(({ uid }) => uid > 0)
  return (servingAccount() ?? known)?.uid ?? 65_534
}

/** The accounts that may hold a database for us: one made for it, or one that owns nothing else. */
function servingAccount(): Account | undefined {
  const known = accounts()
  return ["caudal", "postgres", "nobody"]
    .map((wanted) => known.find(({ name }) => name === wanted))
    .find((account) => account !== undefined)
}

function folderHash(dir: string): string {
  return createHash("sha256").update(dir).digest("hex").slice(0, 16)
}
