/**
 * Where requests come in: a server for each dialect and one for the pages. To make them takes
 * longer than many a life, so the next life goes on with those of one that is over.
 */
import type {
  FastifyBaseLogger,
  FastifyInstance,
  InjectOptions,
  LightMyRequestResponse as Response,
} from "fastify"
import { mountCheckout } from "../../src/checkout/index.ts"
import type { Core } from "../../src/core/core.ts"
import { dialects, mountDialect } from "../../src/dialects/index.ts"
import { mountNotices } from "../../src/http/notices.ts"
import { makeServer } from "../../src/http/server.ts"
import { outside } from "./time.ts"

/** Whose servers they are for now. */
type Life = { readonly core: Core; readonly log: FastifyBaseLogger }

type Door = { life: Life; readonly server: FastifyInstance }

export type Doors = {
  /** Sends a request, as if it came by the network. */
  ask(request: InjectOptions): Promise<Response>
  /** Nobody asks any more. */
  close(): void
}

const NO_METRICS = { count() {}, gauge() {}, observe() {} }

/** One that remembers something of its life, and so ends with it. */
const REMEMBERS = ["tapila"]

/** Servers whose lives are over, by the name of what they serve. */
const idle = new Map<string, Door[]>()

/** Opens the doors of a life. */
export function openDoors(life: Life): Doors {
  const open = new Map<string, Promise<Door>>()
  return {
    async ask(request) {
      const name = nameOf(String(request.url))
      const door = open.get(name) ?? openDoor(name, life)
      open.set(name, door)
      return (await door).server.inject(request)
    },
    close() {
      for (const [name, door] of open) {
        if (REMEMBERS.includes(name)) continue
        void door.then((each) => idle.set(name, [...(idle.get(name) ?? []), each]))
      }
      open.clear()
    },
  }
}

function nameOf(path: string): string {
  return dialects.find(({ prefix }) => path.startsWith(`${prefix}/`))?.name ?? "pages"
}

async function openDoor(name: string, life: Life): Promise<Door> {
  const known = idle.get(name)?.pop()
  if (known) known.life = life
  return known ?? outside(() => makeDoor(name, life))
}

async function makeDoor(name: string, first: Life): Promise<Door> {
  let life = first
  const core = standIn(() => life.core)
  const server = makeServer({
    clock: standIn(() => life.core.clock),
    ids: standIn(() => life.core.ids),
    logger: standIn(() => life.log),
    metrics: NO_METRICS,
    mode: "sandbox",
  })
  const dialect = dialects.find((each) => each.name === name)
  if (dialect) await mountDialect(server, dialect, core)
  else {
    await mountCheckout(server, core)
    await mountNotices(server, core)
  }
  await server.ready()
  return {
    server,
    get life() {
      return life
    },
    set life(next) {
      life = next
    },
  }
}

/** Has what somebody else has at the moment. */
function standIn<T extends object>(current: () => T): T {
  return new Proxy({} as T, { get: (_, name) => Reflect.get(current(), name) })
}
