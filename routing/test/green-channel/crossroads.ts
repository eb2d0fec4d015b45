import type { JunctionTable, MovementState } from '@clearway/contracts'

/**
 * Two streets crossing: approaches `n`, `s` share stage A and `e`, `w` stage B; each arm has a pedestrian crossing that
 * runs with the stage along it. Vehicle minimum 7 s, flash 3, yellow 3, all-red 2; walk 7 s, clearance 12, red 1.
 */
export function crossroads(id: string, position = { lon: 8.69, lat: 49.41 }): JunctionTable {
  const arms = ['n', 'e', 's', 'w'] as const
  const bearing = { n: 180, e: 270, s: 0, w: 90 }
  const vertical = (arm: string) => arm === 'n' || arm === 's'
  const groups = arms.flatMap((arm) => [
    {
      id: `v-${arm}`,
      kind: 'vehicle' as const,
      approach: arm,
      minGreenS: 7,
      greenFlashS: 3,
      yellowS: 3,
      clearanceS: 0,
    },
    {
      id: `p-${arm}`,
      kind: 'pedestrian' as const,
      approach: arm,
      minGreenS: 7,
      greenFlashS: 0,
      yellowS: 0,
      clearanceS: 12,
    },
  ])
  // Vehicles of one street conflict with those of the other and with who crosses their own arm.
  const streets = (group: string) => vertical(group.slice(2))
  const conflicts = (a: string, b: string) =>
    a[0] === 'v' && b[0] === 'v' ? streets(a) !== streets(b) : a[0] !== b[0] && streets(a) === streets(b)
  const intergreens = groups.flatMap(({ id: ends, kind }) =>
    groups
      .filter(({ id: begins }) => conflicts(ends, begins))
      .map(({ id: begins }) => ({ ends, begins, redS: kind === 'vehicle' ? 2 : 1 })),
  )
  return {
    id,
    district: 'test',
    name: { en: id },
    position,
    provenance: 'synthetic',
    approaches: arms.map((arm) => ({
      id: arm,
      name: { en: arm },
      position,
      bearingDeg: bearing[arm],
      lanes: 1,
      speedMps: 13.9,
      group: `v-${arm}`,
      exits: arms.filter((other) => other !== arm),
    })),
    exits: arms.map((arm) => ({ id: arm, name: { en: arm }, position, bearingDeg: (bearing[arm] + 180) % 360 })),
    groups,
    intergreens,
    stages: [
      { id: 'A', groups: ['v-n', 'v-s', 'p-e', 'p-w'], greenS: 27 },
      { id: 'B', groups: ['v-e', 'v-w', 'p-n', 'p-s'], greenS: 17 },
    ],
    cycleS: 60,
    offsetS: 0,
    preempt: { minGreenS: 5, minDwellS: 5, maxPresenceS: 120 },
  }
}

/** Movement states of `table` with the named groups green and all others red. */
export const showing = (table: JunctionTable, ...green: string[]): Record<string, MovementState> =>
  Object.fromEntries(
    table.groups.map(({ id }) => [id, green.includes(id) ? 'protected-Movement-Allowed' : 'stop-And-Remain']),
  )
