/**
 * What a dialect is: one wire API in one folder, with its own routes, auth, errors and callbacks.
 */
import type { FastifyInstance, FastifyRequest, FastifyTypeProvider } from "fastify"
import type { z } from "zod"
import type {
  Core,
  DialectVoice,
  Found,
  Ids,
  RefusalCode,
  Secret,
  Standing,
} from "../core/index.ts"

/** All that can go wrong with a request; each dialect says how each of them sounds. */
export type ProblemCode =
  | RefusalCode
  | "body_malformed"
  | "body_invalid"
  | "body_too_large"
  | "media_type_unsupported"
  | "route_not_found"
  | "method_not_allowed"
  | "unauthorized"
  | "forbidden"
  | "too_many_requests"
  | "unavailable"
  | "internal"

/** What went wrong, in one English sentence; `field` is the member of the request it is about. */
export type Problem = {
  readonly code: ProblemCode
  readonly message: string
  readonly field?: string
  /** Where several fields were wrong: a sentence for each, the first of them being `message`. */
  readonly details?: readonly string[]
}

/** An answer as it goes out. */
export type WireAnswer = {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body: unknown
}

/** Thrown by a dialect's handlers and turned into its own error shape. */
export class WireProblem extends Error {
  override name = "WireProblem"
  /** Below 500: the client's affair, and no fault to be logged. */
  readonly statusCode = 400
  readonly problem: Problem
  constructor(problem: Problem) {
    super(problem.message)
    this.problem = problem
  }
}

/** Lets handlers see what their zod schemas made of the request. */
export interface ZodTypes extends FastifyTypeProvider {
  validator: this["schema"] extends z.ZodType ? z.output<this["schema"]> : unknown
  serializer: this["schema"] extends z.ZodType ? z.input<this["schema"]> : unknown
}

/** The part of the server that one dialect sees: its own prefix, its own errors. */
export type DialectApp = FastifyInstance<
  import("fastify").RawServerDefault,
  import("node:http").IncomingMessage,
  import("node:http").ServerResponse,
  import("fastify").FastifyBaseLogger,
  ZodTypes
>

/** New credentials of a merchant: what is stored, and how they are shown to it, once. */
export type Issued = {
  readonly secrets: readonly Secret[]
  readonly shown: Readonly<Record<string, string>>
}

export type Dialect = DialectVoice & {
  /** Where it is mounted, such as `/pentagoo`. */
  readonly prefix: string
  /** The path of its base URL below the public one; the prefix and perhaps a version. */
  readonly basePath: string
  /** How each problem sounds: complete by construction. */
  problem(problem: Problem, requestId: string): WireAnswer
  /**
   * Finds who calls, before the body is read; throws `WireProblem` (`unauthorized`, `forbidden`).
   * Routes with `config: { open: true }` are served without it.
   */
  authenticate(request: FastifyRequest, core: Core): Promise<Found>
  /** Registers the routes, with their paths as on the vendor's page. */
  routes(app: DialectApp, core: Core): void
  /** Makes credentials for a merchant. `signingKey` signs its callbacks. */
  issue(ids: Ids, about: { readonly merchantName: string; readonly signingKey: string }): Issued
  /** What that command is about, in a few words for those who don't know the vendor. */
  readonly about: string
  /** A ready command that shows the dialect at work. `shown` are the credentials from `issue`. */
  curl(baseUrl: string, shown: Readonly<Record<string, string>>): string
}

declare module "fastify" {
  interface FastifyContextConfig {
    /** Served to anybody. */
    open?: boolean
  }
}
  /** The headers that tell a caller how it stands with its requests a minute; left out: none. */
  rateHeaders?(standing: Standing): Readonly<Record<string, string>>
