/** What every page of the console loads: its stylesheet and its script. */
import { readFileSync } from "node:fs"
import { scriptOf } from "../pages/script.ts"
import { stylesheet } from "../pages/stylesheet.ts"
import { asset, readPackaged } from "./chart-file.ts"

/** The parts of the script, each after those that it imports. */
const PARTS = ["copy", "confirm", "swap", "live", "instant", "chart", "preview", "page"]
export const SCRIPT = scriptOf("console.js", new URL("./client/", import.meta.url), PARTS)

const CSS = stylesheet(readFileSync(new URL("./styles.css", import.meta.url), "utf8")).text
const PLOT = readPackaged("uplot/dist/uPlot.min.css")

export const STYLES = asset("console.css", "text/css", `${CSS}\n${PLOT}`)
