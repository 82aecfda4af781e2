/** As much of curl as our own examples use, for machines that have none. */

const args = process.argv.slice(2)
const headers: Record<string, string> = {}
let method: string | undefined
let url: string | undefined
let body: string | undefined
let withHeaders = false

while (args.length > 0) {
  const word = args.shift()!
  switch (word) {
    case "-s":
      break
    case "-i":
      withHeaders = true
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
if (withHeaders) {
  const lines = [...response.headers].map(([name, value]) => `${name}: ${value}\r\n`)
  const status = `HTTP/1.1 ${response.status} ${response.statusText}\r\n`
  process.stdout.write(`${status}${lines.join("")}\r\n`)
}
process.stdout.write(await response.text())
