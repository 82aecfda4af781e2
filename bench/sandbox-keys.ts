/** The keys of a gateway's sandbox for the native API, as it wrote them down for scripts. */
import { readFileSync } from "node:fs"
import { join } from "node:path"

export type NativeKeys = {
  readonly baseUrl: string
  /** The demo merchant's. */
  readonly apiKey: string
  readonly operatorKey: string
}

/** Reads them from the data folder of a gateway that has started. */
export function nativeKeys(dataDir: string): NativeKeys {
  const { caudal } = JSON.parse(readFileSync(join(dataDir, "sandbox.json"), "utf8"))
  return caudal
}

/** The headers of a JSON request with one of them. */
export function withKey(key: string): Readonly<Record<string, string>> {
  return { authorization: `Bearer ${key}`, "content-type": "application/json" }
}
