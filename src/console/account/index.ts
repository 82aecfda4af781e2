/** One's own account: password, second factor, sessions, language. */
import { localPath } from "../kept.ts"
import { USER_PROBLEMS } from "../sign-in-texts.ts"
import { NotThere, type Section } from "../site.ts"
import { readLanguage, say } from "../words.ts"
import { accountPage } from "./page.ts"
import { codesPage, factorPage } from "./second-factor.ts"
import { T } from "./texts.ts"

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** Everybody's; what it changes is the visitor's own, whatever the form says. */
export const account: Section = {
  name: "account",
  nav: null,
  routes(pages) {
    pages.get("/account", "see", (visit) => accountPage(visit))

    pages.post("/account/language", "see", async (visit, { form }) => {
      const language = readLanguage(form["language"])
      if (language !== null) await visit.core.users.speak(visit.signedIn.user, language)
      const next = localPath(form["next"]) ?? "/account"
      const merchant = new URLSearchParams(next.split("?", 2)[1]).get("merchant")
      return { to: visit.href(next, { merchant }) }
    })

    pages.post("/account/password", "see", async (visit, { form }) => {
      const { old = "", next = "" } = form
      const wrong = await visit.core.users.changePassword(
        visit.signedIn,
        { old, next },
        visit.caller,
      )
      if (wrong) return accountPage(visit, wrong.wrong)
      return { to: visit.href("/account"), said: say(T.changed, visit.language) }
    })

    pages.post("/account/sessions", "see", async (visit, { form }) => {
      const { signedIn } = visit
      const { users } = visit.core
      const id = form["session"] ?? ""
      if (id !== "" && !UUID.test(id)) throw new NotThere()
      const ended =
        id === ""
          ? await users.signOutAll(signedIn.user, signedIn.session.id)
          : Number(await users.endSession(signedIn.user.id, id))
      return { to: visit.href("/account"), said: say(T.ended, visit.language, { count: ended }) }
    })

    // It shows a secret, which may have been left lying by somebody else than who looks.
    const fresh = { fresh: true }
    pages.get("/account/second-factor", "see", async (visit) => factorPage(visit), fresh)

    pages.post(
      "/account/second-factor/begin",
      "see",
      async (visit) => {
        await visit.core.users.beginTotp(visit.signedIn.user)
        return { to: visit.href("/account/second-factor") }
      },
      fresh,
    )

    pages.post(
      "/account/second-factor/confirm",
      "see",
      async (visit, { form }) => {
        const codes = await visit.core.users.confirmTotp(visit.signedIn.user, form["digits"] ?? "")
        if ("wrong" in codes)
          return factorPage(visit, say(USER_PROBLEMS[codes.wrong], visit.language))
        return codesPage(visit, codes)
      },
      fresh,
    )

    pages.post(
      "/account/second-factor/remove",
      "see",
      async (visit) => {
        const wrong = await visit.core.users.dropTotp(visit.signedIn.user)
        const words = wrong ? USER_PROBLEMS[wrong.wrong] : T.removed
        return { to: visit.href("/account"), said: say(words, visit.language) }
      },
      fresh,
    )
  },
}
