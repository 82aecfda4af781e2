/** What the log calls things that somebody tried and may not, and who is named there. */

/** The security events, with what each tells; a line of log has one as `security`. */
export const SECURITY_EVENTS = {
  "login-refused": "a user name and a password that don't belong together",
  "key-refused": "a request without credentials that are good for it",
  "signature-wrong": "a notice of a provider that isn't genuine, or that nobody takes",
  "limit-reached": "a request beyond a limit, which was not served for it",
  "foreign-form": "a form of a payer or of the console that another site sent",
  "role-refused": "a page of the console that the user's role may not see or use",
  "foreign-id": "an id in the path that is another merchant's",
} as const

type SecurityEvent = keyof typeof SECURITY_EVENTS

/**
 * What figures count. Whose an id is must not be told even by a count: who can read figures, and
 * asks for an id, would see whether it is another merchant's or nobody's.
 */
export type CountedEvent = Exclude<SecurityEvent, "foreign-id">

/** What the log line of a request says of who made it; filled by whoever finds it out. */
export type Logged = {
  merchantId?: string
  /** The id of the credential that was shown; never the credential. */
  credentialId?: string
  operatorKey?: string
  /** Who is signed in to the console. */
  userId?: string
  security?: CountedEvent
  /** The mark of the address, where there is a security event: see `Limits.sourceOf`. */
  source?: string
}
