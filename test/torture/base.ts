/**
 * What every seed begins from: a database with two merchants, their credentials, endpoints, wallets
 * and stored accounts. It is made once, and copied for each seed.
 */
import assert from "node:assert/strict"
import { setTimeout as sleep } from "node:timers/promises"
import { HDKey } from "@scure/bip32"
import { sandboxCatalogueFor } from "../../src/core/catalogue/load.ts"
import { releaseCursors } from "../../src/core/cursors/store.ts"
import type { DialectName } from "../../src/core/index.ts"
import { openDatabase } from "../../src/db/database.ts"
import { dialects } from "../../src/dialects/index.ts"
import { databaseOn, dropDatabase, onServer, TEMPLATE } from "../support/server.ts"
import type { ChainPlan } from "./chain-steps.ts"
import { keepRows } from "./keep.ts"
import { type Node, NUMBERS_BEGIN, openNode, PUBLIC_URL } from "./node.ts"
import { openRails } from "./rails.ts"
import { openReceivers } from "./receivers.ts"
import { Scheduler } from "./scheduler.ts"
import { installTime, SimulatedTime } from "./time.ts"

export type MerchantBase = {
  readonly id: string
  readonly name: string
  readonly shown: Readonly<Record<DialectName, Readonly<Record<string, string>>>>
  /** Stored accounts, by the last two digits of their numbers. */
  readonly accounts: Readonly<Record<string, string>>
  readonly customerId: string
}

export type Base = {
  /** The name of the database to copy. */
  readonly name: string
  readonly serverUrl: string
  readonly startAt: Date
  readonly merchants: readonly MerchantBase[]
}

/** The same for every base, so that a seed means the same wherever it is run. */
const BASE_SEED = 0
const START_AT = new Date("2026-01-05T14:00:00.000Z")
/** Accounts that a debit can be made from; 02 and 03 never become active. */
export const ACCOUNT_ENDINGS = ["01", "04", "05", "06", "07", "08", "09", "50"] as const
/** Enough for one or two recharges, so that it runs out. */
const WALLET = 500_000n
/** All chains begin with the same blocks, which are read for the first time here. */
const BASE_CHAIN: ChainPlan = {
  nodes: 1,
  liar: 0,
  lie: null,
  finality: { kind: "confirmations", blocks: 1 },
  rangeMax: 1_000,
}
/** The server's own upkeep may be in a database; nobody else may end that, and it is soon over. */
const DROP_TRIES = 20
const DROP_AGAIN_MS = 250

/** Removes a database of ours, as soon as the server's upkeep has left it. */
export async function dropOwn(serverUrl: string, name: string): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await dropDatabase(serverUrl, name)
    } catch (error) {
      if (tries === DROP_TRIES || (error as { code?: string }).code !== "42501") throw error
      await sleep(DROP_AGAIN_MS)
    }
  }
}

/** Makes the base on a server that has the migrated template. */
export async function makeBase(serverUrl: string, name: string): Promise<Base> {
  installTime()
  await dropOwn(serverUrl, name)
  await onServer(serverUrl, `create database ${name} template ${TEMPLATE}`)
  // Nothing here stands for a loss of power; crashes of the server are tested elsewhere.
  await onServer(serverUrl, `alter database ${name} set synchronous_commit = off`)
  const url = databaseOn(serverUrl, name)
  const time = new SimulatedTime(START_AT)
  const scheduler = new Scheduler({ seed: BASE_SEED, rate: 0, faults: null }, time)
  const rails = openRails(scheduler, time, BASE_SEED, PUBLIC_URL, BASE_CHAIN)
  const life = { name: "base", dead: false, skewMs: 0, time }
  const receivers = openReceivers()
  const faults: string[] = []
  const real = openDatabase({ url, plans: "indexed" })
  const parts = { real, seed: BASE_SEED, life, scheduler, rails, receivers, faults }
  const node = await openNode(parts)
  await node.core.pass()
  const companies = sandboxCatalogueFor([])
  if (companies) await node.core.catalogue.replace(companies)
  const merchants: MerchantBase[] = []
  for (const each of ["Azul", "Verde"]) merchants.push(await addMerchant(node, each))
  await node.core.pass()
  await node.close()
  assert.deepEqual(faults, [])
  await releaseCursors(real, node.core.node)
  await keepRows(real)
  await real.query("analyze")
  await real.close()
  return { name, serverUrl, startAt: new Date(START_AT.getTime() + 1_000), merchants }
}

async function addMerchant(node: Node, name: string): Promise<MerchantBase> {
  const { merchants, wallet } = node.core
  const { id } = await merchants.add({ name })
  const shown = {} as Record<DialectName, Readonly<Record<string, string>>>
  for (const dialect of dialects) {
    const settings = dialect.name === "tapila" ? { country: "AR", feeFixed: "150" } : {}
    const signingKey = await merchants.agree(id, dialect.name, settings)
    const issued = dialect.issue(node.core.ids, { merchantName: name, signingKey })
    for (const secret of issued.secrets) await merchants.addCredential(id, dialect.name, secret)
    shown[dialect.name] = issued.shown
    const url = `https://shop.example/${name}/${dialect.name}`
    await merchants.addEndpoint({ merchantId: id, dialect: dialect.name, url })
  }
  const topUp = { merchantId: id, asset: "ARS", amount: WALLET, reference: "first" }
  await wallet.topUp(topUp)
  const seed = Buffer.alloc(32, name)
  const { publicExtendedKey } = HDKey.fromMasterSeed(seed).derive("m/44'/60'/0'")
  const added = await node.core.keys.add(id, "evm", publicExtendedKey)
  assert.ok("xpub" in added)
  return { id, name, shown, ...(await storeAccounts(node, shown)) }
}

async function storeAccounts(node: Node, shown: MerchantBase["shown"]) {
  const authorization = `Bearer ${shown["palomma-direct-debit"]["apiKey"]}`
  const make = async (path: string, body: object): Promise<string> => {
    const url = `/palomma-direct-debit/v1${path}`
    const headers = { authorization, "content-type": "application/json" }
    const payload = JSON.stringify(body)
    const made = await node.ask({ method: "POST", url, headers, payload })
    assert.equal(made.statusCode, 201, made.body)
    return made.json().id
  }
  const customerId = await make("/customers", {
    name: "Ana Ruiz",
    documentType: "cc",
    documentNumber: "1020304050",
    email: "ana@example.test",
  })
  const accounts: Record<string, string> = {}
  for (const ending of ACCOUNT_ENDINGS) {
    accounts[ending] = await make("/paymentMethods", {
      customerId,
      type: "bankAccount",
      bank: "bancolombia",
      accountType: "savings",
      accountNumber: `${NUMBERS_BEGIN}${ending}`,
    })
  }
  return { customerId, accounts }
}
