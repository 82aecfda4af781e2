/** `caudal catalogue`: the companies whose recharges are sold. */
import { type CatalogueError, readCatalogue } from "../core/catalogue/load.ts"
import type { Company } from "../core/index.ts"
import { counted, jsonOf, textOf } from "./catalogue-changes.ts"
import { importListed } from "./catalogue-import.ts"
import { commands as listing } from "./catalogue-list.ts"
import { CommandError, command } from "./command.ts"

const load = command({
  name: "catalogue load",
  about: "Replaces the catalogue by a file's; what the file doesn't name is no longer sold.",
  operands: ["FILE"],
  options: { "dry-run": { value: null, about: "check the file and say what would change" } },
  example: "catalogue load catalogue.json --dry-run",
  async run({ "dry-run": dryRun }, shell, [path]) {
    const companies = read(path)
    await shell.withCore(async (core) => {
      const diff = await core.catalogue.replace(companies, { dryRun })
      shell.show(jsonOf(diff, { dryRun }), () => textOf(diff, { dryRun }))
    })
  },
})

const check = command({
  name: "catalogue check",
  about: "Says whether a file can be loaded. Needs no database.",
  operands: ["FILE"],
  example: "catalogue check catalogue.json",
  async run(_values, shell, [path]) {
    const all = read(path)
    const companies = all.length
    const products = all.reduce((sum, company) => sum + company.products.length, 0)
    const countries = [...new Set(all.map(({ country }) => country))].sort()
    shell.show({ companies, products, countries }, () => {
      const what = `${counted(companies, "company", "companies")} of ${countries.join(", ")}`
      return `${path} can be loaded: ${what} with ${counted(products, "product", "products")}.`
    })
  },
})

export const commands = [load, check, importListed, ...listing]

function read(path: string): Company[] {
  try {
    return readCatalogue(path)
  } catch (error) {
    if ((error as CatalogueError).name !== "CatalogueError") throw error
    throw new CommandError((error as Error).message)
  }
}
