import { readFileSync } from 'node:fs'
import { WorldError } from '@clearway/contracts'

/** What became of one vehicle, seconds. */
export interface TripInfo {
  id: string
  departS: number
  /** Waited before it found room to start. */
  departDelayS: number
  durationS: number
  /** Against driving freely. */
  timeLossS: number
  stops: number
  /** Stood, without waiting to start. */
  standingS: number
  /** Whether it came to its end; the times of others are those up to the end of the run. */
  arrived: boolean
}

/**
 * SUMO's record of all trips.
 *
 * @throws WorldError `file-unreadable`
 */
export function readTripInfo(file: string): TripInfo[] {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (cause) {
    throw new WorldError('file-unreadable', `SUMO has left no record of the trips: ${(cause as Error).message}`, cause)
  }
  return Array.from(text.matchAll(/<tripinfo ([^>]*)>/g), ([, attributes]) => {
    const value = (name: string) => new RegExp(`\\b${name}="([^"]*)"`).exec(attributes!)?.[1] ?? ''
    return {
      id: value('id'),
      departS: Number(value('depart')),
      departDelayS: Number(value('departDelay')),
      durationS: Number(value('duration')),
      timeLossS: Number(value('timeLoss')),
      stops: Number(value('waitingCount')),
      standingS: Number(value('waitingTime')),
      arrived: Number(value('arrival')) >= 0,
    }
  })
}
