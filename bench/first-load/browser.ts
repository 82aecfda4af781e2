/** The browser of the bench: in a process of its own, as its driver ends processes on Ctrl-C. */
import { startBrowser } from "../../test/support/browser.ts"
import { type FirstLoad, firstLoad, type Line } from "../../test/support/first-load.ts"
import { serve } from "../child.ts"

export type LoadRequest = { readonly url: string; readonly line: Line }

const undo: (() => Promise<void>)[] = []
const browser = startBrowser({ after: (work) => undo.push(work) })
browser.catch(() => {})

serve(
  {
    ready: async () => {
      await browser
      return true
    },
    load: async ({ line, url }: LoadRequest): Promise<FirstLoad> =>
      firstLoad(await browser, url, line),
  },
  async () => {
    await browser.catch(() => {})
    for (const work of undo) await work()
  },
)
