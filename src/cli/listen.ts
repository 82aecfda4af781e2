/** `caudal listen`: brings events to a program on this machine, signed, one line for each. */
import { command, UsageError } from "./command.ts"
import { type Followed, followEndpoint, followStream } from "./listen-follow.ts"
import { forwarder, lineOf, newSecret } from "./listen-forward.ts"
import { dialectNames, findDialect } from "./named.ts"
import { findNative, GATEWAY } from "./native.ts"
import type { Shell } from "./shell.ts"

const COUNT_MAX = 1_000_000
const EVENT_ID = /^(evt_[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i

const listen = command({
  name: "listen",
  about:
    "Forwards each event to an address on this machine as it happens, signed as Standard " +
    "Webhooks with the secret that is printed first, and shows what the receiver answered. A " +
    "restart of the gateway loses nothing. In a vendor's dialect it has an endpoint made for as " +
    "long as it runs.",
  options: {
    "forward-to": { value: "URL", required: true, about: "such as http://127.0.0.1:3000/webhooks" },
    types: {
      value: "TYPES",
      about: "only these, such as payment.approved,refund.*; all without it",
    },
    dialect: {
      value: "DIALECT",
      about: `in the words of ${dialectNames().join(", ")}; caudal when left out`,
    },
    secret: { value: "SECRET", about: "sign with this whsec_… instead of a new one" },
    after: { value: "EVENT", about: "begin behind this event instead of now" },
    count: { value: "N", about: "end after so many events" },
    ...GATEWAY,
  },
  example: "listen --forward-to http://127.0.0.1:3000/webhooks --types payment.*",
  async run(values, shell) {
    const to = readTarget(values["forward-to"])
    const dialect = findDialect(values.dialect ?? "caudal").name
    const types = readTypes(values.types)
    const count = readCount(values.count)
    if (values.after !== undefined && !EVENT_ID.test(values.after)) {
      throw new UsageError(`--after ${values.after}: write an event's id, such as evt_…`)
    }
    if (dialect !== "caudal" && (values.after ?? values.types ?? values.secret) !== undefined) {
      throw new UsageError("--types, --after and --secret are for caudal's own events")
    }
    const native = await findNative(await shell.config(), values)
    const ended = new AbortController()
    const stop = () => ended.abort()
    process.once("SIGINT", stop)
    process.once("SIGTERM", stop)
    const secret = values.secret ?? (await newSecret())
    const forward = await forwarder(to, secret)
    const sums = { forwarded: 0, failed: 0 }
    const seen: Followed = {
      native,
      signal: ended.signal,
      ready: (shown) => say(shell, { listening: to, dialect, ...shown }),
      lost: (why, pauseMs) => shell.note(`… ${why}; again in ${(pauseMs / 1_000).toFixed(1)} s`),
      async each(message) {
        const sent = await forward.send(message)
        sums[sent.ok ? "forwarded" : "failed"] += 1
        shell.out.write(`${shell.json ? JSON.stringify(sent) : lineOf(sent)}\n`)
        if (count !== null && sums.forwarded + sums.failed >= count) ended.abort()
      },
    }
    try {
      await (dialect === "caudal"
        ? followStream(seen, { types, after: values.after ?? null, secret })
        : followEndpoint(seen, dialect))
    } finally {
      process.off("SIGINT", stop)
      process.off("SIGTERM", stop)
    }
    if (sums.failed > 0) shell.exitCode(1)
    shell.note(`${sums.forwarded} forwarded, ${sums.failed} not taken.`)
  },
})

export const commands = [listen]

type Ready = { readonly listening: string; readonly dialect: string; readonly secret: string }

function say(shell: Shell, ready: Ready): void {
  if (shell.json) shell.out.write(`${JSON.stringify(ready)}\n`)
  else {
    shell.out.write(`Events go to ${ready.listening} (${ready.dialect}).\n`)
    shell.out.write(`Your signing secret: ${ready.secret}\nCtrl-C ends it.\n\n`)
  }
}

/** Where to: whatever this machine can reach, for it is its owner who asks. */
function readTarget(text: string): string {
  const whole = /^\d{2,5}$/.test(text) ? `http://127.0.0.1:${text}/` : text
  const url = URL.canParse(whole) ? new URL(whole) : null
  if (url && /^https?:$/.test(url.protocol) && url.hash === "") return url.href
  throw new UsageError(
    `--forward-to ${text}: write an address such as http://127.0.0.1:3000/webhooks, or a port`,
  )
}

/** Whole names, or beginnings with a `*` behind them; null for all. */
function readTypes(text: string | undefined): readonly string[] | null {
  if (text === undefined) return null
  const types = text.split(",").map((each) => each.trim())
  const wrong = types.find((each) => !/^(?=.)[a-z]*(\.[a-z_]*)*\*?$/.test(each))
  if (wrong === undefined) return types
  throw new UsageError(`--types ${text}: write names such as payment.approved, or payment.*`)
}

function readCount(text: string | undefined): number | null {
  if (text === undefined) return null
  const count = /^\d{1,7}$/.test(text) ? Number(text) : 0
  if (count >= 1 && count <= COUNT_MAX) return count
  throw new UsageError(`--count ${text}: write a number from 1 to ${COUNT_MAX}`)
}
