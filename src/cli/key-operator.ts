/** Keys of operators: who books money that came in over the native API. */
import { newOperatorKey, type OperatorKey } from "../core/index.ts"
import { tellGuess } from "./address.ts"
import { CommandError } from "./command.ts"
import { checkText } from "./payer-text.ts"
import { instant, list, type Shell, table } from "./shell.ts"

const NAME_MAX = 80

/** Makes a key for an operator and shows it, once. */
export async function addOperator(shell: Shell, given: string): Promise<void> {
  const name = given.trim()
  checkText("--operator", name, NAME_MAX)
  await shell.withCore(async (core, config) => {
    const operatorKey = newOperatorKey(core.ids)
    const { id } = await core.operators.add(name, operatorKey)
    const baseUrl = `${core.publicUrl}/v1/operator`
    shell.show({ operator: name, ids: [id], baseUrl, credentials: { operatorKey } }, () =>
      [
        `${name} can book top-ups with:`,
        "",
        list([
          ["base URL", baseUrl],
          ["operatorKey", operatorKey],
          ["id", id],
        ]),
        "",
        "Keep it now: it is stored as a hash and can't be shown again. It fills every merchant's",
        "wallet. The id is what caudal key revoke ID --operator takes.",
      ].join("\n"),
    )
    tellGuess(shell, config)
  })
}

/** Lists the keys of all operators, without what is secret in them. */
export async function listOperators(shell: Shell): Promise<void> {
  await shell.withCore(async (core) => {
    const keys = await core.operators.list()
    shell.show({ keys: keys.map(jsonOf) }, () =>
      keys.length === 0
        ? 'No operator has a key; make one: caudal key add --operator "…"'
        : table(["ID", "OPERATOR", "SINCE", "STATE"], keys.map(rowOf)),
    )
  })
}

/** Ends an operator's key. */
export async function revokeOperator(shell: Shell, id: string): Promise<void> {
  await shell.withCore(async (core) => {
    const revoked = await core.operators.revoke(id)
    if (revoked === null) {
      throw new CommandError(`No operator has a key ${id}; see caudal key list --operators`)
    }
    shell.show({ id, revoked }, () =>
      revoked ? `Revoked ${id} (an operator's).` : `${id} was revoked before.`,
    )
  })
}

function jsonOf({ id, name, createdAt, revokedAt }: OperatorKey) {
  return { id, operator: name, createdAt, revokedAt }
}

function rowOf({ id, name, createdAt, revokedAt }: OperatorKey): string[] {
  const state = revokedAt === null ? "in use" : `revoked ${instant(revokedAt)}`
  return [id, name, instant(createdAt), state]
}
