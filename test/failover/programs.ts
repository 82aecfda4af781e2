/** The programs that a cluster is made of: where Debian puts them, which are missing. */
import { execFileSync } from "node:child_process"
import { accessSync, constants, globSync, readFileSync } from "node:fs"
import { dirname, join } from "node:path"

export type Programs = {
  readonly patroni: string
  readonly etcd: string
  readonly haproxy: string
  /** The folder of PostgreSQL's own programs. */
  readonly postgres: string
}

/** Who runs them: PostgreSQL refuses to be root. */
export type Account = { readonly uid: number; readonly gid: number }

/** Each with the package that brings it, and how it says its version. */
const PARTS = {
  patroni: { package: "patroni", version: ["--version"] },
  etcd: { package: "etcd-server", version: ["--version"] },
  haproxy: { package: "haproxy", version: ["-v"] },
  postgres: { package: "postgresql", version: ["--version"] },
} as const satisfies Record<keyof Programs, { package: string; version: readonly string[] }>
type Part = keyof typeof PARTS
const NAMES = Object.keys(PARTS) as readonly Part[]

/** Debian keeps haproxy where only root's PATH leads, and PostgreSQL outside of it. */
const MORE_FOLDERS = ["/usr/local/sbin", "/usr/sbin", "/sbin"]
const POSTGRES_FOLDERS = "/usr/lib/postgresql/*/bin/postgres"

/** Where PATH and Debian's own folders have each; a part that isn't there is left out. */
export function findPrograms(path: string): Partial<Programs> {
  const folders = [...path.split(":").filter((folder) => folder !== ""), ...MORE_FOLDERS]
  const inPath = (name: string) =>
    folders.map((folder) => join(folder, name)).find((file) => mayRun(file))
  const found = NAMES.map((name) => [name, name === "postgres" ? newest() : inPath(name)] as const)
  return Object.fromEntries(found.filter(([, file]) => file !== undefined))
}

function newest(): string | undefined {
  const all = globSync(POSTGRES_FOLDERS).map((file) => dirname(file))
  const major = (folder: string) => Number(folder.split("/").at(-2))
  return all.sort((a, b) => major(b) - major(a))[0]
}

function mayRun(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** What is missing and how it is installed, as sentences; null when all is there. */
export function missingPrograms(found: Partial<Programs>): string | null {
  const missing = NAMES.filter((name) => found[name] === undefined)
  if (missing.length === 0) return null
  const packages = missing.map((name) => PARTS[name].package).join(" ")
  return [
    `Missing: ${missing.join(", ")}. Nothing was started. On Debian or Ubuntu:`,
    `  apt-get install -y --no-install-recommends ${packages}`,
    "Debian then starts services of its own, which are not used here:",
    "  systemctl disable --now patroni etcd haproxy postgresql",
  ].join("\n")
}

/** The first line of what each says of itself. */
export function versionsOf(programs: Programs): Readonly<Record<string, string>> {
  return Object.fromEntries(
    NAMES.map((name) => {
      const file = name === "postgres" ? join(programs.postgres, "postgres") : programs[name]
      const said = execFileSync(file, PARTS[name].version, { encoding: "utf8" })
      return [name, /\d+(?:\.\d+)+/.exec(said)?.[0] ?? said.split("\n")[0]!.trim()]
    }),
  )
}

/** Null: whoever started this. Root takes the account that Debian's PostgreSQL has. */
export function accountOf(uid: number, passwd = readFileSync("/etc/passwd", "utf8")) {
  if (uid !== 0) return null
  const line = passwd.split("\n").find((each) => each.startsWith("postgres:"))
  if (line === undefined) throw new Error("root needs an account named postgres to run PostgreSQL")
  const [, , user, group] = line.split(":")
  return { uid: Number(user), gid: Number(group) } satisfies Account
}
