import { readFileSync } from 'node:fs'
import { InputError, type Random } from '@clearway/contracts'
import type { SumoPlan } from '@clearway/routing'

/** One trip of an emergency vehicle. */
export interface Mission {
  id: string
  /** Seconds of the simulation. */
  departS: number
  /** Edges of the network. */
  route: readonly string[]
}

/** Run k starts every trip so much later, so that the seeds differ in more than their drivers, s. */
const SHIFTS_S = [0, 23, 47, 71, 97]
const SHIFT_S = 24

export const shiftOf = (seed: number): number => SHIFTS_S[seed - 1] ?? (seed - 1) * SHIFT_S

/**
 * Reads missions: a list of `{ id, depart, route }`, departure in seconds, the route as edges of the network.
 *
 * @throws InputError `missions` naming entry and field
 */
export function readMissions(file: string, plan: SumoPlan): Mission[] {
  const refuse = (field: string, reason: string) => {
    const message = `${field} ${reason}`
    return new InputError('missions', `${file}: ${message}`, [{ field, message }])
  }
  let list: unknown
  try {
    list = JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    throw refuse('missions', `cannot be read: ${(error as Error).message}`)
  }
  if (!Array.isArray(list) || list.length === 0) throw refuse('missions', 'is no list of trips, or an empty one')
  const missions = list.map((item: Record<string, unknown>, i): Mission => {
    const { id = i, depart, route } = item ?? {}
    if (typeof depart !== 'number' || !(depart >= 0)) throw refuse(`[${i}].depart`, `${depart} is no second, from 0 on`)
    if (!Array.isArray(route) || route.length === 0) throw refuse(`[${i}].route`, 'is no list of edges')
    const unknown = route.find((edge) => !plan.edges.has(edge))
    if (unknown !== undefined) throw refuse(`[${i}].route`, `has "${unknown}", which is no edge of the network`)
    return { id: String(id), departS: depart, route: route as string[] }
  })
  if (new Set(missions.map(({ id }) => id)).size < missions.length) throw refuse('missions', 'has an id twice')
  return missions
}

/** A trip of the demand. */
export interface DemandTrip {
  id: string
  departS: number
  route: readonly string[]
  /** Of its type, where that has one, m/s. */
  topSpeedMps?: number
}

/** Trips by fewer signals tell little. */
const LEAST_SIGNALS = 3

/**
 * Missions along trips of the demand, spread over its middle, where the network is full.
 *
 * @param togetherAtS they all depart then instead
 * @throws InputError `missions` when no trip passes enough signals
 */
export function generateMissions(
  demand: readonly DemandTrip[],
  plan: SumoPlan,
  count: number,
  random: Random,
  togetherAtS?: number,
): Mission[] {
  const stopped = new Set(
    [...plan.signals.values()].flatMap(({ links }) => links.filter(({ approach }) => approach).map((l) => l.fromEdge)),
  )
  const signals = ({ route }: DemandTrip) => route.slice(0, -1).filter((edge) => stopped.has(edge)).length
  const eligible = demand.filter((trip) => signals(trip) >= LEAST_SIGNALS && trip.route.every((e) => plan.arcOf.has(e)))
  if (eligible.length === 0) {
    const message = `no trip of the demand passes ${LEAST_SIGNALS} signals; give missions`
    throw new InputError('missions', message, [{ field: 'missions', message }])
  }
  const departures = demand.map(({ departS }) => departS)
  const [firstS, lastS] = [departures.reduce((a, b) => Math.min(a, b)), departures.reduce((a, b) => Math.max(a, b))]
  const [fromS, spanS] = [firstS + (lastS - firstS) / 6, ((lastS - firstS) * 2) / 3]
  return Array.from({ length: count }, (_, i): Mission => {
    const { route } = eligible[Math.floor(random.next() * eligible.length)]!
    return { id: String(i), departS: togetherAtS ?? Math.round(fromS + (spanS * i) / count), route }
  })
}
