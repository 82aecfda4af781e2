/** What the creates come to: rates with their bars, and counts that show that all is there. */
import type { Database } from "../../src/db/database.ts"
import type { Bar, Context, Measured } from "../bench.ts"
import { beside, latencies, none, one, perSecond, sum } from "../measures.ts"
import type { Pair, Sides } from "./index.ts"
import { countAddresses, countAnswers, countRows, PARTS, type Rows } from "./rows.ts"
import type { Servers } from "./servers.ts"
import type { CreateSide, PgbenchSide } from "./sides.ts"

export type Done = {
  readonly context: Context
  readonly servers: Servers
  readonly sides: Sides
  readonly pgbench:
    | (Readonly<Record<"statements" | "one", PgbenchSide>> & {
        readonly database: Database
      })
    | null
}

/** Against a plain server that does the same. */
const PLAIN_RATIO = 3
const TAPILA_PER_SECOND = 1_500
const EVM_PER_SECOND = 1_000
const STATEMENTS_RATIO = 2
const ONE_STATEMENT_RATIO = 1
const NOTHING_RATIO = 0.35

/** What the core calls the dialect of each. */
const DIALECTS = { native: "caudal" } as const

const ratio = (limit: number): Bar => ({ is: "≥", limit, of: "ratio" })
const rates = ({ loads }: CreateSide) => loads.map(perSecond)
const medians = ({ loads }: CreateSide) => latencies(loads, 0.5)

/** What one create costs; noise of the machine hardly changes it. */
const USES: readonly [what: string, samples: (side: CreateSide) => readonly number[]][] = [
  [", CPU of the server", ({ used }) => used.map(({ serverMs }) => serverMs)],
  [", CPU of the database", ({ used }) => used.map(({ databaseMs }) => databaseMs)],
]

/** All figures, after all is quiet. */
export async function figuresOf(done: Done): Promise<readonly Measured[]> {
  const { context, pgbench, sides } = done
  const { chain, idle, pairs } = sides
  const creates = rates(pairs.pentagoo.ours)
  const against = (name: string, control: readonly number[], limit: number): Measured => ({
    name: `create.${name}`,
    unit: "/s",
    samples: creates,
    control,
    bar: ratio(limit),
  })
  for (const side of allOf(sides)) {
    for (const shown of side.counts.shown) context.note(`${side.name}: ${shown}`)
  }
  return [
    ...Object.entries(pairs).flatMap(([name, pair]) => ofPair(name, pair)),
    {
      name: "create.tapila, a second",
      unit: "/s",
      samples: rates(pairs.tapila.ours),
      bar: { is: "≥", limit: TAPILA_PER_SECOND },
    },
    ...(chain ? ofChain(chain, creates) : []),
    ...(pgbench
      ? [
          against("vs-pgbench, statements", pgbench.statements.perSecond, STATEMENTS_RATIO),
          against("vs-pgbench, one statement", pgbench.one.perSecond, ONE_STATEMENT_RATIO),
        ]
      : []),
    against("vs-nothing", rates(idle), NOTHING_RATIO),
    ...(await counts(done)),
  ]
}

function ofPair(name: string, { ours, plain }: Pair): Measured[] {
  const both = beside(ours, plain)
  return [
    { ...both(`create.${name}`, "/s", rates), bar: ratio(PLAIN_RATIO) },
    both(`create.${name}, median`, "ms", medians),
    ...USES.map(([what, samples]) => both(`create.${name}${what}`, "ms", samples)),
  ]
}

function ofChain(chain: CreateSide, control: readonly number[]): Measured[] {
  const name = "create.evm"
  return [
    {
      ...{ name, unit: "/s", samples: rates(chain), control },
      bar: { is: "≥", limit: EVM_PER_SECOND },
    },
    { name: `${name}, median`, unit: "ms", samples: medians(chain) },
    ...USES.map(([what, of]) => ({ name: name + what, unit: "ms", samples: of(chain) })),
  ]
}

function allOf({ chain, idle, pairs }: Sides): readonly CreateSide[] {
  const both = Object.values(pairs).flatMap(({ ours, plain }) => [ours, plain])
  return [...both, idle, ...(chain ? [chain] : [])]
}

async function counts({ pgbench, servers, sides }: Done): Promise<readonly Measured[]> {
  const ours = await countRows(servers.gateway.database)
  const plain = await countRows(servers.plain.database)
  const { chain, idle, pairs } = sides
  const found = Object.entries(pairs).map(([name, pair]) => {
    const dialect = name === "native" ? DIALECTS.native : name
    return { pair, ours: ours.get(dialect) ?? NO_ROWS, plain: plain.get(dialect) ?? NO_ROWS }
  })
  const astray = [
    ...found.flatMap(({ pair, ...rows }) => [
      rows.ours.payments - pair.ours.counts.right,
      rows.plain.payments - pair.plain.counts.right,
    ]),
    await answersAstray(servers, pairs),
    pgbench === null ? 0 : await pgbenchAstray(pgbench),
  ]
  const all = allOf(sides)
  return [
    one("create: payments in all", "", sum(all.map((each) => each.counts.right)), {
      is: "≥",
      limit: 1,
    }),
    none("create: wrong answers", sum(all.map((each) => each.counts.wrong))),
    none("create: rows without an answer, or the reverse", sum(astray.map(Math.abs))),
    none("create: rows that only one side writes", sum(found.map(differing))),
    none("create: rows of the store that does nothing", await idleRows(servers, idle)),
    ...(chain && servers.chain ? await ofAddresses(servers.chain.database, chain) : []),
  ]
}

const NO_ROWS: Rows = { payments: 0, attempts: 0, events: 0, transfers: 0 }

/** In how many tables a payment has more rows at one side than at the other. */
function differing({ ours, plain }: { readonly ours: Rows; readonly plain: Rows }): number {
  return PARTS.filter((part) => ours[part] * plain.payments !== plain[part] * ours.payments).length
}

/** Each request with an Idempotency-Key has its answer kept. */
async function answersAstray(servers: Servers, pairs: Sides["pairs"]): Promise<number> {
  const keyed = [pairs["palomma-pay"], pairs["palomma-direct-debit"]]
  const [ours, plain] = [
    (await countAnswers(servers.gateway.database)) - sum(keyed.map((k) => k.ours.counts.right)),
    (await countAnswers(servers.plain.database)) - sum(keyed.map((k) => k.plain.counts.right)),
  ]
  return Math.abs(ours) + Math.abs(plain)
}

async function pgbenchAstray({ database, one, statements }: NonNullable<Done["pgbench"]>) {
  const rows = (await countRows(database)).get("pentagoo") ?? NO_ROWS
  const written = one.counts.rows + statements.counts.rows
  return sum([rows.payments, rows.attempts, rows.events].map((each) => Math.abs(each - written)))
}

async function idleRows(servers: Servers, { counts }: CreateSide): Promise<number> {
  if (counts.right === 0) return 1
  const rows = await countRows(servers.idle.database)
  return sum([...rows.values()].map(({ payments }) => payments))
}

async function ofAddresses(database: Database, { counts }: CreateSide): Promise<Measured[]> {
  const { payments } = (await countRows(database)).get("pentagoo") ?? NO_ROWS
  const { addresses, gaps, twice } = await countAddresses(database)
  return [
    none("create: evm payments without an answer, or the reverse", payments - counts.right),
    none("create: payments without an address", payments - addresses),
    none("create: addresses given twice", twice),
    none("create: indexes left out", gaps),
  ]
}
