/**
 * What is changed in which kind of place: a table from the type of a node to its mutations.
 *
 * Left out are types (they are gone before), the sentences of refusals and assertions (they are
 * read by people, and worded anew without a rule being changed), imports and the names of
 * properties.
 */
import type { Node } from "acorn"

export type Replacement = {
  readonly what: string
  readonly by: string
  /**
   * An expression is chosen between, a statement or a property is left out, a function returns at
   * once.
   */
  readonly form: "expression" | "statement" | "property" | "body"
}

/** A node above another one, and under which name the other lies there. */
export type Parent = { readonly node: Node; readonly key: string }

/** A node as the tables see it: the parser's own types say less than is asked here. */
type Part = Node & {
  readonly operator: string
  readonly left: Node
  readonly right: Node
  readonly argument: Node
  readonly test: Node | null
  readonly body: Node | readonly Node[]
  readonly expression: Part
  readonly elements: readonly Node[]
  readonly value: unknown
  readonly bigint?: string
  readonly regex?: { readonly pattern: string; readonly flags: string }
  readonly callee: Node & { readonly name?: string }
  readonly arguments: readonly Node[]
}

/** Each operator, and what it is taken for. */
const OPERATORS: Readonly<Record<string, readonly string[]>> = {
  "<": ["<=", ">"],
  "<=": ["<", ">"],
  ">": [">=", "<"],
  ">=": [">", "<"],
  "===": ["!=="],
  "!==": ["==="],
  "&&": ["||"],
  "||": ["&&"],
  "+": ["-"],
  "-": ["+"],
  "*": ["/"],
  "/": ["*"],
}

/** What a string is taken for: no state, no reason and no kind of anything. */
const OTHER_WORD = '"mutant"'

type Source = (node: Node) => string
type Rule = (node: Part, above: readonly Parent[], text: Source) => readonly Replacement[]

const RULES: Readonly<Record<string, Rule>> = {
  BinaryExpression: (node, _above, text) => swapped(node, text),
  // Each part of a condition, and each side of a `??`, is also left out.
  LogicalExpression: (node, _above, text) => [
    ...swapped(node, text),
    chosen(`left of ${node.operator}`, text(node.left)),
    chosen(`right of ${node.operator}`, text(node.right)),
  ],
  UnaryExpression: ({ operator, argument }, _above, text) =>
    operator === "!" || operator === "-" ? [chosen(`without ${operator}`, text(argument))] : [],
  Literal: literal,
  TemplateLiteral: () => [chosen("no text", '""')],
  ArrayExpression: ({ elements }) => (elements.length > 0 ? [chosen("no elements", "[]")] : []),
  Property: (_node, above) => property(above),
  SpreadElement: (_node, above) => property(above),
  ExpressionStatement: ({ expression }) =>
    expression.type === "CallExpression" || expression.operator === "void"
      ? [{ what: "no call", by: "", form: "statement" }]
      : [],
  ReturnStatement: (_node, above) =>
    isLast(above) ? [] : [{ what: "no early return", by: "", form: "statement" }],
  ContinueStatement: () => [{ what: "no continue", by: "", form: "statement" }],
  BlockStatement: ({ body }, above) =>
    /Function/.test(above.at(-1)?.node.type ?? "") && (body as readonly Node[]).length > 0
      ? [{ what: "no body", by: "{}", form: "body" }]
      : [],
}

/** The mutations of a node: those of its type, and those of the place where it stands. */
export function mutationsOf(node: Node, above: readonly Parent[], script: string): Replacement[] {
  const text: Source = ({ start, end }) => script.slice(start, end)
  const own = RULES[node.type]?.(node as Part, above, text) ?? []
  const parent = above.at(-1)
  const isTest = parent?.key === "test" && parent.node.type !== "SwitchCase"
  const isArrowBody = parent?.node.type === "ArrowFunctionExpression" && parent.key === "body"
  return [
    ...own,
    ...(isTest ? [chosen("always", "true"), chosen("never", "false")] : []),
    ...(isArrowBody && node.type !== "BlockStatement" ? [chosen("nothing", "undefined")] : []),
  ]
}

/** Whether a node is none that is changed: an import, a key, or a sentence for people. */
export function isMessage(node: Node, above: readonly Parent[]): boolean {
  if (/^Import/.test(node.type) || node.type === "ExportSpecifier") return true
  const parent = above.at(-1)
  if (!parent) return false
  const { computed } = parent.node as unknown as { computed?: boolean }
  if (parent.key === "key" && !computed) return true
  if (parent.node.type !== "CallExpression" || parent.key !== "arguments") return false
  const call = parent.node as Part
  const says = call.callee.name === "refuse" || call.callee.name === "assert"
  return says && call.arguments[1] === node
}

function chosen(what: string, by: string): Replacement {
  return { what, by, form: "expression" }
}

function swapped({ operator, left, right }: Part, text: Source): Replacement[] {
  return (OPERATORS[operator] ?? []).map((other) =>
    chosen(`${operator} as ${other}`, `(${text(left)}) ${other} (${text(right)})`),
  )
}

function literal({ value, bigint, regex }: Part): Replacement[] {
  if (regex) return [chosen("matches nothing", "/(?!)/")]
  if (bigint !== undefined) {
    return [1n, -1n].map((more) => chosen("another number", `${BigInt(bigint) + more}n`))
  }
  if (typeof value === "number") {
    return [1, -1].map((more) => chosen("another number", `${value + more}`))
  }
  if (typeof value === "boolean") return [chosen("the opposite", `${!value}`)]
  return typeof value === "string" ? [chosen("another word", OTHER_WORD)] : []
}

/** A property of an object that is made; what takes one apart has the same nodes. */
function property(above: readonly Parent[]): Replacement[] {
  return above.at(-1)?.node.type === "ObjectExpression"
    ? [{ what: "left out", by: "", form: "property" }]
    : []
}

/** Whether a return is the last statement of its function, where leaving it out is no body. */
function isLast(above: readonly Parent[]): boolean {
  const block = above.at(-1)?.node as Part | undefined
  const owner = above.at(-2)?.node
  return block?.type === "BlockStatement" && /Function/.test(owner?.type ?? "")
}
