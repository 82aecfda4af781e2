/** The bank of the bench: it takes files of debits, and tells of the money in a notification. */
import { createReadStream, createWriteStream, readdirSync, renameSync } from "node:fs"
import { rename } from "node:fs/promises"
import { join } from "node:path"
import { Readable } from "node:stream"
import { pipeline } from "node:stream/promises"
import { type Movement, writeNotification } from "../../src/iso20022/bank-account.ts"
import type { ReadOrder } from "../../src/iso20022/items.ts"
import { readOrders } from "../../src/iso20022/read.ts"
import { serve, settings } from "../child.ts"

export type Settings = { readonly folder: string }

export type Taken = {
  readonly files: number
  readonly orders: number
  /** Orders that were in a file before. */
  readonly twice: number
  /** What the files' totals aren't, or what couldn't be read. */
  readonly wrong: readonly string[]
}

const { folder } = settings<Settings>()
const orders: ReadOrder[] = []
const seen = new Set<string>()

/** Takes all files that wait for it. */
async function take(): Promise<Taken> {
  const wrong: string[] = []
  let twice = 0
  const names = readdirSync(join(folder, "out")).filter((name) => name.endsWith(".xml"))
  for (const name of names) {
    const path = join(folder, "out", name)
    for await (const item of readOrders(createReadStream(path))) {
      if (item.item === "order") {
        if (seen.has(item.endToEndId)) twice += 1
        seen.add(item.endToEndId)
        orders.push(item)
      } else if (item.item !== "header" && item.item !== "end") wrong.push(JSON.stringify(item))
    }
    renameSync(path, join(folder, `taken-${name}`))
  }
  return { files: names.length, orders: orders.length, twice, wrong: wrong.slice(0, 3) }
}

/** Writes that all the money came, where nobody looks yet. */
async function prepare({ at }: { readonly at: string }): Promise<void> {
  const movements = orders.map((order, index): Movement => {
    const { endToEndId, paymentInfoId, amount } = order
    return {
      endToEndId,
      paymentInfoId,
      of: "debit",
      direction: "credit",
      amount,
      returned: null,
      reference: `B${index}`,
      text: null,
    }
  })
  const first = orders[0]!
  const pieces = writeNotification({
    messageId: "NOTIFICATION-1",
    createdAt: new Date(at),
    id: "NOTIFICATION-1",
    account: first.ownAccount,
    currency: first.currency,
    bookedOn: first.day,
    movements,
    batched: false,
  })
  await pipeline(Readable.from(pieces), createWriteStream(join(folder, "in", ".answers")))
}

/** Hands the answers over. */
async function answer(): Promise<void> {
  await rename(join(folder, "in", ".answers"), join(folder, "in", "answers.xml"))
}

serve({ take, prepare, answer })
