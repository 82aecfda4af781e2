/** The list of all commands: the first word of each, and the file that has the rest. */
import type { Command } from "./command.ts"

/** What is read of a group's file when one of its commands is asked for. */
export type Loaded = {
  readonly commands: readonly Command[]
  /** Looks at all that was typed before anything of it may be repeated; throws `UsageError`. */
  checkWords?(args: readonly string[]): void
}

export type Group = {
  readonly word: string
  readonly about: string
  load(): Promise<Loaded>
}

/** The commands' files are read when they are asked for: most of a short command is its start. */
export const GROUPS: readonly Group[] = [
  { word: "start", about: "runs the gateway", load: () => import("./start.ts") },
  { word: "demo", about: "plays every flow and shows it", load: () => import("./demo/demo.ts") },
  { word: "merchant", about: "add, list, show, style", load: () => import("./merchant.ts") },
  { word: "key", about: "add, list, revoke: API credentials", load: () => import("./key.ts") },
  {
    word: "endpoint",
    about: "add, list, disable, enable: where webhooks go",
    load: () => import("./endpoint.ts"),
  },
  {
    word: "user",
    about: "add, list, disable, enable, reset: who signs in to the console",
    load: () => import("./user.ts"),
  },
  {
    word: "wallet",
    about: "top-up, balance, statement, providers: prepaid money",
    load: () => import("./wallet.ts"),
  },
  { word: "terms", about: "show, set: fees, times and limits", load: () => import("./terms.ts") },
  {
    word: "xpub",
    about: "add, list, gaps, advance: keys of own wallets",
    load: () => import("./xpub.ts"),
  },
  {
    word: "mandate",
    about: "list, show, revoke: consents to charge stored accounts",
    load: () => import("./mandate.ts"),
  },
  {
    word: "catalogue",
    about: "load, check, import, list, show, export: what recharges are sold",
    load: () => import("./catalogue.ts"),
  },
  {
    word: "payment",
    about: "show, search, simulate, cancel, refund",
    load: () => import("./payment.ts"),
  },
  {
    word: "attempts",
    about: "unknown: money whose fate nobody knows yet",
    load: () => import("./attempts.ts"),
  },
  {
    word: "bank-files",
    about: "list, show, lines, clear, dry-run, send, adopt",
    load: () => import("./bank-files.ts"),
  },
  {
    word: "report",
    about: "daily, bank: what became of money on a day",
    load: () => import("./report.ts"),
  },
  {
    word: "retention",
    about: "show, drop: months of events and deliveries",
    load: () => import("./retention.ts"),
  },
  {
    word: "master-key",
    about: "show, rotate: what everything secret is sealed under",
    load: () => import("./master-key.ts"),
  },
  { word: "verify", about: "says whether the books are right", load: () => import("./verify.ts") },
  {
    word: "completion",
    about: "bash, zsh: completes commands and options as you type",
    load: () => import("./completion.ts"),
  },
  {
    word: "trigger",
    about: "plays a case in a sandbox: approved, declined, refunded, late",
    load: () => import("./trigger.ts"),
  },
  {
    word: "backup",
    about: "copies database and keys while the gateway works, and checks the copy",
    load: () => import("./backup.ts"),
  },
  {
    word: "restore",
    about: "puts a copy into an empty data folder",
    load: () => import("./restore.ts"),
  },
  {
    word: "listen",
    about: "brings events to a program on this machine, signed",
    load: () => import("./listen.ts"),
  },
  {
    word: "replay",
    about: "delivers a webhook again",
    load: () => import("./replay.ts"),
  },
  {
    word: "doctor",
    about: "looks at everything that may be wrong, and says what to do",
    load: () => import("./doctor.ts"),
  },
  {
    word: "export",
    about: "payments, customers, events, settings and more, as files",
    load: () => import("./export.ts"),
  },
  {
    word: "import",
    about: "settings: another gateway's, as it exported them",
    load: () => import("./import.ts"),
  },
  {
    word: "audit",
    about: "list, verify, export: what operators did",
    load: () => import("./audit.ts"),
  },
]
