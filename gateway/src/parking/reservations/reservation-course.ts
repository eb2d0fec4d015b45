import type { ReservationState } from '@clearway/contracts'

/** What of a reservation its course depends on. */
export interface CourseFacts {
  state: ReservationState
  fromMs: number
  untilMs: number
  latestMs: number
  arrivedMs: number | null
}

/** The stay of the vehicle in the lot of the reservation, as far as it is known. */
export interface SeenStay {
  enteredMs: number
  leftMs: number | null
}

export interface Course {
  state: ReservationState
  arrivedMs: number | null
  endedMs: number | null
  reason?: string
}

/** Why a reservation has ended of which only the hospital said that it arrived: it tells nothing about who comes by car. */
export const vehicleNotSeen = 'the vehicle was not seen'

/**
 * Whether a stay is the one of a reservation: the vehicle was there at some instant of its arrival window. Who came before
 * the entry opened and is still there has arrived when it opens.
 */
export const isStayOf = (
  { fromMs, latestMs }: Pick<CourseFacts, 'fromMs' | 'latestMs'>,
  { enteredMs, leftMs }: SeenStay,
): boolean => enteredMs <= latestMs && (leftMs === null || leftMs > fromMs)

/**
 * What becomes of a reservation by itself: it arrives with its vehicle, ends when that leaves, and is a no-show when the
 * window closes without it. A late read makes a no-show an arrival again.
 *
 * @param stay of its vehicle, when `isStayOf`
 * @returns undefined: nothing changes
 */
export function follow(facts: CourseFacts, stay: SeenStay | undefined, nowMs: number): Course | undefined {
  const { state, fromMs, untilMs, latestMs, arrivedMs } = facts
  if (state !== 'booked' && state !== 'arrived' && state !== 'noshow') return undefined
  if (stay && (stay.enteredMs <= nowMs || state !== 'booked') && (stay.leftMs !== null || fromMs <= nowMs)) {
    const cameMs = Math.max(stay.enteredMs, fromMs)
    if (stay.leftMs !== null) return { state: 'ended', arrivedMs: cameMs, endedMs: stay.leftMs }
    return state === 'arrived' && arrivedMs === cameMs
      ? undefined
      : { state: 'arrived', arrivedMs: cameMs, endedMs: null }
  }
  if (state === 'booked' && nowMs > latestMs) {
    return { state: 'noshow', arrivedMs: null, endedMs: null, reason: 'the vehicle did not come in its window' }
  }
  if (state === 'arrived' && !stay && nowMs >= untilMs) {
    return { state: 'ended', arrivedMs, endedMs: untilMs, reason: vehicleNotSeen }
  }
  return undefined
}
