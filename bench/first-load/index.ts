/** How soon a payer with a cheap phone and a slow line sees the page, and what it costs them. */
import { join } from "node:path"
import { type FirstLoad, LIGHTHOUSE_4G, type Line, SLOW_4G } from "../../test/support/first-load.ts"
import type { Bar, Bench, Context, Measured } from "../bench.ts"
import { type Child, startChild } from "../children.ts"
import { startGateway } from "../gateways.ts"
import { makeLinks, readShop } from "../pay-page/links.ts"
import { openPlace } from "../place.ts"
import type { LoadRequest } from "./browser.ts"

const LCP_BAR_MS = 1_000
const BYTES_BAR = 30_000
/** Nothing that anybody could see: web.dev calls a thousand times as much little. */
const SHIFT_BAR = 0.0001
/** Fewer say nothing about the median. */
const ROUNDS_MIN = 5
const SHORT_ROUNDS = 1
/** Its payer is known, it says what is paid for and until when: the longest of the four. */
const LINK = 1

type Row = {
  readonly name: string
  readonly line: Line
  readonly pages: FirstLoad[]
  readonly control: FirstLoad[]
}

async function run(context: Context): Promise<readonly Measured[]> {
  context.stage("starting the gateway and the browser")
  const place = await openPlace(context)
  const { url: databaseUrl } = await place.makeDatabase("first_load")
  const dataDir = join(place.folder, "data")
  const environment = { CAUDAL_SANDBOX_CHAIN: "0" }
  await startGateway(context, { databaseUrl, dataDir, environment })
  const file = join(import.meta.dirname, "browser.ts")
  const browser = await startChild(context, { file, settings: null })
  const links = await makeLinks(readShop(dataDir), LINK + 1)
  const { url } = links[LINK]!
  const rows: readonly Row[] = [
    { name: "DevTools' slow 4G", line: SLOW_4G, pages: [], control: [] },
    { name: "Lighthouse's", line: LIGHTHOUSE_4G, pages: [], control: [] },
  ]
  await measure(context, { browser, rows, url })
  return figuresOf(rows)
}

type Parts = { readonly browser: Child; readonly rows: readonly Row[]; readonly url: string }

async function measure(context: Context, { browser, rows, url }: Parts): Promise<void> {
  const load = async (wanted: LoadRequest) => {
    context.signal.throwIfAborted()
    return browser.ask<FirstLoad>("load", wanted).catch((error) => {
      // Ctrl-C reaches the browser, too: that it went says nothing then.
      context.signal.throwIfAborted()
      throw error
    })
  }
  // One line of text from the same server: what the line, the phone and the browser take anyway.
  const line = new URL("/health/live", url).href
  context.stage("warming up")
  await load({ url, line: SLOW_4G })
  const beganMs = performance.now()
  const wholeMs = context.seconds * 1_000
  const least = context.short ? SHORT_ROUNDS : ROUNDS_MIN
  for (let round = 0; ; round += 1) {
    const done = Math.min(round / least, (performance.now() - beganMs) / wholeMs)
    if (done >= 1) return
    for (const row of rows) {
      context.stage(row.name)
      context.progress(done)
      row.control.push(await load({ url: line, line: row.line }))
      row.pages.push(await load({ url, line: row.line }))
    }
  }
}

function figuresOf(rows: readonly Row[]): readonly Measured[] {
  const all = rows.flatMap(({ pages }) => pages)
  const most = (name: string, unit: string, of: (load: FirstLoad) => number, bar: Bar) => ({
    name,
    unit,
    samples: [Math.max(...all.map(of))],
    bar,
  })
  return [
    ...rows.map(
      ({ control, name, pages }): Measured => ({
        name: `largest paint, ${name}`,
        unit: "ms",
        samples: pages.map(({ lcpMs }) => lcpMs),
        control: control.map(({ lcpMs }) => lcpMs),
        bar: { is: "<", limit: LCP_BAR_MS },
      }),
    ),
    most("bytes of all that is loaded", "", ({ bytes }) => bytes, { is: "<", limit: BYTES_BAR }),
    most("requests that rendering waits for", "", ({ blocking }) => blocking.length, {
      is: "=",
      limit: 1,
    }),
    most("requests in all", "", ({ urls }) => urls.length, { is: "≥", limit: 1 }),
    most("what moved (CLS)", "", ({ shift }) => shift, { is: "≤", limit: SHIFT_BAR }),
  ]
}

export const firstLoads: Bench = {
  about: "loads the payer's page for the first time on a slow phone, beside a line of text",
  seconds: 60,
  run,
}
