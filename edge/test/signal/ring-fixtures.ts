import {
  type Intergreen,
  type JunctionTable,
  nominalStages,
  type RingPlan,
  type SignalGroup,
} from '@clearway/contracts'

const position = { lon: 117.02, lat: 36.67 }

interface Drive {
  approach: string
  minGreenS: number
  maxGreenS: number
  yellowS: number
  redS: number
}

const main = { minGreenS: 8, maxGreenS: 40, yellowS: 4, redS: 2 }
const cross = { minGreenS: 7, maxGreenS: 30, yellowS: 3, redS: 2 }
const left = { minGreenS: 5, maxGreenS: 15, yellowS: 3, redS: 1 }

const drives: Record<string, Drive> = {
  'v-w': { approach: 'w', ...main },
  'v-e': { approach: 'e', ...main },
  'v-n': { approach: 'n', ...cross },
  'v-s': { approach: 's', ...cross },
  'l-w': { approach: 'w', ...left },
  'l-e': { approach: 'e', ...left },
  'l-n': { approach: 'n', ...left },
  'l-s': { approach: 's', ...left },
  'r-n': { approach: 'n', ...cross },
}
const walks: Record<string, { approach: string; clearanceS: number }> = {
  'p-s': { approach: 's', clearanceS: 12 },
  'p-n': { approach: 'n', clearanceS: 12 },
  'p-w': { approach: 'w', clearanceS: 15 },
  'p-e': { approach: 'e', clearanceS: 15 },
}

/** Who must not be green with whom; the other order follows. */
const against: Record<string, string> = {
  'v-w': 'l-e v-n l-n v-s l-s p-w p-e',
  'v-e': 'l-w v-n l-n v-s l-s r-n p-w p-e',
  'l-w': 'v-n l-n v-s l-s p-w p-n',
  'l-e': 'v-n l-n v-s l-s p-e p-s',
  'v-n': 'l-s p-n p-s',
  'v-s': 'l-n p-s p-n',
  'l-n': 'p-n p-e',
  'l-s': 'r-n p-s p-w',
  'r-n': 'p-n',
}

const redAfter = (id: string): number => drives[id]?.redS ?? 1

const intergreens = Object.entries(against).flatMap(([a, others]) =>
  others.split(' ').flatMap((b): Intergreen[] => [
    { ends: a, begins: b, redS: redAfter(a) },
    { ends: b, begins: a, redS: redAfter(b) },
  ]),
)

const groups: SignalGroup[] = [
  ...Object.entries(drives).map(
    ([id, { approach, minGreenS, maxGreenS, yellowS }]): SignalGroup => ({
      id,
      kind: 'vehicle',
      approach,
      minGreenS,
      maxGreenS,
      passageS: 3,
      greenFlashS: 0,
      yellowS,
      clearanceS: 0,
    }),
  ),
  ...Object.entries(walks).map(
    ([id, { approach, clearanceS }]): SignalGroup => ({
      id,
      kind: 'pedestrian',
      approach,
      minGreenS: 7,
      greenFlashS: 0,
      yellowS: 0,
      clearanceS,
    }),
  ),
]

const turns: Record<string, { bearingDeg: number; left: string; right: string }> = {
  w: { bearingDeg: 90, left: 'n', right: 's' },
  e: { bearingDeg: 270, left: 's', right: 'n' },
  n: { bearingDeg: 180, left: 'e', right: 'w' },
  s: { bearingDeg: 0, left: 'w', right: 'e' },
}

/**
 * Eight phases in two rings, cycle 100 s. The main street runs from west to east; walkers cross beside the through
 * phases; the right turn from the north (`r-n`) is an overlap of its own through phase and of the left turn it meets.
 *
 * ```
 *  ring 1   1 l-e 14   2 v-w 41   ‖   3 l-s 15   4 v-n 30   ‖
 *  ring 2   5 l-w 20   6 v-e 35   ‖   7 l-n 15   8 v-s 30   ‖
 * ```
 */
export function eightPhase(changes: Partial<JunctionTable> = {}): JunctionTable {
  const phase = (number: number, splitS: number, id: string, walk: string[] = [], more = {}) => ({
    number,
    groups: [id, ...walk],
    redS: redAfter(id),
    splitS,
    ...more,
  })
  const rings: RingPlan = {
    phases: [
      phase(1, 14, 'l-e'),
      phase(2, 41, 'v-w', ['p-s'], { coordinated: true }),
      phase(3, 15, 'l-s'),
      phase(4, 30, 'v-n', ['p-w']),
      phase(5, 20, 'l-w'),
      phase(6, 35, 'v-e', ['p-n'], { coordinated: true }),
      phase(7, 15, 'l-n'),
      phase(8, 30, 'v-s', ['p-e']),
    ],
    rings: [
      [
        [1, 2],
        [3, 4],
      ],
      [
        [5, 6],
        [7, 8],
      ],
    ],
    overlaps: [{ group: 'r-n', phases: [4, 5], redS: redAfter('r-n') }],
  }
  const table = {
    id: 'j-eight',
    district: 'lixia',
    name: { en: 'eight phases' },
    position,
    provenance: 'synthetic' as const,
    approaches: Object.entries(turns).map(([arm, { bearingDeg, left, right }]) => ({
      id: arm,
      name: { en: arm },
      position,
      bearingDeg,
      lanes: 3,
      speedMps: 13.9,
      group: `v-${arm}`,
      exits: Object.keys(turns).filter((other) => other !== arm),
      connections: [{ exit: left, group: `l-${arm}` }, ...(arm === 'n' ? [{ exit: right, group: 'r-n' }] : [])],
    })),
    exits: Object.entries(turns).map(([arm, { bearingDeg }]) => ({
      id: arm,
      name: { en: arm },
      position,
      bearingDeg: (bearingDeg + 180) % 360,
    })),
    groups: structuredClone(groups),
    intergreens: structuredClone(intergreens),
    rings,
    operation: 'coordinated' as const,
    detectors: [
      ...Object.keys(drives).map((id) => ({ id: `loop-${id}`, kind: 'vehicle' as const, groups: [id] })),
      ...Object.keys(walks).map((id) => ({ id: `button-${id}`, kind: 'pedestrian' as const, groups: [id] })),
    ],
    cycleS: 100,
    offsetS: 23,
    preempt: { minGreenS: 4, minDwellS: 5, maxPresenceS: 60 },
    priority: { maxExtensionS: 10, earlyGreen: true, reserviceS: 60 },
  }
  return { ...table, stages: nominalStages(table), ...changes }
}
