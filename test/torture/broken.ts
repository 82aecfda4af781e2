/**
 * Breaks each invariant on purpose, in a copy of the program, and runs the torture on it: a build
 * that it does not notice within so many seeds would show that it looks at nothing.
 */
import { spawn } from "node:child_process"
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

type Break = {
  readonly invariant: string
  readonly file: string
  /** Stands exactly once in the file, and is replaced by `by`. */
  readonly what: string
  readonly by: string
}

export const BREAKS: readonly Break[] = [
  {
    invariant: "1: what leaves one account enters another",
    file: "src/core/draft.ts",
    what: "balance: credit.balance + amount",
    by: "balance: credit.balance + amount + 1n",
  },
  {
    invariant: "2: a recharge is covered before it is held",
    file: "src/core/decide/create-payment.ts",
    what: "draft.account(available).balance < hold",
    by: "draft.account(available).balance < 0n",
  },
  {
    invariant: "2: refunds never exceed what was captured",
    file: "src/core/decide/create-refund.ts",
    what: "amount <= 0n || amount > left",
    by: "amount <= 0n",
  },
  {
    invariant: "3: one reference, one payment",
    file: "src/core/decide/create-payment.ts",
    what: "if (existing) return",
    by: "if (existing && command.amount === 0n) return",
  },
  {
    invariant: "3: one Idempotency-Key, one payment",
    file: "src/core/fold.ts",
    what: "if (once && known && known.expiresAt > draft.now) {",
    by: "if (once && known && known.expiresAt < draft.now) {",
  },
  {
    invariant: "4: what is final stays as it is",
    file: "src/core/decide/end-payment.ts",
    what: "if (isFinal(payment.state)) return",
    by: 'if (payment.state === "returned") return',
  },
  {
    invariant: "5: each change writes one event, numbered without gaps",
    file: "src/core/decide/decider.ts",
    what: "version: next.version + 1",
    by: "version: next.version + 2",
  },
  {
    invariant: "6: every try has the same id",
    file: "src/core/loops/deliver.ts",
    what: "envelope({ id: leased.id,",
    by: "envelope({ id: parts.ids.next(),",
  },
  {
    invariant: "6: a delivery whose node died is sent by another",
    file: "src/core/loops/claims.ts",
    what: "for (const leased of got) lanes.add(",
    by: "for (const leased of got) void (",
  },
  {
    invariant: "7: a rail is asked once an attempt",
    file: "src/core/loops/store.ts",
    what: "state = 'waiting' as begin",
    by: "true as begin",
  },
  {
    invariant: "8: an answer that was sent is durable",
    file: "src/core/engine.ts",
    what: "if (!(await recovered(batchId))) throw error",
    by: "await recovered(batchId)",
  },
  {
    invariant: "8: what was committed is not done again",
    file: "src/core/engine.ts",
    what: "if (!(await recovered(batchId))) throw error",
    by: "throw error",
  },
  {
    invariant: "10: merchant B can't see merchant A's payment",
    file: "src/core/verbs.ts",
    what: "return payment?.merchantId === merchantId ? upToDate(payment) : null",
    by: "return upToDate(payment)",
  },
  {
    invariant: "11: what is charged is sealed at rest",
    file: "src/core/webhooks/announce.ts",
    what: "messageSealed: parts.keyring.seal(JSON.stringify(message), SEALED.message)",
    by: "messageSealed: Buffer.from(JSON.stringify(message))",
  },
  {
    invariant: "12: of all who race for an attempt, one wins",
    file: "src/core/payments/payment.ts",
    what: "TRANSITIONS[payment.state].includes(state),",
    by: "TRANSITIONS[payment.state] !== undefined && state !== payment.state,",
  },
]

/** Within so many seeds each of them has to be noticed. */
const SEEDS = 60

const root = join(import.meta.dirname, "..", "..")

/** Tries all, prints a table, and answers whether each was noticed, and a whole build was not. */
export async function tryAll(): Promise<boolean> {
  const copy = mkdtempSync(join(tmpdir(), "caudal-broken-"))
  try {
    for (const part of ["src", "test", "migrations", "package.json"]) {
      cpSync(join(root, part), join(copy, part), { recursive: true })
    }
    symlinkSync(join(root, "node_modules"), join(copy, "node_modules"))
    const whole = await torture(copy)
    console.log(`nothing broken: ${whole.code === 0 ? `${SEEDS} seeds pass` : whole.output}`)
    let good = whole.code === 0
    for (const each of BREAKS) good = (await tryOne(copy, each)) && good
    return good
  } finally {
    rmSync(copy, { recursive: true, force: true })
  }
}

async function tryOne(copy: string, { by, file, invariant, what }: Break): Promise<boolean> {
  const path = join(copy, file)
  const sound = readFileSync(path, "utf8")
  if (sound.split(what).length !== 2) throw new Error(`"${what}" must stand once in ${file}`)
  writeFileSync(path, sound.replace(what, by))
  try {
    const { code, output } = await torture(copy)
    const seed = /^Seed (\d+) breaks/m.exec(output)?.[1]
    const [, said = output.slice(-300)] = /^Broken: (.*)$/m.exec(output) ?? []
    const noticed = code !== 0 && seed !== undefined
    console.log(`${noticed ? `seed ${seed}`.padEnd(9) : "UNNOTICED"}  ${invariant}`)
    console.log(`           ${said.slice(0, 160)}`)
    return noticed
  } finally {
    writeFileSync(path, sound)
  }
}

/** Runs seeds of the copy until one fails. */
async function torture(copy: string): Promise<{ code: number | null; output: string }> {
  const options = ["--seeds", String(SEEDS), "--stop", "--long"]
  const child = spawn(process.execPath, ["test/torture/main.ts", ...options], {
    cwd: copy,
    stdio: ["ignore", "pipe", "pipe"],
  })
  let output = ""
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (part: Buffer) => {
      output += part
    })
  }
  const code = await new Promise<number | null>((resolve) => child.on("close", resolve))
  return { code, output }
}
