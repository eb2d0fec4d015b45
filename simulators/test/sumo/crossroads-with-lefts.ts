import { type Approach, cycleOf, type JunctionTable } from '@clearway/contracts'
import type { SumoPlan } from '@clearway/routing'

const arms = ['n', 'e', 's', 'w'] as const
/** Direction of travel of who comes from there. */
const bearingDeg = { n: 180, e: 270, s: 0, w: 90 }
const place = { lon: 117, lat: 36 }
const name = { en: 'a crossing' }

/** Four arms of three lanes each way: straight on and left by signals of their own, right turns never stopped. */
export function crossroadsWithLefts(straightS: number, leftS: number): JunctionTable {
  const exit = (from: number, clockwise: number) => `to-${arms[(from + clockwise) % 4]}`
  const approaches = arms.map(
    (arm, i): Approach => ({
      ...{ id: arm, name, position: place, bearingDeg: bearingDeg[arm], lanes: 3, speedMps: 11, group: `s-${arm}` },
      exits: [exit(i, 1), exit(i, 2), exit(i, 3)],
      connections: [
        { exit: exit(i, 1), group: `l-${arm}` },
        { exit: exit(i, 3), group: `r-${arm}` },
      ],
    }),
  )
  const groups = arms.flatMap((approach) =>
    ['s', 'l', 'r'].map((turn) => ({
      ...{ id: `${turn}-${approach}`, approach, kind: 'vehicle' as const, minGreenS: 7 },
      ...{ greenFlashS: 0, yellowS: 3, clearanceS: 0 },
    })),
  )
  const right = arms.map((arm) => `r-${arm}`)
  const together = [
    ['s-n', 's-s'],
    ['l-n', 'l-s'],
    ['s-e', 's-w'],
    ['l-e', 'l-w'],
  ] as const
  const stages = together.map((ids, i) => ({
    ...{ id: `s${i + 1}`, groups: [...ids, ...right], greenS: i % 2 === 0 ? straightS : leftS },
  }))
  const stopped = groups.filter(({ id }) => !right.includes(id))
  const goes = (a: string, b: string) =>
    together.some((ids) => [a, b].every((id) => (ids as readonly string[]).includes(id)))
  const intergreens = stopped.flatMap((a) =>
    stopped
      .filter((b) => a.approach !== b.approach && !goes(a.id, b.id))
      .map((b) => ({ ends: a.id, begins: b.id, redS: 2 })),
  )
  const table: JunctionTable = {
    ...{ id: 'j-1', district: 'test', name, position: place, provenance: 'synthetic', approaches },
    exits: arms.map((arm) => ({ id: `to-${arm}`, name, position: place, bearingDeg: (bearingDeg[arm] + 180) % 360 })),
    ...{ groups, intergreens, stages, cycleS: 0, offsetS: 0 },
    preempt: { serves: 'movement', minGreenS: 7, minDwellS: 5, maxPresenceS: 120 },
  }
  return { ...table, cycleS: cycleOf(table) }
}

/** Its lanes: three of 4 m in and three out of every arm. */
export function lanesOf(table: JunctionTable): SumoPlan {
  const lanes = Array.from({ length: 3 }, () => ({ lengthM: 300, speedMps: 11, widthM: 4 }))
  const links = table.approaches.flatMap(({ id: approach, exits }) =>
    exits.map((exit, linkIndex) => ({
      ...{ linkIndex, fromEdge: `in-${approach}`, fromLane: linkIndex, toEdge: exit, approach, group: undefined, exit },
    })),
  )
  const edges = new Map(links.flatMap(({ fromEdge, toEdge }) => [fromEdge, toEdge]).map((edge) => [edge, { lanes }]))
  const signals = new Map([[table.id, { id: 'tl-1', program: undefined, links }]])
  return { edges, signals } as unknown as SumoPlan
}
