import type { Route } from '@clearway/contracts'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Known, OpenLeg } from '../../src/dispatch/mission-forecast.ts'
import { plannedJunctions } from '../../src/dispatch/mission-junctions.ts'
import { inOrderOfTime, isWorthChanging, partsAfterM } from '../../src/dispatch/way-choice.ts'
import { createSignals } from '../../src/signals/signals.ts'
import { AgentModel } from '../signals/agent-model.ts'
import { crossroads } from '../signals/crossroads.ts'
import { Outside } from '../signals/outside.ts'
import { arrivalIn, at, freeRoute, junctionAt } from './street.ts'

const ids = ['j-1', 'j-2', 'j-3']
const paceMps = 15

/** A way of so many seconds by these junctions, 400 m apart; `j-2>s` is one left by another exit. */
function way(durationS: number, ...passed: string[]): Route {
  return {
    geometry: {
      type: 'LineString',
      coordinates: [
        [0, 0],
        [0.02, 0],
      ],
    },
    distanceM: durationS * paceMps,
    ...freeRoute(durationS),
    durationWithoutPriorityS: durationS,
    junctions: passed.map((name, i) => {
      const [junction, exit = 'e'] = name.split('>') as [string, string?]
      const offsetM = junctionAt(i + 1)
      return {
        ...{ junction, name: { en: junction }, position: at(offsetM), approach: 'w', exit, offsetM },
        ...arrivalIn(offsetM / paceMps),
      }
    }),
  }
}

describe('the choice of the way', () => {
  let outside: Outside
  let known: Known
  let signals: ReturnType<typeof createSignals>
  const now = () => outside.clock.now()
  const hear = (...heard: string[]) => {
    for (const id of heard) {
      new AgentModel(id, (channel, body) => outside.feed.deliver('signal', id, channel, now(), now(), body)).step(now())
    }
  }
  const queue = (junction: string, queueM: number, groupQueuesM?: Record<string, number>) => {
    const body = { count: 0, periodS: 5, occupancy: 0, queueM, ...(groupQueuesM && { groupQueuesM }) }
    outside.feed.deliver('detector', `${junction}-w`, 'flow', now(), now(), body)
  }
  const first = (...ways: Route[]) => inOrderOfTime(ways, known, now())[0]!.route

  beforeEach(async () => {
    outside = new Outside(ids.map((id, i) => crossroads(id, at(junctionAt(i + 1)))))
    for (const junction of ids) {
      const device = {
        id: `${junction}-w`,
        kind: 'detector' as const,
        district: 'test',
        junction,
        state: 'online' as const,
      }
      outside.devices.push(device)
    }
    signals = createSignals(outside.core)
    await signals.start?.()
    known = { ...signals, headStartS: 0, downstreamFirst: true, holds: () => [] }
  })

  afterEach(() => signals.stop?.())

  it('is the quickest one by the map where nothing stands in any', () => {
    hear(...ids)
    const [quick, slow] = [way(80, 'j-1'), way(81, 'j-2')]
    expect(first(slow, quick)).toBe(quick)
    expect(first(way(80, 'j-1'), quick)).not.toBe(quick)
  })

  it('goes around a queue that usually stands there, not one that has just come', async () => {
    hear(...ids)
    const [quick, slow] = [way(80, 'j-1'), way(90, 'j-2')]
    queue('j-1', 0)
    await outside.clock.advance(5)
    queue('j-1', 70)
    expect(first(quick, slow)).toBe(quick)
    for (let i = 0; i < 24; i++) {
      await outside.clock.advance(5)
      queue('j-1', 70)
    }
    hear(...ids)
    expect(first(quick, slow)).toBe(slow)
  })

  it('counts the queue of the movement that is driven', () => {
    hear(...ids)
    const [quick, slow] = [way(80, 'j-1'), way(90, 'j-2')]
    queue('j-1', 140, { 'v-w': 7 })
    queue('j-2', 70, { 'v-w': 70 })
    expect(first(quick, slow)).toBe(quick)
  })

  it('forgets a queue of which nobody has reported for two minutes', async () => {
    queue('j-1', 140)
    await outside.clock.advance(121)
    hear(...ids)
    const quick = way(80, 'j-1')
    expect(first(quick, way(90, 'j-2'))).toBe(quick)
  })

  it('goes around a junction that does not answer', () => {
    hear('j-2')
    const around = way(84, 'j-2')
    expect(first(way(80, 'j-1'), around)).toBe(around)
    expect(inOrderOfTime([way(80, 'j-1')], known, now())[0]!.expectedS).toBeGreaterThan(84)
  })

  it('is changed on the way for more than ten seconds and a twentieth only', () => {
    expect(isWorthChanging(100, 90)).toBe(false)
    expect(isWorthChanging(100, 89.9)).toBe(true)
    expect(isWorthChanging(400, 381)).toBe(false)
    expect(isWorthChanging(400, 379)).toBe(true)
  })
})

describe('where two ways part', () => {
  const open = (route: Route): OpenLeg[] => {
    const { junctions, legs } = plannedJunctions(route, 0)
    return junctions.map((shown, index) => ({ index, leg: legs[index]!, shown }))
  }
  const present = open(way(100, 'j-1', 'j-2', 'j-3'))

  it.each([
    ['at the junction that is left by another exit', way(100, 'j-1', 'j-2>s', 'j-3'), junctionAt(2)],
    ['at the junction before where another follows', way(100, 'j-1', 'j-3'), junctionAt(1)],
    ['at the end of the shorter one', way(100, 'j-1', 'j-2'), Number.POSITIVE_INFINITY],
    ['nowhere', way(100, 'j-1', 'j-2', 'j-3'), Number.POSITIVE_INFINITY],
    ['at once, on another road', way(100, 'j-2', 'j-3'), undefined],
  ])('%s', (_, other, metres) => {
    expect(partsAfterM(present, other)).toBe(metres)
  })
})
