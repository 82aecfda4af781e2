/** What a check says when something isn't as it must be. */

/** `invariant`: the number of the list in ARCHITECTURE.md's plan, or a word for the run itself. */
export type Violation = { readonly invariant: number | string; readonly what: string }

/** Thrown by checks. */
export class ViolationError extends Error {
  readonly violation: Violation
  constructor(violation: Violation) {
    super(`${violation.invariant}: ${violation.what}`)
    this.violation = violation
  }
}

/** Stops a run where something isn't as it must be. */
export function must(holds: boolean, invariant: number | string, what: () => string): void {
  if (!holds) throw new ViolationError({ invariant, what: what() })
}
