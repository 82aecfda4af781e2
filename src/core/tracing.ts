/** Spans for whoever traces requests through several programs; the core says where they are. */

/** What a span is about: ids and counts, and nothing that a person or a secret could be in. */
export type SpanWords = {
  readonly attributes?: Readonly<Record<string, string | number>>
  /** What led to it, as `here` answered there; it is then nobody's child. */
  readonly causes?: readonly unknown[]
}

/** Unset where nobody traces, so that it costs nothing. */
export type Tracing = {
  /** Runs `work` in a span, which has what that starts as its children and ends with it. */
  span<T>(name: string, words: SpanWords, work: () => Promise<T>): Promise<T>
  /** The span that runs now, as a cause of others. */
  here(): unknown
}
