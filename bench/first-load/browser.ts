/** The browser of the bench: in a process of its own, as its driver ends processes on Ctrl-C. */
import { startBrowser } from "../../test/support/browser.ts"
import { type FirstLoad, firstLoad, type Line } from "../../test/support/first-load.ts"
import { serveStarted } from "../child.ts"

export type LoadRequest = { readonly url: string; readonly line: Line }

async function start() {
  const undo: (() => Promise<void>)[] = []
  const browser = await startBrowser({ after: (work) => undo.push(work) })
  return { browser, undo }
}

serveStarted(
  start,
  {
    load: ({ browser }, { line, url }: LoadRequest): Promise<FirstLoad> =>
      firstLoad(browser, url, line),
  },
  async ({ undo }) => {
    for (const work of undo) await work()
  },
)
