/** Says what is wrong with a request that doesn't fit its schema, in sentences for its sender. */
import type { z } from "zod"
import type { Problem } from "./dialect.ts"

/** What zod found wrong, each as one sentence that names the field; the first is the message. */
export function invalid(error: z.ZodError, part: string): Problem {
  const field = fieldOf(error.issues[0]!)
  const details = error.issues.map((issue) => sentence(issue, part))
  return { code: "body_invalid", message: details[0]!, ...(field ? { field } : {}), details }
}

function sentence(issue: z.core.$ZodIssue, part: string): string {
  const field = fieldOf(issue)
  if (field === "") {
    const what = part === "body" ? "the body must be a JSON object" : `the ${part} is not valid`
    return issue.code === "unrecognized_keys" ? issue.message : what
  }
  const missing = issue.code === "invalid_type" && issue.message.endsWith("received undefined")
  return missing ? `${field} is required` : `${field}: ${lowerFirst(plain(issue))}`
}

/** How a kind of value is called that zod has another word for. */
const KINDS: Readonly<Record<string, string>> = {
  string: "text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "an object",
  record: "an object",
}

/** A schema's own words, or ours for a value of the wrong kind. */
function plain(issue: z.core.$ZodIssue): string {
  const isZods = issue.code === "invalid_type" && issue.message.startsWith("Invalid input:")
  const kind = isZods ? KINDS[issue.expected] : undefined
  return kind === undefined ? issue.message : `must be ${kind}`
}

function fieldOf(issue: z.core.$ZodIssue): string {
  return issue.path.map(String).join(".")
}

function lowerFirst(text: string): string {
  return text.slice(0, 1).toLowerCase() + text.slice(1)
}
