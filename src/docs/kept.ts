/** Keeps what never changes while the program runs: its tag, and its bytes in each coding. */
import { createHash } from "node:crypto"
import { promisify } from "node:util"
import { brotliCompress, constants, gzip } from "node:zlib"
import type { FastifyReply, FastifyRequest } from "fastify"
import { type Coding, codingFor } from "../pages/compression.ts"

/** A document's page changes with the program only, and who asks by its tag hears 304. */
export const A_WHILE = "public, max-age=300"
/** What is smaller travels in one packet, however long it is. */
const WORTHWHILE_BYTES = 1_024
/** Made once and kept, away from the thread that takes payments; higher gains little. */
const QUALITY = 6

const brotli = promisify(brotliCompress)
const zip = promisify(gzip)

export type Kept = {
  readonly body: Buffer
  /** Weak: the codings of one text are one thing. */
  readonly etag: string
  in(coding: Coding): Promise<Buffer>
}

/** Keeps a text; it is compressed when somebody first wants it so. */
export function keep(text: string | Buffer): Kept {
  const body = Buffer.from(text)
  const hash = createHash("sha256").update(body).digest("base64url").slice(0, 22)
  const made = new Map<Coding, Promise<Buffer>>()
  return {
    body,
    etag: `W/"${hash}"`,
    in(coding) {
      const done = made.get(coding) ?? compress(body, coding)
      made.set(coding, done)
      return done
    },
  }
}

function compress(body: Buffer, coding: Coding): Promise<Buffer> {
  if (coding === "gzip") return zip(body, { level: QUALITY })
  return brotli(body, { params: { [constants.BROTLI_PARAM_QUALITY]: QUALITY } })
}

/** Answers with it: 304 to who has it, else in the coding that the client can read. */
export async function sendKept(
  request: FastifyRequest,
  reply: FastifyReply,
  kept: Kept,
  type: string,
): Promise<FastifyReply> {
  reply.headers({ etag: kept.etag, vary: "accept-encoding" }).type(type)
  if (!reply.hasHeader("cache-control") || reply.getHeader("cache-control") === "no-store") {
    reply.header("cache-control", A_WHILE)
  }
  if (hasIt(request.headers["if-none-match"], kept.etag)) return reply.code(304).send()
  const coding = codingFor(request.headers["accept-encoding"])
  if (coding === null || kept.body.length < WORTHWHILE_BYTES) return reply.send(kept.body)
  return reply.header("content-encoding", coding).send(await kept.in(coding))
}

/** Whether `If-None-Match` names the tag, by the weak comparison of RFC 9110. */
function hasIt(header: string | undefined, etag: string): boolean {
  const given = (header ?? "").split(",").map((each) => each.trim().replace(/^W\//, ""))
  return given.includes("*") || given.includes(etag.replace(/^W\//, ""))
}
