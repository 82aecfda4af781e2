/** An exchange over a real folder, and ways to stop a core at any step of its work with it. */
import assert from "node:assert/strict"
import { createHash } from "node:crypto"
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { reportInstrument } from "../../src/core/decide/report-instrument.ts"
import {
  type BankLine,
  type Exchange,
  type FileOrder,
  FolderLost,
  type Instrument,
  isRefusal,
  type NewPayment,
  type Refusal,
  type Said,
  type Slot,
} from "../../src/core/index.ts"
import type { Database, Writer } from "../../src/db/database.ts"
import { type TestCore, testCore, testRail } from "./core.ts"

type Context = { after(work: () => Promise<void>): void }

/** What the bank finds in one file. */
export type Out = {
  readonly name: string
  readonly kind: string
  readonly groups: readonly {
    readonly id: string
    readonly account: string
    readonly day: string
    readonly count: number
    readonly total: string
    readonly orders: readonly { readonly id: string; readonly remittance: string | null }[]
  }[]
}

export type Folder = {
  readonly path: string
  /** Puts a file of the bank there. */
  deliver(name: string, said: readonly Said[]): Promise<void>
  sent(): Promise<Out[]>
  /** The ids of all orders in all files that left, as often as they stand there. */
  orders(): Promise<string[]>
  names(of: "in" | "out" | "work" | "archive" | "errors"): Promise<string[]>
}

/** Makes a folder for one test. */
export async function testFolder(context: Context): Promise<Folder> {
  const path = await mkdtemp(join(tmpdir(), "caudal-exchange-"))
  context.after(() => rm(path, { recursive: true, force: true }))
  for (const each of ["in", "out", "work", "archive", "errors"]) await mkdir(join(path, each))
  const folder: Folder = {
    path,
    async deliver(name, said) {
      const text = said.map((each) => JSON.stringify(each, bigints)).join("\n")
      await writeFile(join(path, "in", name), text)
    },
    async sent() {
      const names = (await readdir(join(path, "out"))).sort()
      return Promise.all(
        names.map(async (name) => {
          const text = await readFile(join(path, "out", name), "utf8")
          return { ...JSON.parse(text), name }
        }),
      )
    },
    async orders() {
      const files = await folder.sent()
      return files.flatMap(({ groups }) => groups.flatMap((g) => g.orders.map(({ id }) => id)))
    },
    names: async (of) => (await readdir(join(path, of))).sort(),
  }
  return folder
}

const bigints = (_: string, value: unknown) => (typeof value === "bigint" ? `${value}n` : value)
const revive = (key: string, value: unknown) => {
  if (typeof value === "string" && /^\d+n$/.test(value)) return BigInt(value.slice(0, -1))
  return key === "at" && typeof value === "string" ? new Date(value) : value
}

/** What a test may decide about an exchange. */
export type ExchangeOptions = {
  readonly ordersMax?: number
  readonly laterMs?: number
  readonly slotOf?: Exchange["slotOf"]
  readonly flawOf?: Exchange["flawOf"]
}

export const SLOT: Slot = { account: "main", day: "2026-01-06" }

/** The exchange over a folder. */
export function openExchange({ path }: Folder, options: ExchangeOptions = {}): Exchange {
  const at = (...names: string[]) => join(path, ...names)
  return {
    everyMs: 10,
    ordersMax: options.ordersMax ?? 1_000,
    dueAt: (now) => new Date(now.getTime() + (options.laterMs ?? 0)),
    slotOf: options.slotOf ?? (() => SLOT),
    flawOf: options.flawOf ?? (() => null),
    async identify(known, fresh) {
      const mark = await readFile(at("mark"), "utf8").catch(() => null)
      if (known !== null && mark !== known) throw new FolderLost("another folder")
      if (mark !== null) return mark
      await writeFile(at("mark"), fresh)
      return fresh
    },
    async write({ kind, groups }, part) {
      const written = []
      for (const { orders, ...group } of groups) {
        const list = []
        for await (const order of orders()) list.push(shown(order))
        written.push({ ...group, orders: list })
      }
      const text = JSON.stringify({ kind, groups: written }, bigints)
      await writeFile(at("work", part), text)
      return { bytes: text.length, sha256: sha256(text) }
    },
    async send(part, name) {
      await rename(at("work", part), at("out", name)).catch(ifThere)
    },
    async discard(part) {
      await rm(at("work", part), { force: true })
    },
    async arrived() {
      const names = (await readdir(at("in"))).sort()
      return Promise.all(
        names.map(async (name) => {
          const text = await readFile(at("in", name), "utf8")
          return { name, bytes: text.length, sha256: sha256(text) }
        }),
      )
    },
    async take({ name, sha256: known }, id) {
      if ((await readdir(at("work"))).includes(id)) return true
      const text = await readFile(at("in", name), "utf8").catch(() => null)
      if (text === null || sha256(text) !== known) return false
      await rename(at("in", name), at("work", id))
      return true
    },
    async *read(id) {
      const text = await readFile(at("work", id), "utf8")
      for (const line of text.split("\n")) yield JSON.parse(line, revive) as Said
    },
    async keep(id, name, where, why) {
      await rename(at("work", id), at(where, `${id}-${name}`)).catch(ifThere)
      if (why !== null) await writeFile(at(where, `${id}-${name}.why.txt`), why)
    },
  }
}

function ifThere(error: unknown): void {
  if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error
}

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex")
const shown = (order: FileOrder) => ({ id: order.attemptId, remittance: order.remittance })

/** What happens at each step of a core's work: before and after each thing that lasts. */
export type Step = (name: string) => Promise<void>

/** The same exchange, telling each of its steps. */
export function stepped(exchange: Exchange, step: Step): Exchange {
  const around = async <A>(name: string, work: () => Promise<A>): Promise<A> => {
    await step(`before ${name}`)
    const answer = await work()
    await step(`after ${name}`)
    return answer
  }
  return {
    ...exchange,
    identify: (known, fresh) => around("identify", () => exchange.identify(known, fresh)),
    write: (file, part) => around("write", () => exchange.write(file, part)),
    send: (part, name) => around("send", () => exchange.send(part, name)),
    discard: (part) => around("discard", () => exchange.discard(part)),
    take: (arrived, id) => around("take", () => exchange.take(arrived, id)),
    keep: (id, name, where, why) => around("keep", () => exchange.keep(id, name, where, why)),
    async *read(id) {
      for await (const said of exchange.read(id)) {
        await step("while reading")
        yield said
      }
    },
  }
}

/** The same database, telling each of its transactions and of the engine's rounds. */
export function steppedDatabase(
  database: Database,
  step: Step,
): Database & { drop(): Promise<void> } {
  const writers: Writer[] = []
  return {
    ...database,
    async transaction(work) {
      await step("before a transaction")
      const answer = await database.transaction(work)
      await step("after a transaction")
      return answer
    },
    writer() {
      const writer = database.writer()
      writers.push(writer)
      return {
        close: () => writer.close(),
        async round(calls) {
          const commits = calls.at(-1)?.text === "commit"
          await step(commits ? "before a commit" : "before a round")
          const answer = await writer.round(calls)
          if (commits) await step("after a commit")
          return answer
        },
      }
    },
    /** What a process that dies lets go. */
    drop: async () => void (await Promise.all(writers.map((writer) => writer.close()))),
  }
}

/** It went on where it would have been dead. */
export class Died extends Error {}

/** A core whose work with a folder can be stopped, with what tests ask of it. */
export type Station = TestCore & {
  /** Stores an account that can be charged. */
  account(): Promise<Instrument>
  /** Creates charges of an account; answers the ids of their attempts. */
  charges(count: number, over?: Partial<NewPayment>): Promise<{ id: string; paymentId: string }[]>
  /** The states of an attempt and its payment. */
  states(charge: { readonly id: string; readonly paymentId: string }): Promise<string>
  /** Stops it for good at this step; each core is a process of its own. */
  readonly steps: { count: number; hook: Step | null }
  /** Lets go what a dead process would. */
  drop(): Promise<void>
}

const PERSON = {
  name: "Ana Ruiz",
  documentType: "cc",
  documentNumber: "1020304050",
  email: "a@x.test",
}

function answered<T extends object>(value: T | Refusal): T {
  assert.ok(!isRefusal(value), isRefusal(value) ? value.message : "")
  return value
}

/** Opens a core over a folder. */
export async function openStation(
  database: Database,
  folder: Folder,
  over: ExchangeOptions & { readonly clock?: TestCore["clock"] } = {},
): Promise<Station> {
  const steps: Station["steps"] = { count: 0, hook: null }
  const step: Step = async (name) => {
    steps.count += 1
    await steps.hook?.(name)
  }
  const exchange = stepped(openExchange(folder, over), step)
  const rail = testRail({ name: "files", methods: ["bank"], exchange, lookDelayMs: () => null })
  const base = steppedDatabase(database, step)
  const test = await testCore(base, { rails: [rail], ...(over.clock ? { clock: over.clock } : {}) })
  const { core, merchantId } = test

  async function account(): Promise<Instrument> {
    const owner = { merchantId, dialect: "caudal" } as const
    const customer = answered(await core.customers.create({ ...owner, person: PERSON }))
    const created = await core.instruments.create({
      ...owner,
      customerId: customer.id,
      rail: "files",
      type: "bankAccount",
      details: { accountNumber: "1" },
      masked: { accountNumber: "*1" },
      consent: {
        at: null,
        proof: { person: PERSON, channel: "merchant", givenBy: null, reference: null },
      },
    })
    const { instrument } = answered(created)
    const { id: instrumentId, customerId, fence } = instrument
    const outcome = { state: "active" } as const
    const found = { instrumentId, customerId, merchantId, fence, outcome }
    return answered(await core.engine.submit(reportInstrument, found))
  }

  return Object.assign(test, {
    steps,
    drop: base.drop,
    account,
    async charges(count: number, more: Partial<NewPayment> = {}) {
      const merchant = (await core.merchants.find(merchantId))!
      const { id: instrumentId, customerId } = await account()
      const made = Array.from({ length: count }, async () => {
        const { id: _id, merchantId: _m, attempt: _a, ...rest } = test.payment()
        const way = { method: "bank", target: { accountNumber: "1" } } as const
        const created = await core.pay.create({
          ...rest,
          merchant,
          way,
          instrumentId,
          customerId,
          ...more,
        })
        return { id: answered(created).attempt!.id, paymentId: answered(created).payment.id }
      })
      return Promise.all(made)
    },
    async states({ id, paymentId }: { readonly id: string; readonly paymentId: string }) {
      const payment = await core.payments.find(merchantId, paymentId)
      const attempts = await core.payments.attempts(paymentId)
      return `${payment!.state} ${attempts.find((attempt) => attempt.id === id)!.state}`
    },
  })
}

let fingerprints = 0

/** A line about an order; by default of a charge of the usual amount. */
export function orderLine(
  id: string | null,
  says: BankLine["says"],
  over: Partial<BankLine> = {},
): Extract<Said, { said: "line" }> {
  fingerprints += 1
  const isStatus = says === "accepted" || says === "approved" || says === "rejected"
  return {
    said: "line",
    position: 0,
    fingerprint: `print ${fingerprints}`,
    source: isStatus ? "status" : "statement",
    says,
    about: id === null ? null : { of: "order", id },
    endToEndId: id,
    amount: 10_000n,
    asset: "COP",
    direction: null,
    reason: null,
    reasonCode: null,
    at: new Date("2026-01-06T05:00:00Z"),
    reference: null,
    note: null,
    ...over,
  }
}

/** A whole file of these lines. */
export function fileOf(...lines: readonly Extract<Said, { said: "line" }>[]): Said[] {
  return [
    { said: "header", kind: "camt.053.001.08", messageId: "M-1" },
    ...lines.map((line, at) => ({ ...line, position: at + 1 })),
    { said: "end" },
  ]
}
