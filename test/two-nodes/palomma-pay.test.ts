/** What palomma-pay promises, of two nodes on one database that take requests in turn. */
import "./nodes.ts"
import "../conformance/palomma-pay.test.ts"
