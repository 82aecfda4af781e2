/** The configuration's page in English. */
import type { Words } from "./words.ts"

const SECRET = 'a secret, or `{ "file": "/an/absolute/path" }`'

export const ENGLISH: Words = {
  title: "Configuration",
  intro: `Every setting: what it takes, what it is when it isn't given, what it means, and a value that a
gateway takes as it stands; only secrets are left to you. [Operating](../operating.md#settings) says how settings are given.`,
  columns: ["setting", "takes", "default", "meaning", "example"],
  unset: "unset",
  needed: "must be given",
  values: {
    text: "text",
    number: "whole number",
    boolean: "`true` or `false`",
    list: "list",
    byName: "object, by name",
    object: "object",
    several: "several forms",
    or: "or",
    between: (least, most) => `${least} to ${most}`,
    atLeast: (least) => `from ${least} on`,
    atMostLong: (most) => `at most ${most} characters`,
    atMostMany: (most) => `at most ${most}`,
  },
  sections: {
    environment: {
      title: "Environment",
      about: "A variable that is set to nothing counts as unset.",
    },
    secretFiles: {
      title: "Secrets in files",
      about: `Instead of the variable itself: the file in which its value stands. What a process has in its
environment is shown to more people and programs than a secret should be. Giving both is refused.`,
    },
    file: {
      title: "caudal.json",
      about: "All of it is optional; a member that isn't known is refused.",
    },
    simulator: { title: "The simulator", about: "A sandbox's; live has none." },
    evm: { title: "Chains", about: "[rails/evm.md](../rails/evm.md) has the reasons." },
    preset: {
      title: "A chain that is known by name",
      about: "What is given stands in the place of the preset's.",
    },
    chain: { title: "Any other chain", about: "In full, because nothing of it is known." },
    token: { title: "A token", about: "Either `peg` or `rate`." },
    coin: { title: "The coin of a chain in full", about: "`false` offers none." },
    fixed: {
      title: "A rate that you keep",
      about: "Read at the start: change it, and start again.",
    },
    aggregator: {
      title: "A rate that a contract says",
      about: "With Chainlink's `latestRoundData()` and `decimals()`.",
    },
    bankFiles: {
      title: "Bank files",
      about: "[rails/bank-files.md](../rails/bank-files.md) has the reasons.",
    },
    account: {
      title: "An account of yours",
      about: "Its name is yours: 1 to 40 of a-z, 0-9 and -, a letter first.",
    },
    tapila: {
      title: "Providers of recharges",
      about:
        "[rails/tapila.md](../rails/tapila.md) has the reasons. Either `baseUrl` or `hosts`, and either `apiKey` or `apiKeys`.",
    },
  },
  meanings: {
    environment: {
      PORT: "Where it listens; 0 is any free port",
      HOST: "The address it listens on",
      DATABASE_URL: "Your own PostgreSQL, 15 or newer; unset: an embedded one in the data folder",
      CAUDAL_DATA_DIR:
        "Embedded database, `sandbox.json`, a sandbox's key, the simulator's books, bank files",
      CAUDAL_MODE: "Written into the database at its first start; the other mode then refuses it",
      CAUDAL_CONFIG: "The configuration file; unset: `caudal.json`, if there is one",
      CAUDAL_TRUST_PROXY:
        "Proxies whose `X-Forwarded-*` is believed: addresses, ranges, `loopback`, `linklocal` or `uniquelocal`, with commas; unset: nobody's",
      CAUDAL_PUBLIC_URL:
        "Where payers and clients reach it; live needs https; unset: made of host and port",
      CAUDAL_MASTER_KEY:
        "32 bytes in base64 that seal what is secret; unset: a sandbox makes its own",
      CAUDAL_MASTER_KEY_OLDER:
        "Master keys that only open what they sealed before, with commas: at most 10",
      CAUDAL_SANDBOX_WEBHOOK_URL: "Where the demo merchant is told, in every dialect",
      CAUDAL_SANDBOX_PUBLIC: "1: let a sandbox listen on an address that others can reach",
      CAUDAL_SANDBOX_CHAIN:
        "0: a sandbox keeps no chain of its own, and simulates transfers of tokens",
      CAUDAL_LOG_LEVEL: "How much is logged; unset: `warn` in a sandbox, `info` in live",
    },
    secretFiles: {
      DATABASE_URL_FILE: "The file with `DATABASE_URL`",
      CAUDAL_MASTER_KEY_FILE: "The file with `CAUDAL_MASTER_KEY`",
      CAUDAL_MASTER_KEY_OLDER_FILE: "The file with `CAUDAL_MASTER_KEY_OLDER`",
    },
    file: {
      hosts: "Host names under which a dialect is served without its prefix",
      "webhooks.allow":
        "Names, `host:port`, addresses and ranges that webhooks may go to although they aren't public",
      "rails.default": "The rail of merchants that chose none for a method",
    },
    simulator: { answerAfterMs: "How long the simulator takes to answer, in milliseconds" },
    evm: {
      chains: "The chains that are read, and offered to payers",
      rates: "How many dollars one unit of a currency is worth, by currency",
    },
    preset: {
      preset: "Which chain",
      rpc: 'Nodes, asked in this order: addresses, or `{ "url", "trusted" }`',
      name: "What callbacks and pages call it",
      confirmations: 'A number of blocks, or the chain\'s own word: `"safe"` or `"finalized"`',
      blockMs: "The usual time from block to block",
      logRange: "How many blocks one question for logs spans at most",
      explorer: "A transaction's address with `{hash}` in it; null for none",
      tokens: "Which of its tokens, and others in full",
      native: "The chain's own coin: `{ \"rate\" }` offers it, `false` doesn't",
    },
    chain: {
      chainId: "Its number",
      rpc: 'Nodes, asked in this order: addresses, or `{ "url", "trusted" }`',
      name: "What callbacks and pages call it",
      confirmations: 'A number of blocks, or the chain\'s own word: `"safe"` or `"finalized"`',
      blockMs: "The usual time from block to block",
      logRange: "How many blocks one question for logs spans at most",
      explorer: "A transaction's address with `{hash}` in it; null for none",
      tokens: "Its tokens",
      native: "The chain's own coin; `false` offers none",
    },
    token: {
      symbol: "As payers see it; once a chain",
      address: "The contract; if upper and lower case are mixed, its checksum must be right",
      decimals: "Compared with the contract's own before anything is read",
      offered: "False: payers aren't offered it, but what comes is booked",
      peg: "The currency that one of it is worth by definition",
      rate: "What says how many dollars it is worth",
    },
    coin: {
      symbol: "As payers see it",
      decimals: "Digits behind its point",
      slip44: "Its number by SLIP-44, for the links that wallets open",
      rate: "What says how many dollars it is worth",
    },
    fixed: { fixed: "Dollars for one unit, as decimal text" },
    aggregator: {
      chainId: "The chain that has the contract, one of those that are read",
      address: "The contract",
      heartbeatSeconds: "An older answer isn't used",
      inverted: "True: it says units for a dollar",
    },
    bankFiles: {
      folder: "The exchange folder; one that isn't absolute lies in the data folder",
      accounts: "Your accounts, by names of your own",
      defaultAccount: "For merchants that chose none",
      initiator: "Who hands files in: `name`, and the `id` that the bank gave you",
      timeZone: "Of `sendAt`, of the days of consents, and of accounts that say nothing",
      sendAt: "When files leave, on business days, in local time",
      sendEverySeconds: "Instead of `sendAt`: so often, on every day",
      ordersPerFile: "More orders than that make another file",
      letters: "`basic` where a bank takes plain letters only",
      banks: "Codes of payers' banks that your bank calls otherwise, or that are missing",
      simulatedBank: "False: the sandbox's files are answered by somebody else; live has none",
    },
    account: {
      name: "Its holder",
      documentType: "`nit`, `cc`, `ce`, `passport`, or a word of the bank's",
      documentNumber: "Given if and only if the type is",
      account: "Its number",
      accountType: "Its kind",
      bank: "A bank's name in [the list](../rails/bank-files.md), or a code of 1 to 35 of A-Z, 0-9 and -",
      schemeId: "What the bank calls you as a collector of debits",
      currency: "Orders in another currency wait",
      cutOff: "What the bank gets at that time or later counts as of the next business day",
      leadDays: "Business days between handing in and collection",
      timeZone: "Where the cut-off is read from the clock",
    },
    tapila: {
      baseUrl: "The address that all its services share",
      hosts: "One for each: `login`, `companies`, `recharges`, and `tools` where there is one",
      clientUsername: "Your user name there",
      password: `Your password there: ${SECRET}`,
      apiKey: `The key for all services: ${SECRET}`,
      apiKeys:
        "One for each: `companies`, `recharges`, and `login` and `tools` where they want one",
      webhookKey: `What the \`hash\` of its notices is made with: ${SECRET}`,
      webhookHeader:
        "`name` and `value` of a header that it sends with each notice; the value is a secret",
      countries: "Where it sells for you; each country belongs to one connection",
      timeoutMs: "For one call, in milliseconds",
    },
  },
  defaults: {
    preset: {
      name: "the preset's",
      confirmations: "the preset's",
      blockMs: "the preset's",
      logRange: "the preset's",
      explorer: "the preset's",
      tokens: "the preset's",
      native: "`false`",
    },
    chain: { native: "`false`" },
    token: { peg: "–", rate: "–" },
    bankFiles: {
      folder: "sandbox: `bank-files`; live: none",
      accounts: "sandbox: an invented one; live: none",
      defaultAccount: "the only one",
      initiator: "the holder of that account",
      sendAt: "none",
      sendEverySeconds: "sandbox: 5",
      simulatedBank: "sandbox: `true`",
    },
    account: { timeZone: "the one above" },
    tapila: { baseUrl: "–", hosts: "–", apiKey: "–", apiKeys: "–" },
  },
}
