import { after, test } from "node:test"
import { request as hreq, Agent } from "node:http"
import { startGateway } from "/work/main/test/support/gateway.ts"
import { addClient } from "/work/main/test/support/tapila.ts"
const g = await startGateway({ after })
test("bench", { timeout: 100000 }, async () => {
  const c = await addClient(g, "Bench", {}, 10n ** 15n)
  const agent = new Agent({ keepAlive: true, maxSockets: 64 })
  let n = 0, ok = 0
  const url = new URL(g.credentials.tapila.baseUrl + "/payment")
  const one = () => new Promise<void>((res) => {
    n++
    const body = JSON.stringify({ companyCode: "AR-R-0901", productId: "1", amount: 100, identifierValue: String(1100000000 + n * 100 + 99), paymentMethod: "ACCOUNT", externalPaymentId: `b-${n}`, externalClientId: "u" })
    const r = hreq(url, { method: "POST", agent, headers: { "content-type": "application/json", "content-length": Buffer.byteLength(body), "x-authorization-token": c.token, "x-api-key": c.shown.apiKey } }, (s) => { if (s.statusCode === 200) ok++; s.resume(); s.on("end", res) })
    r.end(body)
  })
  for (const conc of [1, 16, 64]) {
    const end = performance.now() + 4000; const s = ok, t = performance.now()
    await Promise.all(Array.from({ length: conc }, async () => { while (performance.now() < end) await one() }))
    console.log(conc, Math.round((ok - s) / (performance.now() - t) * 1000), "per s")
  }
  agent.destroy()
})
