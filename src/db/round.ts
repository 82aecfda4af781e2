/**
 * A round: many statements in one write and one answer, in PostgreSQL's extended protocol.
 *
 * The driver's own pipeline ends each statement with a Sync, so that the server sends each answer
 * by itself and describes its columns each time; for the short statements of the engine that is as
 * much work as the statements. A round has one Sync, at its end, and asks for columns once.
 *
 * https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-EXT-QUERY
 */
import type pg from "pg"
import { typeParser } from "./connection.ts"
import { Encoder } from "./encoder.ts"
import { type Call, parameterText, type Result, statementName } from "./statement.ts"

/** What the server answered to one statement; `command` is the tag's word, such as COMMIT. */
export type Answer = Result & { readonly command: string }

/** Sends rounds over one connection, one at a time. */
export type Rounds = {
  /**
   * Rejects with the error of the statement that failed; those behind it were not run. What the
   * statements did before that is left to the transaction that they ran in.
   */
  send(calls: readonly Call[]): Promise<Answer[]>
}

type Field = { readonly name: string; readonly parse: (text: string) => unknown }

/** A statement as this connection knows it; `fields` is null until its columns were told. */
type Prepared = { readonly name: string; fields: readonly Field[] | null }

/** The messages that the driver hands to who asked. */
type Message = {
  readonly fields: readonly { readonly name: string; readonly dataTypeID: number }[]
}
type Row = { readonly fields: readonly (string | null)[] }
type Connection = { readonly stream: { write(bytes: Buffer): unknown } }

/** The statement of this name is forgotten with the next one that has none. */
const UNNAMED = ""

/** Makes what sends rounds over a connection; statements stay prepared as long as it lives. */
export function openRounds(client: pg.Client): Rounds {
  const known = new Map<string, Prepared>()
  const encoder = new Encoder()
  let parsing: Prepared[] = []
  // The driver doesn't pass these on. They come in the order in which statements were sent.
  client.connection.on("parseComplete", () => {
    const prepared = parsing.shift()
    if (prepared && prepared.name !== UNNAMED) known.set(prepared.name, prepared)
  })

  /** Writes the messages of one statement; answers what is known of it. */
  function write(call: Call, values: readonly (string | null)[], sent: Prepared[]): Prepared {
    const name = statementName(call.text) ?? UNNAMED
    const before =
      name === UNNAMED ? undefined : (known.get(name) ?? sent.find((each) => each.name === name))
    const prepared = before ?? { name, fields: null }
    if (!before) {
      sent.push(prepared)
      encoder.parse(name, call.text)
    }
    encoder.bind(name, values)
    if (prepared.fields === null) encoder.describe()
    encoder.execute()
    return prepared
  }

  return {
    send(calls) {
      const values = calls.map(({ params = [] }) => params.map(parameterText))
      const sent: Prepared[] = []
      encoder.begin()
      const prepared = calls.map((call, at) => write(call, values[at]!, sent))
      encoder.sync()
      parsing = sent
      return new Promise((resolve, reject) => {
        client.query(makeRound(calls, encoder.bytes(), prepared, { resolve, reject }))
      })
    },
  }
}

/** What the driver drives: it sends the bytes once the connection is free and hears the answers. */
function makeRound(
  calls: readonly Call[],
  bytes: Buffer,
  prepared: readonly Prepared[],
  { resolve, reject }: { resolve(answers: Answer[]): void; reject(error: Error): void },
) {
  const answers: Answer[] = []
  let rows: Record<string, unknown>[] = []
  let unreadable: Error | null = null
  return {
    /** For who watches what the driver is given: a query has its text. */
    calls,
    submit: ({ stream }: Connection) => void stream.write(bytes),
    handleRowDescription({ fields }: Message) {
      prepared[answers.length]!.fields = fields.map(({ name, dataTypeID }) => ({
        name,
        parse: typeParser(dataTypeID, "text"),
      }))
    },
    handleDataRow({ fields }: Row) {
      try {
        rows.push(readRow(prepared[answers.length]!.fields!, fields))
      } catch (error) {
        // Thrown here it would end the process; the answers behind it still have to be read.
        unreadable ??= error as Error
      }
    },
    handleCommandComplete({ text }: { readonly text: string }) {
      // One that has no columns was described, too.
      prepared[answers.length]!.fields ??= []
      const words = text.split(" ")
      answers.push({ rows, rowCount: Number(words.at(-1)) || 0, command: words[0]! })
      rows = []
    },
    handleReadyForQuery: () => (unreadable ? reject(unreadable) : resolve(answers)),
    handleError: (error: Error) => reject(error),
  }
}

function readRow(columns: readonly Field[], texts: readonly (string | null)[]) {
  const row: Record<string, unknown> = {}
  for (let at = 0; at < columns.length; at += 1) {
    const text = texts[at]!
    const { name, parse } = columns[at]!
    row[name] = text === null ? null : parse(text)
  }
  return row
}
