/** What is looked at when all was sent: whole rows, right books, a gateway that still answers. */
import { setTimeout as sleep } from "node:timers/promises"
import { dialects } from "../../src/dialects/index.ts"
import { documentOf } from "../support/contract.ts"
import { judged } from "./judge.ts"
import { makePool } from "./pool.ts"
import type { Shot } from "./requests.ts"
import type { Target } from "./target.ts"

/** Each counts rows that are there by half. */
const HALVES: Readonly<Record<string, string>> = {
  "payments without their first event": `select count(*) as count from payments p where not exists
     (select 1 from events e where e.subject_id = p.id and e.seq = 1)`,
  "instruments without their first event": `select count(*) as count from instruments i
     where not exists (select 1 from events e where e.subject_id = i.id and e.seq = 1)`,
  "subjects whose events have gaps": `select count(*) as count from
     (select subject_id from events group by subject_id having max(seq) <> count(*)) as gaps`,
  "payments whose version is not that of their last event": `select count(*) as count
     from payments p where p.version <
       (select max(e.seq) from events e where e.subject_id = p.id)`,
  "attempts of no payment": `select count(*) as count from attempts a
     where not exists (select 1 from payments p where p.id = a.payment_id)`,
  "refunds of no payment": `select count(*) as count from refunds r
     where not exists (select 1 from payments p where p.id = r.payment_id)`,
}

/** How long what was taken on may still be on its way. */
const REST_MS = 300

/** Everything that is wrong afterwards, each as one sentence. */
export async function rested(target: Target): Promise<string[]> {
  await sleep(REST_MS)
  const { core, database } = target.gateway
  const found = target.noticed()
  const wrong = await core.books.verify().catch((error: unknown) => [String(error)])
  for (const each of wrong) found.push(`the books are wrong: ${JSON.stringify(each)}`)
  for (const [what, statement] of Object.entries(HALVES)) {
    const { rows } = await database.query<{ count: string }>(statement)
    const count = Number(rows[0]!.count)
    if (count > 0) found.push(`${count} ${what}`)
  }
  for (const shot of lastShots(target)) {
    const answer = await target.send(shot)
    if (answer?.status !== 200) found.push(`${shot.path} answers ${answer?.status} afterwards`)
    else found.push(...judged(shot, answer, makePool(), target.secrets))
  }
  return found
}

/** A read of each dialect that must still work. */
const READS: Readonly<Record<string, readonly [method: string, path: string]>> = {
  tapila: ["GET", "/tags"],
  "palomma-direct-debit": ["GET", "/customers"],
  caudal: ["GET", "/payments"],
}

function lastShots({ proofs }: Target): Shot[] {
  return dialects.flatMap((dialect) => {
    const [method, path] = READS[dialect.name] ?? []
    if (!method || !documentOf(dialect).paths[path!]) return []
    return {
      dialect: dialect.name,
      aim: `${method} ${path}`,
      who: "A",
      method,
      path: dialect.basePath + path,
      headers: proofs(dialect.name, "A"),
      body: null,
      ids: [],
      collection: "",
      overSocket: false,
      framing: "plain",
      times: 1,
    }
  })
}
