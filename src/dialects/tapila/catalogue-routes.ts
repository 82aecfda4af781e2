/** The routes of the catalogue: its pages, one company of it, and the tags of companies. */
import type { Company, Core } from "../../core/index.ts"
import type { DialectApp } from "../dialect.ts"
import { caller } from "../mount.ts"
import { catalogueAnswer, companyPage, tagsAnswer } from "./answers.ts"
import type { Catalogue } from "./catalogue.ts"
import { entityTag, sentUnchanged } from "./freshness.ts"
import { unknownCompany } from "./recharge.ts"
import { type CatalogueQuery, catalogueQuery, companyParams } from "./requests.ts"
import { traceOf } from "./trace.ts"
import { companyOf, matches, nextLink, tagIdOf, tagsOf } from "./wire.ts"

/** Registers the routes. */
export function catalogueRoutes(app: DialectApp, core: Core, catalogue: Catalogue): void {
  const trace = (request: { id: string }) => traceOf(request.id, core.ids.next())

  app.get(
    "/recharges",
    { schema: { querystring: catalogueQuery, response: { 200: catalogueAnswer } } },
    async (request, reply) => {
      const { page, limit } = request.query
      const all = await catalogue.list(caller(request).terms.settings.country)
      if (sentUnchanged(request, reply, entityTag(all))) return reply
      const listed = all.filter((company) => isAskedFor(company, request.query))
      const from = (page - 1) * limit
      const more = listed.length > from + limit
      return {
        recharges: listed.slice(from, from + limit).map(companyOf),
        links: more ? [nextLink(request.query)] : [],
        ...trace(request),
      }
    },
  )

  app.get("/tags", { schema: { response: { 200: tagsAnswer } } }, async (request, reply) => {
    const all = await catalogue.list(caller(request).terms.settings.country)
    if (sentUnchanged(request, reply, entityTag(all))) return reply
    return { tags: tagsOf(all), ...trace(request) }
  })

  // The pattern keeps this from answering for every other path.
  app.get(
    "/:companyCode(^[A-Z]{2}-[A-Z]-[0-9]+$)",
    { schema: { params: companyParams, response: { 200: companyPage } } },
    async (request, reply) => {
      const { companyCode } = request.params
      const { settings } = caller(request).terms
      const company = await catalogue.find(companyCode, settings.country)
      if (!company) throw unknownCompany(companyCode)
      if (sentUnchanged(request, reply, entityTag(company))) return reply
      return { ...companyOf(company), ...trace(request) }
    },
  )
}

/** Whether a company is one of those that a query asks for. */
function isAskedFor(company: Company, query: CatalogueQuery): boolean {
  const { active, searchCompany, tag_id } = query
  if (company.active !== (active === "true")) return false
  if (tag_id !== undefined && !company.details.tags.some((tag) => tagIdOf(tag) === tag_id)) {
    return false
  }
  return searchCompany === undefined || matches(company, searchCompany)
}
