/**
 * Simulated time: what runs inside a life of a node sets its timers here, and they go off when the
 * scheduler moves the clock. Everything else, the driver's own time limits too, keeps real time.
 */
import { AsyncLocalStorage } from "node:async_hooks"
import { createHmac, KeyObject, timingSafeEqual } from "node:crypto"
import { syncBuiltinESMExports } from "node:module"
import timers from "node:timers"
import promises from "node:timers/promises"
import type { Clock } from "../../src/clock.ts"

/** One run of a node, from its start to its end or crash. */
export type Life = {
  /** Such as `node 1`, and after a crash `node 1'`. */
  readonly name: string
  dead: boolean
  /** How far its clock is ahead of the others', in milliseconds. */
  skewMs: number
  readonly time: SimulatedTime
}

/** Whose code runs, and what set it off: a step of the workload, or the node's own loops. */
export type Context = { readonly life: Life; readonly origin: string }

const contexts = new AsyncLocalStorage<Context | undefined>()

/** Whose code runs at the moment; undefined for the harness and its driver. */
export const context = (): Context | undefined => contexts.getStore()

/** Runs work as part of a life. */
export function inContext<T>(of: Context, work: () => T): T {
  return contexts.run(of, work)
}

/** Runs work as the harness: its timers are real. */
export function outside<T>(work: () => T): T {
  return contexts.run(undefined, work)
}

type Timer = {
  readonly id: number
  readonly life: Life
  dueMs: number
  readonly everyMs: number | null
  readonly run: () => void
}

export class SimulatedTime {
  nowMs: number
  /** Rises only: what is measured doesn't hear of a clock that was set back. */
  elapsedMs = 0
  #made = 0
  readonly #timers = new Map<number, Timer>()

  constructor(startAt: Date) {
    this.nowMs = startAt.getTime()
  }

  clockOf(life: Pick<Life, "skewMs">): Clock {
    return {
      now: () => new Date(this.nowMs + life.skewMs),
      elapsedMs: () => this.elapsedMs,
    }
  }

  add(life: Life, run: () => void, ms: number, repeats = false): number {
    this.#made += 1
    const waitMs = Number.isFinite(ms) ? Math.max(1, Math.trunc(ms)) : 1
    const dueMs = this.elapsedMs + waitMs
    const everyMs = repeats ? waitMs : null
    this.#timers.set(this.#made, { id: this.#made, life, dueMs, everyMs, run })
    return this.#made
  }

  cancel(id: number): void {
    this.#timers.delete(id)
  }

  /** Lets a little time pass; what set itself to go off by then does when the clock is moved. */
  pass(ms: number): void {
    this.elapsedMs += ms
    this.nowMs += ms
  }

  /** Moves on; what set itself to go off by then does, one after the other. */
  async advance(ms: number, quiet: () => Promise<void>): Promise<void> {
    this.pass(ms)
    const due = [...this.#timers.values()].filter(({ dueMs }) => dueMs <= this.elapsedMs)
    for (const timer of due.sort((a, b) => a.dueMs - b.dueMs || a.id - b.id)) {
      if (timer.life.dead || !this.#timers.has(timer.id)) continue
      if (timer.everyMs === null) this.#timers.delete(timer.id)
      else timer.dueMs = this.elapsedMs + timer.everyMs
      timer.run()
      await quiet()
    }
  }
}

/** What `setTimeout` answers, as far as anybody uses it. */
class SimulatedTimeout {
  readonly time: SimulatedTime
  readonly id: number
  constructor(time: SimulatedTime, id: number) {
    this.time = time
    this.id = id
  }
  ref(): this {
    return this
  }
  unref(): this {
    return this
  }
  hasRef(): boolean {
    return true
  }
  [Symbol.toPrimitive](): number {
    return this.id
  }
  [Symbol.dispose](): void {
    this.time.cancel(this.id)
  }
}

let installed = false

/** Puts the simulated timers before the real ones; what runs outside a life doesn't notice. */
export function installTime(): void {
  if (installed) return
  installed = true
  const real = {
    setTimeout: globalThis.setTimeout,
    setInterval: globalThis.setInterval,
    clear: globalThis.clearTimeout,
    sleep: promises.setTimeout,
  }

  const make =
    (repeats: boolean) =>
    (callback: (...args: unknown[]) => void, ms = 1, ...args: unknown[]) => {
      const at = context()
      if (!at) return (repeats ? real.setInterval : real.setTimeout)(callback, ms, ...args)
      const within = AsyncLocalStorage.snapshot()
      const { life } = at
      const run = () => within(() => callback(...args))
      return new SimulatedTimeout(life.time, life.time.add(life, run, ms, repeats))
    }
  const clear = (timer: unknown) => {
    if (timer instanceof SimulatedTimeout) timer.time.cancel(timer.id)
    else real.clear(timer as NodeJS.Timeout)
  }
  const sleep = <T>(ms = 1, value?: T, options?: { readonly signal?: AbortSignal }) => {
    const at = context()
    if (!at) return real.sleep(ms, value, options)
    const { promise, resolve, reject } = Promise.withResolvers<T>()
    const id = at.life.time.add(at.life, () => resolve(value as T), ms)
    options?.signal?.addEventListener("abort", () => {
      at.life.time.cancel(id)
      reject(options.signal!.reason)
    })
    return promise
  }
  const own = {
    setTimeout: make(false),
    setInterval: make(true),
    clearTimeout: clear,
    clearInterval: clear,
  }
  Object.assign(globalThis, own)
  Object.assign(timers, own)
  Object.assign(promises, { setTimeout: sleep })
  syncBuiltinESMExports()
  signAtOnce()
}

/**
 * The web's cryptography works in threads, which come back in any order. Tokens are signed with
 * keyed hashes only: these are made at once instead.
 */
function signAtOnce(): void {
  type Key = Parameters<typeof KeyObject.from>[0]
  const mac = (key: Key, data: NodeJS.ArrayBufferView) =>
    createHmac("sha256", KeyObject.from(key)).update(data).digest()
  Object.assign(globalThis.crypto.subtle, {
    async sign(_algorithm: unknown, key: Key, data: NodeJS.ArrayBufferView) {
      const made = mac(key, data)
      return made.buffer.slice(made.byteOffset, made.byteOffset + made.byteLength)
    },
    async verify(
      _algorithm: unknown,
      key: Key,
      signature: NodeJS.ArrayBufferView,
      data: NodeJS.ArrayBufferView,
    ) {
      const made = mac(key, data)
      const given = Buffer.from(signature.buffer, signature.byteOffset, signature.byteLength)
      return given.length === made.length && timingSafeEqual(given, made)
    },
  })
}
