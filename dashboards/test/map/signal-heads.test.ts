import type { Approach, JunctionTable } from '@clearway/contracts'
import { describe, expect, it } from 'vitest'
import { signalHeads } from '../../src/map/layers/signal-layers.ts'

const approach = (id: string, bearingDeg: number, lanes: number): Approach => ({
  id,
  name: {},
  position: { lon: 8.6, lat: 49.4 },
  bearingDeg,
  lanes,
  speedMps: 13.9,
  group: `v-${id}`,
  exits: [],
})

const junction = { id: 'j-1', approaches: [approach('s', 0, 1), approach('w', 90, 3)] } as unknown as JunctionTable

describe('signalHeads', () => {
  it('puts each head on the side its drivers come from', () => {
    const [fromSouth, fromWest] = signalHeads([junction])
    expect(fromSouth?.offset[0]).toBeCloseTo(0)
    expect(fromSouth?.offset[1]).toBeGreaterThan(0) // screen y grows downwards: south
    expect(fromWest?.offset[0]).toBeLessThan(0)
  })

  it('lets one approach stand for the junction from afar: the one with the most lanes', () => {
    expect(
      signalHeads([junction])
        .filter(({ main }) => main)
        .map((head) => head.approach),
    ).toEqual(['w'])
  })
})
