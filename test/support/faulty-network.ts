/**
 * A network between two gateways that fails in every way in which networks do: an HTTP proxy that
 * deals out faults from a menu, in an order that follows from a seed.
 */
import {
  Agent,
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request,
  type ServerResponse,
} from "node:http"
import type { AddressInfo } from "node:net"
import type { Cleanup } from "./database.ts"

/** What becomes of a request, and how often in `DECK` of its kind. */
const MENU = {
  /** It comes and is answered as if there were no network. */
  none: 24,
  /** It comes a little later. */
  request_delayed: 2,
  /** Its answer comes a little later. */
  answer_delayed: 2,
  /** The connection is reset; nothing comes. */
  reset_before: 2,
  /** It comes; the connection is reset before the answer. */
  answer_lost: 3,
  /** It comes; the answer breaks off in the middle. */
  answer_halved: 2,
  /** It comes twice, one right behind the other; one of the answers comes back. */
  twice: 2,
  /** Nothing is heard for longer than anybody waits; then it comes after all. */
  late: 2,
  /** The proxy answers with a page of its own; nothing comes. */
  page_before: 2,
  /** It comes, and the proxy answers with a page of its own all the same. */
  page_after: 2,
  /** The connection is reset, and for a while nobody gets a new one. */
  refused: 1,
} as const
export type Fault = keyof typeof MENU
export const FAULTS = Object.keys(MENU) as readonly Fault[]
const DECK = FAULTS.flatMap((fault) => Array<Fault>(MENU[fault]).fill(fault))

const DELAY_MS = 30
const REFUSED_MS = 40
const PAGE = "<html><head><title>Bad Gateway</title></head><body><h1>Bad Gateway</h1></body></html>"
/** What a proxy says about its own connections, and not about the message. */
const HOP_BY_HOP = new Set(["connection", "keep-alive", "transfer-encoding", "content-length"])

export type Network = {
  /** Where it begins; paths go through as they are. */
  readonly url: string
  /** Where it leads, as a URL without a path. Before it is said, everything is a page. */
  leadTo(url: string): void
  /** From now on faults are dealt out, in the order of the seed. */
  fail(seed: number): void
  /** From now on everything goes through; what is held back still comes late. */
  heal(): void
  /** What becomes of the next request of a kind, whatever becomes of the others. */
  strike(kind: string, fault: Fault): void
  /** Nobody gets a connection while it is down, and whoever has one loses it. */
  setDown(down: boolean): Promise<void>
  /**
   * How often each fault struck a kind of request, such as `POST /payment`, since `fail` or
   * `strike`.
   */
  struck(kind: string): Readonly<Record<Fault, number>>
  /** Resolves when nothing is held back any more. */
  idle(): Promise<void>
}

type Message = { readonly headers: IncomingHttpHeaders; readonly body: Buffer }
type Answer = Message & { readonly status: number }

/**
 * Opens a network; it ends with the test. `lateMs` is longer than anybody waits, `kindOf` names the
 * kind of a request by its method and path: each kind has its faults dealt out on its own.
 */
export async function openNetwork(
  context: Cleanup,
  { lateMs, kindOf }: { lateMs: number; kindOf: (method: string, path: string) => string },
): Promise<Network> {
  // A connection that was kept could be closed by the far side: a fault that nobody dealt.
  const agent = new Agent({ keepAlive: false })
  let target: string | null = null
  let seed: number | null = null
  let random = randomOf(0)
  let port = 0
  let underWay = 0
  let isDown = false
  let listening = Promise.resolve()
  const decks = new Map<string, Fault[]>()
  const counts = new Map<string, Record<Fault, number>>()

  function dealt(kind: string): Fault {
    const deck = decks.get(kind) ?? []
    if (deck.length === 0 && seed === null) return "none"
    if (deck.length === 0) deck.push(...shuffled(DECK, random))
    decks.set(kind, deck)
    return deck.pop()!
  }

  function deal(kind: string): Fault {
    const fault = dealt(kind)
    const struck = counts.get(kind) ?? none()
    counts.set(kind, { ...struck, [fault]: struck[fault] + 1 })
    return fault
  }

  function begin(given: number | null): void {
    seed = given
    random = randomOf(given ?? 0)
    decks.clear()
    counts.clear()
  }

  /** Brings it to the far side and its answer back; a page where there is no far side. */
  function deliver(asked: IncomingMessage, body: Buffer): Promise<Answer> {
    const { promise, resolve } = Promise.withResolvers<Answer>()
    const lost = () => resolve(page())
    if (target === null) return Promise.resolve(page())
    const headers = { ...endToEnd(asked.headers), "content-length": body.length }
    const { method, url } = asked
    const going = request(target + url, { method, headers, agent }, (answer) => {
      const { statusCode: status = 502, headers: given } = answer
      bodyOf(answer).then((whole) => resolve({ status, headers: given, body: whole }), lost)
    })
    going.on("error", lost)
    going.end(body)
    return promise
  }

  async function handle(asked: IncomingMessage, reply: ServerResponse): Promise<void> {
    const [path = "/"] = (asked.url ?? "/").split("?")
    const fault = deal(kindOf(asked.method ?? "GET", path))
    if (fault === "refused") void refuse(REFUSED_MS)
    if (fault === "reset_before" || fault === "refused") return reset(reply)
    const body = await bodyOf(asked)
    if (fault === "page_before") return answer(reply, page(random()))
    if (fault === "request_delayed") await pause(DELAY_MS)
    if (fault === "late") await pause(lateMs)
    const came = deliver(asked, body)
    // Right behind: it comes while the first is being worked on, or when that is done.
    if (fault === "twice" && random() < 0.5) await came
    const again = fault === "twice" ? deliver(asked, body) : null
    const [first, second] = await Promise.all([came, again])
    switch (fault) {
      case "answer_lost":
        return reset(reply)
      case "answer_halved":
        return halve(reply, first)
      case "page_after":
        return answer(reply, page(random()))
      case "answer_delayed":
        await pause(DELAY_MS)
        return answer(reply, first)
      default:
        return answer(reply, second !== null && random() < 0.5 ? second : first)
    }
  }

  const server = createServer((asked, reply) => {
    underWay += 1
    handle(asked, reply)
      .catch(() => reset(reply))
      .finally(() => {
        underWay -= 1
      })
  })

  /** One after the other, so that it can't be closed while it opens. */
  function inTurn(work: () => Promise<void>): Promise<void> {
    listening = listening.then(work)
    return listening
  }
  const open = () =>
    new Promise<void>((resolve) => {
      if (isDown || server.listening) return resolve()
      server.listen(port, "127.0.0.1", resolve)
    })
  /** What is under way goes on; no connection is kept. */
  const close = async () => {
    server.close()
    server.closeIdleConnections()
  }
  const refuse = async (forMs: number) => {
    await inTurn(close)
    await pause(forMs)
    await inTurn(open)
  }

  await inTurn(open)
  port = (server.address() as AddressInfo).port
  context.after(async () => {
    isDown = true
    await inTurn(close)
    server.closeAllConnections()
    agent.destroy()
  })

  return {
    url: `http://127.0.0.1:${port}`,
    leadTo: (url) => {
      target = url
    },
    fail: begin,
    heal() {
      seed = null
      decks.clear()
    },
    strike(kind, fault) {
      begin(null)
      decks.set(kind, [fault])
    },
    async setDown(down) {
      isDown = down
      await inTurn(down ? close : open)
      if (down) server.closeAllConnections()
    },
    struck: (kind) => counts.get(kind) ?? none(),
    async idle() {
      while (underWay > 0) await pause(5)
    },
  }
}

/** In the host's time, also where the pauses of the process pass faster. */
function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

function none(): Record<Fault, number> {
  return Object.fromEntries(FAULTS.map((fault) => [fault, 0])) as Record<Fault, number>
}

function page(chance = 0): Answer {
  const status = chance < 0.5 ? 502 : 503
  return { status, headers: { "content-type": "text/html" }, body: Buffer.from(PAGE) }
}

function endToEnd(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !HOP_BY_HOP.has(name)))
}

async function bodyOf(message: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = []
  for await (const part of message) parts.push(part)
  return Buffer.concat(parts)
}

function answer(reply: ServerResponse, { status, headers, body }: Answer): void {
  if (reply.destroyed) return
  reply.writeHead(status, { ...endToEnd(headers), "content-length": body.length }).end(body)
}

function halve(reply: ServerResponse, { status, headers, body }: Answer): void {
  if (reply.destroyed) return
  reply.writeHead(status, { ...endToEnd(headers), "content-length": body.length })
  // Cut once it is on its way: the far side reads half of it, and then the end.
  reply.write(body.subarray(0, body.length >> 1), () => reply.destroy())
}

function reset(reply: ServerResponse): void {
  reply.socket?.resetAndDestroy()
}

/** Numbers from 0 to 1 that follow from a seed: mulberry32. */
function randomOf(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** A copy in another order (Fisher and Yates). */
function shuffled<T>(all: readonly T[], random: () => number): T[] {
  const mixed = [...all]
  for (let last = mixed.length - 1; last > 0; last -= 1) {
    const at = Math.floor(random() * (last + 1))
    ;[mixed[last], mixed[at]] = [mixed[at]!, mixed[last]!]
  }
  return mixed
}
