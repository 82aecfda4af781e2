/** What pentagoo promises, of two nodes on one database that take requests in turn. */
import "./nodes.ts"
import "../conformance/pentagoo.test.ts"
