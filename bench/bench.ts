/** What a bench is: something that starts its own parts, measures, and judges by bars. */

/** How a figure is judged. `of` says what is compared: the figure, or its ratio to the control. */
export type Bar = {
  readonly is: "<" | "≤" | "≥" | "="
  readonly limit: number
  readonly of?: "value" | "ratio"
}

/** What was measured: one sample a slice, and in the same run the control's. */
export type Measured = {
  readonly name: string
  readonly unit: string
  readonly samples: readonly number[]
  readonly control?: readonly number[]
  readonly bar?: Bar
}

export type Context = {
  /** How long to measure, without what is started before and stopped behind. */
  readonly seconds: number
  /** A small scale that says only whether the bench itself works. */
  readonly short: boolean
  /** Aborted when somebody wants the bench to end. */
  readonly signal: AbortSignal
  /** Keeps something to be undone, the last first, however the bench ends. */
  after(undo: () => Promise<unknown>): void
  /** Says what happens now. */
  stage(text: string): void
  /** Says how much of the measuring is done, from 0 to 1. */
  progress(done: number): void
  /** A line that stands above the figures: what helps to judge them. */
  note(text: string): void
}

export type Bench = {
  readonly about: string
  readonly seconds: number
  run(context: Context): Promise<readonly Measured[]>
}
