/** The routes of a dialect, by having it register them with nobody. */
import type { Core } from "../../src/core/index.ts"
import type { DialectApp } from "../../src/dialects/dialect.ts"
import type { Dialect } from "../../src/dialects/index.ts"
import type { Route } from "../../src/openapi/document.ts"

type Options = { config?: { open?: boolean }; schema?: Route["schema"] }
const VERBS = ["get", "post", "put", "patch", "delete"]

/** What a dialect registers, in its order. None of it can be called. */
export function registeredBy(dialect: Dialect, core: Core): Route[] {
  const found: Route[] = []
  const record = (method: string) => (path: string, options: Options | (() => void)) => {
    const { config, schema = {} } = typeof options === "function" ? ({} as Options) : options
    found.push({ method, url: dialect.prefix + path, open: config?.open === true, schema })
  }
  const app = new Proxy(
    {},
    {
      get: (_, member) =>
        VERBS.includes(String(member)) ? record(String(member).toUpperCase()) : () => {},
    },
  )
  dialect.routes(app as DialectApp, core)
  return found
}
