/** `caudal verify`: says whether the books are right, or which row isn't. */
import { command } from "./command.ts"
import { table } from "./shell.ts"

/** Nobody needs to hear more often that it goes on. */
const TOLD_EVERY_MS = 5_000

const verify = command({
  name: "verify",
  about:
    "Adds up every account again and holds events, payments, refunds, sightings, deliveries, " +
    "answers and the audit log against one another, as they are at one instant. Nothing waits " +
    "for it; it ends with 1 when a row is wrong.",
  async run(_values, shell) {
    await shell.withCore(async (core) => {
      let toldMs = core.clock.elapsedMs()
      const { rows, wrong } = await core.books.verifyWhole((name, read) => {
        if (core.clock.elapsedMs() - toldMs < TOLD_EVERY_MS) return
        toldMs = core.clock.elapsedMs()
        shell.note(`${read} rows read, now ${name}`)
      })
      const right = wrong.length === 0
      if (!right) shell.exitCode(1)
      shell.show({ right, rows, wrong }, () =>
        right
          ? "The books are right."
          : `The books are wrong:\n${table(
              ["ROW", "ID", "DIFFERENCE", "CHECK"],
              wrong.map(({ check, what, id, detail }) => [what, id, detail, check]),
            )}`,
      )
    })
  },
})

export const commands = [verify]
