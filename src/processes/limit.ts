/** How many processes a gateway may have. */
import { ConfigError } from "../config.ts"

/**
 * A PostgreSQL as it comes takes 100 connections, and each process up to nine. Where eight are too
 * few, PostgreSQL and the processes want machines of their own.
 */
export const PROCESSES_MAX = 8

/** Reads `--processes`; one where it wasn't given. Throws `ConfigError`. */
export function processesIn(given: string | undefined): number {
  if (given === undefined) return 1
  if (/^[1-9]\d*$/.test(given) && Number(given) <= PROCESSES_MAX) return Number(given)
  throw new ConfigError(`--processes: must be a whole number from 1 to ${PROCESSES_MAX}`)
}
