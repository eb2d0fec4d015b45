import { describe, expect, it } from 'vitest'
import { type JunctionTable, type Movement, movementsConflict } from '../src/index.ts'

const position = { lon: 117, lat: 36.67 }
const bearings: Record<string, number> = { n: 180, e: 270, s: 0, w: 90 }

/** Arms named by where they lie; their signal groups conflict only where `intergreens` says so. */
function junction(arms: string, intergreens: JunctionTable['intergreens'] = []): JunctionTable {
  const names = [...arms]
  return {
    id: 'j-1',
    district: 'test',
    name: { en: 'j-1' },
    position,
    provenance: 'synthetic',
    approaches: names.map((arm) => ({
      ...{ id: arm, name: { en: arm }, position, bearingDeg: bearings[arm]!, lanes: 2, speedMps: 13.9 },
      ...{ group: `v-${arm}`, exits: names.filter((other) => other !== arm) },
    })),
    exits: names.map((arm) => ({ id: arm, name: { en: arm }, position, bearingDeg: (bearings[arm]! + 180) % 360 })),
    groups: [],
    intergreens,
    stages: [],
    cycleS: 60,
    offsetS: 0,
    preempt: { minGreenS: 4, minDwellS: 5, maxPresenceS: 60 },
  }
}

/** `n>s` from the northern arm to the southern. */
const way = (text: string): Movement => ({ approach: text[0]!, exit: text[2]! })

/** Every pair of ways from different arms, each once, as `n>s e>w`. */
function pairs({ approaches }: JunctionTable): string[] {
  const ways = approaches.flatMap(({ id, exits }) => exits.map((exit) => `${id}>${exit}`))
  return ways.flatMap((a, k) => ways.slice(k + 1).flatMap((b) => (a[0] === b[0] ? [] : [`${a} ${b}`])))
}

const free = (table: JunctionTable): string[] =>
  pairs(table).filter((pair) => {
    const [a, b] = pair.split(' ').map(way) as [Movement, Movement]
    return !movementsConflict(table, a, b)
  })

describe('two movements over a crossing, driving on the right', () => {
  const crossing = junction('nesw')

  it('can be made together in these pairs and no other', () => {
    // On paper: opposite ways straight on and right, opposite left turns, a right turn beside what it does not join.
    expect(free(crossing).sort()).toEqual(
      [
        // straight on against straight on or right from the opposite arm
        ...['n>s s>n', 'e>w w>e', 'n>s s>e', 'n>w s>n', 'e>w w>s', 'e>n w>e'],
        // the two left turns from opposite arms, which pass each other
        ...['n>e s>w', 'e>s w>n'],
        // right turns from all arms
        ...['n>w e>n', 'n>w s>e', 'n>w w>s', 'e>n s>e', 'e>n w>s', 's>e w>s'],
        // a right turn against straight on from the sides: only with the one whose exit lies elsewhere
        ...['n>w w>e', 'n>s e>n', 'e>w s>e', 's>n w>s'],
        // a right turn against left turns from the sides that end in another arm
        ...['n>e e>n', 'n>e w>s', 'n>w e>s', 'n>w w>n', 'e>n s>w', 'e>s s>e', 's>e w>n', 's>w w>s'],
      ].sort(),
    )
  })

  it('conflict or not whichever is named first', () => {
    const reversed = pairs(crossing).filter((pair) => {
      const [a, b] = pair.split(' ').map(way) as [Movement, Movement]
      return !movementsConflict(crossing, b, a)
    })
    expect(reversed).toEqual(free(crossing))
  })

  it.each([0, 37, 90, 211, 359])('do not change when the crossing is turned by %s degrees', (turnDeg) => {
    const turn = <T extends { bearingDeg: number }>(arms: T[]): T[] =>
      arms.map((arm) => ({ ...arm, bearingDeg: (arm.bearingDeg + turnDeg) % 360 }))
    const turned = { ...crossing, approaches: turn(crossing.approaches), exits: turn(crossing.exits) }
    expect(free(turned)).toEqual(free(crossing))
  })
})

describe('two movements over a tee', () => {
  it('can be made together in these pairs and no other', () => {
    expect(free(junction('esw')).sort()).toEqual(
      // The road through; a right turn beside what does not end in the same arm, left turns into the side road included.
      ['e>w w>e', 'e>w w>s', 'e>w s>e', 's>e w>s', 'e>s s>e', 's>w w>s'].sort(),
    )
  })
})

describe('two movements', () => {
  it('from one approach follow one another', () => {
    expect(movementsConflict(junction('nesw'), way('n>e'), way('n>w'))).toBe(false)
  })

  it('conflict where their signal groups do, though their paths are free', () => {
    const apart = junction('nesw', [{ ends: 'v-n', begins: 'v-s', redS: 2 }])
    expect(movementsConflict(apart, way('n>s'), way('s>n'))).toBe(true)
    expect(movementsConflict(apart, way('s>n'), way('n>s'))).toBe(true)
  })

  it('conflict where any group of the one approach does with any of the other: a pre-emption releases them all', () => {
    const table = junction('nesw', [{ ends: 'v-n-left', begins: 'v-s', redS: 2 }])
    table.approaches[0]!.connections = [{ exit: 'e', group: 'v-n-left' }]
    expect(movementsConflict(table, way('n>s'), way('s>n'))).toBe(true)
  })

  it('conflict when one of them is unknown', () => {
    expect(movementsConflict(junction('nesw'), way('n>s'), way('s>x'))).toBe(true)
  })
})
