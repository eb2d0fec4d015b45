export { buildNodes } from './build-nodes.ts'
export { type FlowsOptions, type ProcessPlan, prepareNodeRed } from './node-red-process.ts'
