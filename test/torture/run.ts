/** Runs one plan from its first step to rest, and says what was wrong with what came of it. */
import type { Base } from "./base.ts"
import { checkCounted, isRead } from "./chain-check.ts"
import { isChainStep, play } from "./chain-play.ts"
import type { ChainStep } from "./chain-steps.ts"
import { Clients, createOf } from "./clients.ts"
import { checkRest, makeStepCheck } from "./invariants.ts"
import { type Node, openNode, PUBLIC_URL, startLoops } from "./node.ts"
import { openRails } from "./rails.ts"
import { chosen } from "./random.ts"
import { openReceivers } from "./receivers.ts"
import { nextDue } from "./rest.ts"
import { type Fired, quiet, Scheduler } from "./scheduler.ts"
import { type Stage, stageOf } from "./stage.ts"
import { inContext, type Life, SimulatedTime } from "./time.ts"
import { type Violation, ViolationError } from "./violation.ts"
import { type Plan, type Step, said } from "./workload.ts"

export type Ran = {
  readonly plan: Plan
  /** What happened, a line each; the lines of gates begin with two blanks. */
  readonly history: readonly string[]
  readonly fired: readonly Fired[]
  readonly gates: number
  readonly violation: Violation | null
}

/** More gates than any run has ever needed: then something goes on in a circle. */
const GATES_MAX = 60_000
/** Retries, expiries and the bank's look-ups: far fewer ends ever follow each other. */
const RESTS_MAX = 60
/** The longest pause of loops that matter here, the chain's: then each of them has looked. */
const PASS_MS = 1_000
const HOUR_MS = 3_600_000
const MOMENT_MS = 10
/** What mostly happens when nobody is at work; the lower, the more. */
const PATIENCE: Partial<Record<Step["do"], number>> = {
  ...{ wait: 0.2, mine: 0.4, fork: 0.5 },
  ...{ refund: 0.2, "refund again": 0.5, cancel: 0.6, simulate: 0.6 },
}
/** As often as a chain is looked at, and what is waited for at rest until all of it was read. */
const BLOCK_MS = 1_000
const CHAIN_REST_MS = 4 * HOUR_MS
/** The books are looked at in the background once a minute, which is half the work of a run. */
const LOOKS_SHARE = 0.25
const NEVER = new Date("9999-01-01T00:00:00.000Z")

/** Runs a plan on the base's stage. Throws for what is wrong with the torture itself. */
export async function run(base: Base, plan: Plan): Promise<Ran> {
  const stage = await stageOf(base)
  const run = new Run(base, plan, stage)
  let ran: Ran | null = null
  try {
    ran = await run.whole()
    return ran
  } finally {
    await run.close()
    await stage.clear(ran !== null && ran.violation === null)
  }
}

class Run {
  readonly #base: Base
  readonly #plan: Plan
  readonly #stage: Stage
  readonly #time: SimulatedTime
  readonly #scheduler: Scheduler
  readonly #clients: Clients
  readonly #rails
  readonly #receivers = openReceivers()
  readonly #history: string[] = []
  readonly #faults: string[] = []
  readonly #nodes: Node[] = []
  readonly #ended: Node[] = []
  /** Nodes that crashed and are to be started again. */
  readonly #down = new Set<number>()
  /** Steps that were sent and have no answer. */
  readonly #asked = new Set<number>()
  readonly #steps: ReadonlyMap<number, Step>

  constructor(base: Base, plan: Plan, stage: Stage) {
    this.#base = base
    this.#plan = plan
    this.#stage = stage
    this.#time = new SimulatedTime(base.startAt)
    this.#steps = new Map(plan.steps.map((step) => [step.at, step]))
    const scheduler = new Scheduler(plan, this.#time)
    this.#scheduler = scheduler
    this.#rails = openRails(scheduler, this.#time, plan.seed, PUBLIC_URL, plan.chain)
    this.#clients = new Clients(base, this.#rails.simulator)
    scheduler.tell = (line) => this.#history.push(`  ${line}`)
    scheduler.crash = (life) => this.#crash(life)
    scheduler.waiting = async () => {
      const { rows } = await this.#stage.watcher.query<{ count: number }>(
        `select count(distinct l.pid)::int as count from pg_locks l
join pg_stat_activity a on a.pid = l.pid
where not l.granted and a.datname = current_database()`,
      )
      return rows[0]!.count
    }
    const check = makeStepCheck(this.#stage.watcher)
    scheduler.check = async () => {
      if (!(await check()) || this.#rails.chain === null) return
      await checkCounted(this.#stage.watcher, this.#rails.chain)
    }
  }

  async whole(): Promise<Ran> {
    let violation: Violation | null = null
    try {
      await this.#prepare()
      for (let at = 0; at < this.#plan.nodes; at += 1) await this.#start(at, "")
      await this.#work()
      const restless = await this.#rest()
      await checkRest({
        database: this.#stage.watcher,
        base: this.#base,
        plan: this.#plan,
        clients: this.#clients,
        simulator: this.#rails.simulator,
        chain: this.#rails.chain,
        receivers: this.#receivers,
        faults: this.#faults,
        now: new Date(this.#time.nowMs),
      })
      violation = restless
    } catch (error) {
      violation = violationOf(error)
      if (violation === null) throw error
    }
    const { fired, gatesPassed } = this.#scheduler
    return { plan: this.#plan, history: this.#history, fired, gates: gatesPassed, violation }
  }

  async close(): Promise<void> {
    for (const node of [...this.#nodes, ...this.#ended]) {
      node.life.dead = true
      await node.close()
    }
  }

  async #start(at: number, mark: string): Promise<void> {
    const life: Life = { name: `node ${at + 1}${mark}`, dead: false, skewMs: 0, time: this.#time }
    const real = this.#stage.connectionsOf(at)
    const parts = { real, seed: this.#plan.seed, life, scheduler: this.#scheduler }
    const far = { rails: this.#rails, receivers: this.#receivers, faults: this.#faults }
    const node = await openNode({ ...parts, ...far })
    this.#nodes[at] = node
    startLoops(node)
    await quiet()
  }

  #crash(life: Life): void {
    const at = this.#nodes.findIndex((node) => node.life === life)
    if (life.dead || at < 0) return
    life.dead = true
    this.#history.push(`${life.name} crashed`)
    this.#scheduler.drop(life)
    this.#ended.push(this.#nodes[at]!)
    this.#down.add(at)
  }

  /** Starts again what crashed; what its server still had open is given up first. */
  async #revive(): Promise<void> {
    for (const at of this.#down) {
      this.#down.delete(at)
      const { connections, life } = this.#nodes[at]!
      await connections.drop()
      await this.#scheduler.settle()
      await this.#start(at, `${life.name.slice(`node ${at + 1}`.length)}'`)
    }
  }

  /** The steps, and all that they set off, in the order that the seed has. */
  async #work(): Promise<void> {
    for (const step of this.#plan.steps) {
      const turn = this.#turnOf(step)
      for (;;) {
        await this.#revive()
        if (this.#waitsFor(step)) {
          if (!(await this.#opened())) break
        } else if (!(await this.#opened(turn))) break
      }
      await this.#begin(step)
      await quiet()
    }
    await this.#drain()
  }

  /** Time passes at its own pace, but mostly when nobody is at work. */
  #turnOf(step: Step): number {
    const turn = chosen(this.#plan.seed, `turn of step ${step.at}`)
    return turn > (PATIENCE[step.do] ?? 1) ? Number.POSITIVE_INFINITY : turn
  }

  /** Most clients do nothing with a payment before they have heard of it. */
  #waitsFor(step: Step): boolean {
    if (!("of" in step) || step.do === "repeat" || step.do === "refund again") return false
    const create = createOf(step, this.#steps)
    if (create === null || !this.#asked.has(create.at)) return false
    return chosen(this.#plan.seed, `patience of step ${step.at}`) < 0.8
  }

  async #drain(): Promise<void> {
    do await this.#revive()
    while (await this.#opened())
  }

  async #opened(before?: number): Promise<boolean> {
    if (this.#scheduler.gatesPassed > GATES_MAX) {
      throw new ViolationError({ invariant: "rest", what: "it never comes to rest" })
    }
    return this.#scheduler.openNext(before)
  }

  async #begin(step: Step): Promise<void> {
    const line = `${step.at}. ${said(step)}`
    this.#history.push(line)
    if (isChainStep(step)) return this.#play(step)
    switch (step.do) {
      case "wait":
        await this.#scheduler.advance(step.ms)
        return this.#rails.chain?.tick(step.ms)
      case "set back": {
        const node = this.#nodes[step.node % this.#plan.nodes]!
        node.life.skewMs -= step.ms
        return
      }
      case "crash":
        return this.#crash(this.#nodes[step.node % this.#plan.nodes]!.life)
      default: {
        const which = Math.floor(chosen(this.#plan.seed, `node of step ${step.at}`) * 16)
        const node = this.#nodes[which % this.#plan.nodes]!
        const nowMs = this.#time.nowMs
        this.#asked.add(step.at)
        void inContext({ life: node.life, origin: `step ${step.at}` }, () =>
          this.#clients.send(node, step, this.#steps, nowMs),
        ).then((answer) => this.#answered(step, answer))
      }
    }
  }

  async #play(step: ChainStep): Promise<void> {
    const { chain } = this.#rails
    if (chain === null) return
    const create = createOf(step, this.#steps)
    const parts = { side: chain, database: this.#stage.watcher, clients: this.#clients, create }
    const came = await play({ ...parts, seed: this.#plan.seed, nowMs: this.#time.nowMs }, step)
    this.#history.push(`${step.at}. ${came ?? "is left out: nobody knows of it"}`)
    // Blocks take time, and whoever reads the chain looks again.
    if (step.do === "mine" || step.do === "fork") await this.#scheduler.advance(BLOCK_MS)
  }

  #answered({ at }: Step, answer: string | null): void {
    this.#asked.delete(at)
    const how = answer === null ? "is left out: its client knows of nothing" : `heard ${answer}`
    this.#history.push(`${at}. ${how}`)
  }

  /** Nothing goes wrong any more, and time passes until nothing is due by itself. */
  async #rest(): Promise<Violation | null> {
    this.#scheduler.calm = true
    this.#history.push("nothing goes wrong any more")
    await this.#drain()
    let leastMs = PASS_MS
    let what = "a block"
    for (let rests = 0; rests < RESTS_MAX; rests += 1) {
      this.#rails.chain?.rest()
      await this.#pass(leastMs)
      const now = new Date(this.#time.nowMs)
      const due = await nextDue(this.#stage.watcher, this.#rails.simulator, now)
      if (due === null && (await this.#isChainRead())) return null
      what = due?.what ?? what
      const waitMs = due === null ? CHAIN_REST_MS : due.at.getTime() - now.getTime()
      // What is due and not done has a lease, or a node whose clock was set back.
      leastMs = waitMs > 0 ? PASS_MS : Math.min(leastMs * 2, HOUR_MS)
      await this.#pass(waitMs)
    }
    // What is wrong with it may have a better name.
    return { invariant: "rest", what: `${what} is due on and on` }
  }

  async #isChainRead(): Promise<boolean> {
    const { chain } = this.#rails
    return chain === null || isRead(this.#stage.watcher, chain)
  }

  async #pass(ms: number): Promise<void> {
    if (ms > 0) await this.#scheduler.advance(ms)
    await this.#drain()
    // What was sent is written down a moment later.
    await this.#scheduler.advance(MOMENT_MS)
    await this.#drain()
  }

  /** Whether books are looked at while this goes on; all of them are read once it is over. */
  async #prepare(): Promise<void> {
    if (chosen(this.#plan.seed, "looks") < LOOKS_SHARE) return
    await this.#stage.watcher.query("update books_watch set leased_until = $1", [NEVER])
  }
}

function violationOf(error: unknown): Violation | null {
  return error instanceof ViolationError ? error.violation : null
}
