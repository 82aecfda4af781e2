/** What one process asks, the other answers: its words, its faults, or nothing in time. */
import assert from "node:assert/strict"
import { EventEmitter } from "node:events"
import { test } from "node:test"
import { type Channel, type Handlers, openChannel } from "./channel.ts"

/** Two ends of a pipe in one process. A pipe that is cut says so to whoever sends. */
function pair(left: Handlers, right: Handlers): { left: Channel; right: Channel; cut(): void } {
  const [toLeft, toRight] = [new EventEmitter(), new EventEmitter()]
  let isCut = false
  const end = (mine: EventEmitter, others: EventEmitter, handlers: Handlers) =>
    openChannel(
      {
        send(message, told) {
          if (isCut) return told(new Error("the pipe is cut"))
          others.emit("message", structuredClone(message))
          told(null)
        },
        hear: (listener) => void mine.on("message", listener),
      },
      handlers,
    )
  return {
    left: end(toLeft, toRight, left),
    right: end(toRight, toLeft, right),
    cut() {
      isCut = true
    },
  }
}

test("both ends ask and answer at the same time, each question its own answer", async () => {
  const double = async (count: number) => count * 2
  const { left, right } = pair({ double }, { half: (count: number) => count / 2 })
  const asked = [left.ask("half", 8), right.ask("double", 8), left.ask("half", 2)]
  assert.deepEqual(await Promise.all(asked), [4, 16, 1])
})

test("a fault is told to whoever asked, and so is a question that nobody answers", async () => {
  const { left } = pair({}, { fail: () => Promise.reject(new Error("no such luck")) })
  await assert.rejects(left.ask("fail"), /^Error: no such luck$/)
  await assert.rejects(left.ask("dance"), /nobody answers "dance"/)
})

test("silence ends after its time, and a pipe that is cut at once", async () => {
  const { cut, left } = pair({}, { brood: () => new Promise(() => {}) })
  await assert.rejects(left.ask("brood", null, 1), /no answer to "brood" within 1 ms/)
  cut()
  await assert.rejects(left.ask("brood"), /the pipe is cut/)
})

test("what others send over the same pipe is left alone", async () => {
  const heard: unknown[] = []
  const mine = new EventEmitter()
  openChannel(
    {
      send: (message) => void heard.push(message),
      hear: (listener) => void mine.on("message", listener),
    },
    {},
  )
  for (const message of [null, 7, "text", { cmd: "other" }, { replied: 99 }]) {
    mine.emit("message", message)
  }
  assert.deepEqual(heard, [])
})
