/** `caudal master-key`: which keys seal what is secret, and sealing it anew under another one. */
import type { Config } from "../config.ts"
import type { Core, Flaw, Keyring, Rotated, ShownKeys } from "../core/index.ts"
import { beginRotation, endRotation } from "../master-key.ts"
import { CommandError, command } from "./command.ts"
import { instant, table } from "./shell.ts"

const show = command({
  name: "master-key show",
  about: "Counts what each master key sealed, by the keys' ids; it reads every sealed box.",
  async run(_values, shell) {
    await shell.withCore(async (core) => {
      const shown = await core.masterKeys.show()
      shell.show(shownOut(shown), () => shownText(shown))
    })
  },
})

const rotate = command({
  name: "master-key rotate",
  about:
    "Seals everything anew under the current master key, beside running gateways that all know " +
    "it. A sandbox whose key lies in master.key gets a new one; stop its gateway for that. Ends " +
    "with 1 when something was left; run it again then.",
  async run(_values, shell) {
    await shell.withCore(async (core, config) => {
      const keyring = await newKey(core, config)
      const rotated = await core.masterKeys.rotate(undefined, keyring)
      const whole = isWhole(rotated)
      if (whole && keyring) endRotation(config.dataDir, core.ids)
      if (!whole) shell.exitCode(1)
      shell.show(rotatedOut(rotated), () => rotatedText(rotated))
    })
  },
})

export const commands = [show, rotate]

/** A sandbox's next key, which its file now begins with; undefined where settings name the keys. */
async function newKey(core: Core, config: Config): Promise<Keyring | undefined> {
  if (config.masterKey !== null) return undefined
  if (await core.masterKeys.isServed()) {
    throw new CommandError(
      "A gateway runs on this database, and holds the key that it read at its start: stop it first",
    )
  }
  return beginRotation(config.dataDir, core.ids)
}

function isWhole({ busy, flawed }: Rotated): boolean {
  return busy === 0 && flawed === 0
}

function shownOut({ current, given, known, holdings }: ShownKeys) {
  return {
    current,
    given,
    keys: known.map(({ id, firstUsedAt, retiredAt }) => ({ id, firstUsedAt, retiredAt })),
    boxes: holdings.map(({ boxes, ...place }) => ({ ...place, keys: Object.fromEntries(boxes) })),
  }
}

function shownText({ current, given, known, holdings }: ShownKeys): string {
  const counts = new Map<string, number>()
  for (const { boxes } of holdings) {
    for (const [id, count] of boxes) counts.set(id, (counts.get(id) ?? 0) + count)
  }
  const ids = new Set([current, ...given, ...known.map(({ id }) => id), ...counts.keys()])
  const rows = [...ids].map((id) => {
    const key = known.find((each) => each.id === id)
    const role = id === current ? "current" : given.includes(id) ? "older" : "not given"
    const since = instant(key?.firstUsedAt ?? null)
    return [id, role, String(counts.get(id) ?? 0), since, instant(key?.retiredAt ?? null)]
  })
  const places = holdings.flatMap(({ table: name, column, boxes }) =>
    [...boxes].map(([id, count]) => [`${name}.${column}`, id, String(count)]),
  )
  return [
    table(["KEY", "HERE IT IS", "BOXES", "SINCE", "RETIRED"], rows),
    "",
    table(["WHERE", "KEY", "BOXES"], places),
  ].join("\n")
}

function rotatedOut({ keyId, resealed, kept, flawed, flaws, busy, retired }: Rotated) {
  return { keyId, resealed, kept, busy, flawed, flaws, retired }
}

function rotatedText({ keyId, resealed, kept, flawed, flaws, busy, retired }: Rotated): string {
  return [
    `${resealed} boxes were sealed anew under the key ${keyId}; ${kept} were already.`,
    ...(busy > 0 ? [`The rows of ${busy} were in use all the time: run the command again.`] : []),
    ...(flawed > 0
      ? [
          `${flawed} do not open and were left as they are:`,
          table(["WHERE", "ID", "WHY"], flaws.map(flawRow)),
        ]
      : []),
    ...retired.map((id) => `Nothing bears the key ${id} any more: no start needs it from now on.`),
  ].join("\n")
}

const WHY = {
  malformed: "is no sealed box",
  unknown_key: "its key isn't given",
  tampered: "was changed, or moved from elsewhere",
} as const satisfies Record<Flaw["why"], string>

function flawRow({ table: name, column, id, why }: Flaw): string[] {
  return [`${name}.${column}`, id, WHY[why]]
}
