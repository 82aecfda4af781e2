/** `caudal catalogue`: the companies whose recharges are sold. */
import { type CatalogueError, readCatalogue } from "../core/catalogue/load.ts"
import type { Company } from "../core/index.ts"
import { CommandError, command } from "./command.ts"
import { table } from "./shell.ts"

const load = command({
  name: "catalogue load",
  about: "Replaces the catalogue by a file's; what the file doesn't name is no longer sold.",
  operands: ["FILE"],
  options: { "dry-run": { value: null, about: "check the file and say what would change" } },
  example: "catalogue load catalogue.json --dry-run",
  async run(values, shell, [path]) {
    const companies = read(path)
    await shell.withCore(async (core) => {
      const before = await core.catalogue.list(null)
      const changes = changesBetween(before, companies)
      const dryRun = values["dry-run"]
      if (!dryRun) await core.catalogue.replace(companies)
      shell.show(
        { dryRun, companies: companies.length, products: count(companies), ...changes },
        () => {
          const { added, kept, ended } = changes
          const rows = [
            ["new", added],
            ["again", kept],
            ["no longer sold", ended],
          ] as const
          const what = `${companies.length} companies with ${count(companies)} products`
          return [
            `${dryRun ? "Would load" : "Loaded"} ${what}.`,
            table(
              ["", "COMPANIES", ""],
              rows.map(([what, codes]) => [what, String(codes.length), shortened(codes)]),
            ),
          ].join("\n")
        },
      )
    })
  },
})

export const commands = [load]

function read(path: string): Company[] {
  try {
    return readCatalogue(path)
  } catch (error) {
    if ((error as CatalogueError).name !== "CatalogueError") throw error
    throw new CommandError((error as Error).message)
  }
}

function changesBetween(before: readonly Company[], after: readonly Company[]) {
  const known = new Set(before.map(({ code }) => code))
  const wanted = new Set(after.map(({ code }) => code))
  return {
    added: [...wanted].filter((code) => !known.has(code)),
    kept: [...wanted].filter((code) => known.has(code)),
    ended: before.filter(({ code, active }) => active && !wanted.has(code)).map(({ code }) => code),
  }
}

function count(companies: readonly Company[]): number {
  return companies.reduce((sum, { products }) => sum + products.length, 0)
}

/** More codes than this fill a screen and say nothing. */
const SHOWN_MAX = 6

function shortened(codes: readonly string[]): string {
  return codes.slice(0, SHOWN_MAX).join(" ") + (codes.length > SHOWN_MAX ? " …" : "")
}
