/** What tapila promises, of two nodes on one database that take requests in turn. */
import "./nodes.ts"
import "../conformance/tapila.test.ts"
