/** `caudal payment`: the whole story of one payment. */
import type { Chapter, Payment, Story } from "../core/index.ts"
import { CommandError, command, UsageError } from "./command.ts"
import { writeAmount } from "./named.ts"
import { acts } from "./payment-act.ts"
import { search } from "./payment-search.ts"
import { instant, list, table } from "./shell.ts"

const show = command({
  name: "payment show",
  about:
    "Shows all that is known of a payment, in order of time, by its own id in any dialect, or by " +
    "that of an attempt or a refund of it. Accounts are masked.",
  operands: ["ID"],
  example: "payment show pay_0198b0a0000040008000000000000001",
  async run(_values, shell, [given]) {
    const id = readAnyId(given)
    await shell.withCore(async (core) => {
      const story = await core.story(id)
      if (!story) throw new CommandError(`There is no payment, attempt or refund ${given}`)
      const merchant = await core.merchants.find(story.payment.merchantId)
      shell.show(out(story, merchant?.name ?? ""), () => page(story, merchant?.name ?? ""))
    })
  },
})

export const commands = [show, search, ...acts]

/** An id as a UUID, as the native dialect writes it, or as it stands in a bank file. */
function readAnyId(text: string): string {
  const bare = text.toLowerCase().replace(/^(?:pay|att|re)_/, "")
  const hex = bare.replaceAll("-", "")
  const parts = /^([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})$/.exec(hex)
  const isWhole = bare === hex || /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(bare)
  if (parts && isWhole) return parts.slice(1).join("-")
  throw new UsageError(`${text}: write an id such as pay_… or 0198b0a0-0000-4000-8000-000000000001`)
}

function out({ payment, attempts, refunds, chapters }: Story, merchant: string) {
  const { purpose: _kept, description: _text, ...shown } = payment
  const { asset } = payment
  return {
    merchant,
    payment: {
      ...shown,
      amount: writeAmount(payment.amount, asset),
      captured: writeAmount(payment.captured, asset),
      refunded: writeAmount(payment.refunded, asset),
      fee: writeAmount(payment.fee, asset),
      held: writeAmount(payment.held, asset),
      commission: writeAmount(payment.commission, asset),
    },
    attempts: attempts.map(({ paidAmount, amount, ...attempt }) => ({
      ...attempt,
      amount: writeAmount(amount, attempt.asset),
      paidAmount: paidAmount === null ? null : paidAmount.toString(),
    })),
    refunds: refunds.map((refund) => ({ ...refund, amount: writeAmount(refund.amount, asset) })),
    story: chapters.map((chapter) => chapterOut(chapter, asset)),
  }
}

function chapterOut(chapter: Chapter, paymentAsset: string) {
  const { at, what } = chapter
  if (!("amount" in chapter)) return { ...chapter, at, what }
  const asset = "asset" in chapter ? chapter.asset : paymentAsset
  const { amount } = chapter
  const written = amount === null || asset === null ? null : writeAmount(amount, asset)
  return { ...chapter, at, what, amount: written }
}

/** What only recharges have. */
function recharged(payment: Payment, money: (amount: bigint) => string): [string, string][] {
  if (payment.kind !== "recharge") return []
  const earned = payment.state === "approved" ? "commission" : "commission if delivered"
  return [
    ["held for it", money(payment.held)],
    [earned, money(payment.commission)],
  ]
}

function page({ payment, attempts, refunds, chapters }: Story, merchant: string): string {
  const { asset } = payment
  const money = (amount: bigint, of = asset) => `${of} ${writeAmount(amount, of)}`
  const section = (title: string, head: readonly string[], rows: readonly string[][]) =>
    rows.length === 0 ? [] : ["", title, table(head, rows)]
  return [
    `Payment ${payment.id}`,
    list([
      ["merchant", merchant],
      ["dialect", payment.dialect],
      ["reference", payment.reference ?? "-"],
      ["kind", payment.kind],
      ["amount", money(payment.amount)],
      ["state", payment.reason === null ? payment.state : `${payment.state} (${payment.reason})`],
      ["captured", money(payment.captured)],
      ["refunded", money(payment.refunded)],
      ["fee", money(payment.fee)],
      ...recharged(payment, money),
    ]),
    ...section(
      "Attempts",
      [
        ..."ID KIND RAIL AMOUNT STATE BEGUN LOOKS".split(" "),
        ...["NEXT LOOK", "ACCOUNT", "FILE", "RAIL'S ID"],
      ],
      attempts.map((each) => [
        each.id,
        each.kind,
        each.rail,
        money(each.amount, each.asset),
        each.reason === null ? each.state : `${each.state} (${each.reason})`,
        instant(each.begunAt),
        String(each.looks),
        instant(each.lookAt),
        accountOf(each.target),
        each.order ? `${each.order.file} on ${each.order.collectionDay}` : "-",
        each.railReference ?? "-",
      ]),
    ),
    ...section(
      "Refunds",
      ["ID", "AMOUNT", "STATE"],
      refunds.map(({ id, amount, state, reason }) => [
        id,
        money(amount),
        reason === null ? state : `${state} (${reason})`,
      ]),
    ),
    ...section(
      "Story",
      ["AT", "WHAT", ""],
      chapters.map((chapter) => [precise(chapter.at), chapter.what, told(chapter, asset)]),
    ),
  ].join("\n")
}

/** To the millisecond, for much may happen within a minute. */
function precise(at: Date): string {
  return at.toISOString().replace("T", " ")
}

function accountOf(target: Story["attempts"][number]["target"]): string {
  if (target === null) return "can't be opened"
  const { bank, accountNumber, phoneNumber, companyCode, identifier } = target
  const parts = [bank, accountNumber, phoneNumber, companyCode, identifier]
  return parts.filter((part) => part !== undefined).join(" ") || "-"
}

/** One thing that happened, in a few words. */
function told(chapter: Chapter, asset: string): string {
  const money = (amount: bigint | null, of: string | null) =>
    amount === null || of === null ? "" : `, ${of} ${writeAmount(amount, of)}`
  switch (chapter.what) {
    case "event":
      return `${chapter.seq} ${chapter.type} ${JSON.stringify(chapter.data)}`
    case "refund":
      return `${chapter.refundId}${money(chapter.amount, asset)}`
    case "attempt":
      return `${chapter.attemptId} over ${chapter.rail}`
    case "begun":
      return chapter.file === null
        ? chapter.attemptId
        : `${chapter.attemptId} in ${chapter.file}, to be moved on ${chapter.collectionDay}`
    case "sighting":
      return (
        `${chapter.fact} (${chapter.state}) of ${instant(chapter.happenedAt)}` +
        `${money(chapter.amount, chapter.asset)}, at ${chapter.place}`
      )
    case "line":
      return (
        `${chapter.source} says ${chapter.says} for ${instant(chapter.happenedAt)}` +
        `${money(chapter.amount, chapter.asset)}: ${chapter.outcome}, ` +
        `line ${chapter.position} of ${chapter.file}` +
        (chapter.reasonCode === null ? "" : `, ${chapter.reasonCode}`)
      )
    case "transfer":
      return (
        `${chapter.kind}, ${chapter.asset} ${writeAmount(chapter.amount, chapter.asset)} ` +
        `from ${chapter.from} to ${chapter.to}`
      )
    case "delivery":
      return (
        `${chapter.type} to ${chapter.url}: ${chapter.state}, ${chapter.tries} tries` +
        (chapter.lastStatus === null ? "" : `, last answer ${chapter.lastStatus}`)
      )
    default:
      return chapter satisfies never
  }
}
