/** `caudal catalogue import`: sells what a rail's provider lists. */
import type { Company, Core } from "../core/index.ts"
import { counted, cut, jsonOf, textOf } from "./catalogue-changes.ts"
import { CommandError, command } from "./command.ts"
import { readCountry } from "./country.ts"
import { NO_PROVIDER } from "./rails.ts"
import { table } from "./shell.ts"

type Imported = Awaited<ReturnType<Core["catalogue"]["import"]>>
type LeftOut = Extract<Imported, { leftOut: unknown }>["leftOut"]

/** Of those that can't be sold, as many as fit a screen. */
const LEFT_OUT_MAX = 20
/** What a provider's client says of a fault; a page of HTML is no help. */
const FAULT_MAX = 300

export const importListed = command({
  name: "catalogue import",
  about: "Sells what a rail's provider lists, instead of what was sold in the same countries.",
  options: {
    rail: { value: "NAME", required: true, about: "the rail, such as tapila" },
    country: { value: "CC", many: true, about: "only this one; may be given several times" },
    "dry-run": { value: null, about: "say what would change" },
    "allow-fewer": {
      value: null,
      about: "also when it lacks half of what is sold in a country, or all of it",
    },
  },
  example: "catalogue import --rail tapila --country AR --dry-run",
  async run(values, shell) {
    const { rail, "dry-run": dryRun, "allow-fewer": allowFewer } = values
    const asked = values.country.map((code) => readCountry(code))
    const countries = asked.length > 0 ? asked : null
    await shell.withCore(async (core) => {
      const { listed, served } = await listedOver(core, rail)
      const options = { countries, served, allowFewer, dryRun }
      const imported = await core.catalogue.import(listed, options)
      if ("refused" in imported) {
        const hint = imported.refused === "few" ? " (--allow-fewer, if that is right)" : ""
        throw new CommandError(`Nothing was changed: ${imported.why}${hint}`)
      }
      const { diff, leftOut } = imported
      shell.show(
        { rail, countries: imported.countries, ...jsonOf(diff, { dryRun }), leftOut },
        () =>
          [
            `Rail ${rail}, ${imported.countries.join(", ")}.`,
            textOf(diff, { dryRun }),
            ...leftOutTable(leftOut),
          ].join("\n\n"),
      )
    })
  },
})

type Listing = { readonly listed: readonly Company[]; readonly served: readonly string[] }

async function listedOver(core: Core, name: string): Promise<Listing> {
  const rail = core.rails.get(name)
  if (!rail?.sells) {
    const sellers = [...core.rails.values()].filter(({ sells }) => sells).map((each) => each.name)
    const hint = sellers.length > 0 ? `these have: ${sellers.join(", ")}` : NO_PROVIDER
    throw new CommandError(`There is no rail "${name}" with a provider to ask; ${hint}`)
  }
  try {
    return { listed: await rail.sells(), served: rail.countries ?? [] }
  } catch (error) {
    // Only what the rail says of it: causes and stacks may hold what was sent.
    const why = (error as Error).message.replace(/\p{Cc}+/gu, " ").slice(0, FAULT_MAX)
    throw new CommandError(`The provider of rail ${name} could not be asked: ${why}`)
  }
}

function leftOutTable(leftOut: LeftOut): string[] {
  if (leftOut.length === 0) return []
  const more = leftOut.length - LEFT_OUT_MAX
  const rows = leftOut
    .slice(0, LEFT_OUT_MAX)
    .map(({ code, productId, why }) => [code, productId ?? "", why].map(cut))
  return [
    [
      `${counted(leftOut.length, "entry", "entries")} of the provider can't be sold:`,
      table(["COMPANY", "PRODUCT", "WHY"], rows),
      ...(more > 0 ? [`and ${more} more; --json has them all`] : []),
    ].join("\n"),
  ]
}
