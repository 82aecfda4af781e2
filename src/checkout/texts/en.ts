/** All words that a payer reads, in English. */
import type { Texts } from "./index.ts"

const reasons: Texts["reasons"] = {
  not_enough_funds: "The account does not have enough funds.",
  declined_by_bank: "The bank declined the payment.",
  invalid_account: "The bank did not find that account. Check the number.",
  account_blocked: "The account is closed or blocked.",
  holder_mismatch: "The account's holder does not match the payment's details.",
  limit_exceeded: "The amount is above the account's limit.",
  mandate_revoked: "The permission to debit this account was withdrawn.",
  returned_by_bank: "The bank returned the money.",
  operator_unavailable: "The bank is not available at the moment.",
  invalid_identifier: "The number is not valid.",
  expired: "The time to authorize the payment ran out.",
  cancelled_by_payer: "You did not authorize the payment.",
  cancelled_by_merchant: "The merchant cancelled the payment.",
  other: "The payment could not be completed.",
}

const states: Texts["states"] = {
  approved: { title: "Payment approved", text: "Done. Your payment was approved." },
  declined: { title: "Payment declined", text: "Nothing was charged." },
  expired: {
    title: "The link expired",
    text: "The time to pay ran out.",
  },
  cancelled: { title: "Payment cancelled", text: "Nothing was charged." },
  returned: { title: "Payment returned", text: "The bank returned this payment's money." },
}

export const en: Texts = {
  language: "en",
  sandbox: "Test mode: no real money moves here.",
  footer: "Secure payment page · Caudal",
  number: "Payment number",
  switch: "Language",
  reasons,
  states,
  pay: {
    title: (merchant) => `Pay ${merchant}`,
    to: "Payment to",
    description: "For",
    expires: "Expires",
    in: "in",
    newLink: "Ask the merchant for a new link.",
    support: "Questions? Contact the merchant:",
    back: "Back to the merchant",
    declined: "The last try did not work.",
    tryAgain: "Nothing was charged. You can try again.",
    errors: "Check the marked fields.",
    none: "This merchant has no way to pay available at the moment.",
    submit: (amount) => `Continue to pay ${amount}`,
    cancel: "Cancel the payment",
    change: "Pay in another way",
    untouched: "Nothing was charged.",
    choose: "Choose how you want to pay.",
    left:
      "If you have sent anything to the address that you saw before, don't pay again: wait until " +
      "it shows up here.",
    tooLate: "It can't be stopped any more: the money may be on its way.",
  },
  form: {
    method: "How do you want to pay?",
    methods: {
      bank: "Bank account",
      wallet: "Nequi",
      bancolombia: "Bancolombia",
      crypto: "Crypto",
    },
    holder: "Who holds the account?",
    holders: { person: "A person", business: "A business" },
    all: "All of this is required.",
    name: "Full name",
    documentType: "Document",
    documentTypes: { cc: "Cédula (CC)", ce: "Foreigner's ID (CE)" },
    documentNumber: "Document number",
    businessName: "Registered business name",
    nit: "NIT",
    email: "E-mail",
    account: "Account",
    bank: "Bank",
    chooseBank: "Choose your bank",
    accountType: "Type of account",
    accountTypes: { savings: "Savings", checking: "Checking" },
    accountNumber: "Account number",
    wallet: "Your Nequi",
    phone: "Mobile number registered at Nequi",
    bancolombia: "You choose the account at Bancolombia: its number isn't typed here.",
    known: "What is shown as dots came from the merchant: leave it, or type something else.",
    enforced: "The merchant requires that the account belongs to whoever buys.",
    consent: (amount, merchant) =>
      `By continuing you agree to one payment of ${amount} to ${merchant}. These details go to ` +
      "your bank for this payment, and nothing is charged until you authorize it there.",
    consentCrypto: (amount, merchant) =>
      `This is one payment of ${amount} to ${merchant}. Next you will see how much to send and ` +
      "where to; nothing moves until you send it.",
  },
  wrong: {
    method: "Choose how you want to pay.",
    name: "Type the holder's first and last name.",
    signs: "Take out the signs that are not part of a name, such as < and >.",
    documentType: "Choose the type of document.",
    documentNumber: {
      cc: "A cédula has 4 to 10 digits, no letters, and does not begin with 0.",
      ce: "A foreigner's ID has 3 to 10 digits and no letters.",
      nit: "Type the NIT with its dash and check digit, such as 900123456-8.",
    },
    nitCheck: "That is not the check digit of that NIT. Correct the number or the digit.",
    businessName: "Type the registered name of the business.",
    enforced: "This is not the document that the merchant requires for this payment.",
    email: "Type a valid e-mail address, such as name@example.com.",
    bank: "Choose your bank.",
    accountType: "Choose the type of account.",
    accountNumber: "The account number has 6 to 20 digits.",
    phone: "The mobile number has 10 digits and begins with 3.",
    notOffered: "This way does not work for this payment. Choose another.",
    away: "This way is not available now. Wait a few seconds or choose another.",
  },
  connecting: {
    title: "Connecting to your bank",
    text: "This page updates itself. Do not pay again.",
  },
  wait: {
    title: "We are processing your payment",
    text:
      "There is no answer yet. Do not pay again: this page updates itself, and the payment goes " +
      "on if you close it.",
    refresh: "Update now",
  },
  visit: {
    expired:
      "If you have authorized the payment at your bank, wait here and do not " +
      "pay again: it may still be approved.",
    bank: "your bank",
    title: (place) => `Continue at ${place}`,
    text: "If you have not authorized it yet, nothing was charged: authorize it there.",
    walletTitle: "Accept it in Nequi",
    wallet: (phone) => `Open Nequi on your phone ${phone} and accept the payment.`,
    asking: {
      title: (place) => `Waiting for ${place} to answer`,
      text: "If you have authorized the payment, do nothing more: this page updates itself.",
    },
    from: "From",
    holder: "Held by",
    next: "What happens next",
    steps: {
      enter: (place) => `You enter ${place} and check the merchant and the amount.`,
      agree: "You authorize the payment.",
      back: "You come back here and see the result.",
    },
    go: (place) => `Go to ${place}`,
    goWallet: "Open Nequi",
    simulated: "This is a simulation: you don't enter any real bank.",
    warning: "If you have authorized it, don't start another payment.",
  },
  receipt: {
    title: "Receipt",
    date: "Date",
    method: "Paid with",
    paid: "Sent",
    reference: "Reference",
    transaction: "Transaction",
    print: "Print or save",
  },
  send: {
    title: "Send the payment from your wallet",
    choose: "Network and token",
    other: "Change network or token",
    exact: "Send exactly",
    rest: "Send what is missing",
    elsewhere: (token) =>
      `A part came in another token or network. If you pay in ${token}, send the whole amount.`,
    address: "To this address",
    warning: (token, network) =>
      `Send only ${token} on ${network}. What arrives on another network or token may be lost.`,
    fees: "From an exchange, add its withdrawal fee: the whole amount has to arrive.",
    scan: "Scan with your wallet",
    qr: (amount, token, network) => `QR code to send ${amount} ${token} on ${network}`,
    link: "Open in my wallet",
    copy: "Copy",
    copied: "Copied",
    selected: "Selected: copy it",
    copyAmount: "Copy the amount",
    copyAddress: "Copy the address",
    left: "Time to pay",
    simulate: "Simulate the payment",
    again: "Ask for a new address",
    change:
      "Have you sent it? Don't pay in another way: wait until it shows up here. " +
      "If you have sent nothing, you can change.",
  },
  wallet: {
    pay: "Pay with my wallet",
    payWith: "Pay with",
    confirm: "Confirm it in your wallet.",
    sent: "Transfer sent. Wait here: we do not see it on the network yet.",
    rejected: "You cancelled it in your wallet. Nothing was sent.",
    addNetwork: (network) => `Your wallet does not have ${network}. Add the network and try again.`,
    wrongNetwork: (network) =>
      `Your wallet is still on another network. Switch it to ${network} and try again.`,
    changed: "The payment changed meanwhile. Nothing was sent from your wallet.",
    waiting: "Your wallet already has an open request. Open it to confirm.",
    noAccount: "Your wallet opened no account.",
    failed: "Your wallet could not send it. Check there that nothing left before you repeat it.",
  },
  transfer: {
    waiting: { title: "Waiting for your transfer", text: "This page updates itself." },
    short: {
      title: "A part is missing",
      text: (came, due) => `${came} of ${due} arrived. Send only what is missing.`,
    },
    seen: {
      title: "We saw your transfer",
      text: "The network is confirming it. Do not pay again.",
    },
    list: "Transfers",
    count: (done, needed) => `${done} of ${needed} confirmations`,
    confirming: "Waiting for the network to confirm it",
    final: "Confirmed",
    orphaned: "The network undid it, and it does not count",
    explorer: "View in the explorer",
    over: (amount) => `You sent ${amount} too much. Contact the merchant to get it back.`,
    lost: (amount) =>
      `We received ${amount}, which is not lost: contact the merchant to credit or return it.`,
    late:
      "If you already sent the money, do not send it again: when the network confirms it, " +
      "the payment may still be approved.",
    offline: "No connection. We keep trying; what you sent is not lost.",
  },
  consent: {
    title: (merchant) => `Permission for ${merchant}`,
    heading: "Allow debits of your account",
    text: (merchant) =>
      `${merchant} asks to debit payments from your Bancolombia account. You can withdraw your ` +
      "permission on this page whenever you want.",
    name: "Holder",
    account: "Account",
    agree: "Allow",
    decline: "Do not allow",
    agreed: {
      title: "Permission given",
      text: "You can close this page. Keep its link: here you can withdraw your permission.",
    },
    declined: { title: "You did not allow the debits", text: "Nothing will be charged." },
    withdraw: "Withdraw my permission",
    keep: "Keep it",
    withdrawing: {
      heading: "Withdraw your permission?",
      text: (merchant) =>
        `${merchant} will not be able to make new charges to this account. What was already ` +
        "sent to your bank may still be charged.",
    },
    withdrawn: {
      title: "Permission withdrawn",
      text:
        "No new charges will be made. What was already sent to your bank may still be " +
        "charged.",
    },
  },
  offline: "No connection. We keep trying.",
  problems: {
    back: "Back to the payment",
    notFound: {
      title: "We did not find this payment",
      text: "The link is incomplete or does not exist. Check that you copied all of it.",
    },
    foreign: {
      title: "We could not accept this form",
      text: "It came from another page. Open the payment link and try from there.",
    },
    unreadable: {
      title: "We could not read the form",
      text: "Open the payment link again and try once more.",
    },
    tooMany: {
      title: "Too many tries from your network",
      text: "Wait a minute and check that you copied the whole link.",
    },
    unavailable: {
      title: "Back in a moment",
      text: "We could not serve you now. Wait a few seconds and reload the page.",
    },
    broken: {
      title: "Something went wrong on our side",
      text: "It is on record. Reload the page before you try another payment.",
    },
  },
}
