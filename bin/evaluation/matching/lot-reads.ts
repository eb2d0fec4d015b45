import { type Random, seededRandom } from '@clearway/contracts'
import { type CameraRead, readBy, type SeenVehicle } from '@clearway/simulators'
import type { TimedStay } from './stay-file.ts'
import { Vehicles } from './vehicles.ts'

/** One read at a gate, with what the matcher is not told. */
export interface GateSight extends CameraRead {
  direction: 'in' | 'out'
  atMs: number
  /** Counts the visits of the lot; entry and exit of one visit share it. */
  visit: number
  /** A second read of a passage. */
  again: boolean
}

/** Shares of passages that no camera saw, by direction of the missing one, and that were read twice. */
const missedEntryShare = 0.002
const missedExitShare = 0.002
const readTwiceShare = 0.01

/** Before anything is scored the lot fills, and the matcher sees its first stays: so many mean dwell times, a day at least. */
const warmUpDwells = 4

const minuteMs = 60_000
const dayMin = 1440
const weekMin = 7 * dayMin

export interface LotReads {
  sights: GateSight[]
  /** Exits from here on are scored. */
  scoredFromMs: number
  /** As they really are, by visit. */
  plates: string[]
}

export interface LotReadsOptions {
  /** Stays that an exit finds open, on average: more at busy hours, fewer at night. */
  open: number
  /** Exits to score after the warm-up, about. */
  exits: number
  characterError: number
  seed: number
}

/**
 * The reads of one lot in order of time: recorded stays with their own weekdays, hours and dwell times, laid over each
 * other shifted by whole weeks until so many are open at once, by generated vehicles, read with noise at both gates.
 */
export function lotReads(lot: string, recorded: readonly TimedStay[], options: LotReadsOptions): LotReads {
  const random = seededRandom(options.seed).fork(lot)
  const dwellMin = recorded.reduce((sum, { arrival, departure }) => sum + departure - arrival, 0) / recorded.length
  const warmUpMin = Math.max(dayMin, warmUpDwells * dwellMin)
  const visits = denseStays(random.fork('times'), recorded, warmUpMin, options)
  const vehicles = new Vehicles(random.fork('vehicles'), options.open)
  const camera = random.fork(`camera ${options.characterError}`)
  const sights: GateSight[] = []
  const plates: string[] = []
  /** When a plate has left, or will. */
  const inside = new Map<string, number>()
  for (const [visit, { arrival, departure }] of visits.entries()) {
    const vehicle = vehicles.next((plate) => (inside.get(plate) ?? 0) > arrival)
    inside.set(vehicle.plate, departure)
    plates.push(vehicle.plate)
    if (camera.next() >= missedEntryShare)
      sights.push(...seen(camera, vehicle, 'in', arrival, visit, options.characterError))
    if (camera.next() >= missedExitShare)
      sights.push(...seen(camera, vehicle, 'out', departure, visit, options.characterError))
  }
  return { sights: sights.sort((a, b) => a.atMs - b.atMs), scoredFromMs: warmUpMin * minuteMs, plates }
}

function seen(
  camera: Random,
  vehicle: SeenVehicle,
  direction: 'in' | 'out',
  minute: number,
  visit: number,
  characterError: number,
): GateSight[] {
  const atMs = Math.round(minute * minuteMs)
  const read = (delayMs: number, again: boolean): GateSight => ({
    ...readBy(camera, vehicle, characterError),
    direction,
    atMs: atMs + delayMs,
    visit,
    again,
  })
  if (camera.next() >= readTwiceShare) return [read(0, false)]
  return [read(0, false), read(2000 + camera.integer(6000), true)]
}

/** Stays of a lot so busy that an exit finds `open` others; minutes from the start of the warm-up. */
function denseStays(
  random: Random,
  recorded: readonly TimedStay[],
  warmUpMin: number,
  { open, exits }: LotReadsOptions,
): TimedStay[] {
  const first = recorded[0] as TimedStay
  const weeks = Math.ceil(((recorded.at(-1) as TimedStay).arrival - first.arrival + 1) / weekMin)
  const copies = Math.max(1, Math.round((open * weeks) / foundByExits(recorded)))
  const untilMin = warmUpMin + (exits * weeks * weekMin) / (recorded.length * copies)
  const monday = Math.floor(first.arrival / weekMin) * weekMin
  const stays: TimedStay[] = []
  for (let copy = 0; copy < copies; copy++) {
    const shift = random.integer(weeks) * weekMin
    for (const { arrival, departure } of recorded) {
      const at = (arrival - monday + shift) % (weeks * weekMin)
      if (at >= untilMin) continue
      // Recorded times are whole minutes: where in it, nobody knows.
      const arrives = at + random.next()
      stays.push({ arrival: arrives, departure: arrives + departure - arrival + random.next() - 0.5 })
    }
  }
  return stays.sort((a, b) => a.arrival - b.arrival)
}

/** Sum over the recorded weeks of what is open at one hour of the week, averaged over the exits. */
function foundByExits(recorded: readonly TimedStay[]): number {
  const hours = weekMin / 60
  const hourOf = (minute: number) => Math.floor(minute / 60) % hours
  const openAt = new Array<number>(hours).fill(0)
  const exitsAt = new Array<number>(hours).fill(0)
  for (const { arrival, departure } of recorded) {
    for (let minute = arrival; minute < departure; minute += 60) {
      openAt[hourOf(minute)] = (openAt[hourOf(minute)] as number) + Math.min(60, departure - minute) / 60
    }
    exitsAt[hourOf(departure)] = (exitsAt[hourOf(departure)] as number) + 1
  }
  return openAt.reduce((sum, open, hour) => sum + open * (exitsAt[hour] as number), 0) / recorded.length
}
