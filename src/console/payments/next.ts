/** Money that doesn't fit, and what waits for somebody: always with the next step. Pure. */
import type { Rail, Story } from "../../core/index.ts"
import { amountText, type Reading } from "../figures.ts"
import type { Tone } from "../parts.ts"
import { type Language, say } from "../words.ts"
import { NEXT } from "./page-texts.ts"

type Step = { readonly text: string; readonly tone: Tone }

type Given = {
  readonly story: Story
  readonly reading: Reading
  readonly rails: ReadonlyMap<string, Pick<Rail, "custodian">>
}

/** What its page says above all else. */
export function nextSteps({ story, reading, rails }: Given, language: Language): readonly Step[] {
  const money = (amount: bigint, asset: string) => amountText(amount, asset, reading)
  const own = story.attempts.some(({ rail }) => rails.get(rail)?.custodian === "self")
  const steps: Step[] = []
  const tell = (
    name: keyof typeof NEXT,
    tone: Tone,
    amount = "",
    more: keyof typeof NEXT | null = null,
  ) => {
    const text = [say(NEXT[name], language, { amount }), more && say(NEXT[more], language)]
    steps.push({ text: text.filter(Boolean).join(" "), tone })
  }
  const missing = missingOf(story)
  for (const [asset, amount] of unappliedOf(story)) {
    // What came of a payment that still waits for the rest is a part of it, for now.
    if (missing.has(asset)) continue
    tell("unapplied", "warn", money(amount, asset), own ? "unappliedSelf" : "unappliedGateway")
  }
  for (const [asset, amount] of frozenOf(story)) tell("frozen", "bad", money(amount, asset))
  for (const [asset, amount] of missing) tell("short", "warn", money(amount, asset))
  if (story.attempts.some(({ state, kind }) => state === "unknown" && kind !== "refund")) {
    tell("unknown", "warn")
  }
  if (story.payment.state === "returned") tell("returned", "bad")
  return steps
}

/** What lies in the merchant's account for money that no payment asks for, by asset. */
export function unappliedOf(story: Story): ReadonlyMap<string, bigint> {
  return balanceOf(story, (chapter) =>
    chapter.to === "unapplied" ? 1n : chapter.from === "unapplied" ? -1n : 0n,
  )
}

/** What is held because its transfer left the chain. */
function frozenOf(story: Story): ReadonlyMap<string, bigint> {
  return balanceOf(story, ({ kind, to, from }) =>
    kind.startsWith("charge.frozen") && to === "held"
      ? 1n
      : kind.startsWith("charge.thawed") && from === "held"
        ? -1n
        : 0n,
  )
}

type Moved = Extract<Story["chapters"][number], { readonly what: "transfer" }>

function balanceOf({ chapters }: Story, signOf: (moved: Moved) => bigint): Map<string, bigint> {
  const sums = new Map<string, bigint>()
  for (const chapter of chapters) {
    if (chapter.what !== "transfer") continue
    sums.set(chapter.asset, (sums.get(chapter.asset) ?? 0n) + signOf(chapter) * chapter.amount)
  }
  return new Map([...sums].filter(([, sum]) => sum > 0n))
}

/** What is left to send of what its payer began to send. */
function missingOf({ payment, attempts }: Story): ReadonlyMap<string, bigint> {
  const open = attempts.find(({ id }) => id === payment.openAttemptId)
  if (payment.state !== "pending" || !open) return new Map()
  const missing = (open.instructions?.options ?? []).flatMap(({ asset, amount }) => {
    const came = BigInt(open.received[asset] ?? 0) + BigInt(open.seen[asset] ?? 0)
    const left = BigInt(amount) - came
    return came > 0n && left > 0n ? [[asset, left] as const] : []
  })
  return new Map(missing)
}
