/**
 * Compares our books with the chain as all its nodes show it in the end: what came there is booked
 * here, each transfer once, and nothing is that never counted there.
 */
import type { Queries } from "../../src/db/database.ts"
import { nameOf, type Placed } from "./chain.ts"
import { CHAIN_NAME, type ChainSide, TOKENS } from "./chain-far-side.ts"
import { must } from "./violation.ts"

type Sighting = {
  readonly place: string
  readonly attemptId: string
  readonly fact: "received" | "sent"
  readonly amount: bigint
  readonly asset: string
  readonly receiver: string
  readonly state: string
  readonly applied: string | null
  readonly booked: bigint
  readonly frozen: boolean
}

type Attempt = {
  readonly id: string
  readonly kind: "charge" | "refund"
  readonly state: string
  readonly asset: string
  readonly amount: bigint
  readonly received: Readonly<Record<string, string>>
  readonly seen: Readonly<Record<string, string>>
  readonly paidAsset: string | null
  readonly paidAmount: bigint | null
  readonly instructions: {
    readonly options?: readonly { readonly asset: string; readonly amount: string }[]
    readonly transfer?: { readonly from: string; readonly to: string }
  } | null
  readonly paymentId: string
  readonly paymentState: string
  readonly expiresAt: Date | null
}

/** The merchant's hours for late money, as they are where nobody chose others. */
const LATE_MS = 24 * 3_600_000

const assetOf = (token: string) => `${CHAIN_NAME}/erc20:${token}`

/** Whether the chain was read to its end, and nothing of it is to be read once more. */
export async function isRead(db: Queries, side: ChainSide): Promise<boolean> {
  const { rows } = await db.query<{ position: string }>(
    "select position from cursors where name = $1",
    [CHAIN_NAME],
  )
  const { owed, tip } = JSON.parse(rows[0]!.position)
  const { chain } = side
  return side.hasRested() && chain.isQuiet && tip[1] === chain.head.hash && owed.length === 0
}

/** Checks a world in which all nodes tell the truth, and all was read. */
export async function checkChain(db: Queries, side: ChainSide): Promise<void> {
  const read = await isRead(db, side)
  must(read, "rest", () => "the chain is not read to its end")
  const { rows: sightings } = await db.query<Sighting>(
    `select split_part(place, '/', 2) as place, attempt_id as "attemptId", fact, amount, asset,
  receiver, state, applied, booked, frozen
from sightings where watch = $1`,
    [CHAIN_NAME],
  )
  const { rows: addresses } = await db.query<{ address: string; attemptId: string }>(
    `select address, attempt_id as "attemptId" from addresses where rail = 'evm'`,
  )
  const { rows: attempts } = await db.query<Attempt>(
    `select a.id, a.kind, a.state, a.asset, a.amount, a.received, a.seen,
  a.paid_asset as "paidAsset", a.paid_amount as "paidAmount", a.instructions,
  p.id as "paymentId", p.state as "paymentState", p.expires_at as "expiresAt"
from attempts a join payments p on p.id = a.payment_id where a.rail = 'evm'`,
  )
  const owners = new Map(addresses.map(({ address, attemptId }) => [address, attemptId]))
  const isOurs = ({ amount, to, token }: Placed) =>
    amount > 0n && TOKENS.includes(token) && owners.has(to)
  const came = side.chain.moves.filter(isOurs)
  checkBooked(sightings, came, side)
  checkSums(attempts, sightings)
  checkPayments(attempts, sightings, came, owners)
  checkRefunds(attempts, side)
  await checkOutside(db, attempts, sightings)
}

/** What is booked at any moment was once as deep as what counts. */
export async function checkCounted(db: Queries, { chain }: ChainSide): Promise<void> {
  const { rows } = await db.query<Sighting>(
    `select split_part(place, '/', 2) as place, amount, asset, receiver, booked
from sightings where watch = $1 and fact = 'received' and booked > 0`,
    [CHAIN_NAME],
  )
  if (rows.length === 0) return
  const counted = new Set(chain.onceFinal.map(nameOf))
  for (const each of rows) {
    // A transfer that is in a block anew has what a node shows of it; booked is what it was.
    const names = [keyOf(each), keyOf({ ...each, amount: each.booked })]
    const isCounted = names.some((name) => counted.has(name))
    must(isCounted, 9, () => `${names[1]} is booked and does not count on the chain yet`)
  }
}

/** A sighting by the name that the chain's own transfers have. */
const keyOf = ({ amount, asset, place, receiver }: Sighting) =>
  `${place} ${asset.slice(asset.lastIndexOf(":") + 1)} ${receiver} ${amount}`

/** Each transfer that came is booked once; what is booked and gone is held, and once counted. */
function checkBooked(sightings: readonly Sighting[], came: readonly Placed[], side: ChainSide) {
  const received = sightings.filter(({ fact }) => fact === "received")
  const there = new Map(came.map((move) => [nameOf(move), move]))
  for (const [name] of there) {
    const found = received.filter((each) => keyOf(each) === name)
    must(found.length === 1, 9, () => `${name} came and was seen ${found.length} times`)
    const { amount, booked, frozen, state } = found[0]!
    const isBooked = state === "final" && booked === amount && !frozen
    must(isBooked, 9, () => `${name} came, is ${state}, and ${booked} of it is booked`)
  }
  const counted = new Set(side.chain.onceFinal.map(nameOf))
  for (const each of received) {
    const { applied, booked, frozen, state } = each
    const name = keyOf(each)
    must(applied === state, 9, () => `${name} is ${state}, and ${applied} in the books`)
    must(state !== "seen", 9, () => `${name} is on its way for ever`)
    if (booked === 0n) continue
    const isHeld = frozen && booked <= each.amount
    const isRight = there.has(name) ? !frozen : isHeld
    must(isRight, 9, () => `${name} is not on the chain, and ${booked} of it is booked`)
    const isBack = frozen && came.some((move) => isSame(move, each))
    must(!isBack, 9, () => `${name} is held, though its transaction is back`)
    must(counted.has(name), 9, () => `${name} was booked and never counted on the chain`)
  }
}

/** Whether it is of the same transaction, wherever in its block. */
function isSame({ place, to, token }: Placed, { asset, place: other, receiver }: Sighting) {
  const hash = (of: string) => of.slice(0, of.indexOf(":"))
  return to === receiver && assetOf(token) === asset && hash(place) === hash(other)
}

/** What an attempt says that came is what is booked for it and not held. */
function checkSums(attempts: readonly Attempt[], sightings: readonly Sighting[]): void {
  for (const { id, kind, received, seen } of attempts) {
    if (kind !== "charge") continue
    const own = sightings.filter((each) => each.attemptId === id && !each.frozen)
    for (const asset of TOKENS.map(assetOf)) {
      const sum = own
        .filter((each) => each.asset === asset)
        .reduce((all, { booked }) => all + booked, 0n)
      const said = BigInt(received[asset] ?? 0)
      must(sum === said, 1, () => `of ${asset} attempt ${id} says ${said}, and ${sum} came`)
    }
    const left = Object.keys(seen).length
    must(left === 0, 9, () => `attempt ${id} still waits for ${JSON.stringify(seen)}`)
  }
}

/** Payments are what the rules make of what came: see the table in docs/lifecycle.md. */
function checkPayments(
  attempts: readonly Attempt[],
  sightings: readonly Sighting[],
  came: readonly Placed[],
  owners: ReadonlyMap<string, string>,
): void {
  for (const attempt of attempts) {
    const { expiresAt, id, instructions, paidAmount, paidAsset, paymentId, paymentState } = attempt
    if (attempt.kind !== "charge") continue
    const own = came.filter(({ to }) => owners.get(to) === id)
    const until = expiresAt === null ? Number.POSITIVE_INFINITY : expiresAt.getTime() + LATE_MS
    for (const { amount, asset } of instructions?.options ?? []) {
      const sum = own
        .filter(({ seconds, token }) => assetOf(token) === asset && seconds * 1_000 <= until)
        .reduce((all, move) => all + move.amount, 0n)
      const isPaid = sum >= BigInt(amount)
      const waits = ["pending", "processing", "expired"].includes(paymentState)
      must(!isPaid || !waits, 9, () => {
        return `payment ${paymentId} is ${paymentState}, though ${sum} of ${amount} came in time`
      })
    }
    if (paymentState !== "approved" || paidAsset === null) continue
    const sum = own
      .filter(({ token }) => assetOf(token) === paidAsset)
      .reduce((all, move) => all + move.amount, 0n)
    const held = sightings
      .filter((each) => each.attemptId === id && each.asset === paidAsset && each.frozen)
      .reduce((all, { booked }) => all + booked, 0n)
    must(sum + held >= paidAmount!, 9, () => {
      return `payment ${paymentId} is approved by ${paidAmount}, and ${sum} came`
    })
  }
}

/** A refund is confirmed where its transfer left, and by one transfer of its own. */
function checkRefunds(attempts: readonly Attempt[], { chain }: ChainSide): void {
  const refunds = attempts.filter(({ instructions }) => instructions?.transfer)
  const nameOfRefund = ({ amount, asset, instructions }: Attempt) => {
    const { from, to } = instructions!.transfer!
    return `${amount} ${asset} from ${from} to ${to}`.toLowerCase()
  }
  const nameOfMove = ({ amount, from, to, token }: Placed) =>
    `${amount} ${assetOf(token)} from ${from} to ${to}`
  const count = (name: string, moves: readonly Placed[]) =>
    moves.filter((move) => nameOfMove(move) === name).length
  for (const [name, alike] of Map.groupBy(refunds, nameOfRefund)) {
    const confirmed = alike.filter(({ state }) => state === "settled").length
    const left = Math.min(alike.length, count(name, chain.moves))
    const ever = count(name, chain.onceFinal)
    const isRight = confirmed >= left && confirmed <= ever
    must(isRight, 9, () => `of refunds of ${name} ${confirmed} are confirmed, and ${left} left`)
  }
}

/** What our books say of the world outside is what came from there, and went there. */
async function checkOutside(
  db: Queries,
  attempts: readonly Attempt[],
  sightings: readonly Sighting[],
): Promise<void> {
  const { rows } = await db.query<{ asset: string; balance: bigint }>(
    "select asset, balance from accounts where kind = 'outside' and rail = 'evm'",
  )
  for (const asset of TOKENS.map(assetOf)) {
    const came = sightings
      .filter((each) => each.asset === asset && each.fact === "received")
      .reduce((all, { booked }) => all + booked, 0n)
    const left = attempts
      .filter((each) => each.kind === "refund" && each.asset === asset && each.state === "settled")
      .reduce((all, { amount }) => all + amount, 0n)
    const ours = rows.find((row) => row.asset === asset)?.balance ?? 0n
    must(ours === left - came, 9, () => {
      return `of ${asset} ${came} came and ${left} left, and our books say ${ours}`
    })
  }
}
