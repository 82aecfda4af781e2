/** Run in a thread of its own: hands over the script that Scalar's package brings for browsers. */
import { parentPort } from "node:worker_threads"
import scalar from "@scalar/fastify-api-reference"
import { fastify } from "fastify"

// The package offers its script by a route alone: a server without a socket asks for it.
const server = fastify()
await server.register(scalar, { routePrefix: "/api", configuration: { url: "/none.json" } })
const answer = await server.inject("/api/js/scalar.js")
if (answer.statusCode !== 200) throw new Error(`the reader's script: ${answer.statusCode}`)
// It names a file that isn't there.
const script = answer.body.replace(/\n\/\/# sourceMappingURL=\S+\s*$/, "\n")
parentPort?.postMessage(Buffer.from(script))
await server.close()
