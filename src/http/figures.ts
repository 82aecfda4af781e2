/** All figures behind /metrics: what kind each is, what it means, and which labels it has. */

/** One figure, by its name without prefix and unit. */
export type FigureWords = {
  readonly kind: "counter" | "gauge" | "histogram"
  /** One sentence, shown to whoever asks Prometheus what it is. */
  readonly help: string
  readonly labels?: readonly string[]
}

/** They are known from the start: an alert on the first fault needs the zero before it. */
export const FIGURES = {
  attempts_stranded: {
    kind: "gauge",
    help: "Attempts without an end whose rail isn't in the settings.",
    labels: ["rail"],
  },
  attempts_unended: {
    kind: "gauge",
    help: "Attempts without an end, by rail and state.",
    labels: ["rail", "state"],
  },
  attempts_unknown: {
    kind: "counter",
    help: "Begins without an answer; they are looked up.",
    labels: ["rail"],
  },
  attempts_unknown_oldest_seconds: {
    kind: "gauge",
    help: "How long ago the oldest attempt began of which nobody knows what became of it.",
  },
  books_behind_seconds: {
    kind: "gauge",
    help: "How old the oldest row is that was not looked at as new, beyond the usual two minutes.",
  },
  books_checked_rows: { kind: "counter", help: "Rows of the books that were read to check them." },
  books_last_whole_at: {
    kind: "gauge",
    help: "When all of the books had been read last, in seconds since 1970.",
  },
  books_ok: { kind: "gauge", help: "1 while the books are right, as the last look found." },
  build_info: {
    kind: "gauge",
    help: "Always 1; the labels say which version runs in which mode.",
    labels: ["version", "mode"],
  },
  chain_behind_blocks: {
    kind: "gauge",
    help: "Blocks between what was read and the newest that is known.",
    labels: ["chain"],
  },
  chain_ok: {
    kind: "gauge",
    help: "1 while a chain can be read and its nodes agree.",
    labels: ["chain"],
  },
  chain_orphaned: {
    kind: "counter",
    help: "Transfers that left a chain after they were seen.",
    labels: ["chain"],
  },
  checkout_streams: { kind: "gauge", help: "Payers' pages that listen now." },
  clock_offset_seconds: {
    kind: "gauge",
    help: "How far the database's clock is ahead of the host's.",
  },
  console_streams: { kind: "gauge", help: "Pages of the console that listen now." },
  database_connections: {
    kind: "gauge",
    help: "Connections of the pool that are busy or idle, and callers that wait for one.",
    labels: ["state"],
  },
  deliveries: { kind: "counter", help: "Tries of webhooks, by verdict.", labels: ["verdict"] },
  deliveries_late_seconds: {
    kind: "gauge",
    help: "How long the message that waits longest is past its time.",
  },
  deliveries_waiting: {
    kind: "gauge",
    help: "Messages that wait for a try; at most 1,000 of each endpoint are counted.",
  },
  delivery_marks_lost: {
    kind: "counter",
    help: "Webhooks that were sent and could not be written down: they are sent again.",
  },
  disk_free_bytes: { kind: "gauge", help: "Room on the disk of the data folder." },
  disk_size_bytes: { kind: "gauge", help: "Size of the disk of the data folder." },
  engine_batch: { kind: "histogram", help: "Time from taking a batch to its answers." },
  engine_commands: { kind: "counter", help: "Commands decided." },
  engine_faults: { kind: "counter", help: "Batches or commands that failed." },
  engine_queue: { kind: "gauge", help: "Commands that wait for their batch." },
  event_streams: { kind: "gauge", help: "Clients that listen to events now." },
  exchange_files_refused: {
    kind: "counter",
    help: "Files of a bank that aren't believed.",
    labels: ["rail"],
  },
  exchange_flawed: {
    kind: "counter",
    help: "Orders that were left out of their file and declined.",
    labels: ["rail"],
  },
  exchange_lines: {
    kind: "counter",
    help: "Lines of banks' files that were new.",
    labels: ["rail"],
  },
  exchange_ok: {
    kind: "gauge",
    help: "1 while the exchange folder is there and the right one.",
    labels: ["rail"],
  },
  exchange_orders_without_account: {
    kind: "gauge",
    help: "Orders that wait because their account isn't in the settings.",
    labels: ["rail", "kind"],
  },
  http_request: {
    kind: "histogram",
    help: "Requests by method, route and status, without streams.",
    labels: ["method", "route", "status"],
  },
  loop_faults: {
    kind: "counter",
    help: "Passes of background work that failed.",
    labels: ["loop"],
  },
  rail_notices: {
    kind: "counter",
    help: "Notices of rails' providers.",
    labels: ["rail", "taken"],
  },
  rail_ok: {
    kind: "gauge",
    help: "1 while a provider can be used.",
    labels: ["far_side"],
  },
  security_events: {
    kind: "counter",
    help: "What was tried and may not.",
    labels: ["event"],
  },
  sightings_stuck: {
    kind: "gauge",
    help: "Transfers that could not be applied at the last look.",
    labels: ["rail"],
  },
} as const satisfies Readonly<Record<string, FigureWords>>
