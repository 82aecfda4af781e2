/** The verification digit that may follow a NIT, Colombia's tax number. */

/** DIAN's weights, from the last digit of the number to its first. */
const WEIGHTS = [3, 7, 13, 17, 19, 23, 29, 37, 41, 43, 47, 53, 59, 67, 71]

/** The verification digit of a NIT without one (at most 15 digits), by DIAN's modulo 11 rule. */
export function verificationDigit(number: string): number {
  const digits = [...number].reverse()
  const sum = digits.reduce((total, digit, at) => total + Number(digit) * WEIGHTS[at]!, 0)
  const rest = sum % 11
  return rest < 2 ? rest : 11 - rest
}

/** Whether a NIT such as `800197268-4` ends in its own digit; one without a digit is as good. */
export function isNit(text: string): boolean {
  const [number, digit] = text.split("-")
  return digit === undefined || Number(digit) === verificationDigit(number!)
}
