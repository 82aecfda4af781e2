/** A whole running gateway for tests, with the sandbox's credentials and a receiver of webhooks. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { createServer, type IncomingHttpHeaders } from "node:http"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import type { Logger } from "pino"
import type { Clock } from "../../src/clock.ts"
import { readConfig } from "../../src/config.ts"
import { makeLogger } from "../../src/http/log.ts"
import { type System, startSystem } from "../../src/system.ts"
import { lastFirst } from "./cleanup.ts"
import { type Cleanup, testDatabase } from "./database.ts"
import { openFront } from "./front.ts"
import { keepPromises } from "./promised.ts"

/** A message as it arrived. */
export type Received = {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
  readonly at: number
}

/** A merchant's server: it keeps what it is told, and answers as it is told to. */
export type Receiver = {
  readonly url: string
  readonly received: Received[]
  /** What to answer from now on; null leaves the caller waiting. */
  answer: { status: number; body?: string } | null
  /** Waits for a message that fits, at most `timeoutMs`. */
  next(fits: (message: Received) => boolean, timeoutMs?: number): Promise<Received>
}

/** The credentials that sandbox.json holds for one dialect. */
export type Credentials = { readonly baseUrl: string } & Readonly<Record<string, string>>

export type Gateway = System & {
  readonly receiver: Receiver
  /** Folder with sandbox.json and the simulator's books. */
  readonly dataDir: string
  /** The entries of sandbox.json by their names there. */
  readonly credentials: Readonly<
    Record<"pentagoo" | "tapila" | "palommaPay" | "palommaDirectDebit" | "caudal", Credentials>
  > & { readonly chain?: ChainEntry }
}

/** The chain that sandbox.json names. */
export type ChainEntry = {
  readonly rpcUrl: string
  readonly chainId: number
  readonly token: string
  readonly decimals: number
  readonly payer: string
}

/**
 * Holds messages against the OpenAPI documents; null outside the conformance suite, which is told
 * all that there is. Answers are held against them everywhere: see `promised.ts`.
 */
const contract = /\bconformance\b/.test(process.argv[1] ?? "")
  ? await import("./contract.ts")
  : null

/** How many nodes each gateway has, unless a test says otherwise: see `test/two-nodes`. */
let usualNodes = 1

/** Gives every gateway that this process starts from now on so many nodes. */
export function giveNodes(nodes: number): void {
  usualNodes = nodes
}

/**
 * Starts a gateway on a database of its own, on any port; ends with the test. One of several nodes
 * takes requests in turn, and has the first one's core.
 */
export async function startGateway(
  testContext: Cleanup,
  environment: Readonly<Record<string, string>> = {},
  over: { readonly clock?: Clock; readonly nodes?: number; readonly log?: Logger } = {},
): Promise<Gateway & { readonly nodes: readonly System[] }> {
  const context = lastFirst(testContext)
  context.after(keepPromises)
  const { url } = await testDatabase(context)
  const receiver = await startReceiver(context)
  const dataDir = mkdtempSync(join(tmpdir(), "caudal-test-"))
  const { clock, nodes: count = usualNodes } = over
  const front = count > 1 ? await openFront(context) : null
  const config = readConfig(
    {
      PORT: "0",
      ...(front && { CAUDAL_PUBLIC_URL: front.url }),
      DATABASE_URL: url,
      CAUDAL_DATA_DIR: dataDir,
      CAUDAL_SANDBOX_WEBHOOK_URL: receiver.url,
      // A chain costs a second and a process: the tests that need one say so.
      CAUDAL_SANDBOX_CHAIN: "0",
      CAUDAL_LOG_LEVEL: process.env.CAUDAL_TEST_LOG_LEVEL ?? "silent",
      ...environment,
    },
    dataDir,
  )
  const log = over.log ?? makeLogger({ level: config.logLevel })
  const starting = Array.from({ length: count }, () =>
    startSystem({ config, log, ...(clock && { clock }) }),
  )
  context.after(async () => {
    const started = await Promise.allSettled(starting)
    await Promise.all(started.map((each) => each.status === "fulfilled" && each.value.stop()))
    rmSync(dataDir, { recursive: true, force: true })
  })
  const nodes = await Promise.all(starting)
  front?.before(nodes.map(({ url: nodeUrl }) => nodeUrl))
  const system = { ...nodes[0]!, ...(front && { url: front.url }), nodes }
  const credentials = JSON.parse(readFileSync(join(dataDir, "sandbox.json"), "utf8"))
  return { ...system, receiver, dataDir, credentials }
}

/** Starts a receiver on a loopback port; ends with the test. */
export async function startReceiver(context: Cleanup): Promise<Receiver> {
  const received: Received[] = []
  const unpromised: unknown[] = []
  const server = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on("data", (part: Buffer) => parts.push(part))
    request.on("end", () => {
      const body = Buffer.concat(parts).toString("utf8")
      const path = request.url ?? "/"
      received.push({ path, headers: request.headers, body, at: performance.now() })
      try {
        contract?.checkMessage(body)
      } catch (error) {
        unpromised.push(error)
      }
      const { answer } = receiver
      if (answer) response.writeHead(answer.status).end(answer.body ?? "")
    })
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const { port } = server.address() as AddressInfo
  const receiver: Receiver = {
    url: `http://127.0.0.1:${port}/hook`,
    received,
    answer: { status: 200 },
    async next(fits, timeoutMs = 10_000) {
      const giveUpAt = performance.now() + timeoutMs
      for (;;) {
        const found = received.find(fits)
        if (found) return found
        if (performance.now() > giveUpAt) {
          const seen = received.map((each) => each.body.slice(0, 200)).join("\n")
          throw new Error(`no such message within ${timeoutMs} ms; there were:\n${seen}`)
        }
        await sleep(10)
      }
    },
  }
  context.after(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
    if (unpromised.length > 0) throw unpromised[0]
  })
  return receiver
}

/** A port that nobody uses at the moment. */
export async function freePort(): Promise<number> {
  const probe = createServer()
  await new Promise<void>((resolve) => probe.listen(0, "127.0.0.1", resolve))
  const { port } = probe.address() as AddressInfo
  await new Promise((resolve) => probe.close(resolve))
  return port
}

/** Asks the gateway and reads the answer as JSON; text stays text. */
export async function ask(
  method: string,
  url: string,
  options: { readonly headers?: Record<string, string>; readonly body?: unknown } = {},
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever came and asserts on it.
): Promise<{ status: number; headers: Headers; body: any }> {
  const text = typeof options.body === "string" ? options.body : JSON.stringify(options.body)
  const response = await fetch(url, {
    method,
    headers: {
      ...(options.body === undefined ? {} : { "content-type": "application/json" }),
      ...options.headers,
    },
    ...(options.body === undefined ? {} : { body: text }),
    redirect: "manual",
  })
  const raw = await response.text()
  const { status, headers: answered } = response
  let body: unknown = raw
  try {
    body = JSON.parse(raw)
  } catch {
    // A page.
  }
  return { status, headers: answered, body }
}
