import type { DetectorFlow, DetectorReading, Device } from '@clearway/contracts'
import { vehicleSpacingM } from '@clearway/routing'
import type { JournalEntry } from '../ingest/entry.ts'
import { DetectorHistory } from './detector-history.ts'

/** Traffic on one approach, per lane. */
export interface ApproachTraffic {
  /** Standing vehicles per lane. */
  queue: number
  /** Arrivals, veh/h per lane. */
  arrivalFlow: number
}

/** What a planner asks of the detectors. */
export type QueueSource = Pick<DetectorBoard, 'traffic' | 'usualQueue'>

/** For a planner that is to know nothing of the traffic. */
export const noQueues: QueueSource = { traffic: () => ({ queue: 0, arrivalFlow: 0 }), usualQueue: () => 0 }

/** A reading older than this says nothing about the queue now, ms. */
const usableMs = 120_000

/** The usual queue is that of the last cycles: what is older counts less and less, ms. */
const usualOverMs = 180_000

/** Vehicles per hour of one report. */
export const flowVehPerH = ({ count, periodS }: DetectorFlow): number => (count * 3600) / periodS

/** The last report of every detector. A detector `{junction}-{approach}` watches one approach. */
export class DetectorBoard {
  readonly history = new DetectorHistory()
  readonly #readings = new Map<string, { reading: DetectorReading; atMs: number; receivedMs: number }>()
  /** Mean queue of late by detector and group, vehicles per lane. */
  readonly #usual = new Map<string, { vehicles: number; atMs: number }>()
  readonly #find: (device: string) => Device | undefined

  constructor(find: (device: string) => Device | undefined) {
    this.#find = find
  }

  /** Takes one `detector/flow`. @returns the reading now shown, undefined when the report is older than it */
  report(entry: JournalEntry): DetectorReading | undefined {
    const before = this.#readings.get(entry.device)
    // What was heard long ago no longer says how the clock stood: it may have been set back since.
    const recent = before !== undefined && entry.receivedMs - before.receivedMs <= usableMs
    if (recent && entry.atMs <= before.atMs) return undefined
    const flow = entry.body as DetectorFlow
    const device = this.#find(entry.device)
    const reading: DetectorReading = {
      id: entry.device,
      ...(device?.junction && { junction: device.junction }),
      ...(device?.position && { position: device.position }),
      at: flow.at,
      flowVehPerH: flowVehPerH(flow),
      ...(flow.speedMps !== undefined && { speedMps: flow.speedMps }),
      occupancy: flow.occupancy,
      ...(flow.queueM !== undefined && { queueM: flow.queueM }),
      ...(flow.groupQueuesM && { groupQueuesM: flow.groupQueuesM }),
    }
    this.#readings.set(entry.device, { reading, atMs: entry.atMs, receivedMs: entry.receivedMs })
    this.#learn(reading, entry.receivedMs)
    this.history.add(entry.device, flow, entry.receivedMs)
    return reading
  }

  /** Standing vehicles per lane before a signal group in the last minutes; 0 where no detector has reported lately. */
  usualQueue(junction: string, approach: string, group: string, nowMs: number): number {
    const device = `${junction}-${approach}`
    const known = this.#usual.get(`${device} ${group}`) ?? this.#usual.get(device)
    return known && nowMs - known.atMs <= usableMs ? known.vehicles : 0
  }

  #learn({ id, queueM = 0, groupQueuesM = {} }: DetectorReading, nowMs: number): void {
    const queues = [
      [id, queueM] as const,
      ...Object.entries(groupQueuesM).map(([group, m]) => [`${id} ${group}`, m] as const),
    ]
    for (const [key, metres] of queues) {
      const vehicles = metres / vehicleSpacingM
      const before = this.#usual.get(key)
      const share = before ? 1 - Math.exp(-Math.max(0, nowMs - before.atMs) / usualOverMs) : 1
      this.#usual.set(key, { vehicles: (before?.vehicles ?? 0) * (1 - share) + vehicles * share, atMs: nowMs })
    }
  }

  readings(): DetectorReading[] {
    return [...this.#readings.values()].map(({ reading }) => reading)
  }

  /**
   * Queue and arrivals on an approach; nothing of either where no detector has reported lately.
   *
   * @param group the signal group whose queue is asked for, where the detector tells them apart
   */
  traffic(junction: string, approach: string, lanes: number, nowMs: number, group?: string): ApproachTraffic {
    const known = this.#readings.get(`${junction}-${approach}`)
    if (!known || nowMs - known.receivedMs > usableMs) return { queue: 0, arrivalFlow: 0 }
    const { groupQueuesM = {}, flowVehPerH: flow } = known.reading
    const queueM = (group === undefined ? undefined : groupQueuesM[group]) ?? known.reading.queueM ?? 0
    return { queue: queueM / vehicleSpacingM, arrivalFlow: flow / lanes }
  }
}
