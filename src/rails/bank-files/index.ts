/**
 * Bank files: debits and refunds leave together in ISO 20022 files over a folder, and what became
 * of them stands in the bank's own files.
 */
import { collectionDate } from "../../calendar.ts"
import type { Clock, Exchange, Rail } from "../../core/index.ts"
import { readAnswers } from "../../iso20022/read.ts"
import { openFolder } from "./folder.ts"
import { openInbox } from "./inbox.ts"
import { sayingsOf } from "./incoming.ts"
import { accountFlaw, flawOf, piecesOf } from "./outgoing.ts"
import type { BankFilesSettings } from "./settings.ts"
import { makeDueAt } from "./when.ts"

export { type BankFilesSettings, readSettings } from "./settings.ts"

/** The far side of the folder in a sandbox. */
export type FarSide = {
  /** Reads what was sent and answers what is due. */
  work(): Promise<void>
  readonly simulate: NonNullable<Rail["simulate"]>
}

export type BankFilesParts = {
  readonly clock: Clock
  readonly settings: BankFilesSettings
  /** Set in a sandbox whose files nobody else answers. */
  readonly simulatedBank?: FarSide | null
}

/** A rail whose orders travel as files. */
export type BankFiles = Rail & { readonly exchange: Exchange }

/** Somebody who waits for an answer in a sandbox looks often; a bank answers in hours. */
const LOOK_MS = 1_000
/** Nothing is begun here, and the core asks for a limit. */
const BEGIN_TIMEOUT_MS = 10_000

/** Makes the rail. Nothing on the disk is touched before its exchange is used. */
export function makeBankFiles(parts: BankFilesParts): BankFiles {
  const { settings, simulatedBank = null } = parts
  return {
    name: "bank-files",
    displayName: "Bank files",
    methods: ["bank"],
    custodian: "gateway",
    beginIsIdempotent: false,
    absenceIsProof: false,
    beginTimeoutMs: BEGIN_TIMEOUT_MS,
    lookDelayMs: () => null,
    needsMandate: true,
    exchange: exchangeOf(parts),
    begin: async () => {
      throw new Error("bank-files: orders leave in files, none is begun alone")
    },
    observe: async () => ({ sightings: [], cursor: null }),
    // No bank offers a look-up over files, so an account is judged by its form until it is charged.
    verify: async (target) =>
      accountFlaw(settings, target) === null
        ? { state: "active" }
        : { state: "error", reason: "invalid_account" },
    ...(simulatedBank && { simulate: simulatedBank.simulate }),
  }
}

function exchangeOf({ clock, settings, simulatedBank }: BankFilesParts): Exchange {
  const { accounts, defaultAccount, ordersPerFile, sending, timeZone } = settings
  const folder = openFolder(settings.folder)
  const inbox = openInbox({ clock, timeZone, path: folder.path })
  return {
    everyMs: LOOK_MS,
    ordersMax: ordersPerFile,
    dueAt: makeDueAt(sending),

    slotOf({ account: chosen, asset }, now) {
      const key = chosen ?? defaultAccount
      const account = accounts.get(key)
      if (!account) return `there is no account ${key} in rails.bank-files.accounts`
      if (account.currency !== asset)
        return `account ${key} is in ${account.currency}, not ${asset}`
      return { account: key, day: collectionDate({ ...account, now }) }
    },
    flawOf: (order) => flawOf(settings, order),

    identify: folder.identify,
    write: (file, part) => folder.write(piecesOf(settings, file), part),
    send: folder.send,
    discard: folder.discard,

    async arrived() {
      await simulatedBank?.work()
      return inbox.arrived()
    },
    take: inbox.take,
    async *read(id) {
      const bytes = await inbox.open(id)
      if (bytes === null) yield { said: "refused", why: "is longer than is ever read" }
      else yield* sayingsOf({ clock, settings }, readAnswers(bytes))
    },
    keep: inbox.keep,
  }
}
