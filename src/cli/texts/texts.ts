/** What a translation of the help has: a text for each that stands in the commands themselves. */

export type HelpTexts = {
  readonly about: string
  /** By the option's name, without `--`; what is missing here stands among those of all. */
  readonly options?: Readonly<Record<string, string>>
}

export type Texts = {
  /** By a group's word. */
  readonly groups: Readonly<Record<string, string>>
  /** By a command's whole name. */
  readonly commands: Readonly<Record<string, HelpTexts>>
  /** Options that mean the same in every command. */
  readonly options: Readonly<Record<string, string>>
}
