import { InputError } from '@clearway/contracts/errors'
import type { RoadNetwork } from '../network/road-network.ts'
import type { DrivenArc } from './matching/driven-path.ts'

/** What a detector on an arc counted in the period that ended at `atMs`. */
export interface FlowReading {
  arc: number
  atMs: number
  periodS: number
  /** Vehicles over all lanes. */
  count: number
  /** Mean speed of those vehicles where they crossed; absent when none did. */
  speedMps?: number
  /** Share of the period in which the detector was covered, 0–1. */
  occupancy: number
  /** Length of the queue upstream at the end of the period. */
  queueM?: number
}

/** One arc as a vehicle has driven it. */
export interface DriveReading extends DrivenArc {
  /**
   * How much faster this vehicle drives than others, ≥ 1: the factor of its profile on a mission, 1 in ordinary traffic.
   */
  speedFactor: number
}

type Range = readonly [least: number, most: number]

/** Faster than any road vehicle, 252 km/h. */
const FASTEST_MPS = 70
/** More than one vehicle a second and lane for the whole of a period has not been seen anywhere; room for double counts. */
const MOST_PER_LANE_S = 1.5
const EPOCH: Range = [0, Number.MAX_SAFE_INTEGER]

/** @throws InputError `flow-reading` naming the field and the value */
export function requireFlow(network: RoadNetwork, reading: FlowReading): void {
  const { arc, atMs, periodS, count, speedMps, occupancy, queueM } = reading
  requireArc('flow-reading', network, arc)
  const most = Math.ceil(MOST_PER_LANE_S * Math.max(1, network.lanes[arc]!) * periodS)
  requireRange('flow-reading', 'atMs', atMs, EPOCH)
  requireRange('flow-reading', 'periodS', periodS, [Number.MIN_VALUE, 3600])
  requireRange('flow-reading', 'count', count, [0, most])
  requireRange('flow-reading', 'occupancy', occupancy, [0, 1])
  if (speedMps !== undefined) requireRange('flow-reading', 'speedMps', speedMps, [0, FASTEST_MPS])
  if (queueM !== undefined) requireRange('flow-reading', 'queueM', queueM, [0, 20_000])
}

/** @throws InputError `drive-reading` naming the field and the value */
export function requireDrive(network: RoadNetwork, reading: DriveReading): void {
  const { arc, fromM, toM, entryMs, exitMs, standingMs, confidence, speedFactor } = reading
  requireArc('drive-reading', network, arc)
  const endM = network.lengthM[arc]! + 0.01
  requireRange('drive-reading', 'fromM', fromM, [0, endM])
  requireRange('drive-reading', 'toM', toM, [fromM, endM])
  requireRange('drive-reading', 'entryMs', entryMs, EPOCH)
  requireRange('drive-reading', 'exitMs', exitMs, [entryMs, Number.MAX_SAFE_INTEGER])
  requireRange('drive-reading', 'standingMs', standingMs, [0, exitMs - entryMs])
  requireRange('drive-reading', 'confidence', confidence, [0, 1])
  requireRange('drive-reading', 'speedFactor', speedFactor, [1, 3])
}

export function requireArc(code: string, { arcCount }: RoadNetwork, arc: number): void {
  if (Number.isInteger(arc) && arc >= 0 && arc < arcCount) return
  const message = `${arc} is not an arc of this network, which has ${arcCount} numbered from 0`
  throw new InputError(code, `arc ${message}`, [{ field: 'arc', message }])
}

/** NaN is in no range. */
export function requireRange(code: string, field: string, value: number, [least, most]: Range): void {
  if (value >= least && value <= most) return
  const message = `${value} is not between ${least} and ${most}; the reading was not used`
  throw new InputError(code, `${field} ${message}`, [{ field, message }])
}
