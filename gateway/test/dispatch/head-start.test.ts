import type { JunctionTable, Route } from '@clearway/contracts'
import { afterEach, expect, it } from 'vitest'
import { type Known, planAhead } from '../../src/dispatch/mission-forecast.ts'
import { plannedJunctions } from '../../src/dispatch/mission-junctions.ts'
import { RouteProgress } from '../../src/dispatch/route-progress.ts'
import { createSignals } from '../../src/signals/signals.ts'
import { AgentModel } from '../signals/agent-model.ts'
import { crossroads } from '../signals/crossroads.ts'
import { Outside } from '../signals/outside.ts'
import { arrivalIn, at, freeRoute } from './street.ts'

/** Far enough away that nothing is due yet, metres and seconds. */
const offsetM = 1500
const drivingS = 100

let outside: Outside
let signals: ReturnType<typeof createSignals>
afterEach(() => signals.stop?.())

function open(serves: JunctionTable['preempt']['serves']) {
  const table = crossroads('j-1', at(offsetM))
  outside = new Outside([{ ...table, preempt: { ...table.preempt, ...(serves && { serves }) } }])
  for (const approach of ['w', 'n']) {
    outside.devices.push({
      id: `j-1-${approach}`,
      kind: 'detector',
      district: 'test',
      junction: 'j-1',
      state: 'online',
    })
  }
  signals = createSignals(outside.core)
  signals.start?.()
  const now = outside.clock.now()
  new AgentModel('j-1', (channel, body) => outside.feed.deliver('signal', 'j-1', channel, now, now, body)).step(now)
}

/** So many vehicles stand on the other road. */
function waiting(vehicles: number) {
  const now = outside.clock.now()
  const body = { count: 0, periodS: 5, occupancy: 0, queueM: (vehicles * 1000) / 140 }
  outside.feed.deliver('detector', 'j-1-n', 'flow', now, now, body)
}

/** How much earlier than without a head start the green is asked for, seconds. */
function headStartS(headStart: number): number {
  const route: Route = {
    geometry: {
      type: 'LineString',
      coordinates: [
        [0, 0],
        [0.02, 0],
      ],
    },
    distanceM: 2000,
    ...freeRoute(drivingS),
    durationWithoutPriorityS: drivingS,
    junctions: [
      {
        ...{ junction: 'j-1', name: { en: 'j-1' }, position: at(offsetM), approach: 'w', exit: 'e', offsetM },
        ...arrivalIn(drivingS),
      },
    ],
  }
  const nowMs = outside.clock.now()
  const { junctions, legs } = plannedJunctions(route, nowMs)
  const ahead = [{ index: 0, leg: legs[0]!, shown: junctions[0]! }]
  const requestMs = (known: Known) =>
    planAhead(ahead, new RouteProgress(route, 0, nowMs), known, 15, nowMs)[0]!.requestMs
  const known = { ...signals, headStartS: headStart, downstreamFirst: true, holds: () => [] }
  return (requestMs({ ...known, headStartS: 0 }) - requestMs(known)) / 1000
}

it('is whole where nobody else waits, and less by five seconds for each who does', () => {
  open('movement')
  expect(headStartS(30)).toBeCloseTo(30)
  waiting(3)
  expect(headStartS(30)).toBeCloseTo(15)
})

it('is none where many wait, and never less than what is set', () => {
  open('movement')
  waiting(100)
  expect(headStartS(40)).toBeCloseTo(0)
  expect(headStartS(-20)).toBeCloseTo(-20)
})

it('is short where an approach is served alone', () => {
  open(undefined)
  expect(headStartS(40)).toBeCloseTo(8)
  expect(headStartS(5)).toBeCloseTo(5)
})
