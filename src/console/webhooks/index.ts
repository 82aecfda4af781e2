/** Webhooks: endpoints and how they fare, deliveries with what was sent and what came back. */
import { DIALECT_NAMES } from "../../core/index.ts"
import { chooseMerchant, merchantOf } from "../chosen.ts"
import { type Asked, type Section, type Shown, say, type Visit } from "../site.ts"
import {
  addEndpoint,
  editEndpoint,
  findEndpoint,
  replayDelivery,
  replaySince,
  rotateSecret,
  SWITCHES,
  showDelivery,
  showEndpoint,
  switchEndpoint,
  testEndpoint,
} from "./actions.ts"
import * as deliveries from "./deliveries.ts"
import { listPage, newPage, replayPage, rotatePage } from "./endpoints.ts"
import { NOTHING } from "./fields.ts"
import { DELIVERY_STATES, HOOKS } from "./texts.ts"

const DELIVERIES_A_PAGE = 50
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const PREFIXED = /^[a-z]{2,4}_([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})$/

export const webhooks: Section = {
  name: "webhooks",
  nav: { label: HOOKS.title, path: "/webhooks", permission: "see" },
  routes(pages) {
    pages.get("/webhooks", "see", async (visit) => {
      if (visit.merchant === null) {
        return chooseMerchant(visit, "/webhooks", say(HOOKS.title, visit.language))
      }
      const { endpointHealth, endpoints } = visit.core.merchants
      const { id } = visit.merchant
      const [all, health] = await Promise.all([endpoints(id), endpointHealth(id)])
      const of = new Map(health.map((each) => [each.endpointId, each]))
      return listPage(
        visit,
        all.map((endpoint) => ({ endpoint, health: of.get(endpoint.id) ?? null })),
      )
    })
    pages.get(
      "/webhooks/new",
      "webhooks",
      async (visit, { query }) => {
        merchantOf(visit)
        const dialect = DIALECT_NAMES.find((each) => each === query["dialect"]) ?? NOTHING.dialect
        return newPage(visit, { ...NOTHING, dialect }, {})
      },
      { fresh: true },
    )
    pages.post("/webhooks/new", "webhooks", addEndpoint, { fresh: true })
    pages.get("/webhooks/deliveries", "see", showDeliveries)
    pages.get("/webhooks/deliveries/:id", "see", (visit, asked) => showDelivery(visit, asked))
    pages.post("/webhooks/deliveries/:id/replay", "webhooks", replayDelivery)
    pages.get("/webhooks/:id", "see", async (visit, asked) =>
      showEndpoint(visit, await findEndpoint(visit, asked)),
    )
    pages.post("/webhooks/:id/edit", "webhooks", editEndpoint)
    for (const what of SWITCHES) {
      pages.post(`/webhooks/:id/${what}`, "webhooks", (visit, asked) =>
        switchEndpoint(visit, asked, what),
      )
    }
    pages.post("/webhooks/:id/test", "webhooks", testEndpoint)
    pages.get(
      "/webhooks/:id/rotate",
      "webhooks",
      async (visit, asked) => rotatePage(visit, await findEndpoint(visit, asked)),
      { fresh: true },
    )
    pages.post("/webhooks/:id/rotate", "webhooks", rotateSecret, { fresh: true })
    pages.get("/webhooks/:id/replay", "webhooks", async (visit, asked) => {
      const endpoint = await findEndpoint(visit, asked)
      const { timeZone: zone } = merchantOf(visit)
      return replayPage(visit, endpoint, { since: "", zone, error: null, alsoDelivered: false })
    })
    pages.post("/webhooks/:id/replay", "webhooks", replaySince)
  },
}

async function showDeliveries(visit: Visit, { query }: Asked): Promise<Shown> {
  const { core, language } = visit
  if (visit.merchant === null) {
    return chooseMerchant(visit, "/webhooks/deliveries", say(HOOKS.deliveries, language))
  }
  const { id: merchantId } = visit.merchant
  const endpoints = await core.merchants.endpoints(merchantId)
  const endpoint = endpoints.find(({ id }) => id === query["endpoint"])
  const state = (Object.keys(DELIVERY_STATES) as (keyof typeof DELIVERY_STATES)[]).find(
    (each) => each === query["state"],
  )
  const q = (query["q"] ?? "").trim()
  const before = UUID.test(query["before"] ?? "") ? query["before"]! : ""
  const typed = { endpoint: endpoint?.id ?? "", state: state ?? "", q, before }
  const id = readId(q)
  if (q !== "" && id === null) {
    const nothing = { items: [], cursor: null }
    const wrong = say(HOOKS.idWrong, language)
    return deliveries.listPage(visit, endpoints, typed, nothing, wrong)
  }
  const page = { limit: DELIVERIES_A_PAGE, before: before || null }
  const filter = { merchantId, endpointId: endpoint?.id, state }
  const find = (more: { readonly eventId?: string; readonly subjectId?: string }) =>
    core.events.deliveries({ ...filter, ...more }, page)
  // An id may be an event's or that of what it is about: people copy either.
  const ofEvent = id === null ? await find({}) : await find({ eventId: id })
  const found = id !== null && ofEvent.items.length === 0 ? await find({ subjectId: id }) : ofEvent
  return deliveries.listPage(visit, endpoints, typed, found, null)
}

/** An id as it is stored, of one with or without a prefix; null for what is none. */
function readId(text: string): string | null {
  const lower = text.toLowerCase()
  if (UUID.test(lower)) return lower
  return PREFIXED.exec(lower)?.slice(1).join("-") ?? null
}
