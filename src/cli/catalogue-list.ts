/** `caudal catalogue list`, `show` and `export`: what is sold, for people and as a file. */
import { writeCatalogue } from "../core/catalogue/load.ts"
import type { Company, Core, Product } from "../core/index.ts"
import { CommandError, command } from "./command.ts"
import { COUNTRY, readCountry } from "./country.ts"
import { writeAmount } from "./named.ts"
import { list, table } from "./shell.ts"

const listAll = command({
  name: "catalogue list",
  about: "Lists the companies of the catalogue, also those that are no longer sold.",
  options: {
    country: COUNTRY,
    search: { value: "TEXT", about: "only those with this in their code or name" },
  },
  example: "catalogue list --country CO --search movil",
  async run(values, shell) {
    const { search = "" } = values
    const country = values.country === undefined ? null : readCountry(values.country)
    await shell.withCore(async (core) => {
      const all = await companiesIn(core, country)
      const wanted = plain(search)
      const found = all.filter(({ code, name }) => plain(`${code} ${name}`).includes(wanted))
      const where = country === null ? "" : ` in ${country}`
      shell.show({ companies: found.map(rowOf) }, () =>
        found.length === 0
          ? `There is no such company; the catalogue has ${all.length}${where}.`
          : table(
              ["CODE", "NAME", "CURRENCY", "SOLD", "PRODUCTS"],
              found
                .map(rowOf)
                .map(({ code, name, currency, sold, products }) => [
                  ...[code, name, currency],
                  sold ? "yes" : "no",
                  String(products),
                ]),
            ),
      )
    })
  },
})

const show = command({
  name: "catalogue show",
  about: "Shows a company: the numbers it takes, what it sells, and what its seller earns.",
  operands: ["CODE"],
  example: "catalogue show AR-R-0901",
  async run(_values, shell, [code]) {
    await shell.withCore(async (core) => {
      const company = await core.catalogue.find(code.toUpperCase())
      if (!company) {
        throw new CommandError(`There is no company "${code}"; caudal catalogue list has them`)
      }
      shell.show(writeCatalogue([company]).companies[0]!, () => pageOf(company))
    })
  },
})

const exportFile = command({
  name: "catalogue export",
  about: "Prints what is sold as a file that catalogue load takes.",
  options: { country: COUNTRY },
  example: "catalogue export > catalogue.json",
  async run(values, shell) {
    const country = values.country === undefined ? null : readCountry(values.country)
    await shell.withCore(async (core) => {
      const all = await companiesIn(core, country)
      const sold = all
        .map((company) => ({
          ...company,
          products: company.products.filter(({ active }) => active),
        }))
        .filter(({ active, products }) => active && products.length > 0)
      if (sold.length === 0) throw new CommandError("Nothing is sold there")
      const file = writeCatalogue(sold)
      shell.show(file, () => JSON.stringify(file, null, 2))
    })
  },
})

export const commands = [listAll, show, exportFile]

/** Of all countries, or of one; throws `CommandError` where that one has none. */
async function companiesIn(core: Core, country: string | null): Promise<readonly Company[]> {
  const found = await core.catalogue.list(country)
  if (found.length > 0 || country === null) return found
  const countries = new Set((await core.catalogue.list(null)).map((company) => company.country))
  const there = countries.size === 0 ? "it is empty" : `there are: ${[...countries].join(", ")}`
  throw new CommandError(`The catalogue has no company in ${country}; ${there}`)
}

function rowOf({ code, country, currency, name, active, products }: Company) {
  const sold = products.filter((product) => product.active).length
  return { code, country, currency, name, sold: active, products: sold }
}

/** People don't type accents. */
function plain(text: string): string {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().trim()
}

function pageOf({ code, name, currency, active, details, products }: Company): string {
  const { identifierName, dataType, minLength, maxLength, regex, helpText } = details
  const length = minLength === maxLength ? `${minLength}` : `${minLength} to ${maxLength}`
  const kind = dataType === "NUM" ? "digits" : "letters, digits and signs"
  return [
    `${name}${active ? "" : " (no longer sold)"}`,
    list([
      ["code", code],
      ["currency", currency],
      ["identifier", `${identifierName}: ${length} ${kind}${regex ? `, ${regex}` : ""}`],
      ["help text", helpText],
      ["tags", details.tags.join(", ") || "-"],
      ["logo", details.logo || "-"],
    ]),
    "",
    table(
      ["PRODUCT", "DESCRIPTION", "TYPE", "PRICE", "EARNS", "SOLD"],
      products.map((product) => [
        ...[product.id, product.description, product.type],
        priceOf(product, currency),
        earningsOf(product, currency),
        product.active ? "yes" : "no",
      ]),
    ),
  ].join("\n")
}

function priceOf(product: Product, currency: string): string {
  const write = (amount: bigint) => writeAmount(amount, currency)
  const { amountType, amount, minAmount, maxAmount, allowedAmounts } = product
  if (amountType === "OPEN") return `${write(minAmount)} to ${write(maxAmount)}`
  return amountType === "CLOSED" ? write(amount) : allowedAmounts.map(write).join(", ")
}

function earningsOf(product: Product, currency: string): string {
  const { commissionFixed, commissionBasisPoints } = product
  const parts = [
    ...(commissionBasisPoints === 0 ? [] : [`${commissionBasisPoints / 100} %`]),
    ...(commissionFixed === 0n ? [] : [writeAmount(commissionFixed, currency)]),
  ]
  return parts.join(" + ") || "-"
}
