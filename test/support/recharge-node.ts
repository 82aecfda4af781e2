/**
 * A gateway in a process of its own, in a time that runs faster, which kills itself as it comes to
 * a given step of a recharge: `node recharge-node.ts <JSON>`.
 */
import { ServerResponse } from "node:http"
import { fileURLToPath } from "node:url"
import type { System } from "../../src/system.ts"
import { type BankNode, plant, startNode } from "./bank-node.ts"

/** Where it dies. What isn't about creating comes after an operator was asked in this life. */
export type Step =
  /** As a statement that fits a regular expression is sent: of a create, or of what comes after. */
  | { readonly at: "create" | "statement"; readonly fits: string }
  /** Before the operator is asked, or once it was and before its answer is there. */
  | { readonly at: "begin"; readonly done: boolean }
  /** Before a command is decided. */
  | { readonly at: "command"; readonly name: string }
  /** Before the answer to a recharge leaves. */
  | { readonly at: "answer"; readonly status: number }
export type RechargeNode = Omit<BankNode, "fault"> & { readonly step: Step | null }

const die = () => process.kill(process.pid, "SIGKILL")

/** Runs `first` before each call of a method; a prototype's is changed for all of its kind. */
function before<Owner extends object>(
  owner: Owner,
  method: keyof Owner,
  first: (self: Owner, args: readonly unknown[]) => void,
): void {
  const real = owner[method] as (...args: unknown[]) => unknown
  const wrapped = function (this: Owner, ...args: unknown[]) {
    first(this, args)
    return Reflect.apply(real, this, args)
  }
  Object.assign(owner, { [method]: wrapped })
}

/** Plants a step into a gateway that has come up. */
function plantStep({ core }: System, step: Step): void {
  const rail = core.rails.get("simulator")!
  if (step.at === "begin") {
    // What it asks for stands in the operator's books before the call is over.
    const { begin } = rail
    rail.begin = (order) => {
      if (step.done) void begin.call(rail, order).catch(() => undefined)
      die()
      return new Promise(() => {})
    }
    return
  }
  if (step.at === "create") return plant({ ...step, at: "statement" })
  let isAsked = false
  before(rail, "begin", () => {
    if (!isAsked && step.at === "statement") plant({ ...step, at: step.at })
    isAsked = true
  })
  if (step.at === "command") {
    before(core.engine, "submit", (_engine, [decider]) => {
      if (isAsked && (decider as { name: string }).name === step.name) die()
    })
  }
  if (step.at === "answer") {
    before(ServerResponse.prototype, "writeHead", ({ req }, [status]) => {
      if (req.url === "/tapila/payment" && status === step.status) die()
    })
  }
}

async function run({ step, ...about }: RechargeNode): Promise<void> {
  const system = await startNode(about)
  if (step) plantStep(system, step)
  process.stdout.write("ready\n")
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await run(JSON.parse(process.argv[2]!))
