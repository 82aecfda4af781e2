/** Control (b): pgbench, which is written in C and speaks to PostgreSQL over its own socket. */
import { execFile } from "node:child_process"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { promisify } from "node:util"
import type { Database } from "../../src/db/database.ts"

/** What a client would send for one payment, by the names that the scripts give it. */
export type Sample = Readonly<
  Record<"merchant" | "description" | "purpose" | "target" | "instructions" | "at", string>
>

export type Pgbench = {
  /** How the server is reached. */
  readonly over: string
  /** Transactions a second, and how many there were. Throws when one of them failed. */
  run(form: keyof typeof FORMS, seconds: number): Promise<Done>
}
export type Done = { readonly perSecond: number; readonly transactions: number }

const CLIENTS = 64
/** A small scale shares its server with others. */
const SHORT_CLIENTS = 8
/** What the others in a bench may still connect, and what the server keeps for its superuser. */
const CONNECTIONS_KEPT = 20
/** pgbench counts time in whole seconds; for less it is told how often each client goes. */
const SHORT_TRANSACTIONS = 20
/** Its time begins before its clients have connected; its rate does not. */
const CONNECT_S = 1
const UUID_V7_SINCE = 180_000

type Columns = Readonly<Record<string, string>>

const at = "cast(:at as timestamptz)"
const merchant = "cast(:merchant as uuid)"
const amount = "cast(:amount as numeric)"

const payment: Columns = {
  id: "ID",
  merchant_id: merchant,
  dialect: "'pentagoo'",
  kind: "'charge'",
  reference: "'BENCH-' || cast(:number as text)",
  amount,
  asset: "'USD'",
  state: "'pending'",
  description: "cast(:description as text)",
  purpose: "cast(:purpose as jsonb)",
  open_attempt_id: "ID",
  deferred: "false",
  version: "1",
  expires_at: at,
  created_at: at,
  updated_at: at,
}
const attempt: Columns = {
  id: "ATTEMPT",
  payment_id: "PAYMENT",
  merchant_id: merchant,
  rail: "'simulator'",
  method: "'crypto'",
  kind: "'charge'",
  amount,
  asset: "'USD'",
  state: "'open'",
  target_sealed: "cast(:target as bytea)",
  instructions: "cast(:instructions as jsonb)",
  received: "'{}'::jsonb",
  look_at: at,
  begun_at: at,
  created_at: at,
  updated_at: at,
}
const event: Columns = {
  id: "ID",
  subject: "'payment'",
  subject_id: "PAYMENT",
  seq: "1",
  merchant_id: merchant,
  dialect: "'pentagoo'",
  type: "'payment.created'",
  data: `'{"state": "pending"}'::jsonb`,
  created_at: at,
}

const names = (columns: Columns) => Object.keys(columns).join(", ")
const values = (columns: Columns) => Object.values(columns).join(", ")

const NUMBERS = `\\set number random(1, 9000000000000000000)
\\set amount random(100, 99999)`

/** A statement a row, as most programs do it; and all rows in one, as the best of them do it. */
const FORMS = {
  statements: `${NUMBERS}
begin;
insert into payments (${names(payment)}) values (${values(payment)})
  returning id as payment, open_attempt_id as attempt \\gset
insert into attempts (${names(attempt)}) values (${values(attempt)});
insert into events (${names(event)}) values (${values(event)});
commit;
`
    .replaceAll("PAYMENT", "cast(:payment as uuid)")
    .replaceAll("ATTEMPT", "cast(:attempt as uuid)"),
  "one statement": `${NUMBERS}
with payment as (
  insert into payments (${names(payment)}) values (${values(payment)})
  returning id, open_attempt_id
), attempt as (
  insert into attempts (${names(attempt)}) select ${values(attempt)} from payment
)
insert into events (${names(event)}) select ${values(event)} from payment;
`
    .replaceAll("PAYMENT", "payment.id")
    .replaceAll("ATTEMPT", "payment.open_attempt_id"),
}

const execute = promisify(execFile)

export type Wanted = {
  /** A migrated database with the sample's merchant. */
  readonly database: Database
  readonly url: string
  readonly folder: string
  readonly sample: Sample
  readonly short: boolean
}

/** Prepares pgbench; a sentence that says why it can't be used instead. */
export async function findPgbench({
  database,
  folder,
  sample,
  short,
  url,
}: Wanted): Promise<Pgbench | string> {
  const count = short ? SHORT_CLIENTS : CLIENTS
  const isThere = await execute("pgbench", ["--version"]).then(
    () => true,
    () => false,
  )
  if (!isThere) return "There is no pgbench here"
  const { rows } = await database.query<{ version: string; free: number }>(
    `select current_setting('server_version_num') as version,
current_setting('max_connections')::int - (select count(*)::int from pg_stat_activity) as free`,
  )
  const [row] = rows
  if (row!.free < count + CONNECTIONS_KEPT) return "The server has no connections left for pgbench"
  const newId = Number(row!.version) >= UUID_V7_SINCE ? "uuidv7()" : "gen_random_uuid()"
  const files = Object.entries(FORMS).map(([form, text]): [string, string] => {
    const path = join(folder, `${form.replace(" ", "-")}.sql`)
    writeFileSync(path, text.replaceAll(/\bID\b/g, newId))
    return [form, path]
  })
  const fileOf = Object.fromEntries(files)
  const { connection, over } = connectionTo(url, folder)
  const variables = Object.entries(sample).flatMap(([name, value]) => ["-D", `${name}=${value}`])
  return {
    over,
    async run(form, seconds) {
      const whole = Math.ceil(seconds) + CONNECT_S
      const long = seconds >= 1 ? ["-T", String(whole)] : ["-t", String(SHORT_TRANSACTIONS)]
      const clients = ["-c", String(count), "-j", "1", "-M", "prepared", "-n"]
      const rest = [...long, ...variables, "-f", fileOf[form]!, connection]
      const { stderr, stdout } = await execute("pgbench", [...clients, ...rest])
      return doneOf(stdout, stderr)
    },
  }
}

/** How pgbench is told where to connect; no list of processes shows the password. */
function connectionTo(url: string, folder: string) {
  const { hostname, password, pathname, port, searchParams, username } = new URL(url)
  const file = join(folder, "pgpass")
  writeFileSync(file, `*:*:*:*:${escaped(decodeURIComponent(password))}\n`, { mode: 0o600 })
  const host = searchParams.get("host") ?? hostname
  const words = {
    host,
    port: port || "5432",
    user: decodeURIComponent(username),
    dbname: decodeURIComponent(pathname.slice(1)),
    passfile: file,
  }
  const connection = Object.entries(words)
    .map(([name, value]) => `${name}='${value.replaceAll(/[\\']/g, "\\$&")}'`)
    .join(" ")
  return { connection, over: host.startsWith("/") ? "a unix socket" : "TCP" }
}

/** In a password file a colon and a backslash need one before them. */
function escaped(password: string): string {
  return password.replaceAll(/[\\:]/g, "\\$&")
}

function doneOf(stdout: string, stderr: string): Done {
  const perSecond = /^tps = ([\d.]+)/m.exec(stdout)?.[1]
  const transactions = /transactions actually processed: (\d+)/.exec(stdout)?.[1]
  const failed = /number of failed transactions: (\d+)/.exec(stdout)?.[1] ?? "0"
  if (perSecond === undefined || transactions === undefined || failed !== "0") {
    throw new Error(`pgbench: ${stdout}${stderr}`)
  }
  return { perSecond: Number(perSecond), transactions: Number(transactions) }
}
