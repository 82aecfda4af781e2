/** What is broken on purpose, a build each: for every invariant there is at least one. */

/** `what` stands exactly once in the file, and is replaced by `by`. */
export type Edit = { readonly file: string; readonly what: string; readonly by: string }

export type Break = {
  /** The invariant's number, and what of it is broken. */
  readonly invariant: number
  readonly what: string
  readonly edits: readonly Edit[]
}

export const BREAKS: readonly Break[] = [
  {
    invariant: 1,
    what: "what leaves one account enters another",
    edits: [
      {
        file: "src/core/draft.ts",
        what: "balance: credit.balance + amount",
        by: "balance: credit.balance + amount + 1n",
      },
    ],
  },
  {
    invariant: 2,
    what: "a recharge is covered before it is held",
    edits: [
      {
        file: "src/core/decide/create-payment.ts",
        what: "draft.account(available).balance < hold",
        by: "draft.account(available).balance < 0n",
      },
    ],
  },
  {
    invariant: 2,
    what: "refunds never exceed what was captured",
    edits: [
      {
        file: "src/core/decide/create-refund.ts",
        what: "amount <= 0n || amount > left",
        by: "amount <= 0n",
      },
    ],
  },
  {
    invariant: 3,
    what: "one reference, one payment",
    edits: [
      {
        file: "src/core/decide/create-payment.ts",
        what: "if (existing) return",
        by: "if (existing && command.amount === 0n) return",
      },
    ],
  },
  {
    invariant: 3,
    what: "one Idempotency-Key, one payment",
    edits: [
      {
        file: "src/core/fold.ts",
        what: "if (once && known && known.expiresAt > draft.now) {",
        by: "if (once && known && known.expiresAt < draft.now) {",
      },
    ],
  },
  {
    invariant: 4,
    what: "what is final stays as it is",
    edits: [
      {
        file: "src/core/decide/end-payment.ts",
        what: "if (isFinal(payment.state)) return",
        by: 'if (payment.state === "returned") return',
      },
    ],
  },
  {
    invariant: 5,
    what: "each change writes one event, numbered without gaps",
    edits: [
      {
        file: "src/core/decide/decider.ts",
        what: "version: next.version + 1",
        by: "version: next.version + 2",
      },
    ],
  },
  {
    invariant: 6,
    what: "every try has the same id",
    edits: [
      {
        file: "src/core/loops/deliver.ts",
        what: "envelope({ id: leased.id,",
        by: "envelope({ id: parts.ids.next(),",
      },
    ],
  },
  {
    invariant: 6,
    what: "a delivery whose node died is sent by another",
    edits: [
      {
        file: "src/core/loops/claims.ts",
        what: "for (const leased of got) lanes.add(",
        by: "for (const leased of got) void (",
      },
    ],
  },
  {
    invariant: 7,
    what: "a rail is asked once an attempt",
    edits: [
      { file: "src/core/loops/store.ts", what: "state = 'waiting' as begin", by: "true as begin" },
    ],
  },
  {
    invariant: 8,
    what: "an answer that was sent is durable",
    edits: [
      {
        file: "src/core/engine.ts",
        what: "if (!(await recovered(batchId))) throw error",
        by: "await recovered(batchId)",
      },
    ],
  },
  {
    invariant: 10,
    what: "merchant B can't see merchant A's payment",
    edits: [
      {
        file: "src/core/verbs.ts",
        what: "return payment?.merchantId === merchantId ? upToDate(payment) : null",
        by: "return upToDate(payment)",
      },
    ],
  },
  {
    invariant: 11,
    what: "what is charged is sealed at rest",
    edits: [
      {
        file: "src/core/webhooks/announce.ts",
        what: "messageSealed: parts.keyring.seal(JSON.stringify(message), SEALED.message)",
        by: "messageSealed: Buffer.from(JSON.stringify(message))",
      },
    ],
  },
  {
    invariant: 12,
    what: "of a payer, a bank and a merchant who race, one wins",
    edits: [
      {
        file: "src/core/decide/end-payment.ts",
        what: "if (isFinal(payment.state)) return",
        by: 'if (payment.state === "returned") return',
      },
      {
        file: "src/core/payments/payment.ts",
        what: "TRANSITIONS[payment.state].includes(state),",
        by: "TRANSITIONS[payment.state] !== undefined && state !== payment.state,",
      },
    ],
  },
  {
    invariant: 9,
    what: "a transfer counts once it is as deep as was configured",
    edits: [
      {
        file: "src/rails/evm/headers.ts",
        what: "head - finality.blocks + 1",
        by: "head",
      },
    ],
  },
  {
    invariant: 9,
    what: "two nodes must show a transfer before it counts",
    edits: [
      {
        file: "src/rails/evm/agreement.ts",
        what: "const isAlone = chain.nodes.length === 1 || node.trusted",
        by: "const isAlone = true",
      },
    ],
  },
  {
    invariant: 9,
    what: "what left the chain before it counted is forgotten",
    edits: [
      {
        file: "src/rails/evm/fork.ts",
        what: "for (const each of gone) orphan(reading, each)",
        by: "",
      },
    ],
  },
  {
    invariant: 9,
    what: "money that left the chain is held",
    edits: [
      {
        file: "src/core/decide/frozen-money.ts",
        what: '  draft.move(available, held, paid, { kind: "charge.frozen", ...about })\n',
        by: "",
      },
    ],
  },
  {
    invariant: 11,
    what: "no log shows what is charged",
    edits: [
      {
        file: "src/core/loops/begin.ts",
        what: "{ err: error, attemptId: attempt.id, rail: rail.name }",
        by: "{ err: error, target: orderOf(attempt, parts.keyring).target }",
      },
    ],
  },
  {
    invariant: 12,
    what: "a payer who cancels while the bank is at it does not win",
    edits: [
      {
        file: "src/core/decide/end-payment.ts",
        what: 'payment.state === "processing" || !givenUp',
        by: 'payment.state === "returned"',
      },
    ],
  },
]
