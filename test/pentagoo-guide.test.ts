/** Compares the guides to Pentagoo and to the simulator, and vendors' words, with the program. */
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { test } from "node:test"
import { STATES, type State } from "../src/core/index.ts"
import { paymentRequestSchema } from "../src/dialects/palomma-direct-debit/answers.ts"
import * as debit from "../src/dialects/palomma-direct-debit/wire.ts"
import * as pay from "../src/dialects/palomma-pay/wire.ts"
import { pentagoo } from "../src/dialects/pentagoo/index.ts"
import {
  callbackSchema,
  createBody,
  createdAnswer,
  readAnswer,
} from "../src/dialects/pentagoo/wire.ts"
import * as tapila from "../src/dialects/tapila/wire.ts"
import { readSettings } from "../src/rails/simulator/settings.ts"
import { codeIn, namesIn, numbersOf, openGuide } from "./support/guide.ts"

const guide = openGuide("pentagoo")
const simulator = openGuide("simulator", "rails")
const { tableWith, example } = guide

test("the guide's call, answer and callback are the examples", () => {
  const [call, ...others] = guide.blocks("sh")
  assert.deepEqual(others, [])
  const known = example("create-payment")
  assert.deepEqual(JSON.parse(/-d '([^']+)'/.exec(call!)![1]!), known.request)
  const url = `http://127.0.0.1:8080${pentagoo.basePath}/api/payment/create`
  assert.ok(call!.startsWith(`curl -X POST ${url} \\\n`), call)
  assert.deepEqual(guide.answers(), [known.answer, example("callback").body])
})

test("the guide has every field of a create, with its limits", () => {
  const table = tableWith("refId")
  assert.deepEqual(namesIn(table), Object.keys(createBody.shape))
  const body = example("create-payment").request
  for (const field of ["refId", "description"] as const) {
    const [least, most] = numbersOf(table, field)
    const taken = (count: number) =>
      createBody.safeParse({ ...body, [field]: "x".repeat(count) }).success
    const around = [least! - 1, least!, most!, most! + 1]
    assert.deepEqual(around.map(taken), [false, true, true, false], field)
  }
  const [amount] = table.filter(([name]) => name === "`amount`")
  for (const text of codeIn(amount![1]!).filter((each) => each.startsWith('"'))) {
    assert.ok(createBody.safeParse({ ...body, amount: JSON.parse(text) }).success, text)
  }
})

test("the guide has every status, and every member of a read and of the callback", () => {
  assert.deepEqual(
    namesIn(tableWith("processing")).sort(),
    [...createdAnswer.shape.status.options].sort(),
  )
  const more = Object.keys(readAnswer.shape).filter((name) => !(name in createdAnswer.shape))
  assert.deepEqual(namesIn(tableWith("received")), more)
  assert.deepEqual(namesIn(tableWith("orderId")), Object.keys(callbackSchema.shape))
})

/** How a dialect with statuses of its own calls a payment's state. */
const STATUS_OF: Readonly<Record<string, (state: State) => string>> = {
  tapila: (state) => tapila.statusOf({ state }),
  "palomma-pay": (state) => pay.statusOf({ state, reason: null }).status,
  "palomma-direct-debit": (state) =>
    paymentRequestSchema.shape.status.options.find((each) => debit.statesOf(each).includes(state))!,
}
/** A recharge can't be taken back. */
const NEVER: Readonly<Record<string, readonly State[]>> = { tapila: ["returned"] }

for (const [name, statusOf] of Object.entries(STATUS_OF)) {
  test(`the guide to ${name} says which state each status stands for`, () => {
    const [, section] = openGuide(name).english.split("\n## Their words and ours\n")
    const rows = [...section!.split("\n## ")[0]!.matchAll(/^\| (.*?) \| (.*?) \|/gm)]
    const told = rows.flatMap(([, theirs, ours]) =>
      STATES.filter((state) => codeIn(ours!).includes(state)).map((state) => {
        return [state, codeIn(theirs!)] as const
      }),
    )
    for (const state of STATES.filter((each) => !NEVER[name]?.includes(each))) {
      const statuses = told.filter(([each]) => each === state).flatMap(([, theirs]) => theirs)
      assert.ok(statuses.includes(statusOf(state)), `${state}: ${statuses}`)
    }
  })
}

test("the guide to the simulator has its settings and when it looks again", () => {
  const [row] = simulator.tableWith("answerAfterMs")
  const defaults = readSettings({})
  assert.deepEqual(codeIn(row![0]!), Object.keys(defaults))
  assert.equal(codeIn(row![1]!)[0], String(defaults.answerAfterMs))
  const [least, most] = /from (\d+) to (\d+)/.exec(row![2]!)!.slice(1).map(Number)
  for (const answerAfterMs of [least, most]) {
    assert.deepEqual(readSettings({ answerAfterMs }), { answerAfterMs })
  }
  assert.throws(() => readSettings({ answerAfterMs: most! + 1 }))
  const [example] = simulator.answers()
  assert.doesNotThrow(() => readSettings(example.rails.simulator))

  const source = readFileSync(join(import.meta.dirname, "../src/rails/simulator/index.ts"), "utf8")
  const [, looks] = /const LOOKS: [^=]+= \[([\s\S]*?)\n\]/.exec(source)!
  const known = [...looks!.matchAll(/below: ([\w.]+), delayMs: ([\d_]+)/g)].map(
    ([, below, delay]) => [Number(below), Number(delay!.replaceAll("_", "")) / 1_000],
  )
  const units: Record<string, number> = { s: 1, min: 60 }
  const [, section] = simulator.english.split("\n## When it looks again\n")
  const rows = [...section!.matchAll(/^\| (?:.*?`(\d+)`.*?|all others) \| (\d+) (\w+) \|$/gm)]
  assert.deepEqual(
    rows.map(([, count, wait, unit]) => [
      count ? Number(count) : Number.NaN,
      Number(wait) * units[unit!]!,
    ]),
    known,
  )
})
