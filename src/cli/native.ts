/** Asks a gateway that runs, by its native API: as the merchant whose key is given. */
import { text as readText } from "node:stream/consumers"
import type { Config } from "../config.ts"
import { gatewayAddress } from "./address.ts"
import { CommandError, UsageError } from "./command.ts"
import { readSandbox, sandboxPath } from "./sandbox-file.ts"

/** The options of every command that asks a gateway. */
export const GATEWAY = {
  url: { value: "URL", about: "the gateway; when left out, the one that sandbox.json names" },
  "api-key": {
    value: "KEY",
    about: "one of Caudal's own API; - reads it from standard input; else sandbox.json's",
  },
} as const

/** What the gateway said no to: nothing came of it. */
export class Refused extends CommandError {}

// biome-ignore lint/suspicious/noExplicitAny: whatever came is read member by member.
export type Json = any

export type Native = {
  /** Of the gateway, without a slash at its end. */
  readonly url: string
  readonly apiKey: string
  /** Asks below `/v1` and answers the body; a problem or no answer is thrown, in words. */
  ask(method: string, path: string, body?: object, headers?: Headers): Promise<Json>
}
type Headers = Readonly<Record<string, string>>

/** The slowest answer waits for a chain's blocks. */
const ANSWER_MS = 30_000
const KEY_MAX = 512

type Given = { readonly url: string | undefined; readonly "api-key": string | undefined }

/** Finds the gateway and the key. Throws `UsageError` or `CommandError` that say what to give. */
export async function findNative(config: Config, given: Given): Promise<Native> {
  const sandbox = readSandbox(sandboxPath(config), false)
  const url = readUrl(given.url) ?? gatewayAddress(config).url
  const apiKey = given["api-key"] ? await readKey(given["api-key"]) : keyOf(sandbox)
  if (apiKey === null) {
    throw new UsageError(
      `--api-key: there is no sandbox.json in ${config.dataDir} to take one from; give one ` +
        "(caudal key add --merchant … --dialect caudal makes one)",
    )
  }
  return makeNative(url, apiKey)
}

/** The same of what is known already. */
export function makeNative(url: string, apiKey: string): Native {
  return {
    url,
    apiKey,
    async ask(method, path, body, headers = {}) {
      const response = await answered(url, () =>
        fetch(`${url}/v1${path}`, {
          method,
          headers: {
            ...headers,
            authorization: `Bearer ${apiKey}`,
            ...(body ? { "content-type": "application/json" } : {}),
          },
          ...(body ? { body: JSON.stringify(body) } : {}),
          signal: AbortSignal.timeout(ANSWER_MS),
        }),
      )
      const said = await answered(url, () => response.text())
      if (!response.ok) {
        const { status } = response
        const isRefusal = status >= 400 && status < 500
        throw new (isRefusal ? Refused : CommandError)(problemOf(status, said))
      }
      return said === "" ? null : parsed(said, url)
    },
  }
}

/** A problem in words: what it is, where in the request, and the page that says more. */
export function problemOf(status: number, body: string): string {
  const problem = problemIn(body)
  if (!problem) return `The gateway answered ${status}: ${body.slice(0, 200) || "nothing"}`
  const { code, detail, title, docs_url: page } = problem
  const more = typeof page === "string" ? ` (${page})` : ""
  return `${detail ?? title ?? "The gateway says no"}: ${code ?? status}${more}`
}

function problemIn(body: string): Json | null {
  try {
    const problem = JSON.parse(body) as Json
    return typeof problem === "object" && problem !== null ? problem : null
  } catch {
    return null
  }
}

async function answered<T>(url: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const { message, cause } = error as Error
    const why = cause instanceof Error ? cause.message || (cause as Json).code : message
    throw new CommandError(`No gateway answers at ${url} (${why}). Start it, or give --url`)
  }
}

function parsed(text: string, url: string): Json {
  try {
    return JSON.parse(text)
  } catch {
    throw new CommandError(`What answers at ${url} is no Caudal: it said ${text.slice(0, 60)}`)
  }
}

function readUrl(text: string | undefined): string | null {
  if (text === undefined) return null
  const url = URL.canParse(text) ? new URL(text) : null
  if (url && /^https?:$/.test(url.protocol) && url.username === "" && url.search === "") {
    return (url.origin + url.pathname).replace(/\/+$/, "").replace(/\/v1$/, "")
  }
  throw new UsageError("--url: write the gateway's address, such as http://127.0.0.1:8080")
}

/** A word that is typed can be seen in a list of processes: `-` reads it from standard input. */
async function readKey(given: string): Promise<string> {
  const key = (given === "-" ? await readText(process.stdin) : given).trim()
  if (/^[\x21-\x7e]+$/.test(key) && key.length <= KEY_MAX) return key
  throw new UsageError("--api-key: that is no key of Caudal's API")
}

function keyOf(sandbox: Json): string | null {
  const key = sandbox?.caudal?.apiKey
  return typeof key === "string" ? key : null
}
