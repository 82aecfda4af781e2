/** Turns what a section answers into what is sent: a page in its frame, a way on, a file. */
import { Readable } from "node:stream"
import type { FastifyReply, FastifyRequest } from "fastify"
import type { Core } from "../core/index.ts"
import { leaveSaid, takeSaid } from "./cookies.ts"
import { type Books, framed } from "./layout.ts"
import { liveAddress } from "./live.ts"
import { wayBack } from "./place.ts"
import { type Site, sendPage } from "./send.ts"
import type { Answer, Section, Shown, Visit } from "./site.ts"

/** More merchants than a list to choose from can hold; the others are found by their payments. */
const MERCHANTS_MAX = 200

type Parts = {
  readonly core: Core
  readonly site: Site
  readonly sections: readonly Section[]
}
type Asking = {
  readonly request: FastifyRequest
  readonly reply: FastifyReply
  readonly visit: Visit
  readonly token: string
}

/** Sends an answer. */
export async function show(parts: Parts, asking: Asking, answer: Answer): Promise<FastifyReply> {
  const { reply, token } = asking
  if ("to" in answer) {
    if (answer.said !== undefined) leaveSaid(reply, parts.site.place, token, answer.said)
    return reply.redirect(answer.to, 303)
  }
  if ("file" in answer) return sendFile(reply, answer)
  const { frames = false, status = 200 } = answer
  return sendPage(reply, await frameOf(parts, asking, answer), { status, frames })
}

async function frameOf(
  { core, sections, site }: Parts,
  { request, reply, visit, token }: Asking,
  shown: Shown,
) {
  const isAll = visit.user.merchantId === null
  const merchants = isAll ? (await core.merchants.list()).slice(0, MERCHANTS_MAX) : []
  return framed(shown, {
    visit,
    place: site.place,
    assets: site.assets,
    sections,
    merchants,
    books: isAll ? booksOf(core) : null,
    sandbox: site.sandbox,
    path: isAll ? wayBack(request.url) : withoutMerchant(wayBack(request.url)),
    said: takeSaid(request, reply, site.place, token),
    liveUrl: shown.live === undefined ? null : liveAddress(visit, shown.live),
  })
}

/** A merchant's user has one merchant, whatever its address says. */
function withoutMerchant(path: string): string {
  const [plain = "/", query = ""] = path.split("?", 2)
  const all = new URLSearchParams(query)
  all.delete("merchant")
  return all.size === 0 ? plain : `${plain}?${all}`
}

/** What health says about the books. */
export function booksOf(core: Pick<Core, "booksHealth">): Books {
  const { ok, detail } = core.booksHealth()
  const state = ok ? (detail.startsWith("not looked") ? "unknown" : "right") : "wrong"
  return { state, detail }
}

/** A name that no header is broken by, and no system mistakes for a path. */
function sendFile(
  reply: FastifyReply,
  { file, name, type }: Extract<Answer, { readonly file: unknown }>,
): FastifyReply {
  const plain = name.replace(/[^\w.-]+/g, "-").slice(0, 100)
  reply.type(type).header("content-disposition", `attachment; filename="${plain}"`)
  return reply.send(typeof file === "string" ? file : Readable.from(file))
}
