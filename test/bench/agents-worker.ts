import { join } from 'node:path'
import { parentPort, workerData } from 'node:worker_threads'
import { type JunctionTable, seededRandom, systemClock } from '@clearway/contracts'
import {
  type ControllerLink,
  IssuerKeys,
  MqttUplink,
  Outbox,
  SignalAgent,
  SimulatedController,
  tick,
} from '@clearway/edge'

export interface AgentsJob {
  mqtt: number
  folder: string
  tables: readonly JunctionTable[]
  tokens: readonly string[]
  /** PEM of the public key that every request is checked against. */
  issuer: string
}

/** A demand came on at the controller link of `junction`; time since the epoch, which all threads share, ms. */
export interface Commanded {
  junction: string
  atMs: number
}

/** Signal agents with their controllers, over the real broker, in a thread of their own. Runs until it is terminated. */
const { mqtt, folder, tables, tokens, issuer: pem } = workerData as AgentsJob
const issuer = new IssuerKeys(pem)
const report = () => {}
const outbox = new Outbox(join(folder, 'agents.sqlite'), systemClock, seededRandom(1), report)
const around = { outbox, clock: systemClock, random: seededRandom(2), report }
const agents = tables.map((table, index) => {
  const { id, district } = table
  const controller = new SimulatedController(table)
  let wanted = false
  const link: ControllerLink = {
    step: (nowMs, upMs) => controller.step(nowMs, upMs),
    report: () => controller.report(),
    demand(calls) {
      if (calls.length > 0 && !wanted) {
        const commanded: Commanded = { junction: id, atMs: performance.timeOrigin + performance.now() }
        parentPort?.postMessage(commanded)
      }
      wanted = calls.length > 0
      controller.demand(calls)
    },
  }
  const options = { url: `mqtt://127.0.0.1:${mqtt}`, token: tokens[index] ?? '', firmware: 'bench', issuer }
  const uplink = new MqttUplink({ district, kind: 'signal', device: id }, options, around)
  return new SignalAgent(uplink, table, link, systemClock.now())
})
for (const agent of agents) agent.start()
await tick(agents, 0.1, systemClock, new AbortController().signal, report)
