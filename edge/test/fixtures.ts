import { cycleOf, type Intergreen, type JunctionTable, type SignalGroup, type Stage } from '@clearway/contracts'

const district = 'lixia'
const position = { lon: 117.02, lat: 36.67 }
const preempt = { minGreenS: 4, minDwellS: 5, maxPresenceS: 60 }

const vehicle = (approach: string, greenFlashS: number): SignalGroup => ({
  id: `v-${approach}`,
  kind: 'vehicle',
  approach,
  minGreenS: 7,
  greenFlashS,
  yellowS: 3,
  clearanceS: 0,
})

const walk = (approach: string, clearanceS: number): SignalGroup => ({
  id: `p-${approach}`,
  kind: 'pedestrian',
  approach,
  minGreenS: 6,
  greenFlashS: 0,
  yellowS: 0,
  clearanceS,
})

/** Both orders of a conflicting pair; vehicles and walkers may need different all-reds. */
const conflict = (a: string, b: string, afterA: number, afterB = afterA): Intergreen[] => [
  { ends: a, begins: b, redS: afterA },
  { ends: b, begins: a, redS: afterB },
]

interface Arms {
  id: string
  bearings: Record<string, number>
  groups: SignalGroup[]
  intergreens: Intergreen[]
  stages: Stage[]
  offsetS: number
}

function junction({ id, bearings, groups, intergreens, stages, offsetS }: Arms): JunctionTable {
  const arms = Object.keys(bearings)
  const table: JunctionTable = {
    id,
    district,
    name: { en: id },
    position,
    provenance: 'synthetic',
    approaches: arms.map((arm) => ({
      id: arm,
      name: { en: arm },
      position,
      bearingDeg: bearings[arm] as number,
      lanes: 2,
      speedMps: 13.9,
      group: `v-${arm}`,
      exits: arms.filter((other) => other !== arm),
    })),
    exits: arms.map((arm) => ({
      id: arm,
      name: { en: arm },
      position,
      bearingDeg: ((bearings[arm] as number) + 180) % 360,
    })),
    groups,
    intergreens,
    stages,
    cycleS: 60,
    offsetS,
    preempt: { ...preempt },
  }
  return { ...table, cycleS: cycleOf(table) }
}

/** Four arms, walkers over each, green flash: people cross an arm while the other road has green. */
export const crossing = (): JunctionTable => {
  const conflicts = [
    ...['v-n', 'v-s'].flatMap((a) => ['v-e', 'v-w'].flatMap((b) => conflict(a, b, 2))),
    ...['v-n', 'v-s'].flatMap((a) => ['p-n', 'p-s'].flatMap((b) => conflict(a, b, 2, 1))),
    ...['v-e', 'v-w'].flatMap((a) => ['p-e', 'p-w'].flatMap((b) => conflict(a, b, 3, 1))),
  ]
  return junction({
    id: 'j-crossing',
    bearings: { n: 180, e: 270, s: 0, w: 90 },
    groups: [
      ...['n', 'e', 's', 'w'].map((arm) => vehicle(arm, 3)),
      ...['n', 'e', 's', 'w'].map((arm) => walk(arm, 12)),
    ],
    intergreens: conflicts,
    stages: [
      { id: 's1', groups: ['v-n', 'v-s', 'p-e', 'p-w'], greenS: 25 },
      { id: 's2', groups: ['v-e', 'v-w', 'p-n', 'p-s'], greenS: 18 },
    ],
    offsetS: 17,
  })
}

/** Three arms without green flash; the side road has a stage of its own, and `v-e` runs on through two stages. */
export const tee = (): JunctionTable =>
  junction({
    id: 'j-tee',
    bearings: { e: 270, w: 90, s: 0 },
    groups: [vehicle('e', 0), vehicle('w', 0), vehicle('s', 0), walk('e', 9)],
    intergreens: [
      ...conflict('v-e', 'v-s', 1.5),
      ...conflict('v-w', 'v-s', 2.5),
      ...conflict('v-e', 'p-e', 1, 0.5),
      ...conflict('v-w', 'p-e', 3, 1),
    ],
    stages: [
      { id: 's1', groups: ['v-e', 'v-w'], greenS: 20 },
      { id: 's2', groups: ['v-e'], greenS: 8 },
      { id: 's3', groups: ['v-s', 'p-e'], greenS: 12 },
    ],
    offsetS: 0,
  })

/** Walkers over a straight road; its greens are at their minimums, so it finds back to its clock by lengthening only. */
export const midBlock = (): JunctionTable => {
  const table = junction({
    id: 'j-mid-block',
    bearings: { e: 270, w: 90 },
    groups: [vehicle('e', 0), vehicle('w', 0), walk('e', 14)],
    intergreens: [...conflict('v-e', 'p-e', 1), ...conflict('v-w', 'p-e', 1)],
    stages: [
      { id: 's1', groups: ['v-e', 'v-w'], greenS: 7 },
      { id: 's2', groups: ['p-e'], greenS: 6 },
    ],
    offsetS: 5,
  })
  return table
}

/** A tee whose left turn into the side road has a group of its own, green after the straight traffic from the other side. */
export const teeWithLeft = (): JunctionTable => {
  const table = tee()
  const east = table.approaches.find(({ id }) => id === 'e') as JunctionTable['approaches'][0]
  const stages = [
    { id: 's1', groups: ['v-e', 'v-w'], greenS: 20 },
    { id: 's2', groups: ['v-e', 'l-e'], greenS: 9 },
    { id: 's3', groups: ['v-s', 'p-e'], greenS: 12 },
  ]
  east.connections = [{ exit: 's', group: 'l-e' }]
  const turning = {
    ...table,
    groups: [...table.groups, { ...vehicle('e', 0), id: 'l-e' }],
    intergreens: [
      ...table.intergreens,
      ...conflict('l-e', 'v-w', 2),
      ...conflict('l-e', 'v-s', 2),
      ...conflict('l-e', 'p-e', 1),
    ],
    stages,
  }
  return { ...turning, cycleS: cycleOf(turning) }
}

/** Four arms, left turns in lanes and stages of their own, as on wide Chinese roads; pre-emption serves movements. */
export const fourStages = (): JunctionTable => {
  const arms = ['n', 'e', 's', 'w']
  const [vertical, across] = [
    ['n', 's'],
    ['e', 'w'],
  ]
  const left = { n: 'e', e: 's', s: 'w', w: 'n' } as Record<string, string>
  const of = (arms: readonly string[]) => arms.flatMap((arm) => [`v-${arm}`, `l-${arm}`])
  const table = junction({
    id: 'j-four-stages',
    bearings: { n: 180, e: 270, s: 0, w: 90 },
    groups: arms.flatMap((arm) => [vehicle(arm, 0), { ...vehicle(arm, 0), id: `l-${arm}` }]),
    intergreens: [
      ...of(vertical!).flatMap((a) => of(across!).flatMap((b) => conflict(a, b, 2))),
      ...conflict('v-n', 'l-s', 2),
      ...conflict('v-s', 'l-n', 2),
      ...conflict('v-e', 'l-w', 2),
      ...conflict('v-w', 'l-e', 2),
    ],
    stages: [
      { id: 's1', groups: ['v-n', 'v-s'], greenS: 25 },
      { id: 's2', groups: ['l-n', 'l-s'], greenS: 12 },
      { id: 's3', groups: ['v-e', 'v-w'], greenS: 25 },
      { id: 's4', groups: ['l-e', 'l-w'], greenS: 12 },
    ],
    offsetS: 0,
  })
  return {
    ...table,
    approaches: table.approaches.map((one) => ({
      ...one,
      connections: [{ exit: left[one.id] as string, group: `l-${one.id}` }],
    })),
    preempt: { ...preempt, serves: 'movement' },
  }
}

/** The table with a detector for every group, `d-` and its id: a loop, or a push button. */
export function actuated(table: JunctionTable, operation: 'coordinated' | 'free'): JunctionTable {
  return {
    ...table,
    operation,
    groups: table.groups.map((group) =>
      group.kind === 'vehicle' ? { ...group, maxGreenS: 40, passageS: 3 } : { ...group },
    ),
    detectors: table.groups.map(({ id, kind }) => ({ id: `d-${id}`, kind, groups: [id] })),
  }
}

export const tables: readonly (() => JunctionTable)[] = [crossing, tee, midBlock]
