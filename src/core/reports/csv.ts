/** Rows as RFC 4180 has them, safe to be opened by a spreadsheet. */

/** What one cell holds; a bigint never, for nobody knows its decimals here. */
export type Cell = string | Date | number | boolean | null

/** A row as RFC 4180 has it, with its line's end. */
export function csvLine(cells: readonly Cell[]): string {
  return `${cells.map(csvCell).join(",")}\r\n`
}

function csvCell(cell: Cell): string {
  if (cell === null) return ""
  if (cell instanceof Date) return cell.toISOString()
  const text = String(cell)
  // A spreadsheet takes what begins so for a formula, unless it is a number.
  const isFormula = /^[=+\-@\t\r]/.test(text) && !/^-\d+(\.\d+)?$/.test(text)
  const guarded = isFormula ? `'${text}` : text
  return /[",\r\n]/.test(guarded) ? `"${guarded.replaceAll('"', '""')}"` : guarded
}
