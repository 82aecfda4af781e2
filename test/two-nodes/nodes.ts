/** Imported before a suite: each gateway that it starts has two nodes, which take turns. */
import { giveNodes } from "../support/gateway.ts"

giveNodes(2)
