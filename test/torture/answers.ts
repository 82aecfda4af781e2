/** Compares what clients were told with what is: an answer that was given stays true. */
import { type Clients, createOf, markOf, plainId, type Told } from "./clients.ts"
import { LATER, type Rest } from "./invariants.ts"
import { must } from "./violation.ts"
import type { Create, Step } from "./workload.ts"

type PaymentRow = {
  readonly id: string
  readonly merchantId: string
  readonly mark: string | null
  readonly amount: bigint
  readonly state: string
}

const isDone = ({ status }: Told) => status >= 200 && status < 300

/** Checks all answers of a run. */
export async function checkTold({ clients, database, plan }: Rest): Promise<void> {
  const steps = new Map(plan.steps.map((step) => [step.at, step]))
  const { rows } = await database.query<PaymentRow>(
    `select id, merchant_id as "merchantId", coalesce(reference, description) as mark, amount, state
from payments`,
  )
  const byId = new Map(rows.map((row) => [row.id, row]))
  for (const create of plan.steps) {
    if (create.do === "create") checkCreate(create, clients, steps, rows, byId)
  }
  checkStrangers(clients)
  checkStates(clients, byId)
  const { rows: refunds } = await database.query<{ id: string }>("select id from refunds")
  checkRefunds(clients, new Set(refunds.map(({ id }) => id)), steps)
}

const ID_OF: Readonly<Record<Create["way"], (body: Told["body"]) => string>> = {
  pentagoo: (body) => body.paymentId,
  "palomma-pay": (body) => body.id,
  "palomma-direct-debit": (body) => body.id,
  tapila: (body) => body.operationId,
  caudal: (body) => plainId(body.id),
  "caudal charge": (body) => plainId(body.id),
}

/** Ways whose creates are known again without a key, by the merchant's own reference. */
const REFERENCED: readonly Create["way"][] = ["pentagoo", "tapila", "caudal", "caudal charge"]

function checkCreate(
  create: Create,
  { told }: Clients,
  steps: ReadonlyMap<number, Step>,
  rows: readonly PaymentRow[],
  byId: ReadonlyMap<string, PaymentRow>,
): void {
  const own = told.filter(
    (each) =>
      isDone(each) &&
      (each.step.do === "create" || each.step.do === "repeat") &&
      createOf(each.step, steps) === create,
  )
  const ids = new Set(own.map(({ body }) => ID_OF[create.way](body)))
  for (const id of ids) {
    must(byId.has(id), 8, () => `step ${create.at} was answered ${id}, which isn't there`)
  }
  const made = rows.filter(({ mark }) => mark === markOf(create))
  const asked = [...steps.values()].filter(
    (each) => (each.do === "create" || each.do === "repeat") && createOf(each, steps) === create,
  )
  const refused = told.filter(({ status, step }) => {
    return asked.includes(step) && status >= 400 && status < 500
  })
  const most = asked.length - refused.length
  must(made.length <= most, 8, () => {
    return `step ${create.at} was asked for ${most} times and made ${made.length} payments`
  })
  const isKnownAgain = create.keyed || REFERENCED.includes(create.way)
  if (!isKnownAgain) return
  must(ids.size <= 1, 3, () => `step ${create.at} was answered with ${[...ids].join(" and ")}`)
  must(made.length <= 1, 3, () => `step ${create.at} made ${made.length} payments`)
}

function checkStrangers({ told }: Clients): void {
  for (const { body, status, step } of told) {
    if (step.do !== "read" || !step.stranger) continue
    // Busy is an answer, too; whatever else a stranger hears tells that there is something.
    const isNothing = status === 404 || status >= 500
    must(isNothing, 10, () => `step ${step.at} shows a stranger ${status} ${JSON.stringify(body)}`)
  }
}

/** Whoever asked after an answer had come hears of that state or of a later one. */
function checkStates({ told }: Clients, byId: ReadonlyMap<string, PaymentRow>): void {
  const seen = told.flatMap((each) => {
    const { body, step } = each
    if (!isDone(each) || !["read", "cancel", "simulate"].includes(step.do)) return []
    return [{ ...each, id: plainId(body.id), state: String(body.state) }]
  })
  for (const first of seen) {
    for (const later of seen) {
      if (later.id !== first.id || later.askedAfter <= first.cameAs) continue
      const may = later.state === first.state || LATER[first.state]!.includes(later.state)
      must(may, 4, () => `${first.id} was told as ${first.state}, and later as ${later.state}`)
    }
    const end = byId.get(first.id)!.state
    const may = end === first.state || LATER[first.state]!.includes(end)
    must(may, 8, () => `${first.id} was told as ${first.state}, and is ${end} in the end`)
  }
}

function checkRefunds(
  { told }: Clients,
  refunds: ReadonlySet<string>,
  steps: ReadonlyMap<number, Step>,
): void {
  const byKey = new Map<number, string>()
  for (const each of told) {
    const { step } = each
    const refund = step.do === "refund again" ? steps.get(step.of) : step
    if (refund?.do !== "refund" || !isDone(each)) continue
    const id = plainId(each.body.id)
    must(refunds.has(id), 8, () => `refund ${id} was answered and isn't there`)
    if (!refund.keyed) continue
    const first = byKey.get(refund.at) ?? id
    must(first === id, 3, () => `refund of step ${refund.at} was made as ${first} and as ${id}`)
    byKey.set(refund.at, first)
  }
}
