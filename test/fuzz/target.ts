/** The gateway that is fuzzed: two merchants, an operator, its log read as it is written. */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { makeLogger } from "../../src/http/log.ts"
import { checkMessage } from "../support/contract.ts"
import type { Cleanup } from "../support/database.ts"
import { ask, type Gateway, startGateway } from "../support/gateway.ts"
import { addMerchant } from "../support/merchant.ts"
import type { Answer, Secrets } from "./judge.ts"
import type { Proofs, Shot, Who } from "./requests.ts"
import { sendRaw } from "./socket.ts"
import { MARKS } from "./values.ts"

export type Target = {
  readonly gateway: Gateway
  readonly proofs: Proofs
  readonly secrets: Secrets
  /** What no answer tells, for members that want it. */
  readonly fixed: Readonly<Record<string, string>>
  /** Sends a request; null where a socket was closed without an answer. */
  send(shot: Shot): Promise<Answer | null>
  /** What was wrong beside the answers since it was last asked: log lines, rejections, stalls. */
  noticed(): string[]
}

/** A gateway's own limit is 1 s; ten times as often it is looked whether it keeps to it. */
const STALL_MS = 1_000
const LOOK_MS = 100
/** Of a stalled second, how much the process itself must have worked: else the machine was busy. */
const STALL_WORK_MS = 900
/** Secrets that were handed out while it ran; each answer is searched for all of them. */
const HANDED_OUT_MAX = 30

/** Starts it; ends with the context. */
export async function startTarget(context: Cleanup): Promise<Target> {
  const notices: string[] = []
  const secrets = makeSecrets()
  const log = makeLogger({
    level: "info",
    destination: { write: (line) => void readLine(line, secrets, notices) },
  })
  const gateway = await startGateway(context, { CAUDAL_LOG_LEVEL: "info" }, { log })
  const other = await addMerchant(gateway, "Other")
  watch(context, notices)
  const proofs = await proofsOf(gateway, other.shown)
  gather(secrets, gateway, other.shown)
  const demo = (await gateway.core.merchants.findByName("Demo"))!
  return {
    gateway,
    proofs,
    secrets,
    fixed: {
      merchant: `mer_${demo.id.replaceAll("-", "")}`,
      clientUsername: gateway.credentials.tapila["clientUsername"]!,
      password: gateway.credentials.tapila["password"]!,
    },
    send: (shot) => send(gateway, shot),
    noticed: () => [...notices.splice(0), ...unpromised(gateway)],
  }
}

/** What is wrong with the messages that its receiver was sent since; they are let go of then. */
function unpromised({ receiver }: Gateway): string[] {
  return receiver.received.splice(0).flatMap(({ body }) => {
    try {
      checkMessage(body)
      return []
    } catch (error) {
      return [(error as Error).message]
    }
  })
}

/** Levels at which something is ours to mend. */
const FAULT = /"level":"(?:error|fatal|warn)"/
/** Some numbers are there to find out what becomes of an order that nobody answers. */
const MEANT = /"message":"the simulated bank does not answer"/

function readLine(line: string, secrets: Secrets, notices: string[]): void {
  const told = secrets.in(line)
  if (told !== null) notices.push(`a log line holds ${told}: ${line.trim()}`)
  const mark = Object.entries(MARKS).find(([, digits]) => line.includes(digits))
  if (mark) notices.push(`a log line holds a number of ${mark[0]}: ${line.trim()}`)
  if (FAULT.test(line) && !MEANT.test(line)) notices.push(`a fault in the log: ${line.trim()}`)
}

function makeSecrets(): Secrets {
  const known: { readonly name: string; readonly secret: string }[] = []
  const handedOut: { readonly name: string; readonly secret: string }[] = []
  return {
    in(text) {
      const found =
        known.find(({ secret }) => text.includes(secret)) ??
        // Whom it was handed to may be told it again by nobody; the answer itself came before.
        handedOut.find(({ secret }) => text.includes(secret))
      return found?.name ?? null
    },
    add(name, secret) {
      if (name.startsWith("a ")) {
        handedOut.push({ name, secret })
        if (handedOut.length > HANDED_OUT_MAX) handedOut.shift()
      } else known.push({ name, secret })
    },
  }
}

/** What may be told: names, addresses, and the half of a pair that is no secret. */
const TOLD = new Set(["baseUrl", "clientUsername", "key"])

function gather(secrets: Secrets, gateway: Gateway, other: Shown): void {
  const all = [...Object.entries(gateway.credentials), ...Object.entries(other)]
  for (const [dialect, shown] of all) {
    if (typeof shown === "string") continue
    for (const [name, secret] of Object.entries(shown)) {
      if (typeof secret === "string" && !TOLD.has(name)) secrets.add(`${dialect} ${name}`, secret)
    }
  }
  secrets.add("the master key", readFileSync(join(gateway.dataDir, "master.key"), "utf8").trim())
}

type Shown = Readonly<Record<string, Readonly<Record<string, string>>>>

/** Headers of everybody, made once: tokens of logins last longer than a run. */
async function proofsOf(gateway: Gateway, other: Shown): Promise<Proofs> {
  const { pentagoo, tapila, palommaPay, palommaDirectDebit, caudal } = gateway.credentials
  const ours: Shown = {
    pentagoo,
    tapila,
    "palomma-pay": palommaPay,
    "palomma-direct-debit": palommaDirectDebit,
    caudal,
  }
  const a = await headersOf(gateway.url, ours)
  const b = await headersOf(gateway.url, other)
  const stranger = await strangers()
  const operator = { authorization: `Bearer ${caudal["operatorKey"]}` }
  const others = { ...a, caudal: a["palomma-direct-debit"]!, pentagoo: a["caudal"]! }
  const swapped: typeof a = {
    ...others,
    "palomma-direct-debit": a["palomma-pay"]!,
    "palomma-pay": a["palomma-direct-debit"]!,
    tapila: a["caudal"]!,
  }
  const table: Readonly<Record<Who, typeof a | null>> = {
    A: a,
    B: b,
    operator: { caudal: operator },
    nobody: null,
    stranger,
    otherDialect: swapped,
  }
  return (dialect, who) => table[who]?.[dialect] ?? {}
}

type Headers = Readonly<Record<string, string>>

async function headersOf(url: string, shown: Shown): Promise<Readonly<Record<string, Headers>>> {
  const { clientUsername, password, apiKey } = shown["tapila"]!
  const body = { clientUsername, password }
  const { body: login } = await ask("POST", `${url}/tapila/login`, { body })
  const { key, secret } = shown["pentagoo"]!
  return {
    pentagoo: { oauth: `${key}:${secret}` },
    tapila: { "x-authorization-token": login.accessToken, "x-api-key": apiKey! },
    "palomma-pay": { authorization: shown["palomma-pay"]!["privateKey"]! },
    "palomma-direct-debit": {
      authorization: `Bearer ${shown["palomma-direct-debit"]!["apiKey"]}`,
    },
    caudal: { authorization: `Bearer ${shown["caudal"]!["apiKey"]}` },
  }
}

/** Credentials of the right form that are nobody's. */
async function strangers(): Promise<Readonly<Record<string, Headers>>> {
  const zeros = "0".repeat(32)
  return {
    pentagoo: { oauth: `00000000-0000-4000-8000-000000000000:${zeros}` },
    tapila: { "x-authorization-token": "eyJhbGciOiJub25lIn0.e30.", "x-api-key": zeros },
    "palomma-pay": { authorization: `pp_${zeros}` },
    "palomma-direct-debit": { authorization: `Bearer dd_${zeros}` },
    caudal: { authorization: `Bearer ck_${zeros}` },
  }
}

/** Addresses that differ: one that fails to log in too often is kept waiting, on purpose. */
let addresses = 0

async function send(gateway: Gateway, shot: Shot): Promise<Answer | null> {
  const { method, path, headers, body, overSocket } = shot
  if (overSocket) return sendRaw(gateway.url, shot)
  addresses += 1
  const answer = await gateway.server.inject({
    method: method as "GET",
    url: path,
    headers: { host: "localhost", ...headers },
    ...(body !== null && { payload: body }),
    remoteAddress: `10.${(addresses >> 16) & 255}.${(addresses >> 8) & 255}.${addresses & 255}`,
  })
  return {
    status: answer.statusCode,
    headers: answer.headers as Answer["headers"],
    body: answer.payload,
  }
}

function watch(context: Cleanup, notices: string[]): void {
  const onRejection = (reason: unknown) => {
    notices.push(`an unhandled rejection: ${reason instanceof Error ? reason.stack : reason}`)
  }
  process.on("unhandledRejection", onRejection)
  let last = performance.now()
  let work = process.cpuUsage()
  const timer = setInterval(() => {
    const now = performance.now()
    const { user, system } = process.cpuUsage(work)
    const stalledMs = now - last - LOOK_MS
    if (stalledMs > STALL_MS && (user + system) / 1_000 > STALL_WORK_MS) {
      notices.push(`the event loop stood still for ${Math.round(stalledMs)} ms`)
    }
    last = now
    work = process.cpuUsage()
  }, LOOK_MS)
  context.after(async () => {
    clearInterval(timer)
    process.off("unhandledRejection", onRejection)
  })
}
