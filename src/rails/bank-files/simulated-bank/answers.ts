/** Writes the bank's answers into the folder: each whole, under its name, or not at all. */
import { mkdir, open, rename } from "node:fs/promises"
import { join } from "node:path"
import type { Day } from "../../../calendar.ts"
import { type Movement, writeNotification } from "../../../iso20022/bank-account.ts"
import { writeStatusReport } from "../../../iso20022/bank-side.ts"
import { toFileId } from "../../../iso20022/ids.ts"
import type { Answer, Item } from "./agenda.ts"
import type { Handed } from "./lines.ts"

type Money = Extract<Answer, { tells: "money" }>

/** The names under which an answer is delivered, by what is wrong with it. */
const COPIES: Readonly<Record<NonNullable<Money["fault"]>, readonly string[]>> = {
  thrice: ["", "-again", "-once-more"],
  malformed: [""],
}

/** Written in one turn of the event loop: a piece of the writers' in plain letters, and some. */
const WRITE_BYTES = 131_072

/** Where answers lie, and what a process adds to the names of those that aren't whole yet. */
export type Tray = { readonly folder: string; readonly mark: string }

/** Puts an answer into the folder. Doing so again gives the same bytes under the same names. */
export async function putAnswer(
  tray: Tray,
  answer: Answer,
  { batched, bookedOn }: { readonly batched: boolean; readonly bookedOn: Day },
): Promise<void> {
  if (answer.tells !== "refusal" && answer.items.length === 0) return
  if (answer.tells !== "money") {
    await putFile(tray, `pain.002-${answer.id}.xml`, statusesOf(answer))
    return
  }
  for (const copy of answer.fault === null ? [""] : COPIES[answer.fault]) {
    const pieces = notificationOf(answer, batched, bookedOn)
    await putFile(tray, `camt.054-${answer.id}${copy}.xml`, pieces)
  }
}

/** Writes a file where nobody looks, then gives it its name. */
export async function putFile(
  { folder, mark }: Tray,
  name: string,
  pieces: Iterable<string>,
): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const hidden = join(folder, `.${name}.${mark}`)
  const file = await open(hidden, "w", 0o600)
  // One for the whole file: memory outside of the heap is given back late.
  const bytes = new Uint8Array(WRITE_BYTES)
  const encoder = new TextEncoder()
  try {
    for (const piece of pieces) {
      for (let rest = piece; rest !== ""; ) {
        const { read, written } = encoder.encodeInto(rest, bytes)
        await file.writeFile(bytes.subarray(0, written))
        rest = rest.slice(read)
      }
    }
  } finally {
    await file.close()
  }
  await rename(hidden, join(folder, name))
}

/** What the items of a notification moved, in minor units; null where it isn't one. */
export function netOf(answer: Answer): bigint | null {
  if (answer.tells !== "money" || answer.items.length === 0) return null
  return answer.items.reduce((net, item) => {
    const { amount, direction } = movementOf(item)
    return net + (direction === "credit" ? amount : -amount)
  }, 0n)
}

/** The bank's own reference for an order: another one each time that it is handed in. */
export function referenceOf({ batch, position }: Handed): string {
  return `${toFileId(batch.intake).slice(0, 24)}-${position + 1}`
}

/** How an item stands on the account. */
export function movementOf({ order, step }: Item): Movement {
  const { amount, batch, endToEndId } = order
  const isBack = step.kind === "returned"
  return {
    endToEndId,
    paymentInfoId: batch.group,
    of: batch.of,
    direction: (batch.of === "debit") !== isBack ? "credit" : "debit",
    amount: step.fault === "amount" ? amount + 1n : amount,
    returned: isBack ? step.reason : null,
    reference: referenceOf(order),
    text: null,
  }
}

const STATUSES: Readonly<Record<Item["step"]["kind"], string>> = {
  accepted: "ACSP",
  approved: "ACSC",
  declined: "RJCT",
  settled: "ACSC",
  returned: "RJCT",
}

function statusesOf(answer: Exclude<Answer, Money>): Iterable<string> {
  const { count, dueAt: createdAt, id: messageId, original } = answer
  const head = { messageId, createdAt, original: { ...original, count } }
  if (answer.tells === "refusal") {
    // No code of ISO's list says that a file can't be read.
    const fileStatus = { status: "RJCT", reason: "other" } as const
    return writeStatusReport({ ...head, fileStatus, answers: [] })
  }
  const answers = answer.items.map(({ order, step }) => ({
    paymentInfoId: order.batch.group,
    endToEndId: order.endToEndId,
    status: STATUSES[step.kind],
    reason: step.reason,
    amount: order.amount,
    currency: order.batch.currency,
    reference: referenceOf(order),
  }))
  return writeStatusReport({ ...head, fileStatus: null, answers })
}

function notificationOf(answer: Money, batched: boolean, bookedOn: Day): Iterable<string> {
  const { account, currency, dueAt: createdAt, fault, id } = answer
  const movements = answer.items.map(movementOf)
  const report = { messageId: id, createdAt, id, account, currency, bookedOn, batched }
  if (fault !== "malformed") return writeNotification({ ...report, movements })
  const text = [...writeNotification({ ...report, movements: [...movements, STRAY] })].join("")
  return [withoutSense(text)]
}

/** Money that nobody ordered, whose entry is spoiled. */
const STRAY: Movement = {
  endToEndId: null,
  paymentInfoId: null,
  of: null,
  direction: "credit",
  amount: 1n,
  returned: null,
  reference: "STRAY",
  text: null,
}

/** Gives the last entry a status that isn't known, and leaves out the totals that count it. */
function withoutSense(text: string): string {
  const last = text.lastIndexOf("<Ntry>")
  const head = text.slice(0, last).replace(/<TxsSummry>.*?<\/TxsSummry>/, "")
  const entry = text.slice(last).replace(/<NtryDtls>[\s\S]*<\/NtryDtls>/, "")
  return head + entry.replace("<Cd>BOOK</Cd>", "<Cd>XXXX</Cd>")
}
