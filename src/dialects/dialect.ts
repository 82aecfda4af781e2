/**
 * What a dialect is: one wire API in one folder, with its own routes, auth, errors and callbacks.
 */
import type { FastifyInstance, FastifyRequest, FastifyTypeProvider } from "fastify"
import type { z } from "zod"
import type {
  Core,
  DialectDoor,
  DialectVoice,
  Found,
  RefusalCode,
  Standing,
} from "../core/index.ts"

export type { Issued } from "../core/index.ts"

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

/** How a client proves itself, as OpenAPI describes it; `http` is the header `Authorization`. */
export type ProofScheme =
  | { readonly type: "http"; readonly scheme: "bearer"; readonly description: string }
  | {
      readonly type: "apiKey"
      readonly in: "header"
      readonly name: string
      readonly description: string
    }

/** What a route's description says beside its schemas. Examples are files of `examples/`. */
export type RouteWords = {
  readonly summary: string
  /** Whether it takes an Idempotency-Key. */
  readonly once?: true
  /** Schemes that are all needed, where they aren't the dialect's own. */
  readonly proof?: readonly string[]
  /** `file.json`, or `file.json#member` for a part of one. */
  readonly request?: string
  /** The same for the answer of each status. */
  readonly answers?: Readonly<Record<number, string>>
  /** Media types of another answer than JSON with status 200. */
  readonly alsoAs?: readonly string[]
  /** The media type of the answer with status 200, where that is no JSON. */
  readonly onlyAs?: string
  /** Whether a client that has the answer already hears 304. */
  readonly unchanged?: true
}

/** A message to a receiver: the schema that its body keeps to. */
export type WebhookWords = {
  readonly summary: string
  readonly schema: z.ZodType
  /** As in `RouteWords`. */
  readonly example: string
}

/** What a dialect says of itself in its OpenAPI document; the routes' own schemas do the rest. */
export type Contract = {
  readonly title: string
  readonly description: string
  readonly schemes: Readonly<Record<string, ProofScheme>>
  /** Schemes that are all needed, on every route that isn't open. */
  readonly proof: readonly string[]
  /** The one shape of all errors. */
  readonly problem: {
    readonly schema: z.ZodType
    readonly mediaType: string
    readonly example?: string
  }
  /** By method and path below the base URL, such as `GET /payments/{id}`. */
  readonly routes: Readonly<Record<string, RouteWords>>
  /** What receivers are told, by what the document calls it. */
  readonly webhooks: Readonly<Record<string, WebhookWords>>
  /** The folder of the examples. */
  readonly examples: string
}

export type Dialect = DialectVoice &
  DialectDoor & {
    /** Where it is mounted, such as `/pentagoo`. */
    readonly prefix: string
    /** How each problem sounds: complete by construction. Documents are at `publicUrl`. */
    problem(problem: Problem, requestId: string, publicUrl: string): WireAnswer
    /**
     * Finds who calls, before the body is read; throws `WireProblem` (`unauthorized`, `forbidden`).
     * Routes with `config: { open: true }` are served without it.
     */
    authenticate(request: FastifyRequest, core: Core): Promise<Found>
    /** The headers that tell a caller how it stands with its requests a minute; left out: none. */
    rateHeaders?(standing: Standing): Readonly<Record<string, string>>
    /** Registers the routes, with their paths as on the vendor's page. */
    routes(app: DialectApp, core: Core): void
    /** What its OpenAPI document says. */
    readonly contract: Contract
    /** What that command is about, in a few words for those who don't know the vendor. */
    readonly about: string
  }

declare module "fastify" {
  interface FastifyContextConfig {
    /** Served to anybody. */
    open?: boolean
    /** Only says that the path has other methods; no route of an API. */
    refuses?: boolean
  }
}
