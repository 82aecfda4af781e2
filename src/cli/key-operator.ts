/** Keys of operators: who books money that came in over the native API. */
import { type Core, keyFlaw, newOperatorKey, type OperatorKey } from "../core/index.ts"
import { tellGuess } from "./address.ts"
import { CommandError } from "./command.ts"
import { flawError, readTerms, stateOf, termRows } from "./key-terms.ts"
import { checkText } from "./payer-text.ts"
import { instant, list, type Shell, table } from "./shell.ts"

const NAME_MAX = 80

type Given = { readonly scopes?: string | undefined; readonly expires?: string | undefined }

/** Makes a key for an operator and shows it, once. */
export async function addOperator(
  shell: Shell,
  given: string,
  { scopes, expires }: Given,
): Promise<void> {
  const name = given.trim()
  checkText("--operator", name, NAME_MAX)
  await shell.withCore(async (core, config) => {
    const now = core.clock.now()
    const terms = readTerms({ scopes, expires }, now)
    const flaw = keyFlaw(terms, null, now)
    if (flaw) throw flawError(flaw)
    const operatorKey = newOperatorKey(core.ids)
    show(shell, core, await core.operators.add(name, operatorKey, terms), operatorKey)
    tellGuess(shell, config)
  })
}

/** Makes a key in the place of an operator's, and shows it, once. */
export async function rollOperator(
  shell: Shell,
  id: string,
  overlapSeconds: number,
  expires: string | undefined,
): Promise<void> {
  await shell.withCore(async (core, config) => {
    const { expiresAt } = readTerms({ expires }, core.clock.now())
    const operatorKey = newOperatorKey(core.ids)
    const made = await core.operators.roll(id, operatorKey, { overlapSeconds, expiresAt })
    if ("wrong" in made) throw flawError(made.wrong)
    show(shell, core, made, operatorKey)
    tellGuess(shell, config)
  })
}

function show(shell: Shell, core: Core, made: OperatorKey, operatorKey: string): void {
  const { id, name, scopes, expiresAt } = made
  const baseUrl = `${core.publicUrl}/v1/operator`
  const credentials = { operatorKey }
  shell.show({ operator: name, ids: [id], baseUrl, scopes, expiresAt, credentials }, () =>
    [
      `${name} can book top-ups with:`,
      "",
      list([
        ["base URL", baseUrl],
        ["operatorKey", operatorKey],
        ["id", id],
        ...termRows({ name: null, scopes, expiresAt }),
      ]),
      "",
      "Keep it now: it is stored as a hash and can't be shown again. It reaches every merchant's",
      "wallet. The id is what caudal key revoke ID --operator takes.",
    ].join("\n"),
  )
}

/** Lists the keys of all operators, without what is secret in them. */
export async function listOperators(shell: Shell): Promise<void> {
  await shell.withCore(async (core) => {
    const keys = await core.operators.list()
    shell.show({ keys: keys.map(jsonOf) }, () =>
      keys.length === 0
        ? 'No operator has a key; make one: caudal key add --operator "…"'
        : table(
            HEADINGS,
            keys.map((each) => rowOf(each, core.clock.now())),
          ),
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

const HEADINGS = ["ID", "OPERATOR", "KNOWN BY", "SCOPES", "SINCE", "LAST USED", "STATE"]

function jsonOf(key: OperatorKey) {
  const { id, name, hint, scopes, createdAt, expiresAt, lastUsedAt, revokedAt, rolledTo } = key
  const times = { createdAt, expiresAt, lastUsedAt, revokedAt }
  return { id, operator: name, hint, scopes, ...times, rolledTo }
}

function rowOf(key: OperatorKey, now: Date): string[] {
  const { id, name, hint, scopes, createdAt, lastUsedAt } = key
  return [
    id,
    name,
    hint === null ? "-" : `…${hint}`,
    scopes?.join(" ") ?? "all",
    instant(createdAt),
    instant(lastUsedAt),
    stateOf(key, now),
  ]
}
