/** The door of the core: what dialects, rails, pages, the command line and http may use. */
export { isDay } from "../calendar.ts"
export { type Clock, type Ids, outside } from "../clock.ts"
export { ACTIONS, type Action, type Actor } from "./audit/entry.ts"
export type { Shown as AuditEntry } from "./audit/log.ts"
export {
  amountProblem,
  type Company,
  commissionOf,
  identifierProblem,
  type Product,
} from "./catalogue/company.ts"
export { type Core, type CoreParts, openCore } from "./core.ts"
export { readChains } from "./cursors/store.ts"
export {
  type Consent,
  type Customer,
  INSTRUMENT_STATES,
  type Instrument,
  type InstrumentState,
  maskDocument,
  maskNumber,
  type Person,
  type Revoker,
} from "./customers/customer.ts"
export type { CustomerSearch } from "./customers/search.ts"
export type { InstrumentCreated } from "./decide/create-instrument.ts"
export type { Created } from "./decide/create-payment.ts"
export type { RefundCreated } from "./decide/create-refund.ts"
export { TOP_UP_MAX, TOP_UP_REFERENCE_MAX, type ToppedUp } from "./decide/top-up.ts"
export type {
  Callback,
  DialectDoor,
  DialectVoice,
  Issued,
  Notice,
  Sample,
  SampleAsked,
} from "./dialect.ts"
export { Unavailable } from "./engine.ts"
export type { Examined } from "./examine/examine.ts"
export {
  type Arrived,
  type BankLine,
  type Exchange,
  type FileKind,
  type FileOrder,
  type FileToWrite,
  FolderLost,
  type GroupToWrite,
  SAYINGS,
  type Said,
  type Saying,
  type Slot,
  type Written,
} from "./exchange/exchange.ts"
export {
  type BankFile,
  type LineOutcome,
  OUTCOMES_OF_LINES,
  type ShownLine,
} from "./exchange/store/view.ts"
export type { DryRun, FileStory } from "./exchange/view.ts"
export { OutcomeUnknown } from "./fate.ts"
export type { AssetFigures, DayFigures, Overview, RailFigures } from "./figures/figures.ts"
export type { Bound, Once, StoredAnswer } from "./fold.ts"
export type { Account } from "./ledger/account.ts"
export { addressName, isCounted } from "./limits/address.ts"
export type { Patience, Suspect } from "./limits/failures.ts"
export type { CountedEvent, Logged } from "./limits/security.ts"
export { makeNamedTurns } from "./limits/turns.ts"
export type { Standing } from "./limits/windows.ts"
export { hmacHex } from "./mac.ts"
export type { Misnamed, NewParticulars } from "./merchants/configure.ts"
export { type EndpointChange, OVERLAP_DEFAULT_S, OVERLAP_MAX_S } from "./merchants/endpoints.ts"
export {
  flawIn as keyFlaw,
  KEY_DAYS_MAX,
  KEY_NAME_MAX,
  type KeyFlaw,
  type KeyTerms,
} from "./merchants/key-terms.ts"
export { isInUse, KEY_OVERLAP_MAX_S } from "./merchants/keys.ts"
export { LOGO_MAX_BYTES } from "./merchants/logo.ts"
export {
  type Merchant,
  type MerchantSettings,
  merchantSettings,
  PAGE_LANGUAGES,
  type Terms,
  type TermsSettings,
  termsSettings,
} from "./merchants/merchant.ts"
export type { NewEndpoint, NewMerchant, NewStyle } from "./merchants/onboard.ts"
export { newOperatorKey } from "./merchants/operators.ts"
export type { NewRoutes } from "./merchants/routes.ts"
export {
  allows,
  OPERATOR_SCOPES,
  type OperatorScope,
  SCOPES,
  type Scope,
} from "./merchants/scopes.ts"
export { credentialLookup, type Secret } from "./merchants/secret.ts"
export type { Credential, Found } from "./merchants/store/credentials.ts"
export type { OperatorKey } from "./merchants/store/operators.ts"
export type { NewTerms } from "./merchants/terms.ts"
export { PAGE_MAX, type Page, type PageRequest } from "./page.ts"
export { PasswordsBusy } from "./password.ts"
export type { AtBank } from "./payments/at-bank.ts"
export {
  type Attempt,
  type Instructions,
  METHODS,
  type Method,
  type PayOption,
  REFUND_STATES,
  type Refund,
} from "./payments/attempt.ts"
export type { NewPayment } from "./payments/pay.ts"
export {
  DIALECT_NAMES,
  type DialectName,
  isFinal,
  isOverdue,
  type Payment,
  type Purpose,
  STATES,
  type State,
} from "./payments/payment.ts"
export type { Way } from "./payments/prepare.ts"
export type { Quoted, QuotedOffer } from "./payments/quote.ts"
export { isSearchCursor, type Search, type SearchFound } from "./payments/search.ts"
export { SEARCH_MAX } from "./payments/search-text.ts"
export type { RefundShown } from "./payments/store/refunds.ts"
export type { Chapter, Story } from "./payments/story.ts"
export {
  BANK_ANSWERS,
  type BankAnswer,
  type BankState,
  type BeginAnswer,
  type Fact,
  type Order,
  OUTCOMES,
  type Outcome,
  type ProviderBalance,
  type Rail,
  type RailHealth,
  type RailNotice,
  type Sighting,
  type SimulatedBank,
  type Target,
} from "./rail.ts"
export type {
  ExtendedKey,
  KnownToken,
  Leaving,
  Offer,
  Pricing,
  Quote,
  Read,
  ReadFrom,
  Receiving,
  Recorded,
  Seen,
  TransferToSign,
  Watch,
  WatchHealth,
} from "./receiving.ts"
export {
  assert,
  isRefusal,
  REASONS,
  REFUSALS,
  type Reason,
  type Refusal,
  type RefusalCode,
  refuse,
} from "./refusal.ts"
export type { BankSummary } from "./reports/bank-day.ts"
export { type Cell, csvLine } from "./reports/csv.ts"
export type { DaySummary } from "./reports/daily.ts"
export { beginOf, dayAfter, dayBefore } from "./reports/day.ts"
export { dayCsv } from "./reports/day-csv.ts"
export {
  type Statement,
  type StatementAsked,
  type StatementLine,
  type StatementPage,
  type StatementPlace,
  wordsOf,
} from "./reports/statement.ts"
export { type StatementIds, statementCsv } from "./reports/statement-csv.ts"
export type { StatementRow } from "./reports/store/bank-day.ts"
export { type DayRow, FIGURES, type Figure } from "./reports/store/day.ts"
export type { Balances } from "./reports/store/statement.ts"
export type { Unanswered } from "./reports/unanswered.ts"
export { readMonth } from "./retention/months.ts"
export { type Going, type Held, KEPT_MONTHS, type Kept } from "./retention/retention.ts"
export type { Flaw, Rotated, ShownKeys } from "./rotation/rotation.ts"
export { constantTimeEqual, hashSecret, type Keyring, steadyKey } from "./seal.ts"
export { issuePath, issueSentence } from "./settings-issue.ts"
export type { SightingView } from "./sightings/view.ts"
export { ADVANCE_MAX_S } from "./test-clock/test-clock.ts"
export type { SpanWords, Tracing } from "./tracing.ts"
export type { Caller, Entered, Session, SignedIn } from "./users/entry.ts"
export { PASSWORD_MAX, PASSWORD_MIN } from "./users/password-rule.ts"
export type { Invited, NewUser, UserProblem } from "./users/people.ts"
export { MAY, PERMISSIONS, type Permission, ROLES, type Role, type User } from "./users/user.ts"
export type {
  Delivery,
  Endpoint,
  EndpointHealth,
  Event,
  TryTold,
} from "./webhooks/event.ts"
export { SETTLED_MS } from "./webhooks/follow.ts"
export type { Pinged } from "./webhooks/ping.ts"
export type { ReplayedSince, ReplaySince } from "./webhooks/replay.ts"
export type { WholeDelivery } from "./webhooks/shown.ts"
export { newWebhookSecret, parseWebhookSecret, standardHeaders } from "./webhooks/sign.ts"
export type { KeyProblem, ShownKey } from "./xpubs/keys.ts"
export type { Xpub } from "./xpubs/xpub.ts"
