/** What palomma-direct-debit promises, of two nodes on one database that take requests in turn. */
import "./nodes.ts"
import "../conformance/palomma-direct-debit-life.test.ts"
import "../conformance/palomma-direct-debit-once.test.ts"
