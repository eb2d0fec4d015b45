import type { JunctionTable, MovementState, Position } from '@clearway/contracts'

/** A street from west to east (approach `w`, exit `e`) and one across it (approach `n`, exit `s`), without walkers. */
export function crossroads(id: string, position: Position = { lon: 0, lat: 0 }): JunctionTable {
  const group = (approach: string) => ({
    id: `v-${approach}`,
    kind: 'vehicle' as const,
    approach,
    minGreenS: 7,
    greenFlashS: 0,
    yellowS: 3,
    clearanceS: 0,
  })
  const approach = (name: string, bearingDeg: number, exit: string) => ({
    id: name,
    name: { en: name },
    position,
    bearingDeg,
    lanes: 1,
    speedMps: 13.9,
    group: `v-${name}`,
    exits: [exit],
  })
  return {
    id,
    district: 'test',
    name: { en: id },
    position,
    provenance: 'synthetic',
    approaches: [approach('w', 90, 'e'), approach('n', 180, 's')],
    exits: [
      { id: 'e', name: { en: 'e' }, position, bearingDeg: 90 },
      { id: 's', name: { en: 's' }, position, bearingDeg: 180 },
    ],
    groups: [group('w'), group('n')],
    intergreens: [
      { ends: 'v-w', begins: 'v-n', redS: 2 },
      { ends: 'v-n', begins: 'v-w', redS: 2 },
    ],
    stages: [
      { id: 'A', groups: ['v-w'], greenS: 25 },
      { id: 'B', groups: ['v-n'], greenS: 25 },
    ],
    cycleS: 60,
    offsetS: 0,
    preempt: { minGreenS: 5, minDwellS: 5, maxPresenceS: 120 },
  }
}

export const groupStates = (green: 'v-w' | 'v-n' | undefined): Record<string, MovementState> => ({
  'v-w': green === 'v-w' ? 'protected-Movement-Allowed' : 'stop-And-Remain',
  'v-n': green === 'v-n' ? 'protected-Movement-Allowed' : 'stop-And-Remain',
})
