/** Settings: a merchant's own, its look, its terms; the installation's to read. */

import { html } from "../../pages/html.ts"
import { chooseMerchant } from "../chosen.ts"
import { linkButton } from "../parts.ts"
import { type Handler, type Section, say } from "../site.ts"
import { BRANDING_MAX_BYTES, saveBranding, showBranding } from "./branding.ts"
import { generalPage, saveGeneral } from "./general.ts"
import { showInstallation } from "./installation.ts"
import { saveTerms, showTerms } from "./terms.ts"
import { SET } from "./texts.ts"

export const settings: Section = {
  name: "settings",
  nav: { label: SET.title, path: "/settings", permission: "see" },
  routes(pages) {
    pages.get(
      "/settings",
      "see",
      ofOne("/settings", async (visit) => generalPage(visit)),
    )
    pages.post("/settings", "settings", saveGeneral)
    pages.get("/settings/branding", "see", ofOne("/settings/branding", showBranding))
    pages.post("/settings/branding", "settings", saveBranding, { bodyBytes: BRANDING_MAX_BYTES })
    pages.get("/settings/terms/:dialect", "see", ofOne("/settings", showTerms))
    pages.post("/settings/terms/:dialect", "settings", saveTerms)
    pages.get("/settings/installation", "operate", showInstallation)
  },
}

/** Asks for a merchant first, where none is chosen. */
function ofOne(path: string, show: Handler): Handler {
  return async (visit, asked) => {
    if (visit.merchant !== null) return show(visit, asked)
    const { language } = visit
    const shown = await chooseMerchant(visit, path, say(SET.title, language))
    const all =
      visit.can("operate") &&
      linkButton(say(SET.installation, language), visit.href("/settings/installation"))
    return { ...shown, body: html`${shown.body}${all && html`<p>${all}</p>`}` }
  }
}
