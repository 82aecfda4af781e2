/** Lets Node run our TypeScript below node_modules, where it strips no types by itself. */
import { readFileSync } from "node:fs"
import { registerHooks, stripTypeScriptTypes } from "node:module"

const ROOT = new URL("../src/", import.meta.url).href

const { emitWarning } = process
// Node still calls its own stripping experimental; this one warning is not for operators.
process.emitWarning = (warning, ...rest) => {
  if (String(warning).startsWith("stripTypeScriptTypes ")) return
  Reflect.apply(emitWarning, process, [warning, ...rest])
}

// Only what is ours: any other package's sources are its own affair.
registerHooks({
  load(url, context, next) {
    if (!url.startsWith(ROOT) || !url.endsWith(".ts")) return next(url, context)
    const source = stripTypeScriptTypes(readFileSync(new URL(url), "utf8"), { mode: "strip" })
    return { format: "module", source, shortCircuit: true }
  },
})
