/** What can be set for the simulator in the configuration file. */
import { z } from "zod"

export const simulatorSchema = z.strictObject({
  /** How long it takes to answer, in milliseconds: as long as the provider that it stands for. */
  answerAfterMs: z.int().min(0).max(5_000).default(0),
})
export type SimulatorSettings = z.infer<typeof simulatorSchema>

/** Reads the settings. Throws with every problem, one a line. */
export function readSettings(given: unknown): SimulatorSettings {
  const parsed = simulatorSchema.safeParse(given)
  if (parsed.success) return parsed.data
  const problems = parsed.error.issues.map(({ path, message }) => {
    return `${["rails.simulator", ...path.map(String)].join(".")}: ${message}`
  })
  throw new Error(problems.join("\n"))
}
