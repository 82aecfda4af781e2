/** As much of curl as our own examples use, for machines that have none. */

const args = process.argv.slice(2)
const headers: Record<string, string> = {}
let method: string | undefined
let url: string | undefined
let body: string | undefined

while (args.length > 0) {
  const word = args.shift()!
  switch (word) {
    case "-s":
      break
    case "-X":
    case "--request":
      method = args.shift()
      break
    case "-H":
    case "--header": {
      const [name, ...rest] = args.shift()!.split(":")
      headers[name!] = rest.join(":").trim()
      break
    }
    case "-d":
    case "--data":
      body = args.shift()
      break
    case "--url":
      url = args.shift()
      break
    default:
      if (word.startsWith("-")) throw new Error(`curl has no ${word} here`)
      url = word
  }
}

const response = await fetch(url!, {
  method: method ?? (body === undefined ? "GET" : "POST"),
  headers,
  ...(body === undefined ? {} : { body }),
})
process.stdout.write(await response.text())
