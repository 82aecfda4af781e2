/** Questions and answers between two processes of one gateway, over the pipe that Node gives. */

/** One end of the pipe, as cluster's workers and processes have it. */
export type Pipe = {
  /** Sends a message; `told` hears when that failed. */
  send(message: object, told: (error: Error | null) => void): void
  hear(listener: (message: unknown) => void): void
}

/** What may be asked here, by its name. What it throws, whoever asked gets as an `Error`. */
export type Handlers = Readonly<Record<string, (value: never) => unknown>>

export type Channel = {
  /** Asks the other end; rejects with its words, when it is gone, and after `timeoutMs`. */
  ask<Answer>(what: string, value?: unknown, timeoutMs?: number): Promise<Answer>
}

/** For what the other end has at hand. A process that is silent for so long is as good as dead. */
const ANSWER_MS = 10_000

type Question = { readonly asked: number; readonly what: string; readonly value: unknown }
type Reply = { readonly replied: number; readonly value?: unknown; readonly error?: string }
type Waiting = { resolve(value: never): void; reject(error: Error): void }

/** Opens this end, where `handlers` answer. */
export function openChannel(pipe: Pipe, handlers: Handlers): Channel {
  const open = new Map<number, Waiting>()
  let asked = 0

  function settle(id: number, use: (waiting: Waiting) => void): void {
    const waiting = open.get(id)
    open.delete(id)
    if (waiting) use(waiting)
  }

  async function answer({ asked: replied, what, value }: Question): Promise<void> {
    let reply: Reply
    try {
      const handler = handlers[what]
      if (!handler) throw new Error(`nobody answers "${what}" here`)
      reply = { replied, value: await handler(value as never) }
    } catch (error) {
      reply = { replied, error: (error as Error).message }
    }
    // Whoever asked may be gone by now, and then wants no answer.
    pipe.send(reply, () => {})
  }

  pipe.hear((message) => {
    if (isQuestion(message)) void answer(message)
    else if (isReply(message)) {
      const { error, replied, value } = message
      settle(replied, ({ reject, resolve }) => {
        if (error === undefined) resolve(value as never)
        else reject(new Error(error))
      })
    }
  })

  return {
    async ask<Answer>(what: string, value?: unknown, timeoutMs = ANSWER_MS) {
      asked += 1
      const id = asked
      let timer: NodeJS.Timeout | undefined
      try {
        return await new Promise<Answer>((resolve, reject) => {
          open.set(id, { resolve, reject })
          const late = () => reject(new Error(`no answer to "${what}" within ${timeoutMs} ms`))
          timer = setTimeout(late, timeoutMs)
          pipe.send({ asked: id, what, value } satisfies Question, (error) => {
            if (error) settle(id, ({ reject: fail }) => fail(error))
          })
        })
      } finally {
        clearTimeout(timer)
        open.delete(id)
      }
    },
  }
}

/** Other parts may use the pipe, too. */
function isQuestion(message: unknown): message is Question {
  return typeof message === "object" && message !== null && "asked" in message
}

function isReply(message: unknown): message is Reply {
  return typeof message === "object" && message !== null && "replied" in message
}
