import { after, test } from "node:test"
import { execFileSync } from "node:child_process"
import { ask, startGateway } from "./support/gateway.ts"
const g = await startGateway({ after })
const t = g.credentials.tapila
test("smoke", async () => {
  console.log(t)
  const cmd = g.sandbox.find((s) => s.dialect === "tapila")!.curl
  console.log(cmd)
  const { promise, resolve } = Promise.withResolvers<string>()
  const { execFile } = await import("node:child_process")
  execFile("sh", ["-c", cmd], (_e, out) => resolve(out))
  console.log(await promise)
  const login = await ask("POST", `${t.baseUrl}/login`, { body: { clientUsername: t.clientUsername, password: t.password } })
  console.log(login.status, login.body, JSON.parse(Buffer.from(login.body.accessToken.split(".")[1], "base64url").toString()))
  const headers = { "x-authorization-token": login.body.accessToken, "x-api-key": t.apiKey!, "content-type": "application/json" }
  for (const [m, p, b] of [
    ["GET", "/AR-R-0901"], ["GET", "/AR-R-9999"], ["GET", "/foo"], ["POST","/foo"], ["GET", "/login"], ["PUT","/payment"], ["GET","/payment"],["POST","/AR-R-0901"],
    ["POST", "/wallet/balance", ""], ["POST", "/wallet/balance", {}], ["POST", "/exchange/rate?countryCode=AR", ""], ["POST","/refresh",{}],
    ["GET", "/recharges?limit=2&searchCompany=DEM%C3%93"], ["GET","/operation/x"], ["GET","/operation/x?type=foo"],
    ["POST","/payment",""], ["POST","/payment","{"], ["POST","/payment","[]"], ["POST","/payment",'{"__proto__":{}}'],
    ["GET","/operation/%00"],["GET","/operation/%zz"],["GET","/recharges?page=0"],["GET","/"],["HEAD","/AR-R-0901"],
  ] as [string,string,unknown?][]) {
    const r = await ask(m, t.baseUrl + p, { headers, body: b })
    console.log(m, p, r.status, JSON.stringify(r.body).slice(0, 700), r.headers.get("allow"))
  }
})
