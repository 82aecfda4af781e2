/** Shows how a merchant's pages would look while somebody types, and reads a chosen picture. */
import { swapFrom } from "./swap.ts"

/** Long enough for the next letter of a name. */
const PREVIEW_PAUSE_MS = 300
/** Sent, but of no interest to the address of a preview. */
const UNSHOWN = new Set(["csrf", "made-from", "logo", "no-logo"])

/** For the form of a look; without a script its second button does the same. */
export function listenForPreviews(): void {
  let timer: number | undefined
  document.addEventListener("input", ({ target }) => {
    if (!(target instanceof HTMLElement)) return
    if (target instanceof HTMLInputElement && target.type === "file")
      return void readPicture(target)
    const form = target.closest<HTMLFormElement>("form#branding")
    if (!form) return
    clearTimeout(timer)
    timer = setTimeout(() => void swapFrom(previewUrl(form)).catch(() => false), PREVIEW_PAUSE_MS)
  })
}

function previewUrl(form: HTMLFormElement): string {
  const url = new URL(form.action)
  for (const [name, value] of new FormData(form)) {
    if (!UNSHOWN.has(name) && typeof value === "string") url.searchParams.set(name, value)
  }
  return url.href
}

/** Forms carry text: a picture goes along as base64 in the field that its input names. */
async function readPicture(input: HTMLInputElement): Promise<void> {
  const field = document.querySelector<HTMLInputElement>(`#${input.dataset["into"] ?? "none"}`)
  const [file] = input.files ?? []
  if (!field) return
  field.value = ""
  if (!file) return
  const bytes = new Uint8Array(await file.slice(0, PICTURE_MAX_BYTES).arrayBuffer())
  field.value = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""))
}
/** More than any logo may have: the gateway sees that it is too large, and says so. */
const PICTURE_MAX_BYTES = 65_536
