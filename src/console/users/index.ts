/** Users of the console: an owner invites, changes, disables and resets them. */
import { ROLES } from "../../core/index.ts"
import { USER_PROBLEMS } from "../sign-in-texts.ts"
import { type Answer, type Asked, NotThere, type Section, type Visit } from "../site.ts"
import { readLanguage, say } from "../words.ts"
import { linkPage, listPage, newPage, type Typed, userPage } from "./pages.ts"
import { T } from "./texts.ts"

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
const FRESH = { fresh: true }

export const users: Section = {
  name: "users",
  nav: { label: T.title, path: "/users", permission: "users" },
  routes(pages) {
    pages.get("/users", "users", (visit) => listPage(visit))
    pages.get("/users/new", "users", (visit) => newPage(visit))
    pages.post("/users/new", "users", add, FRESH)
    pages.post("/users/rules", "users", setRules, FRESH)
    pages.get("/users/:id", "users", async (visit, asked) =>
      userPage(visit, await found(visit, asked)),
    )
    pages.post("/users/:id", "users", change, FRESH)
    pages.post("/users/:id/access", "users", access, FRESH)
    pages.post("/users/:id/reset", "users", reset, FRESH)
    pages.post("/users/:id/sign-out", "users", signOut)
  },
}

async function add(visit: Visit, { form }: Asked): Promise<Answer> {
  const typed = typedOf(form)
  const added = await visit.core.users.add({ ...(await specOf(visit, typed)), email: typed.email })
  return "wrong" in added ? newPage(visit, typed, added.wrong) : linkPage(visit, added)
}

async function change(visit: Visit, asked: Asked): Promise<Answer> {
  const user = await found(visit, asked)
  const typed = typedOf(asked.form)
  const revision = Number(asked.form["revision"])
  const spec = await specOf(visit, typed)
  const changed = await visit.core.users.change(user.id, revision, spec)
  if ("wrong" in changed) return userPage(visit, await found(visit, asked), typed, changed.wrong)
  return { to: visit.href(`/users/${user.id}`), said: say(T.saved, visit.language) }
}

async function access(visit: Visit, asked: Asked): Promise<Answer> {
  const user = await found(visit, asked)
  const done = await visit.core.users.disable(user.id, asked.form["do"] === "disable")
  const words = "wrong" in done ? USER_PROBLEMS[done.wrong] : T.saved
  return { to: visit.href(`/users/${user.id}`), said: say(words, visit.language) }
}

async function reset(visit: Visit, asked: Asked): Promise<Answer> {
  const user = await found(visit, asked)
  const invited = await visit.core.users.reset(user.id)
  if (!("wrong" in invited)) return linkPage(visit, invited)
  const said = say(USER_PROBLEMS[invited.wrong], visit.language)
  return { to: visit.href(`/users/${user.id}`), said }
}

async function signOut(visit: Visit, asked: Asked): Promise<Answer> {
  const user = await found(visit, asked)
  const own = user.id === visit.user.id ? visit.signedIn.session.id : null
  const count = await visit.core.users.signOutAll(user, own)
  return {
    to: visit.href(`/users/${user.id}`),
    said: say(T.ended, visit.language, { count }),
  }
}

async function setRules(visit: Visit, { form }: Asked): Promise<Answer> {
  const secondFactor = form["secondFactor"] === "1"
  const revision = /^\d{1,9}$/.test(form["revision"] ?? "") ? Number(form["revision"]) : 0
  const wrong = await visit.core.users.setRules({ secondFactor, revision })
  const words = wrong ? USER_PROBLEMS[wrong.wrong] : T.saved
  return { to: visit.href("/users"), said: say(words, visit.language) }
}

async function found(visit: Visit, { params }: Asked) {
  const id = params["id"] ?? ""
  const user = UUID.test(id) ? await visit.core.users.find(id) : null
  if (!user) throw new NotThere()
  return user
}

function typedOf(form: Asked["form"]): Typed {
  const { email = "", name = "", role = "", merchantId = "", language = "" } = form
  return { email, name, role, merchantId, language }
}

/** What was typed, as far as it can be true; a role that there isn't is the one that may least. */
async function specOf({ core }: Visit, typed: Typed) {
  const role = ROLES.find((each) => each === typed.role) ?? "support"
  const named = UUID.test(typed.merchantId) ? await core.merchants.find(typed.merchantId) : null
  const language = readLanguage(typed.language) ?? "es"
  return { name: typed.name, role, merchantId: named?.id ?? null, language } as const
}
