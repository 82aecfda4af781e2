/**
 * Builds the core of one node: the engine, the verbs over it, the questions one may ask, the loops.
 */
import { classify } from "../db/database.ts"
import type { Actor } from "./audit/entry.ts"
import { rememberRead } from "./cursors/read.ts"
import { readChains } from "./cursors/store.ts"
import { makeMarking } from "./customers/marking.ts"
import { readTopUpReference } from "./decide/top-up.ts"
import type { Draft } from "./draft.ts"
import { makeEngine } from "./engine.ts"
import { makeExamine } from "./examine/examine.ts"
import { makeView } from "./exchange/view.ts"
import { makeFigures } from "./figures/figures.ts"
import { makeLimits } from "./limits/limits.ts"
import { makeNamedTurns } from "./limits/turns.ts"
import { abandon } from "./loops/abandon.ts"
import { makeBacklog } from "./loops/backlog.ts"
import { makeBeginner } from "./loops/begin.ts"
import { makeCourier } from "./loops/deliver.ts"
import { makePasses, observe, startLoops } from "./loops/loops.ts"
import { makeNotices } from "./loops/notices.ts"
import { makeStranded } from "./loops/stranded.ts"
import { makeOffered } from "./merchants/offered.ts"
import { type Found, listCredentials } from "./merchants/store/credentials.ts"
import { ownersOf } from "./merchants/store/owners.ts"
import * as merchants from "./merchants/store.ts"
import type { CoreParts } from "./parts.ts"
import { makeBank } from "./payments/at-bank.ts"
import { makeByHand } from "./payments/by-hand.ts"
import { makeChanges } from "./payments/changes.ts"
import { makePay } from "./payments/pay.ts"
import type { Payment } from "./payments/payment.ts"
import { makeReader } from "./payments/reader.ts"
import { makeSearch } from "./payments/search.ts"
import { makeSettled } from "./payments/settled.ts"
import { storyOf } from "./payments/story.ts"
import type { Rail } from "./rail.ts"
import type { Watch } from "./receiving.ts"
import { makeReports } from "./reports/reports.ts"
import { makeAhead } from "./retention/ahead.ts"
import { firstIdAt } from "./retention/months.ts"
import { makeRetention } from "./retention/retention.ts"
import { makeMasterKeys } from "./rotation/rotation.ts"
import { makeTestClock } from "./test-clock/test-clock.ts"
import { makeUsers } from "./users/users.ts"
import { verbsFor } from "./verbs-for.ts"
import { makeBooks } from "./verify/watch.ts"
import { makeAnnounce, type Rendered } from "./webhooks/announce.ts"
import { makeNews } from "./webhooks/news.ts"
import { makeKeys } from "./xpubs/keys.ts"

export type { CoreParts, Log, Metrics } from "./parts.ts"

export type Core = ReturnType<typeof openCore>

/** Opens the core on a migrated database. Nothing runs by itself before `start`. */
export function openCore(given: CoreParts) {
  const parts = { ...given, by: given.by ?? null }
  const { database, clock, ids, keyring, log, metrics } = parts
  const node = ids.next()
  const rails = new Map(parts.rails.map((rail) => [rail.name, rail]))
  const voices = new Map(parts.voices.map((voice) => [voice.name, voice]))
  const changes = makeChanges({ database })
  const reader = makeReader(database)
  const settled = makeSettled({ database, clock, changes })
  const rendered = new Map<string, Rendered>()
  const onFault = (error: unknown, about: string) => {
    metrics.count("engine_faults")
    log.error({ err: error }, about)
  }
  const keys = makeKeys({ ...parts, rails, onFault })

  const courier = makeCourier({ ...parts, node, voices })
  const beginner = makeBeginner({
    ...parts,
    node,
    rails,
    submit: (...args) => engine.submit(...args),
  })

  function committed(draft: Draft): void {
    changes.committed(draft)
    keys.committed(draft)
    beginner.committed(draft)
    courier.committed(draft, rendered)
  }

  const engine = makeEngine({
    writer: parts.writer ? parts.writer(database.writer()) : database.writer(),
    tracing: parts.tracing,
    database,
    clock,
    ids,
    keyring,
    announce: makeAnnounce(
      {
        keyring,
        node,
        voice: (dialect) => voices.get(dialect)!,
        railName: (rail) => rails.get(rail)?.displayName ?? rail,
        takes: courier.takes,
        leaseMs: courier.leaseMs,
      },
      rendered,
    ),
    committed,
    onFault,
    onBatch: (size, elapsedMs) => {
      metrics.count("engine_commands", {}, size)
      metrics.observe("engine_batch", elapsedMs / 1_000)
    },
  })
  const readElsewhere = new Set<string>()
  const loopParts = { ...parts, node, rails, engine, beginner, courier, keys, readElsewhere }
  const stranded = makeStranded(loopParts)
  const figures = makeFigures(parts)
  const backlog = makeBacklog(parts)
  const own = [stranded.pass, backlog.pass, makeAhead(parts), makeMarking(parts), figures.pass]
  const passes = [...makePasses(loopParts), ...own]
  const watched = makeBooks({ ...parts, node })
  const payParts = {
    engine,
    database,
    clock,
    ids,
    keyring,
    rails,
    defaultRails: parts.defaultRails,
    keys,
    readChains: rememberRead(database, clock),
    node,
    settled,
    reader,
  }
  const pay = makePay(payParts)
  const limits = makeLimits(parts)
  const waiting = { search: makeSearch({ ...parts, rails }), walkInTurn: makeNamedTurns() }
  const verbParts = { ...parts, ...waiting, engine, pay, rails, reader, voices, limits }
  const users = makeUsers({ ...parts, limits })
  const verbs = verbsFor(verbParts, users, parts.by)
  let demoMerchantId: string | null = null

  return {
    mode: parts.mode,
    publicUrl: parts.publicUrl,
    node,
    clock,
    ids,
    passwords: parts.passwords,
    metrics,
    log,
    rails,
    checkAddress: parts.checkAddress,
    /** What this installation was told, without what is secret in it. */
    settings: parts.settings ?? [],
    /** The demo merchant's credentials in the clear; null in live mode. Never for others' eyes. */
    demo: parts.demo ?? (() => null),
    /** Where clients reach each dialect, and how their credentials are made. */
    doors: parts.doors ?? [],
    ...makeOffered({ rails, defaultRails: parts.defaultRails, keys }),
    /**
     * Who a request without credentials stands for: the demo merchant of a sandbox that only its
     * own machine can reach. Null everywhere else.
     */
    async openCaller(dialect: Payment["dialect"]): Promise<Found | null> {
      if (demoMerchantId === null) return null
      const merchant = await merchants.findMerchant(database, demoMerchantId)
      const terms = await merchants.findTerms(database, demoMerchantId, dialect)
      const credentials = await listCredentials(database, demoMerchantId)
      const credential = credentials.find((each) => each.dialect === dialect)
      if (!merchant || !terms || !credential) return null
      // It stands for the merchant, and not for what one of its keys was kept to.
      return { credential: { ...credential, scopes: null }, merchant, terms }
    },
    /** Names the merchant that `openCaller` answers with. */
    openTo(merchantId: string): void {
      demoMerchantId = merchantId
    },

    /** For commands that have no verb of their own. */
    engine,
    /** Create, open, end, refund, simulate, wait: see `makePay`. */
    pay,
    /** What a person does to payments on a page of ours: see `makeByHand`. */
    byHand: (by: Actor) => makeByHand({ ...payParts, note: verbs.audit.note }, by),
    /** Waits for a payment's next change: see `Changes`. */
    changes: { next: changes.next },
    /** Waits for anything to happen to a merchant, or to any: for pages that show lists. */
    news: makeNews(parts),
    ...verbs,
    /** What an operator calls money that came in, as `wallet.topUp` wants it. */
    readTopUpReference,
    /** All that is known of anybody's payment, by its id or that of an attempt or refund of it. */
    story: (id: string) => storyOf({ db: database, keyring, rails }, id),
    /** What became of money, for operators and merchants. */
    reports: makeReports(parts),
    /** An id above all that were made before an instant, and below all later ones. */
    idBefore: (at: Date) => firstIdAt(at),
    /** What may be wrong with the database and what is late in it; nothing is changed. */
    examine: makeExamine(parts),
    /** How payments go now, for a merchant or for all. */
    overview: figures.overview,
    /** Whose things these ids name; nobody's are left out. Never for an answer: see dialects. */
    ownersOf: (ids: readonly string[]) => ownersOf(database, ids),
    /** How often callers may ask, and fail: counted by all nodes together. */
    limits,
    /** The verbs in somebody's name: what they change is written down as done by that one. */
    verbsFor: (by: Actor) => verbsFor(verbParts, users, by),
    /** The keys that everything secret is sealed under. */
    masterKeys: makeMasterKeys(parts),
    /** How much is told of the past. */
    retention: makeRetention(parts),
    /** Files that went to banks and came from them. */
    exchange: makeView({ ...parts, rails }),
    /** Takes what a rail's provider sent by itself. */
    notice: makeNotices({ ...loopParts, look: (rail) => observe(loopParts, rail) }),
    /** Sandbox only: time, which can be moved on. */
    testClock: makeTestClock(parts),
    /** Sandbox only: what payers do on the pages of simulated banks. */
    bank: makeBank({ ...parts, rails }),
    /** Merchants' extended public keys. */
    keys,
    /** The chains of a rail that were ever read, by their names; or those that nobody reads now. */
    readChains: (rail: string, { unread = false } = {}) =>
      readChains(database, rail, unread ? clock.now() : null),
    /** Gives up chains that are gone for good; answers how many payments expired by that. */
    abandon: (rail: Rail, chainIds: readonly number[]) => abandon(loopParts, rail, chainIds),
    /** How reading each chain goes; of one that another node reads, that node tells. */
    watches(): readonly Watch[] {
      const all = parts.rails.flatMap(({ receiving }) => receiving?.watches ?? [])
      return all.filter(({ name }) => !readElsewhere.has(name))
    },
    /** Looks at the books, if it is time; and what was found last, for health. */
    lookAtBooks: watched.pass.run,
    booksHealth: watched.health,
    /** Rails that aren't there, though attempts wait for them. */
    strandedRails: stranded.health,
    /** What is late, as the last look at it found. */
    lag: backlog.health,
    /**
     * Keys of this installation for one purpose, such as a dialect's tokens; the current one first.
     */
    deriveKeys: (purpose: string) => keyring.derive(purpose),
    /** Whether an error says that the database is away, and not that we did something wrong. */
    isOutage(error: unknown): boolean {
      const fault = classify(error)
      return fault === "connection" || fault === "readonly" || fault === "disk"
    },
    /** Runs each loop's work once and waits for what it set off: for tests, which have no loops. */
    async pass(): Promise<void> {
      for (const { run } of passes) await run()
      await beginner.idle()
      await courier.idle()
    },
    /** Starts the loops; the function it answers stops them, the engine last. */
    start() {
      const stopLoops = startLoops(loopParts, [...passes, watched.pass])
      return async () => {
        await stopLoops()
        await engine.stop()
      }
    },
  }
}
