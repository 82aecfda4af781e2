/** What nobody sends who means well: values, bodies, paths and headers, as tables. */
import { gzipSync } from "node:zlib"
import type { Random } from "./random.ts"

const long = (length: number) => "x".repeat(length)

/** Texts, each against something that texts have broken elsewhere. */
export const TEXTS: readonly string[] = [
  "",
  " ",
  "\u0000",
  "a\u0000b",
  "\ud800",
  "x\udc00",
  "\u202e\u202dexe.txt",
  "раураl",
  "ｆｕｌｌ　ｗｉｄｔｈ",
  "e\u0301".repeat(100),
  "\u200b\ufeff",
  "\r\nset-cookie: a=b",
  "\u2028\u2029",
  "👩‍👩‍👧‍👦".repeat(20),
  "' or '1'='1",
  "'; drop table payments; --",
  "1) union select null --",
  "$1",
  "\\",
  "%s%n%x",
  "<script>alert(1)</script>",
  '"><img src=x onerror=alert(1)>',
  "{{7*7}}<%= 7*7 %>#{7*7}",
  "$\u007b7*7}",
  "../../../../etc/passwd",
  "..\\..\\windows\\win.ini",
  "file:///etc/passwd",
  "http://169.254.169.254/latest/meta-data/",
  "javascript:alert(1)",
  "http://localhost:5432/",
  "__proto__",
  "constructor",
  "toString",
  "hasOwnProperty",
  "null",
  "undefined",
  "NaN",
  "true",
  "-0",
  "1e3",
  "0x10",
  "٣٤٥",
  "9".repeat(400),
  "-1",
  "1.005",
  "2026-02-30",
  "+002026-01-01T00:00:00Z",
  "00000000-0000-0000-0000-000000000000",
  "pay_00000000000000000000000000000000",
  "cus_zz",
  long(129),
  long(256),
  long(2_049),
  long(20_000),
]

/** Pieces of JSON that no program of ours would write, as they stand in a body. */
export const TOKENS: readonly string[] = [
  "-0",
  "0.1",
  "-1",
  "1e400",
  "-1e400",
  "1e-400",
  "9007199254740993",
  "123456789012345678901234567890",
  "1E5",
  "null",
  "true",
  "[]",
  "{}",
  "[[]]",
  '[{"a":1}]',
  '"\\ud800"',
  '"\\u0000"',
  '{"__proto__":{"polluted":true}}',
  '{"constructor":{"prototype":{"polluted":true}}}',
  '{"toString":1,"valueOf":1,"toJSON":1}',
  `${"[".repeat(30)}${"]".repeat(30)}`,
  `${'{"a":'.repeat(500)}1${"}".repeat(500)}`,
]

/** Members that a body did not ask for. */
export const MEMBERS: readonly string[] = [
  "__proto__",
  "constructor",
  "prototype",
  "toString",
  "id",
  "state",
  "merchantId",
  "isAdmin",
  "$where",
  "a.b",
  "",
  "\u0000",
  "\ud800",
  long(1_000),
]

/** Whole bodies. */
export const BODIES: readonly (() => Buffer)[] = [
  () => Buffer.alloc(0),
  () => Buffer.from("{"),
  () => Buffer.from('{"a":1'),
  () => Buffer.from("{} {}"),
  () => Buffer.from("[]"),
  () => Buffer.from("null"),
  () => Buffer.from("1"),
  () => Buffer.from('"a"'),
  () => Buffer.from("{'a':1}"),
  () => Buffer.from('{"a":1,}'),
  () => Buffer.from("\ufeff{}"),
  () => Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]),
  () => Buffer.from("{}", "utf16le"),
  () => Buffer.from("<a/>"),
  () => Buffer.from("a=1&b=2"),
  () => gzipSync('{"a":1}'),
]

/** Bodies just below the limit, and above it. */
export const LARGE_BODIES: readonly (() => Buffer)[] = [
  () => Buffer.from(`{"a":"${long(250_000)}"}`),
  () => Buffer.from(`{"a":"${long(300_000)}"}`),
  () => Buffer.from(`[${"1,".repeat(100_000)}1]`),
  () => Buffer.from(`${'{"a":'.repeat(20_000)}1${"}".repeat(20_000)}`),
  () => Buffer.from("[".repeat(100_000)),
]

export const MEDIA: readonly string[] = [
  "text/plain",
  "application/xml",
  "application/x-www-form-urlencoded",
  "multipart/form-data; boundary=x",
  "application/json; charset=utf-16",
  "application/json; charset=",
  "application/json;",
  "APPLICATION/JSON",
  "application/problem+json",
  "text/json",
  "json",
  "*/*",
  "",
  "application/json, text/plain",
]

export const METHODS = [
  "GET",
  "POST",
  "PUT",
  "PATCH",
  "DELETE",
  "OPTIONS",
  "HEAD",
  "TRACE",
] as const

/** What may stand in the place of an id or behind a path. */
export const SEGMENTS: readonly string[] = [
  "..",
  ".",
  "%2e%2e",
  "%2f..%2f",
  "%00",
  "%zz",
  "%",
  "%c0%ae",
  "%ff",
  "%E2%80%AE",
  "a;b=c",
  "a%20b",
  "a+b",
  "*",
  ":id",
  "{id}",
  "__proto__",
  "constructor",
  "null",
  "-1",
  "0",
  "AR-R-0901",
  "AR-R-9999999999",
  "00000000-0000-0000-0000-000000000000",
  "019B8E42-0FD0-4003-8C33-5E7F3B20AD21",
  "%27%20or%201=1",
  long(150),
  long(300),
]

/** Headers that a request may bring besides. Values are what a client can put on a wire. */
export const HEADERS: readonly (readonly [name: string, value: string])[] = [
  ["x-request-id", "ok-1"],
  ["x-request-id", "../../etc"],
  ["x-request-id", long(500)],
  ["x-request-id", "a b\tc"],
  ["idempotency-key", "key-1"],
  ["idempotency-key", "key-2"],
  ["idempotency-key", ""],
  ["idempotency-key", " "],
  ["idempotency-key", long(1_000)],
  ["idempotency-key", "\u00e9\u00ff"],
  ["idempotency-key", '"quoted"'],
  ["accept", "text/csv"],
  ["accept", "text/html"],
  ["accept", "*/*;q=0"],
  ["if-none-match", "*"],
  ["if-none-match", 'W/"x", "y'],
  ["if-match", "*"],
  ["range", "bytes=0-1"],
  ["content-encoding", "gzip"],
  ["content-encoding", "identity"],
  ["content-encoding", "br, gzip"],
  ["expect", "200-ok"],
  ["x-forwarded-for", "127.0.0.1"],
  ["x-forwarded-host", "evil.example"],
  ["x-forwarded-proto", "javascript"],
  ["x-http-method-override", "DELETE"],
  ["x-original-url", "/v1/operator/top-ups"],
  ["host", "evil.example"],
  ["host", "[::1"],
  ["host", ""],
  ["cookie", "a=b; __proto__=1"],
  ["origin", "null"],
  ["accept-language", "es-CO, ../../x"],
  ["user-agent", "'; drop table payments; --"],
  ["authorization", "Basic YTpi"],
  ["__proto__", "polluted"],
  ["constructor", "x"],
]

/** Queries behind a path. */
export const QUERIES: readonly string[] = [
  "__proto__=1",
  "constructor[prototype]=1",
  "limit=0",
  "limit=-1",
  "limit=1e2",
  "limit=101",
  "limit=5&limit=6",
  "cursor=x",
  "cursor=%00",
  "cursor=AAAAAAAAAAAAAAAAAAAAAA",
  "state=nope",
  "state=approved&state=approved",
  "reference=%27or%201%3D1",
  "a[]=1&a[b]=2",
  "type=external-payment-id",
  "type=internal",
  "from=2026-13-01",
  "page=999999999999",
  "tag_id=0",
  "searchCompany=%ED%A0%80%ED%A0%80",
  "%",
  "&&&==",
  `q=${long(3_000)}`,
]

/** Where a piece of JSON is put into a body that is otherwise written by `JSON.stringify`. */
const PLACE = /"@@(\d+)@@"/g

/** Writes a body with pieces that no value can stand for. */
export function written(body: unknown, tokens: readonly string[]): Buffer {
  const text = JSON.stringify(body) ?? ""
  return Buffer.from(text.replace(PLACE, (_, at: string) => tokens[Number(at)]!))
}

type Spot = { readonly holder: Record<string, unknown>; readonly name: string }

/** Every member of a body, at any depth. */
function spotsIn(value: unknown): Spot[] {
  if (typeof value !== "object" || value === null) return []
  const holder = value as Record<string, unknown>
  return Object.keys(holder).flatMap((name) => [{ holder, name }, ...spotsIn(holder[name])])
}

const CHANGES = {
  text: 5,
  token: 5,
  gone: 3,
  nothing: 2,
  wrap: 1,
  extra: 2,
  twice: 1,
} as const

/** Spoils one member of a body, or adds one; answers the body as bytes. */
export function spoiled(body: Record<string, unknown>, random: Random): Buffer {
  const copy = structuredClone(body)
  const spots = spotsIn(copy)
  if (spots.length === 0) return written({ [random.pick(MEMBERS)]: random.pick(TEXTS) }, [])
  const { holder, name } = random.pick(spots)
  switch (random.weighted(CHANGES)) {
    case "text":
      holder[name] = random.pick(TEXTS)
      break
    case "token":
      holder[name] = "@@0@@"
      break
    case "gone":
      delete holder[name]
      break
    case "nothing":
      holder[name] = null
      break
    case "wrap":
      holder[name] = random.chance(0.5) ? [holder[name]] : { value: holder[name] }
      break
    case "extra":
      return withMember(copy, random.pick(MEMBERS), JSON.stringify(random.pick(TEXTS)))
    case "twice":
      return withMember(copy, name, random.pick(TOKENS))
  }
  return written(copy, [random.pick(TOKENS)])
}

/** A body with one more member at its end, whatever names it has already. */
function withMember(body: Record<string, unknown>, name: string, token: string): Buffer {
  const text = JSON.stringify(body)
  const comma = text === "{}" ? "" : ","
  return Buffer.from(`${text.slice(0, -1)}${comma}${JSON.stringify(name)}:${token}}`)
}
