import type { Evidence } from './belief.ts'

/** What the bay sensors of a lot say at one instant. */
export interface BaysRead {
  /** Sensors that answer. */
  read: number
  occupied: number
  /** Bays in service. */
  capacity: number
  /** Vehicles that passed a gate in the last few minutes: they may not stand on a bay yet, or not any more. */
  moving: number
}

/** From this share of bays on, the sensors see the lot itself and not a sample of it. */
const wholeShare = 0.95
/** Share of readings of one sensor that are wrong: a lorry over two bays, a trolley, a car beside the marking. */
const wrongReading = 0.01
/** Sensors are not scattered at random, and the bays by the door fill first: so much wider than a random sample. */
const spreadOfSample = 1.5
const doubt = 0.002

export const seesWhole = ({ read, capacity }: Pick<BaysRead, 'read' | 'capacity'>): boolean =>
  read >= wholeShare * capacity

/**
 * The vehicles that bay sensors show inside: their occupied share on all bays. With all bays read only wrong readings and
 * vehicles on the move are left of the error; of a sample of s of C bays it is that of drawing without putting back,
 * C² · p(1 − p)/s · (C − s)/(C − 1), p by Laplace's rule.
 *
 * @param bays `read` > 0
 */
export function bayEvidence({ read, occupied, capacity, moving }: BaysRead): Evidence {
  const sensed = Math.min(read, capacity)
  const scale = capacity / sensed
  const p = (occupied + 1) / (sensed + 2)
  const left = capacity > 1 ? Math.max(0, capacity - sensed) / (capacity - 1) : 0
  const drawing = spreadOfSample ** 2 * ((capacity ** 2 * p * (1 - p)) / sensed) * left
  const reading = scale ** 2 * sensed * wrongReading * (1 - wrongReading)
  return { mean: occupied * scale, sd: Math.sqrt(0.1 + drawing + reading + moving), doubt }
}
