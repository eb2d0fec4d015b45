import { type SignalEvent, toTimestamp } from '@clearway/contracts'
import { MemoryBroker, MemoryUplink, SignalAgent, SimulatedController } from '@clearway/edge'
import type { DiagramWords, Trajectory } from '../../dashboards/src/junction/diagram.ts'
import { diagramFile } from '../../dashboards/src/junction/diagram-file.ts'
import { recordedRun } from '../../dashboards/src/junction/recorded-run.ts'
import { crossing } from '../../edge/test/fixtures.ts'

const tickMs = 100
const startMs = Date.parse('2026-11-23T08:00:00.000Z')
/** Long enough for the plan to run in step. */
const warmUpS = 228
/** The request is sent when the vehicle is so far from the stop line. */
const askAtM = 330
const paceMps = 13.9
/** Its own length and two seconds later the junction is released. */
const releaseAtM = -(7 + 2 * paceMps)
const identity = { district: 'lixia', kind: 'signal', device: 'j-crossing' } as const

const words: DiagramWords = {
  title: 'One pre-emption, recorded: an ambulance from the north · 一次信号优先：救护车自北向南',
  group: (id) => {
    const arm = { n: 'north 北', e: 'east 东', s: 'south 南', w: 'west 西' }[id.slice(2)] ?? id
    return id.startsWith('p') ? `walkers ${arm}` : arm
  },
  parts: { call: 'Call', entry: 'Entry', dwell: 'Dwell', exit: 'Exit', recovery: 'Recovery' },
  states: {
    green: 'green 绿灯',
    'green-flash': 'green flash 绿闪',
    yellow: 'yellow 黄灯',
    red: 'red 红灯',
    walk: 'walk 行人绿灯',
    clearance: 'clearance 行人清空',
  },
  seconds: 'seconds since the call 请求后秒数',
  distance: 'Distance to the stop line 距停车线',
  callOn: 'call on',
  callOff: 'call off',
}

/** Plays an ambulance through a junction run by the real agent and controller, and draws what the agent's log says. */
export function drawPreemption(): string {
  const table = crossing()
  const events: SignalEvent[] = []
  const broker = new MemoryBroker()
  broker.onArrival(({ channel, body }) => {
    if (channel === 'events') events.push(...(body.events as SignalEvent[]))
  })
  let nowMs = startMs
  const clock = { now: () => nowMs, wait: () => Promise.reject(new Error('nothing waits here')) }
  const uplink = new MemoryUplink(identity, broker, clock, (fault) => {
    throw fault
  })
  const agent = new SignalAgent(uplink, table, new SimulatedController(table), nowMs)
  agent.start()
  const pass = (untilMs: number, each: () => void = () => undefined) => {
    for (; nowMs < untilMs; nowMs += tickMs) {
      each()
      agent.step(nowMs, nowMs)
    }
  }
  pass(startMs + warmUpS * 1000)

  const trajectory: { atMs: number; offsetM: number }[] = []
  const calledMs = nowMs
  let sequence = 0
  const leftM = () => askAtM - ((nowMs - calledMs) / 1000) * paceMps
  const send = (type: 'new' | 'update' | 'cancel') => {
    const inS = (durationS: number) => toTimestamp(nowMs + durationS * 1000)
    const arrivalS = Math.max(0, leftM() / paceMps)
    broker.send(identity, 'request', {
      ...{ id: `gw:${sequence}`, at: inS(0), request: 'd-1.1', type, sequence: ++sequence, vehicle: 'amb-1' },
      ...{ role: 'ambulance', importance: '1/4', approach: 'n', exit: 's' },
      ...{ arrivalEarliest: inS(arrivalS), arrivalLatest: inS(arrivalS + 5), leaseUntil: inS(5), expiresAt: inS(5) },
    })
  }
  pass(calledMs + ((askAtM - releaseAtM) / paceMps) * 1000, () => {
    if ((nowMs - calledMs) % 1000 === 0) send(sequence === 0 ? 'new' : 'update')
    trajectory.push({ atMs: nowMs, offsetM: -leftM() })
  })
  send('cancel')
  pass(calledMs + 400_000)
  agent.stop()

  const [preemption] = recordedRun(table, events, startMs, nowMs).preemptions
  const run = recordedRun(table, events, calledMs - 15_000, (preemption?.recoveredMs ?? nowMs) + 30_000)
  const spans = run.rows.find(({ group }) => group === 'v-n')?.spans ?? []
  const route = { trajectory: trajectory as Trajectory, stopLines: [{ name: 'stop line 停车线', offsetM: 0, spans }] }
  return diagramFile({ table, run, preemption, route, words })
}
