/** Keys: listed, made, replaced with an overlap, ended; merchants' and operators'. */
import { html } from "../../pages/html.ts"
import { chooseMerchant } from "../chosen.ts"
import { linkButton, note } from "../parts.ts"
import {
  type Answer,
  type Asked,
  NotThere,
  type Pages,
  type Section,
  say,
  type Visit,
} from "../site.ts"
import { sentence } from "../when.ts"
import { errorsOf, NOTHING, readEnd, readTerms, typedIn } from "./fields.ts"
import { dialectsFor, type Holder, type Listed, merchantKeys, operatorKeys } from "./holders.ts"
import { listPage, madePage, newPage, OVERLAPS, revokePage, rollPage } from "./pages.ts"
import { KEYS } from "./texts.ts"

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
/** Keys are made and ended by whoever has just shown a password. */
const FRESH = { fresh: true } as const

export const keys: Section = {
  name: "keys",
  nav: { label: KEYS.nav, path: "/keys", permission: "see" },
  routes(pages) {
    pages.get("/keys", "see", async (visit) => {
      const { language } = visit
      const others =
        visit.can("operate") &&
        linkButton(say(KEYS.operators, language), visit.href("/keys/operators"))
      if (visit.merchant === null) {
        const shown = await chooseMerchant(visit, "/keys", say(KEYS.title, language))
        return { ...shown, body: html`${shown.body}${others && html`<p>${others}</p>`}` }
      }
      return listPage(visit, merchantKeys, await merchantKeys.list(visit), others)
    })
    pages.get("/keys/operators", "operate", async (visit) =>
      listPage(visit, operatorKeys, await operatorKeys.list(visit)),
    )
    for (const holder of [merchantKeys, operatorKeys]) changes(pages, holder)
  },
}

function changes(pages: Pages, holder: Holder): void {
  const { base, permission } = holder

  pages.get(
    `${base}/new`,
    permission,
    async (visit, { query }) => {
      const dialects = await offered(visit, holder)
      const dialect = dialects.find(({ name }) => name === query["dialect"])?.name
      const usual = dialects.find(({ isNew }) => !isNew) ?? dialects[0]
      const once = visit.core.ids.next()
      const chosen = dialect ?? usual?.name ?? null
      return newPage(visit, holder, { typed: NOTHING, errors: {}, once, dialects, dialect: chosen })
    },
    FRESH,
  )

  pages.post(
    `${base}/new`,
    permission,
    async (visit, asked) => {
      const dialects = await offered(visit, holder)
      const dialect = dialects.find(({ name }) => name === asked.form["dialect"])?.name ?? null
      if (holder === merchantKeys && dialect === null) throw new NotThere("no such dialect")
      const typed = typedIn(asked)
      const once = onceOf(asked)
      const again = (errors: Parameters<typeof newPage>[2]["errors"]) =>
        newPage(visit, holder, { typed, errors, once, dialects, dialect })
      const read = readTerms(visit, typed, dialect)
      if ("errors" in read) return again(read.errors)
      const made = await holder.make(visit, { dialect, terms: read.terms, once })
      return "wrong" in made ? again(errorsOf(visit, made.wrong)) : madePage(visit, holder, made)
    },
    FRESH,
  )

  pages.get(
    `${base}/:id/roll`,
    permission,
    async (visit, asked) => {
      const key = await find(visit, holder, asked)
      const once = visit.core.ids.next()
      return rollPage(visit, holder, key, { typed: NOTHING, overlap: "86400", errors: {}, once })
    },
    FRESH,
  )

  pages.post(`${base}/:id/roll`, permission, (visit, asked) => roll(visit, holder, asked), FRESH)

  pages.get(
    `${base}/:id/revoke`,
    permission,
    async (visit, asked) => revokePage(visit, holder, await find(visit, holder, asked)),
    FRESH,
  )

  pages.post(
    `${base}/:id/revoke`,
    permission,
    async (visit, asked) => {
      const { id } = await find(visit, holder, asked)
      const ended = await holder.revoke(visit, id)
      const said = say(ended ? KEYS.revokeDone : KEYS.revokedBefore, visit.language)
      return { to: visit.href(base), said }
    },
    FRESH,
  )
}

async function roll(visit: Visit, holder: Holder, asked: Asked): Promise<Answer> {
  const { language } = visit
  const key = await find(visit, holder, asked)
  const typed = typedIn(asked)
  const once = onceOf(asked)
  const overlap = OVERLAPS.find((each) => each === asked.form["overlap"]) ?? "86400"
  const again = (errors: Parameters<typeof rollPage>[3]["errors"]) =>
    rollPage(visit, holder, key, { typed, overlap, errors, once })
  const expiresAt = readEnd(visit, typed)
  if (expiresAt === "wrong") return again({ until: say(KEYS.untilInvalid, language) })
  const overlapSeconds = Number(overlap)
  const made = await holder.roll(visit, key, { overlapSeconds, expiresAt, once })
  if ("wrong" in made) return again(errorsOf(visit, made.wrong))
  const endsAt = new Date(visit.core.clock.now().getTime() + overlapSeconds * 1_000)
  const told =
    overlapSeconds === 0 ? say(KEYS.rolledNow, language) : sentence(visit, KEYS.rolledUntil, endsAt)
  return madePage(visit, holder, made, note(told, "calm"))
}

async function offered(visit: Visit, holder: Holder) {
  return holder === merchantKeys ? dialectsFor(visit) : []
}

/** A key of this holder by the id in the path; another's is as unknown as none. */
async function find(visit: Visit, holder: Holder, { params }: Asked): Promise<Listed> {
  const found = (await holder.list(visit)).find(({ id }) => id === params["id"])
  if (!found) throw new NotThere("no such key")
  return found
}

/** What makes a form's key one, however often it is sent. */
function onceOf({ form }: Asked): string {
  const { once = "" } = form
  if (!UUID.test(once)) throw new NotThere("no form of ours")
  return once
}
