/** Signing in to the console: who gets in, who doesn't, and what happens to what was typed. */
import assert from "node:assert/strict"
import { after, test } from "node:test"
import { demoOwner, signIn } from "../support/console.ts"
import { startGateway } from "../support/gateway.ts"

const gateway = await startGateway({ after })
const { server } = gateway
const demo = demoOwner(gateway)

test("the owner that a sandbox comes with signs in and sees the first page", async () => {
  const owner = await signIn(server, demo.email, demo.password)
  const home = await owner.get("/")
  assert.equal(home.statusCode, 200, home.body)
  assert.match(home.body, /<h1>Inicio<\/h1>/)
  const account = await owner.get("/account")
  assert.equal(account.statusCode, 200)
})
