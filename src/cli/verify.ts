/** `caudal verify`: adds the books up again. */
import { command } from "./command.ts"
import { table } from "./shell.ts"

const verify = command({
  name: "verify",
  about: "Adds up every account, asset and payment again; ends with 1 when something is wrong.",
  async run(_values, shell) {
    await shell.withCore(async (core) => {
      const wrong = await core.books.verify()
      if (wrong.length > 0) shell.exitCode(1)
      shell.show({ right: wrong.length === 0, wrong }, () =>
        wrong.length === 0
          ? "The books are right."
          : `The books are wrong:\n${table(
              ["WHAT", "ID", "DIFFERENCE"],
              wrong.map(({ what, id, detail }) => [what, id, detail]),
            )}`,
      )
    })
  },
})

export const commands = [verify]
