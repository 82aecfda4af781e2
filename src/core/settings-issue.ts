/** What is wrong in the settings of a rail, told so that no misplaced secret is repeated. */
import type { z } from "zod"

/** What is wrong. Names that were given are repeated only where they are short and plain. */
export function issueSentence(issue: z.core.$ZodIssue): string {
  if (issue.code === "invalid_key") return issue.issues[0]?.message ?? issue.message
  if (issue.code !== "unrecognized_keys") return issue.message
  const plain = issue.keys.filter((name) => /^[a-zA-Z]{1,20}$/.test(name))
  return `there is no member ${plain.join(", ") || "of this name"} here`
}

/** Where it is, with dots. What is no proper name may be something that was pasted there. */
export function issuePath({ path }: z.core.$ZodIssue): string {
  const isPlain = (part: PropertyKey) =>
    typeof part === "number" || /^[a-zA-Z][a-zA-Z-]*\d{0,3}$/.test(String(part))
  return path.map((part) => (isPlain(part) ? part : "…")).join(".")
}
