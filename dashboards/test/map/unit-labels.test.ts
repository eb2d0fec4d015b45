import type { Unit } from '@clearway/contracts'
import { describe, expect, it } from 'vitest'
import { standingTogether } from '../../src/map/layers/unit-layers.ts'

const drawn = (id: string, lon: number, state: Unit['state'] = 'available') => ({
  unit: { id, state } as Unit,
  position: [lon, 49.4] as const,
})
const ids = (groups: { unit: Unit }[][]) => groups.map((group) => group.map(({ unit }) => unit.id))

describe('units that stand at one place', () => {
  it('share one label', () => {
    expect(ids(standingTogether([drawn('amb-1', 8.7), drawn('amb-2', 8.69), drawn('amb-6', 8.70001)]))).toEqual([
      ['amb-1', 'amb-6'],
      ['amb-2'],
    ])
  })

  it('keep a label of their own once under way', () => {
    expect(ids(standingTogether([drawn('amb-1', 8.7), drawn('amb-6', 8.7, 'dispatched')]))).toEqual([
      ['amb-1'],
      ['amb-6'],
    ])
  })
})
