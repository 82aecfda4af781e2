/** What is done to endpoints and deliveries. */
import { type Endpoint, isDay, isRefusal, type Refusal } from "../../core/index.ts"
import { type Html, html } from "../../pages/html.ts"
import { merchantOf } from "../chosen.ts"
import { beginOfDay } from "../days.ts"
import { conflict, type Filled, isStale } from "../fingerprint.ts"
import { note } from "../parts.ts"
import { type Answer, type Asked, NotThere, say, type Visit } from "../site.ts"
import { deliveryPage, deliveryTable } from "./deliveries.ts"
import {
  endpointPage,
  newPage,
  OVERLAPS,
  replayPage,
  rotatePage,
  secretFilled,
  secretPage,
} from "./endpoints.ts"
import { type Errors, readFields, type Typed, typedIn } from "./fields.ts"
import { HOOKS } from "./texts.ts"

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
/** As many as the native API lets a merchant have: each makes every event a message more. */
const ENDPOINTS_MAX = 50
/** Shown on an endpoint's own page. */
const LAST_DELIVERIES = 10
/** Calls of a bounded number each that one click makes at most. */
const REPLAY_CALLS = 10
const HOUR_MS = 3_600_000
const MINUTE_MS = 60_000

/** A merchant's endpoint by the id in the path; another's is as unknown as none. */
export async function findEndpoint(visit: Visit, { params }: Asked): Promise<Endpoint> {
  const { id = "" } = params
  const { core } = visit
  const found = UUID.test(id) ? await core.merchants.findEndpoint(merchantOf(visit).id, id) : null
  if (found === null) throw new NotThere("no such endpoint")
  return found
}

/** An endpoint's page; with what was typed and what is wrong, where a form comes back. */
export async function showEndpoint(
  visit: Visit,
  endpoint: Endpoint,
  over: { readonly typed?: Typed; readonly errors?: Errors; readonly above?: Html | null } = {},
) {
  const { core } = visit
  const { id: merchantId } = merchantOf(visit)
  const [health, found] = await Promise.all([
    core.merchants.endpointHealth(merchantId),
    core.events.deliveries(
      { merchantId, endpointId: endpoint.id },
      { limit: LAST_DELIVERIES, before: null },
    ),
  ])
  const { description, dialect, url } = endpoint
  const filled = filledOf(visit, endpoint)
  return endpointPage(visit, {
    fared: { endpoint, health: health.find((each) => each.endpointId === endpoint.id) ?? null },
    headerNames: core.merchants.endpointHeaderNames(endpoint),
    typed: over.typed ?? {
      ...{ url, dialect, description: description ?? "" },
      ...{ headers: "", replaces: false },
    },
    errors: over.errors ?? {},
    filled,
    above: over.above ?? null,
    deliveries: deliveryTable(visit, found.items, [endpoint]),
  })
}

/** What the form of an endpoint is made from. */
function filledOf({ core }: Visit, endpoint: Endpoint): Filled {
  return {
    url: endpoint.url,
    description: endpoint.description ?? "",
    headers: core.merchants.endpointHeaderNames(endpoint).join(", "),
  }
}

/** Adds an endpoint and shows its secret. */
export async function addEndpoint(visit: Visit, asked: Asked): Promise<Answer> {
  const { core, language } = visit
  const { id: merchantId } = merchantOf(visit)
  const typed = typedIn(asked)
  const read = await readFields(visit, typed, true)
  if ("errors" in read) return newPage(visit, typed, read.errors)
  const known = await core.merchants.endpoints(merchantId)
  if (isFull(known)) {
    return newPage(visit, typed, { form: say(HOOKS.tooMany, language) })
  }
  const { description, headers = {}, url } = read
  const { dialect } = typed
  // Sent twice, it is one endpoint: the same address is told the same thing once.
  const same = known.find(
    (each) => each.disabledAt === null && each.url === url && each.dialect === dialect,
  )
  if (same) return { to: visit.href(`/webhooks/${same.id}`), said: say(HOOKS.already, language) }
  const { endpoint, secret } = await core.merchants.addEndpoint({
    ...{ merchantId, dialect, url, description },
    ...(Object.keys(headers).length > 0 && { headers }),
  })
  return secretPage(visit, endpoint, secret)
}

function isFull(endpoints: readonly Endpoint[]): boolean {
  return endpoints.filter(({ disabledAt }) => disabledAt === null).length >= ENDPOINTS_MAX
}

/** Changes where an endpoint is and what it is sent. */
export async function editEndpoint(visit: Visit, asked: Asked): Promise<Answer> {
  const { core, language } = visit
  const endpoint = await findEndpoint(visit, asked)
  const typed = typedIn(asked)
  const now = filledOf(visit, endpoint)
  if (isStale(asked, now)) {
    const yours = { url: typed.url, description: typed.description }
    const labels = {
      url: say(HOOKS.url, language),
      description: say(HOOKS.description, language),
    }
    const { description = "", url = "" } = now
    const above = conflict(visit, { url, description }, yours, labels)
    return { ...(await showEndpoint(visit, endpoint, { typed, above })), status: 409 }
  }
  const read = await readFields(visit, typed, false)
  if ("errors" in read) return showEndpoint(visit, endpoint, { typed, errors: read.errors })
  await core.merchants.updateEndpoint(merchantOf(visit).id, endpoint.id, read)
  return { to: visit.href(`/webhooks/${endpoint.id}`), said: say(HOOKS.saved, language) }
}

/** Pauses, resumes, disables or enables an endpoint. */
export const SWITCHES = ["pause", "resume", "disable", "enable"] as const
type Switch = (typeof SWITCHES)[number]

const SAID = {
  pause: HOOKS.donePause,
  resume: HOOKS.doneResume,
  disable: HOOKS.doneDisable,
  enable: HOOKS.doneEnable,
} as const satisfies Record<Switch, unknown>

export async function switchEndpoint(visit: Visit, asked: Asked, what: Switch): Promise<Answer> {
  const endpoint = await findEndpoint(visit, asked)
  const { clock, merchants } = visit.core
  const { id } = endpoint
  const { id: merchantId } = merchantOf(visit)
  if (what === "enable" && endpoint.disabledAt !== null) {
    if (isFull(await merchants.endpoints(merchantId))) {
      const above = note(say(HOOKS.tooMany, visit.language), "bad", true)
      return { ...(await showEndpoint(visit, endpoint, { above })), status: 409 }
    }
  }
  const reason =
    visit.user.merchantId === null ? "disabled by an operator" : "disabled by the merchant"
  const done = {
    pause: () => merchants.pauseEndpoint(merchantId, id),
    resume: () => merchants.resumeEndpoint(merchantId, id),
    disable: () => merchants.disableEndpoint(merchantId, id, { at: clock.now(), reason }),
    enable: () => merchants.disableEndpoint(merchantId, id, null),
  } satisfies Record<Switch, () => Promise<unknown>>
  await done[what]()
  return { to: visit.href(`/webhooks/${id}`), said: say(SAID[what], visit.language) }
}

/** Sends a test and shows what came back. */
export async function testEndpoint(visit: Visit, asked: Asked): Promise<Answer> {
  const { language } = visit
  const endpoint = await findEndpoint(visit, asked)
  const pinged = await visit.core.merchants.testEndpoint(merchantOf(visit).id, endpoint.id)
  if (pinged === null) throw new NotThere("no such endpoint")
  if ("retryAfterS" in pinged) {
    const above = note(
      say(HOOKS.testLater, language, { seconds: pinged.retryAfterS }),
      "warn",
      true,
    )
    return { ...(await showEndpoint(visit, endpoint, { above })), status: 429 }
  }
  const { answer, elapsedMs: ms, error, status } = pinged
  const isGood = status !== null && status >= 200 && status < 300
  const text =
    status === null
      ? say(HOOKS.testBad, language, { error: error ?? "", ms })
      : say(HOOKS.testGood, language, { status, ms })
  const above = html`<div role="status">${note(
    html`<p><strong>${say(HOOKS.testTitle, language)}.</strong> ${text}</p>${
      answer !== "" && html`<pre tabindex="0">${answer}</pre>`
    }`,
    isGood ? "good" : "bad",
  )}</div>`
  return showEndpoint(visit, endpoint, { above })
}

/** Gives an endpoint another secret. */
export async function rotateSecret(visit: Visit, asked: Asked): Promise<Answer> {
  const endpoint = await findEndpoint(visit, asked)
  const overlap = OVERLAPS.find((each) => each === asked.form["overlap"])
  if (overlap === undefined || isStale(asked, secretFilled(endpoint))) {
    return { ...rotatePage(visit, endpoint), status: 409 }
  }
  const { merchants } = visit.core
  const made = await merchants.rotateSecret(merchantOf(visit).id, endpoint.id, Number(overlap))
  if (made === null) throw new NotThere("no such endpoint")
  return secretPage(visit, made.endpoint, made.secret)
}

/** Sends again what an endpoint missed. */
export async function replaySince(visit: Visit, asked: Asked): Promise<Answer> {
  const { core, language } = visit
  const endpoint = await findEndpoint(visit, asked)
  const { id: merchantId, timeZone: zone } = merchantOf(visit)
  const typed = asked.form["since"] ?? ""
  const alsoDelivered = asked.form["delivered"] === "1"
  const since = readInstant(typed, zone)
  const again = (error: string) =>
    replayPage(visit, endpoint, { since: typed, zone, error, alsoDelivered })
  if (since === null || since > core.clock.now()) return again(say(HOOKS.sinceWrong, language))
  const states = [
    "failed",
    "cancelled",
    ...(alsoDelivered ? (["delivered"] as const) : []),
  ] as const
  let [replayed, deleted, after] = [0, 0, undefined as string | undefined]
  for (let call = 0; call < REPLAY_CALLS; call += 1) {
    const which = { since, states, ...(after !== undefined && { after }) }
    const done = await core.events.replaySince(merchantId, endpoint.id, which)
    if (done === null) throw new NotThere("no such endpoint")
    if (isRefusal(done)) return again(refusalText(visit, done))
    replayed += done.replayed
    deleted += done.deleted
    after = done.next ?? undefined
    if (after === undefined) break
  }
  const said = [
    say(HOOKS.replayedMany, language, { count: replayed }),
    ...(deleted > 0 ? [say(HOOKS.replayedGone, language, { count: deleted })] : []),
    ...(after === undefined ? [] : [say(HOOKS.replayedMore, language)]),
  ]
  return { to: visit.href(`/webhooks/${endpoint.id}`), said: said.join(" ") }
}

/** A day and a time as a browser's field writes them, there; null for what is none. */
function readInstant(text: string, timeZone: string): Date | null {
  const [, day = "", hours = "", minutes = ""] =
    /^(\d{4}-\d\d-\d\d)T([01]\d|2[0-3]):([0-5]\d)(?::[0-5]\d)?$/.exec(text) ?? []
  if (!isDay(day) || day < "2000-01-01" || day > "2199-12-31") return null
  const sinceMidnightMs = Number(hours) * HOUR_MS + Number(minutes) * MINUTE_MS
  return new Date(beginOfDay(day, timeZone).getTime() + sinceMidnightMs)
}

/** Shows a delivery. */
export async function showDelivery(visit: Visit, { params }: Asked, wrong: string | null = null) {
  const { id = "" } = params
  const { events } = visit.core
  const whole = UUID.test(id) ? await events.delivery(merchantOf(visit).id, id) : null
  if (whole === null) throw new NotThere("no such delivery")
  return deliveryPage(visit, whole, wrong)
}

/** Sends one delivery again. */
export async function replayDelivery(visit: Visit, asked: Asked): Promise<Answer> {
  const { id = "" } = asked.params
  const { events } = visit.core
  const done = UUID.test(id) ? await events.replay(merchantOf(visit).id, id) : null
  if (done === null) throw new NotThere("no such delivery")
  if (isRefusal(done)) return showDelivery(visit, asked, refusalText(visit, done))
  const said = say(HOOKS.replayed, visit.language)
  return { to: visit.href(`/webhooks/deliveries/${id}`), said }
}

function refusalText({ language }: Visit, { message, refused }: Refusal): string {
  if (refused === "endpoint_disabled") return say(HOOKS.refusedDisabled, language)
  return refused === "message_deleted" ? say(HOOKS.refusedDeleted, language) : message
}
