/** The help: whole in each language, chosen as one expects, and completed by the shell. */
import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { test } from "node:test"
import { GROUPS } from "../../src/cli/groups.ts"
import { takeLanguage } from "../../src/cli/language.ts"
import { run } from "../../src/cli/run.ts"
import { ES } from "../../src/cli/texts/es.ts"
import { caudal } from "./caudal.ts"

const groups = await Promise.all(
  GROUPS.map(async ({ word, load }) => ({ word, commands: (await load()).commands })),
)
const commands = groups.flatMap((each) => each.commands)

test("each group, command and option has a Spanish text, and none is of something else", () => {
  assert.deepEqual(Object.keys(ES.groups).sort(), groups.map(({ word }) => word).sort())
  assert.deepEqual(Object.keys(ES.commands).sort(), commands.map(({ name }) => name).sort())
  for (const { name, options } of commands) {
    const texts = ES.commands[name]!
    assert.notEqual(texts.about, "", name)
    for (const option of Object.keys(options)) {
      const text = texts.options?.[option] ?? ES.options[option]
      assert.ok(text, `${name} --${option}`)
    }
    const strange = Object.keys(texts.options ?? {}).filter((option) => !(option in options))
    assert.deepEqual(strange, [], name)
  }
})

test("no Spanish text is the English one", () => {
  const same = commands.flatMap(({ name, about, options }) => [
    ...(ES.commands[name]!.about === about ? [name] : []),
    ...Object.entries(options)
      .filter(([option, each]) => ES.commands[name]!.options?.[option] === each.about)
      .map(([option]) => `${name} --${option}`),
  ])
  assert.deepEqual(same, [])
})

const LANGUAGES: readonly (readonly [words: string, usual: "en" | "es", says: RegExp])[] = [
  ["--help", "en", /a payment gateway that you run yourself/],
  ["--help", "es", /una pasarela de pagos que usted mismo opera/],
  ["--help --lang es", "en", /una pasarela/],
  ["--lang=en --help", "es", /a payment gateway/],
  ["verify --help", "es", /Suma otra vez cada cuenta[\s\S]*imprime una línea de JSON/],
  ["merchant --lang ES --help", "en", /caudal merchant list\n {6}Lista todos los comercios/],
  ["merchant add --help --lang es", "en", /Por ejemplo:\n\n {2}caudal merchant add/],
]
for (const [words, language, says] of LANGUAGES) {
  test(`"caudal ${words}" where people speak ${language}`, async () => {
    let out = ""
    const outside = { out: { write: (text: string) => (out += text) }, err: { write() {} } }
    assert.equal(await run(words.split(" "), { ...outside, language }), 0)
    assert.match(out, says)
  })
}

test("without --lang the machine's locale decides, and everything else stays as typed", () => {
  const { language, rest } = takeLanguage(["verify", "--json"])
  const spoken = Intl.DateTimeFormat().resolvedOptions().locale.startsWith("es") ? "es" : "en"
  assert.equal(language, spoken)
  assert.deepEqual(rest, ["verify", "--json"])
})

const COMPLETED: readonly (readonly [typed: readonly string[], offered: RegExp])[] = [
  [["mer"], /^merchant$/],
  [["merchant", ""], /^add list show style set --help$/],
  [["merchant", "add", "--tim"], /^--time-zone$/],
  [["verify", "--j"], /^--json$/],
  [["verify", "--lang", ""], /^en es$/],
]
test("bash offers groups, commands and options", async (t) => {
  if (spawnSync("bash", ["--version"]).error) return t.skip("there is no bash here")
  const { out } = await caudal(["completion", "bash"], {})
  const asked = COMPLETED.map(([typed]) => {
    const words = ["caudal", ...typed].map((word) => `'${word}'`).join(" ")
    return `COMP_WORDS=(${words}); COMP_CWORD=${typed.length}; _caudal; echo "\${COMPREPLY[@]}"`
  })
  const ran = spawnSync("bash", ["-c", [out, ...asked].join("\n")], { encoding: "utf8" })
  assert.equal(ran.stderr, "")
  const answers = ran.stdout.trimEnd().split("\n")
  for (const [at, [typed, offered]] of COMPLETED.entries()) {
    assert.match(answers[at]!, offered, typed.join(" "))
  }
})

test("the script for zsh names every command", async () => {
  const { out } = await caudal(["completion", "zsh"], {})
  assert.match(out, /^#compdef caudal\n/)
  for (const { word } of groups) assert.ok(out.includes(`'${word}:`), word)
})
