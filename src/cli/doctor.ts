/** `caudal doctor`: looks at everything that may be wrong, and says what to do about it. */
import { styleText } from "node:util"
import { type Config, ConfigError } from "../config.ts"
import { command } from "./command.ts"
import { lookAtDatabase } from "./doctor/database.ts"
import type { Finding, Level } from "./doctor/finding.ts"
import { lookAtFolder } from "./doctor/folder.ts"
import { lookAtGateway } from "./doctor/gateway.ts"
import { lookAtProgram, lookAtSettings } from "./doctor/program.ts"

const SIGNS = { ok: "✓", warn: "!", bad: "✗" } as const satisfies Record<Level, string>
const COLOURS = { ok: "green", warn: "yellow", bad: "red" } as const

const doctor = command({
  name: "doctor",
  about:
    "Looks at versions, settings, files, disk, database, books, gateway, chains, rails and " +
    "receivers; each line says what to do where something is wrong. Ends with 1 when something " +
    "must be done; what only may be is a warning.",
  options: { strict: { value: null, about: "end with 1 for warnings, too" } },
  example: "doctor --json",
  async run({ strict }, shell) {
    const findings: Finding[] = [...lookAtProgram()]
    const config = await settings(() => shell.config(), findings)
    if (config) {
      findings.push(...lookAtSettings(config), ...lookAtFolder(config))
      const gateway = await lookAtGateway(config)
      findings.push(...(await lookAtDatabase(config, gateway.runs)), ...gateway.findings)
    }
    const count = (level: Level) => findings.filter((each) => each.level === level).length
    const [warnings, faults] = [count("warn"), count("bad")]
    if (faults > 0 || (strict && warnings > 0)) shell.exitCode(1)
    const well = faults === 0
    shell.show({ well, faults, warnings, findings }, () =>
      [
        ...findings.flatMap(linesOf),
        "",
        faults + warnings === 0
          ? "All is well."
          : `${faults} to be mended, ${warnings} to be looked at.`,
      ].join("\n"),
    )
  },
})

export const commands = [doctor]

/** Settings that can't be read are the first thing to mend; nothing else can be known then. */
async function settings(read: () => Promise<Config>, findings: Finding[]): Promise<Config | null> {
  try {
    return await read()
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    for (const text of error.message.split("\n")) {
      const todo = "correct the setting: docs/operating.md lists them all"
      findings.push({ area: "settings", level: "bad", text, todo })
    }
    return null
  }
}

function linesOf({ area, level, text, todo }: Finding): string[] {
  const sign = styleText(COLOURS[level], SIGNS[level])
  return [
    `${sign} ${area.padEnd(10)} ${text}`,
    ...(todo === null ? [] : [`             → ${todo}`]),
  ]
}
