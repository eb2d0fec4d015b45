import { parentPort, workerData } from 'node:worker_threads'
import { showPrivateState } from './private-state.ts'

// Before anything of the product is loaded: then its private state shows.
showPrivateState()
const { explore } = await import('./exploration.ts')
parentPort?.postMessage(explore(workerData))
