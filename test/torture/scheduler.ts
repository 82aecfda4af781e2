/**
 * The scheduler: whatever a node does outside its own memory waits at a gate, and one gate is
 * opened at a time. Which one, and what goes wrong there, follows from the seed and from names.
 */
import { setImmediate as afterTurn } from "node:timers"
import { type Fault, faultAt, faultsFor, type GateKind } from "./faults.ts"
import { chosen } from "./random.ts"
import { type Context, context, type Life, outside, type SimulatedTime } from "./time.ts"

/** What the seed decides beside the steps. */
export type Menu = {
  readonly seed: number
  /** How often something goes wrong at a gate, from 0 to 1. */
  readonly rate: number
  /** What goes wrong, gate by gate; null where the seed has it. */
  readonly faults: readonly Fired[] | null
}

type Gate = {
  readonly name: string
  readonly kind: GateKind
  readonly life: Life
  /** Whether the transaction that this belongs to is open: that one it doesn't wait for. */
  readonly isInside: () => boolean
  readonly perform: (fault: Fault | null) => Promise<unknown>
  readonly resolve: (value: never) => void
  readonly reject: (error: unknown) => void
}

type Call = {
  readonly gate: Gate
  readonly fault: Fault | null
  done: { readonly value: unknown } | { readonly error: unknown } | null
}

/** An answer that comes too late: what it says was true when it was made. */
type Held = { readonly call: Call; readonly dueMs: number }

export type Fired = { readonly gate: string; readonly fault: Fault }

/** How late a late answer is; the longest is beyond every time limit of the core's. */
const LATE_MS = [200, 3_000, 25_000] as const
/** A call that is neither done nor seen to wait for a lock is looked at again. */
const LOOK_MS = 2
/** The server's own limit for a lock is 15 s. */
const STUCK_MS = 20_000

export class Scheduler {
  readonly #gates: Gate[] = []
  #calls: Call[] = []
  #held: Held[] = []
  readonly #counts = new Map<string, number>()
  readonly #faults: ReadonlyMap<string, Fault> | null
  #woken: () => void = () => {}
  readonly menu: Menu
  readonly time: SimulatedTime
  readonly fired: Fired[] = []
  /** Nothing goes wrong any more. */
  calm = false
  gatesPassed = 0
  /** Transactions that are open on the server, by which others may be made to wait. */
  openTransactions = 0
  /** How many of this database's connections wait for a lock. */
  waiting: () => Promise<number> = async () => 0
  /** Hears of each gate before it is opened, and of a node that has to crash. */
  tell: (line: string) => void = () => {}
  crash: (life: Life) => void = () => {}
  /** Looks at the world after something may have been written. */
  check: () => Promise<void> = async () => {}

  constructor(menu: Menu, time: SimulatedTime) {
    this.menu = menu
    this.time = time
    this.#faults = menu.faults && new Map(menu.faults.map(({ fault, gate }) => [gate, fault]))
  }

  /** Does something outside a node's memory when its turn comes. */
  pass<T>(
    kind: GateKind,
    about: string,
    perform: (fault: Fault | null) => Promise<T>,
    isInside = () => false,
  ): Promise<T> {
    const at = context()
    if (!at) return perform(null)
    const { promise, resolve, reject } = Promise.withResolvers<T>()
    // Who is dead hears nothing any more.
    if (at.life.dead) return promise
    const name = this.#nameOf(at, kind, about)
    this.#gates.push({ name, kind, life: at.life, isInside, perform, resolve, reject })
    return promise
  }

  /** Gates that could be opened now. */
  get names(): readonly string[] {
    return this.#gates.map(({ name }) => name)
  }

  get isIdle(): boolean {
    return this.#gates.length === 0 && this.#calls.length === 0
  }

  /** Opens the gate whose turn it is, unless `before` comes first; false when nothing was done. */
  async openNext(before = Number.POSITIVE_INFINITY): Promise<boolean> {
    const turns = this.#gates.map((gate) => chosen(this.menu.seed, `turn ${gate.name}`))
    const first = turns.indexOf(Math.min(...turns))
    if (first < 0) {
      if (this.#calls.length === 0) return false
      if (before !== Number.POSITIVE_INFINITY) return false
      await this.#unstick()
      return true
    }
    if (before < turns[first]!) return false
    const [gate] = this.#gates.splice(first, 1)
    await this.#open(gate!)
    return true
  }

  /** Moves the clock, with all that waits for it. */
  async advance(ms: number): Promise<void> {
    await this.time.advance(ms, quiet)
    const due = this.#held.filter(({ dueMs }) => dueMs <= this.time.elapsedMs)
    this.#held = this.#held.filter((each) => !due.includes(each))
    for (const { call } of due) await this.#deliver(call)
  }

  /** Forgets what a node waited for. */
  drop(life: Life): void {
    const kept = this.#gates.filter((gate) => gate.life !== life)
    this.#gates.splice(0, this.#gates.length, ...kept)
    this.#held = this.#held.filter(({ call }) => call.gate.life !== life)
  }

  /** Waits until every call under way is done or is seen to wait for somebody's lock. */
  async stable(): Promise<void> {
    for (;;) {
      const running = this.#calls.filter(({ done }) => done === null)
      if (running.length === 0) return
      const woken = new Promise<void>((resolve) => {
        this.#woken = resolve
      })
      const own = running.filter(({ gate }) => gate.isInside()).length
      const mayWait = this.openTransactions > own || running.length > 1
      if (!mayWait) {
        await woken
        continue
      }
      const late = Symbol()
      const first = await Promise.race([woken, sleepReal(LOOK_MS).then(() => late)])
      if (first !== late) continue
      if ((await this.waiting()) < running.length) continue
      if (this.#calls.filter(({ done }) => done === null).length === running.length) return
    }
  }

  #nameOf({ life, origin }: Context, kind: GateKind, about: string): string {
    const name = `${life.name}, ${origin}: ${kind} ${about}`
    const count = (this.#counts.get(name) ?? 0) + 1
    this.#counts.set(name, count)
    return count === 1 ? name : `${name} (${count})`
  }

  async #open(gate: Gate): Promise<void> {
    const { life, name } = gate
    this.gatesPassed += 1
    // What is one behind the other is so by the clock, too: nothing hangs on where a row lies.
    this.time.pass(1)
    const fault = this.#faultOf(gate)
    this.tell(fault ? `${name}: ${fault}` : name)
    if (fault) this.fired.push({ gate: name, fault })
    if (fault === "crash before") return this.crash(life)
    const call: Call = { gate, fault, done: null }
    this.#calls.push(call)
    void outside(() => gate.perform(fault))
      .then(
        (value) => ({ value }),
        (error: unknown) => ({ error }),
      )
      .then((done) => {
        call.done = done
        this.#woken()
      })
    await this.settle()
  }

  /** Hands on what is done, in the order in which it was asked. */
  async settle(): Promise<void> {
    await this.stable()
    const done = this.#calls.filter((call) => call.done !== null)
    this.#calls = this.#calls.filter((call) => call.done === null)
    if (done.some(mayHaveWritten)) await this.check()
    for (const call of done) {
      const { fault, gate } = call
      if (gate.life.dead) continue
      if (fault === "crash after") this.crash(gate.life)
      else if (fault === "late") {
        const which = chosen(this.menu.seed, `late ${gate.name}`) * LATE_MS.length
        this.#held.push({ call, dueMs: this.time.elapsedMs + LATE_MS[Math.floor(which)]! })
      } else await this.#deliver(call)
    }
  }

  async #deliver({ done, gate }: Call): Promise<void> {
    if (gate.life.dead || done === null) return
    if ("error" in done) gate.reject(done.error)
    else gate.resolve(done.value as never)
    await quiet()
  }

  #faultOf({ kind, name }: Gate): Fault | null {
    const { rate, seed } = this.menu
    if (this.calm || faultsFor(kind).length === 0) return null
    if (this.#faults) return this.#faults.get(name) ?? null
    return chosen(seed, `fault ${name}`) < rate ? faultAt(kind, chosen(seed, `kind ${name}`)) : null
  }

  /** All wait for each other's locks: the server ends that, or it is a fault of its own. */
  async #unstick(): Promise<void> {
    const woken = new Promise<void>((resolve) => {
      this.#woken = resolve
    })
    const stuck = sleepReal(STUCK_MS).then(() => {
      throw new Error(`stuck: ${this.#calls.map(({ gate }) => gate.name).join("; ")}`)
    })
    await Promise.race([woken, stuck])
    stuck.catch(() => undefined)
    await this.settle()
  }
}

/** Whether something may have been written for good when a gate was passed. */
function mayHaveWritten({ done, gate: { kind, name } }: Call): boolean {
  if (kind !== "query") return kind === "commit" || kind === "end" || kind === "late end"
  if (name.includes(": query select ")) return false
  // What a claim, an update or a deletion counts is what it wrote.
  const isCounted = /: query (with due as|update|delete)/.test(name)
  const { rowCount = 1 } = (done && "value" in done ? done.value : {}) as { rowCount?: number }
  return !isCounted || rowCount > 0
}

/**
 * Resolves when nothing runs any more but what waits at gates, for time, or for the database. Two
 * turns in a row have to be empty: what the first one ended may have begun something.
 */
export async function quiet(): Promise<void> {
  for (let still = 0; still < 2; ) {
    await new Promise<void>((resolve) => outside(() => afterTurn(resolve)))
    still = process.getActiveResourcesInfo().includes("Immediate") ? 0 : still + 1
  }
}

function sleepReal(ms: number): Promise<void> {
  return new Promise((resolve) => outside(() => setTimeout(resolve, ms)))
}
