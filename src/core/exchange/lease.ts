/** Lets one node at a time work with a rail's folder, and stops one that lost it unnoticed. */
import type { Database, Transaction } from "../../db/database.ts"
import { claimCursor, releaseCursor } from "../cursors/store.ts"
import type { LoopParts } from "../loops/loops.ts"
import * as store from "./store/lease.ts"

/**
 * After a crash others wait so long. Work that takes longer prolongs it at each step, of which none
 * takes a third of this.
 */
const LEASE_MS = 60_000

/** Another node works with the folder now: whatever was under way here is no longer ours. */
export class LeaseLost extends Error {
  override name = "LeaseLost"
}

/** The right to work with a folder. It is bound to its number: taken again, it is another. */
export type Held = {
  readonly fence: number
  /** Prolongs it when it is time to. Throws `LeaseLost`. */
  keep(): Promise<void>
  /** Runs a transaction that counts only while this is held. Throws `LeaseLost`. */
  write<Answer>(work: (transaction: Transaction) => Promise<Answer>): Promise<Answer>
}

export type Lease = {
  /** Takes the lease or prolongs it; null while another node has it. */
  hold(): Promise<Held | null>
  /** Lets another node try. */
  release(): Promise<void>
}

type Parts = Pick<LoopParts, "clock" | "node"> & { readonly database: Database }

/** Makes the lease on the folder of a rail, which all passes of this node share. */
export function makeLease({ database, clock, node }: Parts, rail: string): Lease {
  const name = `exchange ${rail}`
  let current: Held | null = null
  let taking: Promise<Held | null> | null = null

  async function take(): Promise<Held | null> {
    const now = clock.now()
    const until = new Date(now.getTime() + LEASE_MS)
    const cursor = await claimCursor(database, { name, rail, node, now, until })
    current = cursor && heldUnder(cursor.fence, until.getTime())
    return current
  }

  function heldUnder(fence: number, untilMs: number): Held {
    let heldUntilMs = untilMs
    const held: Held = {
      fence,
      async keep() {
        const now = clock.now()
        if (heldUntilMs - now.getTime() > LEASE_MS / 2) return
        const until = new Date(now.getTime() + LEASE_MS)
        if (!(await store.prolong(database, { name, fence, now, until }))) throw lost()
        heldUntilMs = until.getTime()
      },
      write: (work) =>
        database.transaction(async (transaction) => {
          if (!(await store.isHeld(transaction, name, fence))) throw lost()
          return work(transaction)
        }),
    }
    function lost(): LeaseLost {
      if (current === held) current = null
      return new LeaseLost(`another node works with the folder of ${rail} now`)
    }
    return held
  }

  /** What this node has is kept: taken anew it would have another number. */
  async function keepOrTake(): Promise<Held | null> {
    const held = current
    if (held === null) return take()
    try {
      await held.keep()
      return held
    } catch (error) {
      if (!(error instanceof LeaseLost)) throw error
      return take()
    }
  }

  return {
    hold() {
      taking ??= keepOrTake().finally(() => {
        taking = null
      })
      return taking
    },
    async release() {
      current = null
      await releaseCursor(database, { name, node })
    },
  }
}
