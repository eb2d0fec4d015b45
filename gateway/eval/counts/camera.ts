import type { Random } from '@clearway/contracts'
import type { RecordedStay } from '../tariffs/recorded-stays.ts'

/** What a lot's cameras get wrong; shares of vehicles. */
export interface CameraErrors {
  missedEntries: number
  missedExits: number
  /** Seen and counted, but under another plate. */
  misread: number
}

/** One vehicle at one gate, as it was and as it was seen. */
export interface SeenPassage {
  atMs: number
  id: string
  direction: 'in' | 'out'
  /** Which stay; a misread plate is nobody's. */
  stay: number
  seen: boolean
  plateRight: boolean
}

const minuteMs = 60_000

/** Cameras of one lot: each counts 95–98 % right, as in the field, and a direction may be better than the other. */
export function drawErrors(random: Random): CameraErrors {
  const share = () => 0.02 + 0.03 * random.next()
  return { missedEntries: share(), missedExits: share(), misread: 0.02 }
}

/** The passages of recorded stays in order of time. Recorded times are whole minutes: the second is drawn. */
export function passagesOf(stays: readonly RecordedStay[], errors: CameraErrors, random: Random): SeenPassage[] {
  const passages = stays.flatMap(({ arrivalMs, departureMs }, stay): SeenPassage[] => {
    const passage = (direction: 'in' | 'out', minute: number): SeenPassage => ({
      atMs: minute + random.integer(minuteMs / 2) + (direction === 'out' ? minuteMs / 2 : 0),
      id: `${direction}-${stay}`,
      direction,
      stay,
      seen: random.next() >= (direction === 'in' ? errors.missedEntries : errors.missedExits),
      plateRight: random.next() >= errors.misread,
    })
    return [passage('in', arrivalMs), passage('out', departureMs)]
  })
  return passages.sort((a, b) => a.atMs - b.atMs || (a.id < b.id ? -1 : 1))
}
