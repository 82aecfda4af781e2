/** Reads what a provider sells, page by page, and makes companies of it. */
import { z } from "zod"
import type { Company } from "../../core/index.ts"
import { companyIn, type Unusable } from "./company.ts"
import type { Connection } from "./connection.ts"

export const CATALOGUE_LIMITS = {
  /** Of one page: 5,000 companies with a dozen products each. */
  pageBytes: 8 * 1_048_576,
  /** Of all pages of a connection: a tenth of it is much for 5,000 companies. */
  bytes: 64 * 1_048_576,
  /** Of a connection; our own catalogue has no more. */
  companies: 5_000,
  /** A catalogue that goes on for longer leads in a circle. */
  pages: 200,
  /** All pages of one connection. */
  timeoutMs: 120_000,
  /** Entries that are told one by one; of more, the number says enough. */
  told: 20,
}

const page = z.object({
  recharges: z.array(z.unknown()),
  links: z.array(z.object({ rel: z.string(), href: z.string().max(2_048) })).default([]),
})

/**
 * All companies of a connection that can be sold. What can't be used is left out, and told in the
 * log. Throws when a page can't be read, or there is no end of them: half a catalogue would take
 * the rest off sale.
 */
export async function companiesOf(connection: Connection, untilAt: Date): Promise<Company[]> {
  const companies = new Map<string, Company>()
  const unusable: Unusable[] = []
  for await (const entry of entriesOf(connection, untilAt)) {
    const read = companyIn(entry, connection.settings.countries)
    unusable.push(...read.unusable)
    if (!read.company) continue
    const { code } = read.company
    if (companies.has(code)) unusable.push({ code, why: "is there twice" })
    else companies.set(code, read.company)
    if (companies.size > CATALOGUE_LIMITS.companies) {
      throw new Error(`the catalogue has more than ${CATALOGUE_LIMITS.companies} companies`)
    }
  }
  if (unusable.length > 0) {
    const about = { count: unusable.length, first: unusable.slice(0, CATALOGUE_LIMITS.told) }
    connection.complain("sells what can't be sold on", about)
  }
  return [...companies.values()]
}

async function* entriesOf(connection: Connection, untilAt: Date): AsyncGenerator<unknown> {
  let left = CATALOGUE_LIMITS.bytes
  const seen = new Set<string>()
  const here = new URL(`${connection.settings.hosts.companies?.replace(/\/+$/, "")}/recharges`)
  for (let query: string | null = "?active=true"; query !== null; ) {
    if (seen.has(query)) throw new Error("the catalogue leads in a circle")
    if (seen.size >= CATALOGUE_LIMITS.pages) {
      throw new Error("the catalogue has too many pages")
    }
    seen.add(query)
    const path = `/recharges${query}`
    const request = { method: "GET", path, answerBytes: CATALOGUE_LIMITS.pageBytes } as const
    const { status, body, bytes } = await connection.ask("companies", request, untilAt)
    left -= bytes
    if (left < 0) {
      const mebibytes = CATALOGUE_LIMITS.bytes / 1_048_576
      throw new Error(`the catalogue has more than ${mebibytes} MiB`)
    }
    const read = page.safeParse(body)
    if (status !== 200 || !read.success) {
      const what = status === 200 ? "a page that can't be read" : `${status}`
      throw new Error(`the provider answers ${what} for its catalogue`)
    }
    yield* read.data.recharges
    query = nextOf(read.data.links, here)
  }
}

/** The query of the next page; null after the last. Throws for a link that leads elsewhere. */
function nextOf(links: z.infer<typeof page>["links"], here: URL): string | null {
  const next = links.find(({ rel }) => rel === "next")
  if (!next) return null
  const url = URL.canParse(next.href, here.href) ? new URL(next.href, here) : null
  // Only the query is followed, for a provider behind a proxy may not know its own path.
  if (url?.origin !== here.origin || !url.pathname.endsWith("/recharges") || url.search === "") {
    throw new Error("the link to the catalogue's next page leads elsewhere")
  }
  return url.search
}
