import { describe, expect, it } from 'vitest'
import { AmbulanceOnStreet, ApproachOnStreet } from '../../src/sumo/street.ts'
import type { Typed } from '../../src/sumo/traci/codec.ts'
import { variable } from '../../src/sumo/traci/commands.ts'

const lanes = [
  { lane: 'e_0', loop: 'l0', area: 'a0', groups: ['straight', 'right'] },
  { lane: 'e_1', loop: 'l1', area: 'a1', groups: ['straight'] },
  { lane: 'e_2', loop: 'l2', area: 'a2', groups: ['left'] },
]
const approach = () => new ApproachOnStreet({ junction: 'j', approach: 'a', lanes })
const loop = (ids: string[], speed = 10) =>
  new Map<number, Typed>([
    [variable.vehicleIds, { type: 'strings', value: ids }],
    [variable.occupancy, { type: 'double', value: ids.length > 0 ? 50 : 0 }],
    [variable.meanSpeed, { type: 'double', value: ids.length > 0 ? speed : -1 }],
  ])

describe('the detectors of an approach', () => {
  it('count every vehicle once, however long it stands on a loop', () => {
    const seen = approach()
    seen.observe(new Map([['l0', loop(['f1'])]]))
    seen.observe(new Map([['l0', loop(['f1'])]]))
    seen.observe(new Map([['l0', loop(['f2'], 6)]]))
    seen.observe(new Map([['l0', loop([])]]))
    const { count, speedMps, occupancy } = seen.read()
    expect([count, speedMps]).toEqual([2, 8])
    // Half a second in three of four steps on one lane of three.
    expect(occupancy).toBeCloseTo(0.125)
  })

  it('tell the queue of each signal group, the longest of its lanes, as it is now', () => {
    const seen = approach()
    seen.look(new Map([['a0', 99]]))
    seen.look(
      new Map([
        ['a0', 12],
        ['a1', 30],
        ['a2', 55],
      ]),
    )
    expect(seen.read()).toMatchObject({ queueM: 55, groupQueuesM: { straight: 30, right: 12, left: 55 } })
  })

  it('begin anew with each reading', () => {
    const seen = approach()
    seen.observe(new Map([['l0', loop(['f1'])]]))
    seen.read()
    expect(seen.read()).toEqual({ count: 0, occupancy: 0, queueM: 0, groupQueuesM: expect.any(Object) })
  })
})

it('an ambulance stands at its end for a minute and is then silent', () => {
  const fix = { lon: 1, lat: 2, speedMps: 0, headingDeg: 0, accuracyM: 3 }
  const ambulance = new AmbulanceOnStreet()
  expect(ambulance.fix(0)).toBeUndefined()
  ambulance.standAt(fix)
  ambulance.moved({ ...fix, speedMps: 9 })
  expect(ambulance.fix(1000)?.speedMps).toBe(9)
  ambulance.arrived(fix, 2000)
  expect(ambulance.fix(62_000)).toEqual(fix)
  expect(ambulance.fix(62_001)).toBeUndefined()
})
