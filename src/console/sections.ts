/** The sections of the console, in the order of the navigation: one line each. */
import type { Section } from "./site.ts"

export const SECTIONS: readonly Section[] = []
