/** The list of rails: adding one is a folder and a few lines here. */
import type { Clock, CoreParts, Ids, Rail } from "../core/index.ts"
import {
  type BankFilesSettings,
  makeBankFiles,
  readSettings as readBankFiles,
} from "./bank-files/index.ts"
import { makeSimulatedBank } from "./bank-files/simulated-bank/index.ts"
import { makeEvm, type Payer, readSettings, sandboxChain } from "./evm/index.ts"
import { makeSimulator } from "./simulator/index.ts"
import { readSettings as readSimulator } from "./simulator/settings.ts"
import { makeTapila, readSettings as readTapila } from "./tapila/index.ts"

/** A chain that a sandbox keeps for itself. */
export type OwnChain = Payer & Omit<Parameters<typeof sandboxChain>[0], "chainId">

export type RailParts = {
  readonly clock: Clock
  readonly ids: Ids
  /** Where rails keep what must outlive the process; null for nowhere. */
  readonly dataDir: string | null
  readonly mode: "sandbox" | "live"
  /** Where payers reach our pages, without a slash at the end. */
  readonly publicUrl: string
  /** Signs what a simulated provider sends us: the same on every node. */
  readonly noticeKey?: Buffer
  /** What the configuration file says of each rail, under its name. */
  readonly settings?: Readonly<Record<string, unknown>>
  readonly ownChain?: OwnChain | null
  /** Where rails tell what no answer has room for; without it, nowhere. */
  readonly log?: CoreParts["log"]
}

/** For commands, which make rails without moving money over them. */
const SILENT: CoreParts["log"] = { info() {}, warn() {}, error() {} }

/**
 * Dollars for one unit, so that a sandbox quotes its own chain's dollar in every currency it speaks
 * without configuration; about what the simulator takes.
 */
const SANDBOX_RATES = Object.entries({
  ARS: "0.000714",
  BRL: "0.185",
  CLP: "0.00105",
  COP: "0.00025",
  EUR: "1.11",
  MXN: "0.054",
  PEN: "0.267",
}).map(([currency, dollars]) => [currency, { kind: "fixed", dollars }] as const)

/** The rails that have settings of their own. */
export const CONFIGURED = ["simulator", "evm", "bank-files", "tapila"] as const

/**
 * Makes the rails of a node. The simulator moves no real money, so it has no place in live. Throws
 * with every problem in the settings, one a line.
 */
export function makeRails(parts: RailParts): readonly Rail[] {
  const { clock, ids, dataDir, mode, publicUrl, noticeKey, ownChain = null } = parts
  const { chains, rates, files, simulator, providers } = readAll(parts)
  const own = ownChain ? [sandboxChain(ownChain)] : []
  const twice = chains.find(({ chainId }) => chainId === ownChain?.chainId)
  if (twice) {
    const why = "is the sandbox's own chain, which needs no entry"
    throw new Error(`rails.evm.chains: ${twice.chainId} ${why}; CAUDAL_SANDBOX_CHAIN=0 keeps none`)
  }
  const known = ownChain ? new Map([...SANDBOX_RATES, ...rates]) : rates
  const evm = makeEvm({ clock, chains: [...own, ...chains], rates: known, payer: ownChain })
  const banks = files ? [bankFiles(parts, files)] : []
  const log = parts.log ?? SILENT
  const sellers = providers ? [makeTapila({ clock, log, settings: providers })] : []
  if (mode === "live") return [evm, ...banks, ...sellers]
  const simulated = { clock, ids, dir: dataDir, publicUrl, ...simulator }
  return [
    makeSimulator({ ...simulated, ...(noticeKey && { noticeKey }) }),
    evm,
    ...banks,
    ...sellers,
  ]
}

/** Reads all settings before it complains of any. */
function readAll({ dataDir, mode, settings = {} }: RailParts) {
  const problems: string[] = []
  const tried = <T>(read: () => T): T | null => {
    try {
      return read()
    } catch (error) {
      problems.push((error as Error).message)
      return null
    }
  }
  const { evm, "bank-files": banks, tapila } = settings
  const simulator = tried(() => readSimulator(settings["simulator"] ?? {}))
  const given = evm === undefined ? null : tried(() => readSettings(evm, mode))
  // A sandbox has bank files without configuration; live has them where somebody has an account.
  const isOff = banks === undefined && mode === "live"
  const files = isOff ? null : tried(() => readBankFiles(banks ?? {}, { mode, dataDir }))
  const providers = tapila === undefined ? null : tried(() => readTapila(tapila, mode))
  if (problems.length > 0) throw new Error(problems.join("\n"))
  const rates = given?.rates ?? new Map<string, never>()
  return { chains: given?.chains ?? [], rates, files, simulator, providers }
}

function bankFiles({ clock, ids }: RailParts, settings: BankFilesSettings): Rail {
  const { folder, simulatedBank: isSimulated, timeZone } = settings
  const simulatedBank =
    isSimulated && folder !== null ? makeSimulatedBank({ clock, ids, folder, timeZone }) : null
  return makeBankFiles({ clock, settings, simulatedBank })
}
