/** What this API answers about endpoints, deliveries and a sandbox's clock, member by member. */
import { z } from "zod"
import { time } from "./answers.ts"

export const endpointSchema = z.strictObject({
  id: z.string(),
  object: z.literal("endpoint"),
  url: z.string(),
  description: z.string().nullable(),
  dialect: z.string(),
  /** The names of its own headers; their values are not shown again. */
  header_names: z.array(z.string()),
  state: z.enum(["enabled", "paused", "disabled"]),
  paused_at: time.nullable(),
  disabled_at: time.nullable(),
  disabled_reason: z.string().nullable(),
  /** Until when the secret before this one signs as well. */
  former_secret_until: time.nullable(),
  created_at: time,
})

/** An endpoint as it is read: with how it fared in the last 24 hours. */
export const watchedEndpointSchema = endpointSchema.extend({
  last_day: z.strictObject({
    delivered: z.int(),
    failed: z.int(),
    cancelled: z.int(),
    due: z.int(),
    mean_ms: z.number().nullable(),
    last_fault: z.string().nullable(),
  }),
})

/** An endpoint that was just made, or given another secret, which is shown this once. */
export const newEndpointSchema = endpointSchema.extend({ secret: z.string() })

export const deliverySchema = z.strictObject({
  id: z.string(),
  object: z.literal("delivery"),
  /** The header `webhook-id` of every try. */
  webhook_id: z.string(),
  event: z.string(),
  endpoint: z.string(),
  state: z.string(),
  tries: z.int(),
  last_status: z.int().nullable(),
  last_error: z.string().nullable(),
  due_at: time.nullable(),
  created_at: time,
  delivered_at: time.nullable(),
})

/** One delivery with what was sent and how each try went. */
export const wholeDeliverySchema = deliverySchema.extend({
  event_type: z.string(),
  url: z.string(),
  /** Null once it was deleted for its age. What proves it or may be a secret reads `***`. */
  message: z
    .strictObject({ headers: z.record(z.string(), z.string()), body: z.string() })
    .nullable(),
  history: z.array(
    z.strictObject({
      number: z.int(),
      at: time,
      status: z.int().nullable(),
      error: z.string().nullable(),
      elapsed_ms: z.int().nullable(),
      answer: z.string().nullable(),
    }),
  ),
})

/** What one call to send an endpoint's messages again did. */
export const replaySchema = z.strictObject({
  object: z.literal("replay"),
  endpoint: z.string(),
  replayed: z.int(),
  /** Those that can't be sent again, for their messages were deleted for their age. */
  deleted: z.int(),
  has_more: z.boolean(),
  next_cursor: z.string().nullable(),
})

/** What a receiver said to a test message. */
export const testedSchema = z.strictObject({
  object: z.literal("endpoint_test"),
  endpoint: z.string(),
  ok: z.boolean(),
  status: z.int().nullable(),
  error: z.string().nullable(),
  elapsed_ms: z.int(),
  answer: z.string(),
})

/** The message of a test. */
export const pingSchema = z.strictObject({
  object: z.literal("ping"),
  type: z.literal("ping"),
  created_at: time,
})

/** The time of a sandbox. */
export const clockSchema = z.strictObject({
  object: z.literal("clock"),
  now: time,
  ahead_seconds: z.int(),
})
