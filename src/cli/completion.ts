/** `caudal completion`: a script for a shell that completes commands and options as one types. */
import { allOptions, type Command, command } from "./command.ts"
import { GROUPS } from "./groups.ts"

/** What follows a group's word: second words and the options of each command. */
type Words = {
  readonly group: string
  readonly about: string
  readonly commands: readonly {
    readonly words: readonly string[]
    readonly about: string
    readonly options: readonly { readonly name: string; readonly takesValue: boolean }[]
  }[]
}

const bash = command({
  name: "completion bash",
  about: "Prints a script for bash: source it, or keep it where bash looks for such scripts.",
  example: "completion bash > ~/.local/share/bash-completion/completions/caudal",
  noJson: "it is a script for a shell",
  run: async (_values, shell) => shell.print(bashScript(await allWords())),
})

const zsh = command({
  name: "completion zsh",
  about: "Prints a script for zsh: keep it as _caudal in a folder of its fpath.",
  example: "completion zsh > ~/.zsh/completions/_caudal",
  noJson: "it is a script for a shell",
  run: async (_values, shell) => shell.print(zshScript(await allWords())),
})

export const commands = [bash, zsh]

async function allWords(): Promise<readonly Words[]> {
  return Promise.all(
    GROUPS.map(async ({ word, about, load }) => {
      const { commands: own } = await load()
      return { group: word, about, commands: own.map(wordsOf) }
    }),
  )
}

function wordsOf(each: Command): Words["commands"][number] {
  const options = { ...allOptions(each), lang: { value: "LANGUAGE" } }
  return {
    words: each.name.split(" ").slice(1),
    about: each.about,
    options: Object.entries(options).map(([name, { value }]) => ({
      name: `--${name}`,
      takesValue: value !== null,
    })),
  }
}

/** The patterns that a shell's `case` finds a command by, and the options behind it. */
function cases(all: readonly Words[]): string {
  const lines = all.flatMap(({ group, commands: own }) => [
    ...own
      .filter(({ words }) => words.length > 0)
      .map((each) => `    "${[group, ...each.words].join(" ")}"*) offers="${names(each)}" ;;`),
    ...own
      .filter(({ words }) => words.length === 0)
      .map((each) => `    "${group}"*) offers="${names(each)}" ;;`),
    ...(own.every(({ words }) => words.length > 0)
      ? [`    "${group}"*) offers="${own.map(({ words }) => words[0]).join(" ")} --help" ;;`]
      : []),
  ])
  return [...lines, `    *) offers="${all.map(({ group }) => group).join(" ")} --help" ;;`].join(
    "\n",
  )
}

function names({ options }: Words["commands"][number]): string {
  return options.map(({ name }) => name).join(" ")
}

/** Options whose value may be anything: files are offered there, as bash does by itself. */
function valued(all: readonly Words[]): string {
  const options = all.flatMap(({ commands: own }) => own.flatMap((each) => each.options))
  const withValue = options.filter(({ takesValue }) => takesValue).map(({ name }) => name)
  return [...new Set(withValue)].sort().join("|")
}

function bashScript(all: readonly Words[]): string {
  return `# Completion of caudal for bash; made by "caudal completion bash".
_caudal() {
  local current="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}" offers
  COMPREPLY=()
  case "$before" in
    --lang) COMPREPLY=($(compgen -W "en es" -- "$current")); return ;;
    ${valued(all)}) return ;;
  esac
  case "\${COMP_WORDS[*]:1:COMP_CWORD-1} " in
${cases(all)}
  esac
  COMPREPLY=($(compgen -W "$offers" -- "$current"))
}
complete -o default -F _caudal caudal
`
}

function zshScript(all: readonly Words[]): string {
  const described = (words: readonly (readonly [string, string])[]) =>
    words.map(([word, about]) => `    '${word}:${about.replaceAll("'", "’")}'`).join("\n")
  return `#compdef caudal
# Completion of caudal for zsh; made by "caudal completion zsh".
_caudal() {
  local before="\${words[CURRENT-1]}" typed="\${(j: :)words[2,CURRENT-1]} "
  local -a groups=(
${described(all.map(({ group, about }) => [group, about]))}
  )
  if (( CURRENT == 2 )); then _describe 'command' groups; return; fi
  case "$before" in
    --lang) compadd en es; return ;;
    ${valued(all)}) _files; return ;;
  esac
  local offers=""
  case "$typed" in
${cases(all)}
  esac
  compadd -- \${(s: :)offers}
}
compdef _caudal caudal
`
}
