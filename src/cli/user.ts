/** `caudal user`: who signs in to the console. The first owner of a live gateway is made here. */
import {
  type Core,
  type Invited,
  PAGE_LANGUAGES,
  ROLES,
  type Role,
  type User,
  type UserProblem,
} from "../core/index.ts"
import { tellGuess } from "./address.ts"
import { CommandError, command, UsageError } from "./command.ts"
import { findMerchant } from "./named.ts"
import { instant, list, type Shell, table } from "./shell.ts"

const EMAIL = "EMAIL"

/** What each problem means to whoever typed the command; others can't come of it. */
const PROBLEMS: Partial<Readonly<Record<UserProblem, string>>> = {
  email_taken: "There is a user with this e-mail already; see caudal user list",
  email_wrong: "That is not an e-mail address; write it like ana@example.com",
  name_wrong: "--name: write 1 to 80 characters, without < and >",
  merchant_wrong: "A user of the role merchant needs --merchant, and no other role takes it",
  last_owner: "This is the last owner who can sign in: make another one first",
  not_there: "There is no such user, or it is disabled",
}

const add = command({
  name: "user add",
  about:
    "Makes a user of the console and shows a link, once, by which a password is chosen within " +
    "three days.",
  operands: [EMAIL],
  options: {
    name: { value: "NAME", about: "as the console and the audit log show it", required: true },
    role: {
      value: "ROLE",
      about: `one of ${ROLES.join(", ")}; support if left out`,
    },
    merchant: { value: "MERCHANT", about: "whose user it is, for the role merchant" },
    language: { value: "LANGUAGE", about: `one of ${PAGE_LANGUAGES.join(", ")}; es if left out` },
  },
  example: "user add ana@example.com --name Ana --role owner",
  async run(values, shell, [email]) {
    const role = readOne("--role", values.role ?? "support", ROLES)
    const language = readOne("--language", values.language ?? "es", PAGE_LANGUAGES)
    await shell.withCore(async (core, config) => {
      const merchant =
        values.merchant === undefined ? null : await findMerchant(core, values.merchant)
      const spec = { email, name: values.name, role, merchantId: merchant?.id ?? null, language }
      const added = await core.users.add(spec)
      if ("wrong" in added) throw problem(added.wrong)
      showLink(shell, core, added)
      tellGuess(shell, config)
    })
  },
})

const show = command({
  name: "user list",
  about: "Lists the users of the console.",
  async run(_values, shell) {
    await shell.withCore(async (core) => {
      const users = await core.users.list()
      const names = new Map((await core.merchants.list()).map(({ id, name }) => [id, name]))
      shell.show({ users: users.map(jsonOf) }, () =>
        users.length === 0
          ? "Nobody signs in to the console; make an owner: caudal user add EMAIL --name NAME " +
            "--role owner"
          : table(
              ["E-MAIL", "NAME", "ROLE", "MERCHANT", "STATE", "LAST SIGN-IN"],
              users.map((user) => rowOf(user, names)),
            ),
      )
    })
  },
})

const disable = command({
  name: "user disable",
  about: "Ends a user's access at once, with all its sessions.",
  operands: [EMAIL],
  example: "user disable ana@example.com",
  run: (_values, shell, [email]) => switchTo(shell, email, true),
})

const enable = command({
  name: "user enable",
  about: "Gives a user that was disabled its access back, with the password it had.",
  operands: [EMAIL],
  example: "user enable ana@example.com",
  run: (_values, shell, [email]) => switchTo(shell, email, false),
})

const reset = command({
  name: "user reset",
  about:
    "Takes password and second factor from a user who lost them, ends its sessions, and shows a " +
    "new link, once.",
  operands: [EMAIL],
  example: "user reset ana@example.com",
  async run(_values, shell, [email]) {
    await shell.withCore(async (core, config) => {
      const user = await findUser(core, email)
      // Whoever may run this on the server may also save the last owner.
      const invited = await core.users.reset(user.id, true)
      if ("wrong" in invited) throw problem(invited.wrong)
      showLink(shell, core, invited)
      tellGuess(shell, config)
    })
  },
})

async function switchTo(shell: Shell, email: string, disabled: boolean): Promise<void> {
  await shell.withCore(async (core) => {
    const user = await findUser(core, email)
    const done = await core.users.disable(user.id, disabled)
    if ("wrong" in done) throw problem(done.wrong)
    shell.show(jsonOf(done), () =>
      disabled ? `${done.email} can't sign in any more.` : `${done.email} can sign in again.`,
    )
  })
}

async function findUser(core: Core, email: string): Promise<User> {
  const user = await core.users.findByEmail(email)
  if (!user) throw new CommandError("No user has this e-mail; see caudal user list")
  return user
}

function showLink(shell: Shell, core: Core, { token, until, user }: Invited): void {
  const link = `${core.publicUrl}/console/invitation/${token}`
  shell.show({ user: jsonOf(user), link, until }, () =>
    [
      `${user.name} (${user.role}) chooses a password at:`,
      "",
      list([
        ["link", link],
        ["until", instant(until)],
      ]),
      "",
      "It is good once and can't be shown again: hand it over where nobody else reads it.",
    ].join("\n"),
  )
}

function problem(wrong: UserProblem): Error {
  return new CommandError(PROBLEMS[wrong] ?? wrong)
}

function readOne<T extends string>(option: string, text: string, known: readonly T[]): T {
  const found = known.find((each) => each === text)
  if (found !== undefined) return found
  throw new UsageError(`${option} ${text}: one of ${known.join(", ")} is expected`)
}

function jsonOf(user: User) {
  const { id, email, name, role, merchantId, language, secondFactor, createdAt, signedInAt } = user
  const about = { id, email, name, role, merchantId, language, state: stateOf(user) }
  return { ...about, secondFactor, createdAt, signedInAt }
}

function stateOf({ disabledAt, invited }: User): string {
  return disabledAt !== null ? "disabled" : invited ? "invited" : "active"
}

function rowOf(user: User, names: ReadonlyMap<string, string>): string[] {
  const { email, merchantId, name, role, secondFactor, signedInAt } = user
  const merchant = merchantId === null ? "-" : (names.get(merchantId) ?? merchantId)
  const factor = secondFactor ? ", second factor" : ""
  return [email, name, role satisfies Role, merchant, stateOf(user) + factor, instant(signedInAt)]
}

export const commands = [add, show, disable, enable, reset]
