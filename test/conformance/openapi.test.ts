/** The OpenAPI documents: valid, whole, true to the examples, and held against every answer. */
import assert from "node:assert/strict"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, test } from "node:test"
import { Validator } from "@seriousme/openapi-schema-validator"
import { dialects } from "../../src/dialects/index.ts"
import { templateOf } from "../../src/openapi/document.ts"
import {
  answersChecked,
  checkMessage,
  complaintAbout,
  complaintAboutMessage,
  documentOf,
  operationAt,
} from "../support/contract.ts"
import { missedIn, operations } from "../support/exercised.ts"
import { ask, startGateway } from "../support/gateway.ts"
import { keepPromises, note } from "../support/promised.ts"
import { registeredBy } from "../support/routes.ts"

const gateway = await startGateway({ after })
const { core, url } = gateway

for (const dialect of dialects) {
  const at = `${url}/docs/openapi/${dialect.name}.json`

  test(`${dialect.name}'s document is OpenAPI 3.1 by the official schema`, async () => {
    const { body } = await ask("GET", at)
    const { valid, errors } = await new Validator().validate(structuredClone(body))
    assert.ok(valid, JSON.stringify(errors)?.slice(0, 2_000))
  })

  test(`${dialect.name}'s document has every route that is mounted, and no other`, async () => {
    const { body } = await ask("GET", at)
    const mounted = registeredBy(dialect, core).map(
      ({ method, url: path }) => `${method} ${templateOf(dialect, path)}`,
    )
    const written = Object.entries<object>(body.paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((verb) => `${verb.toUpperCase()} ${path}`),
    )
    assert.deepEqual(written.sort(), mounted.sort())
    assert.deepEqual(Object.keys(dialect.contract.routes).sort(), mounted.sort())
    const { servers: _, ...served } = body
    const { servers: __, ...ours } = JSON.parse(JSON.stringify(documentOf(dialect)))
    assert.deepEqual(served, ours)
    assert.deepEqual(body.servers, [{ url: url + dialect.basePath }])
  })

  test(`what ${dialect.name}'s document names as needed is there, and was said once`, () => {
    const { components, paths, security } = documentOf(dialect)
    const schemes = Object.keys(components["securitySchemes"]!)
    const operations = Object.values(paths).flatMap((each) => Object.values(each))
    const named = [...security, ...operations.flatMap((each) => each.security ?? [])]
    for (const proof of named)
      for (const name of Object.keys(proof)) assert.ok(schemes.includes(name))
    const ids = operations.map(({ operationId }) => operationId)
    assert.equal(new Set(ids).size, ids.length)
    for (const pattern of JSON.stringify(paths).matchAll(/"pattern":("(?:[^"\\]|\\.)*")/g)) {
      assert.doesNotThrow(() => new RegExp(JSON.parse(pattern[1]!), "u"), pattern[1])
    }
  })

  test(`every example in ${dialect.name}'s document keeps to the document`, () => {
    const { components, paths } = documentOf(dialect)
    type Media = Readonly<Record<string, { example?: unknown }>>
    let seen = 0
    for (const [template, operations] of Object.entries(paths)) {
      for (const [verb, { responses }] of Object.entries(operations)) {
        for (const [status, response] of Object.entries(responses)) {
          const media = (response as { content?: Media }).content?.["application/json"]
          if (media?.example === undefined) continue
          seen += 1
          const path = dialect.basePath + template.replace("{companyCode}", "AR-R-0901")
          const exchange = { method: verb.toUpperCase(), path, status: Number(status) }
          const body = JSON.stringify(media.example)
          const contentType = "application/json"
          assert.equal(complaintAbout({ ...exchange, contentType, body }), null, template)
        }
      }
    }
    assert.ok(seen > 0)
    const problem = components["responses"]!["Problem"] as { content: Media }
    for (const [contentType, { example }] of Object.entries(problem.content)) {
      if (example === undefined) continue
      const exchange = { method: "GET", path: `${dialect.prefix}/x`, status: 400, contentType }
      assert.equal(complaintAbout({ ...exchange, body: JSON.stringify(example) }), null)
    }
  })
}

for (const dialect of dialects) {
  test(`${dialect.name}'s document has the message of its example, and no other has`, () => {
    const messages = Object.values(documentOf(dialect).webhooks)
    assert.ok(messages.length > 0)
    for (const { post } of messages) {
      const body = JSON.stringify(post.requestBody!.content["application/json"]!.example)
      for (const each of dialects) {
        const complaint = complaintAboutMessage(each, body)
        assert.equal(complaint === null, each === dialect, `${each.name}: ${complaint}`)
      }
      assert.doesNotThrow(() => checkMessage(body))
      const more = JSON.stringify({ ...JSON.parse(body), secret: "x" })
      assert.match(complaintAboutMessage(dialect, more)!, /additional properties/)
      assert.throws(() => checkMessage(more), /a message that no document promises/)
    }
  })
}

test("documents may be kept, are asked for again by their tag, and are listed", async () => {
  const path = `${url}/docs/openapi/caudal.json`
  const first = await ask("GET", path)
  const etag = first.headers.get("etag")!
  assert.equal(first.headers.get("cache-control"), "public, max-age=300")
  assert.equal(first.headers.get("content-type"), "application/json; charset=utf-8")
  const table: [header: string, status: number][] = [
    [etag, 304],
    [`W/${etag}`, 304],
    [`"other", ${etag}`, 304],
    ["*", 304],
    ['"other"', 200],
    ["", 200],
  ]
  for (const [header, status] of table) {
    const again = await ask("GET", path, { headers: { "if-none-match": header } })
    assert.equal(again.status, status, header)
    assert.equal(again.headers.get("etag"), etag)
  }
  const { body } = await ask("GET", `${url}/docs/openapi`)
  const names = body.documents.map((each: { dialect: string }) => each.dialect)
  assert.deepEqual(
    names,
    dialects.map(({ name }) => name),
  )
  for (const each of body.documents) assert.equal((await ask("GET", each.url)).status, 200)
  assert.equal((await ask("GET", `${url}/docs/openapi/nobody.json`)).status, 404)
})

test("an answer that isn't promised is complained about, and its lawful neighbour isn't", () => {
  const payment = documentOf(dialects.find(({ name }) => name === "palomma-pay")!).paths[
    "/payment-requests/{id}"
  ]!["get"]!.responses["200"] as { content: Record<string, { example: object }> }
  const right = payment.content["application/json"]!.example
  const path = "/palomma-pay/payment-requests/1"
  const json = "application/json; charset=utf-8"
  type Row = [
    complaint: RegExp | null,
    method: string,
    path: string,
    status: number,
    media: string | null,
    body: object | string,
  ]
  const table: Row[] = [
    [null, "GET", path, 200, json, right],
    [null, "GET", `${path}?a=b`, 200, json, right],
    [null, "GET", "/palomma-pay/%70ayment-requests/1", 200, json, right],
    [null, "HEAD", path, 200, json, ""],
    [null, "GET", path, 404, json, { message: "no" }],
    [null, "GET", "/palomma-pay/nowhere", 404, json, { message: "no" }],
    [null, "GET", "/health", 200, "text/plain", "anything"],
    [/additional properties/, "GET", path, 200, json, { ...right, secret: "x" }],
    [/status_reason/, "GET", path, 200, json, { ...right, status_reason: 1 }],
    [/required property 'id'/, "GET", path, 200, json, { ...right, id: undefined }],
    [/allowed values/, "GET", path, 200, json, { ...right, status: "PAID" }],
    [/isn't JSON/, "GET", path, 200, json, "<html>"],
    [/media type text\/html/, "GET", path, 200, "text/html", "<html>"],
    [/media type/, "GET", path, 200, null, right],
    [/isn't promised: 201/, "GET", path, 201, json, right],
    [/leads nowhere/, "GET", "/palomma-pay/nowhere", 200, json, right],
    [/leads nowhere/, "PUT", path, 200, json, right],
    [/304 that isn't promised/, "GET", path, 304, null, ""],
    [/must have required property 'message'/, "GET", path, 404, json, { error: "Not Found" }],
    [/media type application\/problem/, "GET", path, 404, "application/problem+json", {}],
  ]
  for (const [complaint, method, line, status, contentType, body] of table) {
    const text = typeof body === "string" ? body : JSON.stringify(body)
    const said = complaintAbout({ method, path: line, status, contentType, body: text })
    if (complaint === null) assert.equal(said, null, `${method} ${line} ${status}`)
    else assert.match(said ?? "", complaint, `${method} ${line} ${status}`)
  }
  assert.equal(operationAt("GET", "/tapila/AR-R-0901")?.template, "/{companyCode}")
  assert.equal(operationAt("GET", "/tapila/tags")?.template, "/tags")
  assert.equal(operationAt("GET", "/tapila/nowhere"), null)
})

test("what a gateway answers is held against its document, whoever asked", async () => {
  await keepPromises()
  const before = answersChecked()
  await fetch(`${url}/v1/payments`)
  await keepPromises()
  assert.equal(answersChecked(), before + 1)
})

test("an answer that its document doesn't promise fails its test", async () => {
  const body = JSON.stringify({ object: "list", data: [{}], has_more: false, next_cursor: null })
  note({ method: "GET", path: "/v1/events", status: 200, contentType: "application/json", body })
  await assert.rejects(keepPromises(), /GET \/v1\/events answered 200.*data\/0/s)
  await keepPromises()
})

test("an operation that no test exercised is found missing, and no other", (context) => {
  const folder = mkdtempSync(join(tmpdir(), "caudal-exercised-"))
  context.after(() => rmSync(folder, { recursive: true }))
  const all = operations()
  assert.ok(all.length > 40)
  writeFileSync(join(folder, "1"), all.slice(0, 20).join("\n"))
  writeFileSync(join(folder, "2"), all.slice(10, -1).join("\n"))
  assert.deepEqual(missedIn(folder), [all.at(-1)])
})
