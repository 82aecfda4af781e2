/** Writes what each call takes, and the calls themselves. */
import { pascal } from "./names.ts"
import type { Objects } from "./objects.ts"
import type { Answer, Called } from "./operations.ts"
import { type Schema, typeOf } from "./schema.ts"

const WRITTEN = "Written by `npm run sdk`: change it there. */"

/** The file with the types of what calls take. */
export function writeParams(calls: readonly Called[], { nameOf }: Objects): string {
  const declared = calls.flatMap((called) => {
    if (!called.takes) return []
    const type = typeOf(called.takes.schema, nameOf)
    return [`/** What \`${spoken(called)}\` takes. */\nexport type ${paramsOf(called)} = ${type}\n`]
  })
  return [`/** What the calls take. ${WRITTEN}\n`, ...declared].join("\n")
}

/** The file with the calls. */
export function writeResources(calls: readonly Called[], objects: Objects): string {
  const resources = [...new Set(calls.map(({ name }) => name.resource))].sort()
  const body = resources.map((resource) => {
    const own = calls.filter(({ name }) => name.resource === resource)
    return `    ${resource}: {\n${own.map((each) => callText(each, objects)).join("\n")}\n    },`
  })
  const used = (text: string, names: readonly string[]) =>
    names.filter((name) => new RegExp(`\\b${name}\\b`).test(text)).sort()
  const text = body.join("\n")
  const ways = used(text, ["Page", "Pages"])
  return `${[
    `/** The calls of the API, by what they are about. ${WRITTEN}`,
    `import type { Call } from "../call.ts"`,
    ...(ways.length > 0 ? [`import type { ${ways.join(", ")} } from "../pages.ts"`] : []),
    `import type { CallOptions } from "../request.ts"`,
    ...(/\bStreamOptions\b/.test(text)
      ? [`import type { StreamOptions } from "../stream.ts"`]
      : []),
    imported(used(text, [...objects.all.keys()]), "./objects.ts"),
    imported(used(text, calls.filter(({ takes }) => takes).map(paramsOf)), "./params.ts"),
    "",
    "/** The calls, made by `call`. */",
    "export function resourcesOf(call: Call) {",
    "  return {",
    text,
    "  }",
    "}",
    "",
    "export type Resources = ReturnType<typeof resourcesOf>",
  ].join("\n")}\n`
}

function imported(names: readonly string[], from: string): string {
  const line = `import type { ${names.join(", ")} } from "${from}"`
  if (line.length <= 100) return line
  return `import type {\n${names.map((name) => `  ${name},`).join("\n")}\n} from "${from}"`
}

function callText(called: Called, objects: Objects): string {
  const { answer, method, name, path, summary, takes } = called
  const optional = takes && (takes.schema.required ?? []).length === 0
  const options = answer.way === "stream" ? "StreamOptions" : "CallOptions"
  const takesText = takes ? [`${takes.in}: ${paramsOf(called)}${optional ? " = {}" : ""}`] : []
  const args = [
    ...called.parameters.map((each) => `${argument(each)}: string`),
    ...takesText,
    `options?: ${options}`,
  ]
  const type = answerType(answer, objects)
  const head = `      ${name.call}: (${args.join(", ")}): ${type} =>`
  const lines = args.map((each) => `        ${each},\n`).join("")
  const broken = `      ${name.call}: (\n${lines}      ): ${type} =>`
  const [start, body] = [head.length <= 100 ? head : broken, made(called)]
  // Behind arguments that are broken there may be room for the body.
  const last = `      ): ${type} => ${body},`
  const isBehind = start === broken && last.length <= 100 && !body.includes("\n")
  return [
    comment(`${summary}: \`${method} ${path}\`.`),
    isBehind ? `${start} ${body},` : `${start}\n        ${body},`,
  ].join("\n")
}

/** A comment of one line, or of several where it is too long for one. */
function comment(text: string): string {
  const line = `      /** ${text} */`
  if (line.length <= 100) return line
  const lines: string[] = []
  for (const word of text.split(" ")) {
    const last = lines.at(-1)
    if (last === undefined || last.length + 1 + word.length > 91) lines.push(word)
    else lines[lines.length - 1] = `${last} ${word}`
  }
  return `      /**\n${lines.map((each) => `       * ${each}`).join("\n")}\n       */`
}

function made({ answer, method, once, parameters, path, takes }: Called): string {
  const parts = path
    .slice(1)
    .split("/")
    .map((part) => {
      const name = parameters.find((each) => part === `{${each}}`)
      return name === undefined ? JSON.stringify(part) : argument(name)
    })
  const request = [
    `method: "${method}"`,
    `path: [${parts.join(", ")}]`,
    ...(takes ? [takes.in] : []),
    ...(once ? ["once: true"] : []),
  ]
  const more = answer.way === "file" ? `, ${JSON.stringify(answer.type)}` : ""
  const line = `call.${answer.way}({ ${request.join(", ")} }${more}, options)`
  if (8 + line.length + 1 <= 100) return line
  const inner = `          { ${request.join(", ")} },`
  const type = more === "" ? "" : `\n          ${more.slice(2)},`
  return `call.${answer.way}(\n${inner}${type}\n          options,\n        )`
}

function answerType(answer: Answer, { nameOf }: Objects): string {
  const said = (schema: Schema) => typeOf(schema, nameOf, "      ")
  switch (answer.way) {
    case "one":
      return `Promise<${[...new Set(answer.schemas.map(said))].join(" | ")}>`
    case "pages":
      return answer.page
        ? `Pages<${said(answer.item)}, ${said(answer.page)}>`
        : `Pages<${said(answer.item)}>`
    case "file":
      return "Promise<ReadableStream<Uint8Array> | null>"
    case "stream":
      return `AsyncGenerator<${said(answer.item)}, void, undefined>`
  }
}

/** Words of the language, and names that the calls use themselves. */
function argument(name: string): string {
  return ["body", "call", "delete", "options", "query"].includes(name) ? `${name}Id` : name
}

function paramsOf({ name }: Called): string {
  return `${pascal(name)}Params`
}

function spoken({ name }: Called): string {
  return `${name.resource}.${name.call}`
}
