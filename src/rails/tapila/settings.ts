/** The settings of this rail: the providers whose recharges are sold on. */
import type { Country } from "./countries.ts"
import { type GivenConnection, pathOf, schemaFor, sentenceOf } from "./schema.ts"

/** The provider's services, each of which may have a host and a key of its own. */
export type Host = "login" | "companies" | "recharges" | "tools"

export type ConnectionSettings = {
  readonly name: string
  /** Base URLs. Null: it has no such service. */
  readonly hosts: Readonly<Record<Host, string | null>>
  /** The `x-api-key` of each; null: none is sent. */
  readonly keys: Readonly<Record<Host, string | null>>
  readonly clientUsername: string
  readonly password: string
  /** Under which it makes the hash of its notices. */
  readonly webhookKey: string | null
  /** What it sends with each notice; the name in lower case. */
  readonly webhookHeader: { readonly name: string; readonly value: string } | null
  readonly countries: readonly Country[]
  /** For one call. */
  readonly timeoutMs: number
}

export type TapilaSettings = { readonly connections: readonly ConnectionSettings[] }

/**
 * Reads what stands in caudal.json under `rails.tapila`, and the files in which secrets stand.
 * Throws an `Error` that names every problem, one a line, each with its path; values are never
 * repeated, for most are secrets.
 */
export function readSettings(value: unknown, mode: "sandbox" | "live"): TapilaSettings {
  const problems: string[] = []
  const complain = (path: string, problem: string) => {
    problems.push(`rails.tapila${path === "" ? "" : `.${path}`}: ${problem}`)
  }
  const parsed = schemaFor(mode).safeParse(value)
  for (const issue of parsed.error?.issues ?? []) complain(pathOf(issue), sentenceOf(issue))
  const given = Object.entries(parsed.data?.connections ?? {})
  const connections = given.map(([name, each]) => {
    return connectionOf(name, each, (path, problem) => complain(`connections.${path}`, problem))
  })
  checkCountries(connections, (path, problem) => complain(`connections.${path}`, problem))
  if (problems.length > 0) throw new Error(problems.join("\n"))
  return { connections }
}

type Complain = (path: string, problem: string) => void

function connectionOf(name: string, given: GivenConnection, complain: Complain) {
  const { baseUrl, hosts, apiKey, apiKeys, ...rest } = given
  if ((baseUrl === undefined) === (hosts === undefined)) {
    complain(name, "needs either baseUrl or hosts")
  }
  if ((apiKey === undefined) === (apiKeys === undefined)) {
    complain(name, "needs either apiKey or apiKeys")
  }
  const connection: ConnectionSettings = {
    name,
    hosts: inFull(baseUrl, hosts),
    keys: inFull(apiKey, apiKeys),
    clientUsername: rest.clientUsername,
    password: rest.password,
    webhookKey: rest.webhookKey ?? null,
    webhookHeader: rest.webhookHeader ?? null,
    countries: [...new Set(rest.countries)],
    timeoutMs: rest.timeoutMs,
  }
  return connection
}

/** One for all services, or one for each. */
function inFull(
  all: string | undefined,
  each: Partial<Record<Host, string | undefined>> = {},
): Record<Host, string | null> {
  return {
    login: each.login ?? all ?? null,
    companies: each.companies ?? all ?? null,
    recharges: each.recharges ?? all ?? null,
    tools: each.tools ?? all ?? null,
  }
}

/** The country in a company's code chooses the connection, so it must choose one. */
function checkCountries(connections: readonly ConnectionSettings[], complain: Complain): void {
  const taken = new Map<Country, string>()
  for (const { name, countries } of connections) {
    for (const country of countries) {
      const other = taken.get(country)
      if (other) complain(`${name}.countries`, `${country} is sold over ${other} already`)
      taken.set(country, name)
    }
  }
}
