/** Several processes that serve as one gateway, on one port and one database. */

export { PROCESSES_MAX, processesIn } from "./limit.ts"
export { type Running, startProcesses } from "./supervisor.ts"
