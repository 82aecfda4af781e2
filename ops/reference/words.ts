/** What a language brings to the page: its sentences, and the meaning of each setting. */
import type { SectionName } from "./sections.ts"

export type Words = {
  readonly title: string
  readonly intro: string
  /** Above each table: a heading, and what has to be known before. */
  readonly sections: Readonly<
    Record<SectionName, { readonly title: string; readonly about: string }>
  >
  /** What each setting means, by section and member. */
  readonly meanings: Readonly<Record<SectionName, Readonly<Record<string, string>>>>
  /** Defaults that are no value of their own, by section and member. */
  readonly defaults: Readonly<Partial<Record<SectionName, Readonly<Record<string, string>>>>>
  /** Setting, what it takes, default, meaning, example. */
  readonly columns: readonly [string, string, string, string, string]
  readonly unset: string
  readonly needed: string
  readonly values: {
    readonly text: string
    readonly number: string
    readonly boolean: string
    readonly list: string
    readonly byName: string
    readonly object: string
    readonly several: string
    readonly or: string
    between(least: string, most: string): string
    atLeast(least: string): string
    atMostLong(most: string): string
    atMostMany(most: string): string
  }
}
