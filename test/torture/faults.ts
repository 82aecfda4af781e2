/** The menu: what can go wrong at each kind of gate. */

/** What waits at a gate. `commit` is a round that ends with one. */
export type GateKind =
  | "query"
  | "round"
  | "commit"
  | "transaction"
  | "statement"
  | "end"
  | "rail"
  | "look"
  | "rpc"
  | "send"
  | "late end"

export type Fault =
  | "crash before"
  | "crash after"
  | "connection gone"
  | "connection reset before"
  | "connection reset after"
  | "serialization failure"
  | "disk full"
  | "answer lost, committed later"
  | "answer lost, rolled back later"
  | "never arrived"
  | "answer lost"
  | "late"
  | "doubled"
  | "never answered"
  | "answers HTML"
  | "answers half"
  | "answers errors"
  | "asks to wait"
  | "answers 500"
  | "answers 302"
  | "answers 410"

const CRASHES = ["crash before", "crash after"] as const
const REFUSALS = ["connection reset before", "serialization failure", "disk full"] as const

/** By kind; a fault that stands twice is twice as likely. */
const MENU: Readonly<Record<GateKind, readonly Fault[]>> = {
  query: [...CRASHES, ...REFUSALS, "connection reset after"],
  round: [...CRASHES, ...REFUSALS, "connection gone"],
  commit: [
    ...CRASHES,
    ...REFUSALS,
    "connection gone",
    "connection reset after",
    "connection reset after",
    "answer lost, committed later",
    "answer lost, rolled back later",
  ],
  transaction: [...CRASHES, "connection reset before"],
  statement: [...CRASHES, ...REFUSALS],
  end: [...CRASHES, "connection reset before", "connection reset after"],
  rail: [...CRASHES, "never arrived", "answer lost", "answer lost", "late"],
  look: [...CRASHES, "answer lost", "late", "doubled", "doubled"],
  rpc: [
    ...CRASHES,
    "never arrived",
    "answer lost",
    "late",
    "never answered",
    "answers HTML",
    "answers half",
    "answers errors",
    "asks to wait",
  ],
  send: [
    "crash before",
    "crash after",
    "never arrived",
    "answer lost",
    "late",
    "answers 500",
    "answers 302",
    "answers 410",
  ],
  "late end": [],
}

/** What can go wrong at a gate. */
export const faultsFor = (kind: GateKind): readonly Fault[] => MENU[kind]

/** The one of them that a number in [0, 1) stands for. */
export function faultAt(kind: GateKind, which: number): Fault {
  return MENU[kind][Math.floor(which * MENU[kind].length)]!
}

const made = new WeakSet<Error>()

/** Marks an error as made here: what a node says of it is no fault of its own. */
export function planted<E extends Error>(error: E): E {
  made.add(error)
  return error
}

/** Whether an error, or what caused it, was made here. */
export function isPlanted(error: unknown): boolean {
  for (let at = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth += 1) {
    if (made.has(at)) return true
  }
  return false
}

/** What the driver and the server say of each. */
export function databaseError(fault: Fault | null): Error | null {
  const make = (message: string, code: string) =>
    planted(Object.assign(new Error(message), { code }))
  switch (fault) {
    case "connection reset before":
    case "connection reset after":
    case "answer lost, committed later":
    case "answer lost, rolled back later":
      return make("read ECONNRESET", "ECONNRESET")
    case "serialization failure":
      return make("could not serialize access", "40001")
    case "disk full":
      return make("could not extend file: No space left on device", "53100")
    default:
      return null
  }
}
