import { cycleOf, type JunctionTable, stageChangeS } from '@clearway/contracts'
import { describe, expect, it } from 'vitest'
import { roadClasses } from '../../src/network/road-network.ts'
import { signalWaits } from '../../src/search/signal-wait.ts'
import type { ApproachGeometry, CrossingGeometry, JunctionGeometry } from '../../src/signals/junction-geometry.ts'
import { syntheticTiming } from '../../src/signals/synthetic-timing.ts'
import { roads } from '../roads.ts'

const at = (east: number, north: number) => ({ lon: 8.7 + east / 72_363, lat: 49.4 + north / 111_195 })

type Side = 'west' | 'east' | 'south' | 'north'
const bearing: Record<Side, number> = { south: 0, west: 90, north: 180, east: 270 }
const offset: Record<Side, [number, number]> = { south: [0, -1], west: [-1, 0], north: [0, 1], east: [1, 0] }

/** A junction of arms that meet at right angles, stop lines 10 m from the middle, in the order of the bearings. */
function junction(
  arms: Partial<Record<Side, { roadClass: (typeof roadClasses)[number]; kmh: number; crossingM?: number }>>,
): JunctionGeometry {
  const sides = (Object.keys(arms) as Side[]).sort((a, b) => bearing[a] - bearing[b])
  const exit = (side: Side) => `e${sides.indexOf(side) + 1}`
  const place = (side: Side) => at(offset[side][0] * 10, offset[side][1] * 10)
  const approaches = sides.map(
    (side, i): ApproachGeometry => ({
      id: `a${i + 1}`,
      name: { en: side },
      position: place(side),
      bearingDeg: bearing[side],
      lanes: 1,
      speedMps: arms[side]!.kmh / 3.6,
      roadClass: roadClasses.indexOf(arms[side]!.roadClass),
      exits: sides.filter((other) => other !== side).map(exit),
    }),
  )
  const exits = sides.map((side) => ({
    id: exit(side),
    name: { en: side },
    position: place(side),
    bearingDeg: (bearing[side] + 180) % 360,
  }))
  const crossings = sides.flatMap((side, i): CrossingGeometry[] =>
    arms[side]!.crossingM ? [{ approach: `a${i + 1}`, exits: [exit(side)], widthM: arms[side]!.crossingM! }] : [],
  )
  return { id: 'j-1', name: { en: 'Test' }, position: at(0, 0), approaches, exits, crossings }
}

const primary = { roadClass: 'primary', kmh: 50 } as const
const residential = { roadClass: 'residential', kmh: 30 } as const
const groupsOf = (table: JunctionTable) => table.stages.map(({ groups }) => groups)

describe('synthetic timing', () => {
  it('runs opposite approaches together and gives the busier road the longer green', () => {
    const table = syntheticTiming(
      junction({ south: residential, west: primary, north: residential, east: primary }),
      'test',
    )
    expect(groupsOf(table)).toEqual([
      ['v1', 'v3'],
      ['v2', 'v4'],
    ])
    expect(table.stages[1]!.greenS).toBeGreaterThan(3 * table.stages[0]!.greenS)
    expect(table.provenance).toBe('synthetic')
  })

  it('takes intergreens from speed and conflict: yellow 3.5 + (11.6 + 6) / 13.9 → 1.5 s all-red', () => {
    const table = syntheticTiming(
      junction({ south: residential, west: primary, north: residential, east: primary }),
      'test',
    )
    // From the west the stream from the south is met 10 m after the stop line, half a lane wide.
    expect(table.intergreens).toContainEqual({ ends: 'v2', begins: 'v1', redS: 1.5 })
    expect(table.groups.find(({ id }) => id === 'v2')!.yellowS).toBe(3.5)
  })

  it("follows Webster's cycle, C = (1.5 L + 5) / (1 − Y)", () => {
    const geometry = junction({ south: primary, west: primary, north: primary })
    const table = syntheticTiming(geometry, 'test')
    expect(groupsOf(table)).toEqual([['v1', 'v3'], ['v2']])
    const lostS = table.stages.reduce((sum, stage, i) => sum + stageChangeS(table, stage, table.stages[1 - i]!), 0)
    const websterS = (1.5 * lostS + 5) / (1 - (450 + 450) / 1800)
    expect(Math.abs(table.cycleS - Math.max(40, websterS))).toBeLessThanOrEqual(2)
    expect(cycleOf(table)).toBeCloseTo(table.cycleS, 9)
  })

  it('lets people cross an arm while it is red, and turning traffic yields to them', () => {
    const table = syntheticTiming(
      junction({ south: { ...residential, crossingM: 7 }, west: primary, east: { ...primary, crossingM: 7 } }),
      'test',
    )
    expect(groupsOf(table)).toEqual([
      ['v1', 'p3'],
      ['v2', 'v3', 'p1'],
    ])
  })

  it('stops everyone for people where no stage leaves their crossing free', () => {
    const table = syntheticTiming(junction({ west: primary, east: { ...primary, crossingM: 8 } }), 'test')
    expect(groupsOf(table)).toEqual([['v1', 'v2'], ['p2']])
    expect(table.stages[1]!.greenS).toBe(5)
    expect(stageChangeS(table, table.stages[1]!, table.stages[0]!)).toBe(8 + 1)
  })
})

describe('the expected wait at a signal', () => {
  it('is red² / (2 · cycle), a green that outlasts the stage for slow walkers included', () => {
    const table = syntheticTiming(
      junction({ south: residential, west: primary, north: residential, east: { ...primary, crossingM: 20 } }),
      'test',
    )
    const network = roads('A-B 30s, B-C 30s')
    network.approaches = [{ junction: 'j-1', approach: 'a1', arc: 0 }]
    const [stage, next] = table.stages as [JunctionTable['stages'][0], JunctionTable['stages'][0]]
    expect(stage.groups).toContain('p4')
    const own = Math.max(
      ...table.intergreens
        .filter(({ ends, begins }) => ends === 'v1' && next.groups.includes(begins))
        .map(({ redS }) => redS),
    )
    const greenS = stage.greenS + (20 + 1) - (3 + own)
    const redS = table.cycleS - greenS
    expect(signalWaits(network, [table])[0]).toBeCloseTo(redS ** 2 / (2 * table.cycleS), 6)
  })
})
