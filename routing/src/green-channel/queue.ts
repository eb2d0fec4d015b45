import { InputError } from '@clearway/contracts/errors'

/** Saturation flow of one lane, veh/h. Locally measured values lie between 1,500 and 1,900. */
export const saturationFlow = 1900
/** Start-up lost time ℓ, seconds. */
const startUpS = 2
/** Vehicles per km and lane in a standing queue. */
export const jamDensity = 140
/** Metres of queue per standing vehicle and lane. */
export const vehicleSpacingM = 1000 / jamDensity

function positive(field: string, value: number): void {
  if (value > 0) return
  throw new InputError('not-positive', `${field} is ${value}; it must be above 0`, [
    { field, message: `${value} is not above 0` },
  ])
}

/**
 * Seconds from start of green until the queue on an approach has cleared: T_q = ℓ + Q·3600/s, zero without a queue.
 *
 * @param queue vehicles per lane at start of green, arrivals while waiting included, ≥ 0
 * @param flow saturation flow s, veh/h per lane, > 0 (usual 1,500–1,900)
 * @throws InputError when `flow` ≤ 0
 * @see HCM, saturation flow and start-up lost time; docs/green-channel.md
 */
export function queueClearance(queue: number, flow = saturationFlow): number {
  positive('flow', flow)
  return queue <= 0 ? 0 : startUpS + (queue * 3600) / flow
}

export interface Traffic {
  /** Arrivals q, veh/h per lane. */
  arrivalFlow: number
  /** Free speed v, m/s. */
  speedMps: number
  /** Saturation flow s, veh/h per lane. */
  flow?: number
}

/** Speed of the back of a growing queue, m/s: w_s = q / (k_j − q/v). */
function stopWaveMps({ arrivalFlow, speedMps }: Traffic): number {
  const kmh = speedMps * 3.6
  return arrivalFlow / (jamDensity - arrivalFlow / kmh) / 3.6
}

/** Speed at which a queue dissolves, m/s: w_d = s / (k_j − k_m), k_m = s/v. */
function dischargeWaveMps({ speedMps, flow = saturationFlow }: Traffic): number {
  const kmh = speedMps * 3.6
  return flow / (jamDensity - flow / kmh) / 3.6
}

/**
 * Farthest reach of a queue behind the stop line, metres, over a red of length r and the discharge after it:
 * x_max = r·w_s·w_d / (w_d − w_s).
 *
 * @returns Infinity when the queue grows faster than it dissolves (w_s ≥ w_d)
 * @throws InputError when the speed or the saturation flow is not above 0
 * @see Lighthill, Whitham and Richards; docs/green-channel.md
 */
export function queueReach(redS: number, traffic: Traffic): number {
  positive('speedMps', traffic.speedMps)
  positive('flow', traffic.flow ?? saturationFlow)
  if (traffic.arrivalFlow <= 0 || redS <= 0) return 0
  const stop = stopWaveMps(traffic)
  const discharge = dischargeWaveMps(traffic)
  return stop >= discharge || stop < 0 ? Number.POSITIVE_INFINITY : (redS * stop * discharge) / (discharge - stop)
}

/**
 * Seconds after start of green until the last vehicle of a standing queue passes the stop line, by kinematic waves:
 * x_q/w_d + x_q/v with x_q = 1000·Q/k_j. Equals Q·3600/s of `queueClearance`.
 */
export function queueTailPasses(queue: number, traffic: Traffic): number {
  const tailM = queue * vehicleSpacingM
  return tailM / dischargeWaveMps(traffic) + tailM / traffic.speedMps
}

/** Vehicles per lane on an approach after a wait: those queued now and those that arrive meanwhile. */
export const queueAfter = (queue: number, arrivalFlow: number, waitS: number): number =>
  queue + (arrivalFlow * Math.max(0, waitS)) / 3600
