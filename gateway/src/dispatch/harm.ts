import type { JunctionHarm } from '@clearway/contracts'
import type { DetectorSample } from '../signals/detector-history.ts'

/** What was heard of one approach. */
export interface HeardApproach {
  lanes: number
  /** Oldest first, from some cycles before the call. */
  samples: readonly DetectorSample[]
}

/** One time in which a junction worked for a mission, ms on our clock. */
export interface ServedCall {
  /** From the first message until the plan ran in step again. */
  calledMs: number
  endMs: number
  /** When the mission's own movement was shown green for it. */
  greens: readonly { fromMs: number; toMs: number }[]
}

/** How the delay of side streets is estimated, as it stands in the record. */
export const SIDE_DELAY_ESTIMATE =
  'queues before the stop lines of the approaches that were not served, from the call until the plan ran in step again, less the mean of those at the same time of the cycle one to three cycles before the call; longest lane of each signal group, times lanes; what is less than usual is set off within a junction, and nothing is gained'

/** A reading says nothing of an instant so long after it, ms. */
const saysForMs = 60_000
/** The cycles before the call that are compared. */
const comparedCycles = 3

/**
 * What a pre-emption cost the others at one junction, as far as its detectors tell.
 *
 * @param served the approach that the vehicle came from
 * @param others those that were not released together with it
 * @param cycleS cycle of the junction's plan
 */
export function harmOf(
  call: ServedCall,
  served: HeardApproach,
  others: readonly HeardApproach[],
  cycleS: number,
): JunctionHarm {
  return {
    wastedGreenS: wastedGreenS(call.greens, served.samples),
    sideDelayVehS: sideDelayVehS(call, others, cycleS),
    longestSideQueueM: longestQueueM(call, others),
  }
}

/** Seconds of green in whose reports nobody crossed the stop line; null where no report tells of the green. */
function wastedGreenS(greens: ServedCall['greens'], samples: readonly DetectorSample[]): number | null {
  if (greens.length === 0) return 0
  let [heardMs, emptyMs] = [0, 0]
  for (const { atMs, periodS, count } of samples) {
    const beganMs = atMs - periodS * 1000
    const shownMs = greens.reduce(
      (sum, { fromMs, toMs }) => sum + Math.max(0, Math.min(atMs, toMs) - Math.max(beganMs, fromMs)),
      0,
    )
    heardMs += shownMs
    if (count === 0) emptyMs += shownMs
  }
  return heardMs === 0 ? null : tenths(emptyMs / 1000)
}

/** Vehicle seconds, ≥ 0; null where no other approach was heard both before and after the call. */
function sideDelayVehS(call: ServedCall, others: readonly HeardApproach[], cycleS: number): number | null {
  const delays = others.flatMap((approach) => excessVehS(call, approach, cycleS) ?? [])
  return delays.length === 0 ? null : tenths(Math.max(0, sum(delays)))
}

/** Vehicle seconds more than usual on one approach, below 0 where less stood there; undefined where it was not heard. */
function excessVehS({ calledMs, endMs }: ServedCall, { lanes, samples }: HeardApproach, cycleS: number) {
  let fromMs = calledMs
  let [vehicleS, known] = [0, false]
  for (const { atMs, queue } of samples) {
    if (atMs <= calledMs || atMs > endMs) continue
    const usual = usualQueue(samples, atMs, calledMs, cycleS)
    if (queue !== undefined && usual !== undefined) {
      vehicleS += ((queue - usual) * lanes * Math.min(saysForMs, atMs - fromMs)) / 1000
      known = true
    }
    fromMs = atMs
  }
  return known ? vehicleS : undefined
}

/** Vehicles a lane that stood at the same time of the cycle in the last cycles before the call. */
function usualQueue(samples: readonly DetectorSample[], atMs: number, calledMs: number, cycleS: number) {
  const cycleMs = cycleS * 1000
  const first = Math.max(1, Math.ceil((atMs - calledMs) / cycleMs))
  const before = Array.from({ length: comparedCycles }, (_, k) => atMs - (first + k) * cycleMs)
  const queues = before.flatMap((instantMs) => queueAt(samples, instantMs) ?? [])
  return queues.length === 0 ? undefined : sum(queues) / queues.length
}

function queueAt(samples: readonly DetectorSample[], atMs: number): number | undefined {
  const last = samples.findLast((sample) => sample.atMs <= atMs)
  return last && atMs - last.atMs <= saysForMs ? last.queue : undefined
}

function longestQueueM({ calledMs, endMs }: ServedCall, others: readonly HeardApproach[]): number | null {
  const queues = others.flatMap(({ samples }) =>
    samples.filter(({ atMs }) => atMs > calledMs && atMs <= endMs).flatMap(({ queueM }) => queueM ?? []),
  )
  return queues.length === 0 ? null : tenths(Math.max(...queues))
}

/** Of several junctions together: sums, and the longest queue; null where none is known. */
export function harmInSum(harms: readonly JunctionHarm[]): JunctionHarm {
  const known = (of: (harm: JunctionHarm) => number | null) => harms.flatMap((harm) => of(harm) ?? [])
  const all = (values: number[], join: (values: number[]) => number) =>
    values.length === 0 ? null : tenths(join(values))
  return {
    wastedGreenS: all(
      known((harm) => harm.wastedGreenS),
      sum,
    ),
    sideDelayVehS: all(
      known((harm) => harm.sideDelayVehS),
      sum,
    ),
    longestSideQueueM: all(
      known((harm) => harm.longestSideQueueM),
      (values) => Math.max(...values),
    ),
  }
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
const tenths = (value: number): number => Math.round(value * 10) / 10
