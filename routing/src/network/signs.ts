import type { CarPark, JunctionTable, Sign } from '@clearway/contracts'
import { departureBearing, pointOnArc } from './arc-shape.ts'
import { bearingDeg, distanceBetweenM, turnDeg } from './geodesy.ts'
import { localName } from './local-name.ts'
import { arcFlag, type RoadNetwork, roadClasses } from './road-network.ts'
import { snap } from './snap.ts'

/** A driver needs so much road to read a sign, decide and change lanes. */
const AHEAD_M = 250
/** A street farther from a car park than this does not lead to it. */
const STREET_REACH_M = 300
const DIVERSION_SIGNS = 20
/** Diversion signs nearer to each other than this would say the same thing. */
const APART_M = 500
const SECONDARY = roadClasses.indexOf('secondary')
const SERVICE = roadClasses.indexOf('service')

/** Synthetic signs: one ahead of each car park, and about twenty ahead of the biggest junctions. */
export function signsFor(
  network: RoadNetwork,
  carParks: readonly CarPark[],
  junctions: readonly JunctionTable[],
): Sign[] {
  const atLots = carParks.flatMap((lot): Sign[] => {
    const near = snap(network, lot.position, STREET_REACH_M)
    const street = near.find(({ arc }) => network.roadClass[arc]! < SERVICE) ?? near[0]
    if (!street) return []
    return [{ id: `sign-${lot.id}`, name: lot.name, lot: lot.id, ...upstream(network, street.arc, street.offsetM) }]
  })
  return [...atLots, ...diversionSigns(network, junctions)]
}

function diversionSigns(network: RoadNetwork, junctions: readonly JunctionTable[]): Sign[] {
  const size = (table: JunctionTable) => table.approaches.reduce((sum, { lanes }) => sum + lanes, 0)
  const biggest = junctions.filter(({ approaches }) => approaches.length >= 3).toSorted((a, b) => size(b) - size(a))
  const signs: Sign[] = []
  for (const table of biggest) {
    const approach = network.approaches.find(
      ({ junction, arc }) => junction === table.id && network.roadClass[arc]! <= SECONDARY,
    )
    if (!approach || signs.length === DIVERSION_SIGNS) continue
    const place = upstream(network, approach.arc, network.lengthM[approach.arc]!)
    if (signs.some(({ position }) => distanceBetweenM(position, place.position) < APART_M)) continue
    const street = network.streetNames[network.street[approach.arc]!]!
    const name = street === '' ? table.name : localName(street)
    signs.push({ id: `sign-${table.id}-${approach.approach}`, name, ...place })
  }
  return signs
}

/** A point `AHEAD_M` before a point on an arc, driving backwards along the straightest road. */
function upstream(network: RoadNetwork, arc: number, offsetM: number): Pick<Sign, 'position' | 'bearingDeg'> {
  let here = arc
  let left = AHEAD_M - offsetM
  const seen = new Set([arc])
  while (left > 0) {
    const before = straightestInto(network, here)
    if (before === undefined || seen.has(before)) break
    seen.add(before)
    here = before
    left -= network.lengthM[here]!
  }
  const at = Math.max(0, -left)
  const position = pointOnArc(network, here, at)
  const ahead = pointOnArc(network, here, Math.min(network.lengthM[here]!, at + 10))
  const moved = ahead.lon !== position.lon || ahead.lat !== position.lat
  const bearing = moved ? bearingDeg(position.lon, position.lat, ahead.lon, ahead.lat) : departureBearing(network, here)
  return { position, bearingDeg: bearing }
}

/** The ordinary arc that leads into the tail of `arc` with the least turn. Arcs into a node reverse those out of it. */
function straightestInto(network: RoadNetwork, arc: number): number | undefined {
  const node = network.tail[arc]!
  const onward = departureBearing(network, arc)
  let best: { arc: number; turn: number } | undefined
  for (let out = network.firstOut[node]!; out < network.firstOut[node + 1]!; out++) {
    const into = network.reverse[out]!
    if (out === arc || into < 0 || (network.flags[into]! & (arcFlag.contraflow | arcFlag.emergencyOnly)) !== 0) continue
    const turn = Math.abs(turnDeg(departureBearing(network, out), (onward + 180) % 360))
    if (!best || turn < best.turn) best = { arc: into, turn }
  }
  return best?.arc
}
