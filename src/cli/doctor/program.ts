/** Looks at the program and its settings: versions, and what contradicts itself. */
import { existsSync } from "node:fs"
import { join } from "node:path"
import type { Config } from "../../config.ts"
import { bad, type Finding, warn, well } from "./finding.ts"

const NODE_MAJOR = 24

/** The Node that runs this; `caudal` brings its own. */
export function lookAtProgram(): readonly Finding[] {
  const { node } = process.versions
  const major = Number(node.split(".")[0])
  const where = `${process.platform} ${process.arch}`
  if (major === NODE_MAJOR) return [well("node", `${node} on ${where}`)]
  if (major > NODE_MAJOR) {
    const todo = "npm ci brings the one that Caudal is tested with"
    return [warn("node", `${node} on ${where}; tested with ${NODE_MAJOR}`, todo)]
  }
  return [bad("node", `${node} is too old`, "npm ci brings Node 24; start bin/caudal")]
}

/** Each rule with what is to be done; settings that can't be read at all were told before. */
const RULES: readonly {
  readonly holds: (config: Config) => boolean
  readonly text: string
  readonly todo: string
  readonly level: typeof bad
}[] = [
  {
    holds: ({ mode, file }) => mode === "live" && file.webhooks.allow.length > 0,
    text: "live lets webhooks through to addresses that aren't public (webhooks.allow)",
    todo: "keep the list as short as it can be: who may add endpoints can reach these",
    level: warn,
  },
  {
    holds: ({ mode, loopback, trustProxy }) => mode === "live" && loopback && trustProxy === null,
    text: "live listens on this machine only, and trusts no proxy's X-Forwarded-For",
    todo: "set CAUDAL_TRUST_PROXY to your proxy's address, or all callers look like one",
    level: warn,
  },
  {
    holds: ({ masterKey, dataDir }) =>
      masterKey !== null && existsSync(join(dataDir, "master.key")),
    text: "CAUDAL_MASTER_KEY is set, and a master.key lies in the data folder unused",
    todo: "keep it apart as an older key (CAUDAL_MASTER_KEY_OLDER), or remove it if nothing bears it",
    level: warn,
  },
  {
    holds: ({ masterKeysOlder }) => masterKeysOlder.length > 0,
    text: "older master keys are given",
    todo: "caudal master-key rotate seals everything under the current one; then take them out",
    level: warn,
  },
  {
    holds: ({ databaseUrl, dataDir }) =>
      databaseUrl !== null && existsSync(join(dataDir, "postgres.json")),
    text: "DATABASE_URL is set, and the data folder has a database of its own",
    todo: "what is in the folder isn't used: move it away if you meant to change servers",
    level: warn,
  },
  {
    holds: ({ mode, publicUrl, loopback }) => mode === "sandbox" && !loopback && publicUrl === null,
    text: "a sandbox that others can reach has no CAUDAL_PUBLIC_URL",
    todo: "set it to the address that they use, or links lead to 127.0.0.1",
    level: warn,
  },
]

/** What is allowed and still looks like a mistake. */
export function lookAtSettings(config: Config): readonly Finding[] {
  const broken = RULES.filter(({ holds }) => holds(config))
  const found = broken.map(({ level, text, todo }) => level("settings", text, todo))
  return found.length > 0 ? found : [well("settings", `${config.mode}, nothing contradicts itself`)]
}
