/** What the log calls things that somebody tried and may not, and who is named there. */

/** The security events, with what each tells; the line of the request has one as `security`. */
export const SECURITY_EVENTS = {
  "login-refused": "a user name and a password that don't belong together",
  "key-refused": "a request without credentials that are good for it",
  "signature-wrong": "a notice of a provider that isn't genuine, or that nobody takes",
  "limit-reached": "a request beyond a limit, which was not served for it",
  "foreign-form": "a payer's form that another site sent",
  "foreign-id": "an id in the path that is another merchant's",
} as const

export type SecurityEvent = keyof typeof SECURITY_EVENTS

/** What the log line of a request says of who made it; filled by whoever finds it out. */
export type Logged = {
  merchantId?: string
  /** The id of the credential that was shown; never the credential. */
  credentialId?: string
  operatorKey?: string
  security?: SecurityEvent
  /** The mark of the address, where there is a security event: see `Limits.sourceOf`. */
  source?: string
}
