/** The settings of this rail: the providers whose recharges are sold on. */
import { createHash } from "node:crypto"
import { issuePath, issueSentence, type Target } from "../../core/index.ts"
import { type Country, countryOf } from "./countries.ts"
import { type GivenConnection, schemaFor } from "./schema.ts"

/** 96 bits of a hash: enough to tell all providers apart that there will ever be. */
const FAR_SIDE_LENGTH = 16

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
  /** None: nothing is ordered any more, and what was is looked up. */
  readonly countries: readonly Country[]
  /**
   * Stands for the provider and for who we are there: what an order keeps of where it went. Only
   * there its id means something.
   */
  readonly farSide: string
  /** For one call. */
  readonly timeoutMs: number
}

/** Whether a connection sells what is to be recharged, by the country in its company's code. */
export function sells({ countries }: ConnectionSettings, { companyCode }: Target): boolean {
  const country = countryOf(companyCode ?? "")
  return country !== null && countries.includes(country)
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
  for (const issue of parsed.error?.issues ?? []) complain(issuePath(issue), issueSentence(issue))
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
  const allHosts = inFull(baseUrl, hosts)
  const connection: ConnectionSettings = {
    name,
    hosts: allHosts,
    keys: inFull(apiKey, apiKeys),
    clientUsername: rest.clientUsername,
    password: rest.password,
    webhookKey: rest.webhookKey ?? null,
    webhookHeader: rest.webhookHeader ?? null,
    countries: [...new Set(rest.countries)],
    farSide: farSideOf(allHosts.recharges ?? "", rest.clientUsername),
    timeoutMs: rest.timeoutMs,
  }
  return connection
}

/** The same for every way to write an address; of a password or key nothing goes into it. */
function farSideOf(recharges: string, clientUsername: string): string {
  const address = URL.parse(recharges)?.href.replace(/\/+$/, "") ?? ""
  const text = JSON.stringify([address, clientUsername])
  return createHash("sha256").update(text).digest("base64url").slice(0, FAR_SIDE_LENGTH)
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
