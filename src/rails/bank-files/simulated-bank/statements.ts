/** Writes the statements of a day, anew from the books: all that was notified, with balances. */
import { setImmediate } from "node:timers/promises"
import type { Day } from "../../../calendar.ts"
import { type Movement, writeStatement } from "../../../iso20022/bank-account.ts"
import { dayIn } from "../when.ts"
import { ANSWER_ITEMS_MAX, makeAgenda, type Opening } from "./agenda.ts"
import { movementOf, putFile, type Tray } from "./answers.ts"
import type { Line } from "./lines.ts"
import type { Tape } from "./tape.ts"

export type StatementParts = {
  readonly tape: Tape<Line>
  readonly tray: Tray
  readonly timeZone: string
  readonly batched: boolean
}

/** The part of a day's statement that is being gathered. */
type Part = Opening & {
  readonly id: string
  number: number
  balance: bigint
  movements: Movement[]
}

/**
 * Puts the statements of a day into the folder: for each account on which money moved, in parts
 * that take up each other's balances. Asked again, they have the same ids and begin the same.
 */
export async function stateDay(parts: StatementParts, day: Day, now: Date): Promise<void> {
  const { batched, tape, timeZone, tray } = parts
  const openings = await openingsOf(tape, day)
  const gathered = new Map<string, Part>()
  for (const [at, opening] of openings.entries()) {
    const id = `${day}-${at + 1}`
    const part = { ...opening, id, number: 0, balance: opening.amount, movements: [] }
    gathered.set(keyOf(opening), part)
  }

  async function put(part: Part): Promise<void> {
    const movements = part.movements.splice(0, ANSWER_ITEMS_MAX)
    if (movements.length === 0) return
    part.number += 1
    const { account, balance, currency } = part
    const id = `${part.id}-${part.number}`
    // The same part at another time is another message.
    const messageId = `${id}-${now.getTime().toString(36)}`
    const report = { messageId, createdAt: now, id, account, currency, bookedOn: day, batched }
    const pieces = writeStatement({ ...report, movements }, balance)
    await putFile(tray, `camt.053-${messageId}.xml`, pieces)
    part.balance += movements.reduce(
      (net, { amount, direction }) => net + (direction === "credit" ? amount : -amount),
      0n,
    )
  }

  const agenda = makeAgenda()
  for await (const { line } of tape.from(0)) {
    const answer = line.did === "put" ? agenda.find(line.answer) : null
    if (answer?.tells === "money" && dayIn(timeZone, answer.dueAt) === day) {
      const part = gathered.get(keyOf(answer))
      for (const item of answer.items) part?.movements.push(movementOf(item))
      await setImmediate()
      while (part && part.movements.length >= ANSWER_ITEMS_MAX) await put(part)
    }
    agenda.fold(line)
  }
  for (const part of gathered.values()) await put(part)
}

async function openingsOf(tape: Tape<Line>, day: Day): Promise<readonly Opening[]> {
  const agenda = makeAgenda()
  for await (const { line } of tape.from(0)) agenda.fold(line)
  return agenda.openings(day)
}

function keyOf({ account, currency }: Pick<Opening, "account" | "currency">): string {
  return `${account} ${currency}`
}
