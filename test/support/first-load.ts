/** The first load of a page as a payer with a cheap phone waits for it, measured in a browser. */
import { setTimeout as sleep } from "node:timers/promises"
import type { Browser, CDPSession } from "playwright-core"

/** A line as Chromium imitates it: each answer begins so much later, all share the rate. */
export type Line = { readonly latencyMs: number; readonly downBps: number; readonly upBps: number }

/** DevTools' preset says 150 ms and 1.6 Mbit/s, and applies 3.75 times the one, 0.9 the other. */
export const SLOW_4G: Line = { latencyMs: 562.5, downBps: 1_440_000, upBps: 675_000 }
/** What Lighthouse means by the same: the time to a server and back, and the bare line. */
export const LIGHTHOUSE_4G: Line = { latencyMs: 150, downBps: 1_638_400, upBps: 750_000 }

export type FirstLoad = {
  /** From the navigation until the largest thing that was ever painted stood there. */
  readonly lcpMs: number
  /** Its tag and class. */
  readonly largest: string
  /** Of all that was loaded, as it came over the line: heads and compressed bodies. */
  readonly bytes: number
  readonly urls: readonly string[]
  /** What the first picture has to wait for: the page itself, and what it has fetched before. */
  readonly blocking: readonly string[]
  /** How far things moved that had been painted before, as a share of the screen (CLS); which. */
  readonly shift: number
  readonly moved: readonly string[]
}

/** Four times slower than the machine: what DevTools calls a mid-tier to low-tier phone. */
const CPU_SLOWDOWN = 4
const PHONE = {
  viewport: { width: 360, height: 740 },
  deviceScaleFactor: 2,
  isMobile: true,
  hasTouch: true,
  locale: "es-CO",
}
/** Nothing was asked for so long: the load is over. Shorter than the page's own look for news. */
const QUIET_MS = 300
const LOOK_MS = 20
const TIMEOUT_MS = 30_000

/** Loads a page with nothing kept from before. The browser is given back as it was. */
export async function firstLoad(browser: Browser, url: string, line: Line): Promise<FirstLoad> {
  const context = await browser.newContext(PHONE)
  try {
    const page = await context.newPage()
    const session = await context.newCDPSession(page)
    const seen = await watch(session)
    await slowDown(session, line)
    await page.goto(url, { waitUntil: "load", timeout: TIMEOUT_MS })
    await untilQuiet(seen)
    const { classic, lcp, ...painted } = (await page.evaluate(PAINTED)) as Painted
    if (lcp === null) throw new Error(`nothing was painted at ${url}`)
    const loaded = [...seen.values()].filter((each) => !isNews(each, url))
    return {
      lcpMs: lcp.ms,
      largest: lcp.what,
      bytes: loaded.reduce((sum, { bytes }) => sum + bytes, 0),
      urls: loaded.map((each) => each.url),
      blocking: [...new Set([url, ...painted.blocking, ...classic])],
      shift: painted.shift,
      moved: [...new Set(painted.moved)],
    }
  } finally {
    await context.close()
  }
}

async function slowDown(session: CDPSession, { downBps, latencyMs, upBps }: Line): Promise<void> {
  await session.send("Emulation.setCPUThrottlingRate", { rate: CPU_SLOWDOWN })
  await session.send("Network.emulateNetworkConditions", {
    offline: false,
    latency: latencyMs,
    downloadThroughput: downBps / 8,
    uploadThroughput: upBps / 8,
  })
}

type Asked = {
  readonly url: string
  readonly type: string
  readonly isDocument: boolean
  bytes: number
  over: boolean
}
type Seen = ReadonlyMap<string, Asked>

async function watch(session: CDPSession): Promise<Seen> {
  const seen = new Map<string, Asked>()
  session.on("Network.requestWillBeSent", ({ request: { url }, requestId, type = "Other" }) => {
    seen.set(requestId, { url, type, isDocument: type === "Document", bytes: 0, over: false })
  })
  session.on("Network.loadingFinished", ({ encodedDataLength, requestId }) => {
    const asked = seen.get(requestId)
    if (asked) Object.assign(asked, { bytes: encodedDataLength, over: true })
  })
  session.on("Network.loadingFailed", ({ requestId }) => {
    const asked = seen.get(requestId)
    if (asked) asked.over = true
  })
  await session.send("Network.enable")
  return seen
}

/** Who waits for news of a payment asks for its page again, or keeps a stream of them open. */
function isNews({ isDocument, type, url }: Asked, pageUrl: string): boolean {
  return type === "EventSource" || (url === pageUrl && !isDocument)
}

async function untilQuiet(seen: Seen): Promise<void> {
  const giveUpAt = performance.now() + TIMEOUT_MS
  let busyAt = performance.now()
  while (performance.now() - busyAt < QUIET_MS) {
    const isOver = [...seen.values()].every(({ over, type }) => over || type === "EventSource")
    if (!isOver) busyAt = performance.now()
    if (performance.now() > giveUpAt) throw new Error("the page never stops loading")
    await sleep(LOOK_MS)
  }
}

type Painted = {
  readonly lcp: { readonly ms: number; readonly what: string } | null
  readonly shift: number
  readonly moved: readonly string[]
  readonly blocking: readonly string[]
  readonly classic: readonly string[]
}

/**
 * Runs in the page. What stands in the body without `defer` blocks only what is below it, which
 * Chromium doesn't call blocking; we do.
 */
const PAINTED = `new Promise((resolve) => {
  const painted = new Promise((found) => {
    setTimeout(() => found([]), ${TIMEOUT_MS})
    new PerformanceObserver((list) => found(list.getEntries()))
      .observe({ type: "largest-contentful-paint", buffered: true })
  })
  const named = (node) => {
    const { tagName, className } = node?.tagName ? node : (node?.parentElement ?? {})
    return [tagName?.toLowerCase(), className].filter(Boolean).join(".")
  }
  painted.then((largest) => {
    const moves = new PerformanceObserver(() => {})
    moves.observe({ type: "layout-shift", buffered: true })
    const shifts = moves.takeRecords()
    const last = largest.at(-1)
    const resources = performance.getEntriesByType("resource")
    const scripts = [...document.querySelectorAll("script[src]:not([async], [defer], [type=module])")]
    resolve({
      lcp: last ? { ms: last.startTime, what: named(last.element) } : null,
      shift: shifts.reduce((sum, { value }) => sum + value, 0),
      moved: shifts.flatMap(({ sources }) => sources.map(({ node }) => named(node))),
      blocking: resources.filter((each) => each.renderBlockingStatus === "blocking")
        .map(({ name }) => name),
      classic: scripts.map(({ src }) => src),
    })
  })
})`
