import { type Random, seededRandom } from '@clearway/contracts'
import type { RoadNetwork } from '../../src/network/road-network.ts'
import { type DrawnRoads, roads } from '../roads.ts'
import { gauss } from './noisy-trace.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/** A grid of streets of 50 km/h, two ways, 300 m apart. */
export function grid(side: number): DrawnRoads {
  const name = (x: number, y: number) => `N${y * side + x}`
  const lines: string[] = []
  const places: Record<string, [number, number]> = {}
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      places[name(x, y)] = [300 * x, 300 * y]
      if (x + 1 < side) lines.push(`${name(x, y)}-${name(x + 1, y)} 21.6s`)
      if (y + 1 < side) lines.push(`${name(x, y)}-${name(x, y + 1)} 21.6s`)
    }
  }
  return roads(lines.join(', '), '', places)
}

/**
 * A made-up truth: what driving takes over free driving on each arc at each instant, UTC. Rush hours on weekdays that
 * differ from arc to arc, days that are slow everywhere, jams of half an hour now and then.
 */
export function syntheticTraffic(network: RoadNetwork, seed: number): (arc: number, atMs: number) => number {
  const root = seededRandom(seed)
  const strength = Array.from({ length: network.arcCount }, (_, arc) => 0.3 + 1.6 * root.fork(`arc ${arc}`).next())
  const inwards = Array.from({ length: network.arcCount }, (_, arc) => root.fork(`way ${arc}`).next() < 0.5)
  const ofDay = (label: string, day: number): Random => root.fork(`${label} ${day}`)
  return (arc, atMs) => {
    const day = Math.floor(atMs / DAY_MS)
    const hour = (atMs % DAY_MS) / HOUR_MS
    // 1 January 1970 was a Thursday.
    const weekday = (day + 3) % 7
    const peak = (at: number, width: number) => Math.exp(-0.5 * ((hour - at) / width) ** 2)
    const morning = inwards[arc] ? 1 : 0.4
    const week = morning * peak(8, 0.9) + (1.4 - morning) * peak(17.5, 1.2)
    const shape = weekday < 5 ? week : weekday === 5 ? 0.6 * peak(13, 2.5) : 0.25 * peak(16, 2.5)
    const common = Math.exp(0.25 * gauss(ofDay('day', day)))
    const own = Math.exp(0.2 * gauss(ofDay(`day of ${arc}`, day)))
    const jam = ofDay(`jam of ${arc}`, day)
    const isJam = jam.next() < 0.1 && Math.abs(hour - 24 * jam.next()) < 0.4
    return 1 + strength[arc]! * shape * common * own + (isJam ? 2 : 0)
  }
}
